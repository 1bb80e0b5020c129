package dev.sockeye.conformance.shell;

import dev.sockeye.conformance.shell.ShellTree.Literal;
import dev.sockeye.conformance.shell.ShellTree.Output;
import dev.sockeye.conformance.shell.ShellTree.Part;
import dev.sockeye.conformance.shell.ShellTree.Sum;
import dev.sockeye.conformance.shell.ShellTree.Variable;
import dev.sockeye.conformance.shell.ShellTree.Word;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Variables, and what words become with their values.
final class Words {

    private final Shell shell;
    private final Map<String, String> variables = new HashMap<>();

    Words(Shell shell) {
        this.shell = shell;
        clear();
    }

    void clear() {
        variables.clear();
        variables.put("PPID", "1");
        variables.put("?", "0");
    }

    void set(String name, String value) {
        variables.put(name, value);
    }

    void setStatus(int status) {
        variables.put("?", Integer.toString(status));
    }

    /// What words become: one that is not quoted may become several, or none.
    List<String> expand(List<Word> words) throws ShellException {
        List<String> all = new ArrayList<>();
        for (Word word : words) expand(word, all);
        return all;
    }

    private void expand(Word word, List<String> into) throws ShellException {
        var current = new StringBuilder();
        boolean there = word.quoted();
        for (Part part : word.parts()) {
            String value = value(part);
            boolean whole = part instanceof Literal
                    || part instanceof Sum
                    || part instanceof Variable(String _, boolean quoted) && quoted
                    || part instanceof Output(List<ShellTree.Pipeline> _, boolean inQuotes) && inQuotes;
            if (whole) {
                current.append(value);
                there |= !value.isEmpty();
                continue;
            }
            for (int i = 0; i < value.length(); i++) {
                char c = value.charAt(i);
                if (!Character.isWhitespace(c)) {
                    current.append(c);
                    there = true;
                } else if (there) {
                    into.add(current.toString());
                    current.setLength(0);
                    there = false;
                }
            }
        }
        if (there) into.add(current.toString());
    }

    /// What a word becomes as one.
    String text(Word word) throws ShellException {
        return text(word.parts());
    }

    private String text(List<Part> parts) throws ShellException {
        var text = new StringBuilder();
        for (Part part : parts) text.append(value(part));
        return text.toString();
    }

    private String value(Part part) throws ShellException {
        return switch (part) {
            case Literal(String text) -> text;
            case Variable(String name, boolean _) -> variables.getOrDefault(name, "");
            case Sum(List<Part> text) -> Long.toString(Arithmetic.value(named(text(text))));
            case Output(List<ShellTree.Pipeline> script, boolean _) ->
                shell.runAll(script, "").output().stripTrailing();
        };
    }

    private static final Pattern NAME = Pattern.compile("\\b[A-Za-z_]\\w*");

    /// Names in arithmetic stand for their values.
    private String named(String arithmetic) {
        return NAME.matcher(arithmetic).replaceAll(name -> {
            String value = variables.getOrDefault(name.group(), "");
            return value.isBlank() ? "0" : Matcher.quoteReplacement(value.strip());
        });
    }
}
