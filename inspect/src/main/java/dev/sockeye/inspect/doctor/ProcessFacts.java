package dev.sockeye.inspect.doctor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What a process says of itself in `/proc/PID`. Its command line, which may hold secrets, is not kept.
///
/// @param pid            the process
/// @param program        what people call it, where that is not its command: of an interpreter what it
///     runs
/// @param debuggerPort   the port at which a debugger can take over this JVM; 0 if there is none
/// @param openFilesLimit how many descriptors it may have (`ulimit -n`); 0 if that is not known
public record ProcessFacts(long pid, @Nullable String program, int debuggerPort, long openFilesLimit) {

    private static final Pattern OPEN_FILES = Pattern.compile("(?m)^Max open files\\s+(\\d+)");
    private static final Pattern DEBUGGER = Pattern.compile("address=(?:[^,]*:)?(\\d{1,5})(?:,|$)");

    /// Options of `java` that take the next word.
    private static final List<String> JAVA_TAKES_A_WORD =
            List.of("-cp", "-classpath", "--class-path", "-p", "--module-path", "--add-modules", "--source");

    /// More of a command line is of no interest.
    private static final int MOST_ARGUMENTS = 512;

    /// One of which nothing is known.
    static ProcessFacts unknown(long pid) {
        return new ProcessFacts(pid, null, 0, 0);
    }

    /// What can be read of a process, which may have ended meanwhile.
    public static ProcessFacts read(long pid) {
        return read(Path.of("/proc"), pid);
    }

    static ProcessFacts read(Path proc, long pid) {
        Path process = proc.resolve(String.valueOf(pid));
        String line = text(process.resolve("cmdline")); // each argument is followed by a zero
        List<String> arguments = line.isEmpty()
                ? List.of()
                : Arrays.stream(line.split("\0", -1)).limit(MOST_ARGUMENTS).toList();
        Matcher limit = OPEN_FILES.matcher(text(process.resolve("limits")));
        long openFiles = limit.find() ? Long.parseLong(limit.group(1)) : 0;
        return new ProcessFacts(pid, programOf(arguments), debuggerPortOf(arguments), openFiles);
    }

    private static String text(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "";
        }
    }

    // ---------------------------------------------------------------- command lines

    static @Nullable String programOf(List<String> arguments) {
        if (arguments.isEmpty()) return null;
        String executable = fileName(arguments.getFirst());
        if (executable.equals("java")) return javaProgram(arguments);
        if (!executable.matches("(python|perl|ruby|node|php)[0-9.]*")) return null;
        for (String argument : arguments.subList(1, arguments.size())) {
            boolean isScript = !argument.startsWith("-") && !argument.isBlank() && argument.length() <= 256;
            if (isScript) return argument.contains("\n") || argument.contains(" ") ? null : fileName(argument);
        }
        return null;
    }

    private static @Nullable String javaProgram(List<String> arguments) {
        for (int i = 1; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            boolean isNamed = argument.equals("-jar") || argument.equals("-m") || argument.equals("--module");
            if (isNamed && i + 1 < arguments.size()) {
                String named = fileName(arguments.get(i + 1));
                return named.endsWith(".jar") ? named.substring(0, named.length() - 4) : simpleName(named);
            }
            if (JAVA_TAKES_A_WORD.contains(argument)) i++;
            else if (!argument.isEmpty() && !argument.startsWith("-") && !argument.startsWith("@")) {
                return simpleName(fileName(argument));
            }
        }
        return null;
    }

    private static String simpleName(String mainClass) {
        if (mainClass.endsWith(".java")) return mainClass;
        return mainClass.substring(mainClass.lastIndexOf('.') + 1);
    }

    private static String fileName(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    static int debuggerPortOf(List<String> arguments) {
        for (String argument : arguments) {
            if (!argument.startsWith("-agentlib:jdwp=") && !argument.startsWith("-Xrunjdwp:")) continue;
            Matcher address = DEBUGGER.matcher(argument);
            if (address.find()) return Integer.parseInt(address.group(1));
        }
        return 0;
    }
}
