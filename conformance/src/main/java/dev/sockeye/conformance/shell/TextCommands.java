package dev.sockeye.conformance.shell;

import dev.sockeye.conformance.machine.Unsupported;
import dev.sockeye.conformance.shell.Shell.Result;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Commands that make text of text: as much of `awk`, `cut`, `wc`, `head`, `tail`, `tr`, `seq` and `expr` as it takes
/// to
/// get at a number in what `nstat`, `sysctl` or a file shows.
final class TextCommands {

    /// `/pattern/ {print $2, $3}`; the pattern may be missing.
    private static final Pattern AWK = Pattern.compile("\\s*(?:/(.*?)/)?\\s*\\{\\s*print\\s*([^}]*?)\\s*;?\\s*\\}\\s*");

    private TextCommands() {}

    static Result run(String command, List<String> arguments, String input) throws ShellException {
        List<String> lines = input.lines().toList();
        return switch (command) {
            case "awk" -> awk(arguments, lines);
            case "cut" -> cut(arguments, lines);
            case "wc" -> wc(arguments, input);
            case "head" -> lines(lines.subList(0, Math.min(lines.size(), count(arguments))));
            case "tail" -> lines(lines.subList(Math.max(0, lines.size() - count(arguments)), lines.size()));
            case "tr" -> translate(arguments, input);
            case "seq" -> sequence(arguments);
            default -> {
                long value = Arithmetic.value(String.join("", arguments));
                yield new Result(value == 0 ? 1 : 0, value + "\n");
            }
        };
    }

    private static Result lines(List<String> lines) {
        return new Result(0, lines.isEmpty() ? "" : String.join("\n", lines) + "\n");
    }

    private static Result awk(List<String> arguments, List<String> lines) throws ShellException {
        boolean separated = !arguments.isEmpty() && arguments.getFirst().startsWith("-F");
        String program = arguments.isEmpty() ? "" : arguments.getLast();
        Matcher parsed = AWK.matcher(program);
        if (!parsed.matches()) throw new Unsupported("awk '" + program + "'");
        String separator = separated ? Pattern.quote(separator(arguments)) : "\\s+";
        String wanted = parsed.group(1);
        List<String> output = new ArrayList<>();
        for (String line : lines) {
            if (wanted != null && !Pattern.compile(wanted).matcher(line).find()) continue;
            String[] fields = (separated ? line : line.strip()).split(separator, -1);
            List<String> printed = new ArrayList<>();
            for (String each : parsed.group(2).split(",", -1)) printed.add(field(each.strip(), line, fields));
            output.add(String.join(" ", printed));
        }
        return lines(output);
    }

    private static String separator(List<String> arguments) throws ShellException {
        String first = arguments.getFirst();
        if (first.length() > 2) return first.substring(2);
        if (arguments.size() < 3) throw new ShellException("awk -F needs a separator");
        return arguments.get(1);
    }

    private static String field(String expression, String line, String[] fields) {
        if (expression.isEmpty() || expression.equals("$0")) return line;
        if (expression.equals("$NF")) return fields[fields.length - 1];
        if (!expression.matches("\\$\\d{1,3}")) throw new Unsupported("awk's " + expression);
        int number = Integer.parseInt(expression.substring(1));
        return number <= fields.length ? fields[number - 1] : "";
    }

    /// `cut -d ' ' -f 2,3`
    private static Result cut(List<String> arguments, List<String> lines) throws ShellException {
        String delimiter = option(arguments, "-d", "\t");
        List<Integer> numbers = new ArrayList<>();
        for (String each : option(arguments, "-f", "").split(",", -1)) {
            if (!each.matches("\\d{1,4}")) throw new Unsupported("cut -f " + each);
            numbers.add(Integer.parseInt(each));
        }
        List<String> output = new ArrayList<>();
        for (String line : lines) {
            String[] fields = line.split(Pattern.quote(delimiter), -1);
            List<String> kept = numbers.stream()
                    .filter(number -> number >= 1 && number <= fields.length)
                    .map(number -> fields[number - 1])
                    .toList();
            output.add(fields.length == 1 ? line : String.join(delimiter, kept));
        }
        return lines(output);
    }

    /// The value of `-x value` or `-xvalue`.
    private static String option(List<String> arguments, String name, String otherwise) throws ShellException {
        for (int i = 0; i < arguments.size(); i++) {
            if (!arguments.get(i).startsWith(name)) continue;
            if (arguments.get(i).length() > name.length())
                return arguments.get(i).substring(name.length());
            if (i + 1 == arguments.size()) throw new ShellException(name + " needs a value");
            return arguments.get(i + 1);
        }
        return otherwise;
    }

    private static int count(List<String> arguments) throws ShellException {
        String number = option(arguments, "-n", "");
        if (number.isEmpty() && !arguments.isEmpty())
            number = arguments.getFirst().replaceFirst("^-", "");
        return number.isEmpty() ? 10 : Math.clamp(Arithmetic.value(number), 0, Integer.MAX_VALUE);
    }

    private static Result wc(List<String> arguments, String input) {
        if (arguments.contains("-l")) return new Result(0, input.lines().count() + "\n");
        if (arguments.contains("-c")) return new Result(0, input.length() + "\n");
        if (!arguments.contains("-w")) throw new Unsupported("wc without -l, -w or -c");
        long words = Arrays.stream(input.split("\\s+"))
                .filter(word -> !word.isEmpty())
                .count();
        return new Result(0, words + "\n");
    }

    /// `tr -d abc`, `tr a b`
    private static Result translate(List<String> arguments, String input) {
        if (arguments.size() != 2) throw new Unsupported("tr " + String.join(" ", arguments));
        String from = arguments.get(0).replace("\\n", "\n").replace("\\t", "\t");
        String to = arguments.get(1).replace("\\n", "\n").replace("\\t", "\t");
        if (from.equals("-d")) return new Result(0, input.replaceAll("[" + Pattern.quote(to) + "]", ""));
        if (from.length() != to.length() || from.contains("-")) throw new Unsupported("tr " + from + " " + to);
        String text = input;
        for (int i = 0; i < from.length(); i++) text = text.replace(from.charAt(i), to.charAt(i));
        return new Result(0, text);
    }

    private static Result sequence(List<String> arguments) throws ShellException {
        if (arguments.isEmpty() || arguments.size() > 2) throw new Unsupported("seq " + String.join(" ", arguments));
        long first = arguments.size() > 1 ? Arithmetic.value(arguments.getFirst()) : 1;
        long last = Arithmetic.value(arguments.getLast());
        if (last - first > 10_000) throw new ShellException("seq of more than 10000 numbers");
        var output = new StringBuilder();
        for (long i = first; i <= last; i++) output.append(i).append('\n');
        return new Result(0, output.toString());
    }
}
