package dev.sockeye.inspect.blame;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Where the threads of a native program are, line by line where it has debugging information: by
/// `gdb`, which stops the program for some tenths of a second. For that reason only when somebody asks
/// for it.
public final class GdbBacktrace {

    /// What it costs, in words.
    public static final String COST = "gdb stops the program while it looks: about 0.3 s, more if it has much to load";

    private static final Pattern THREAD = Pattern.compile("Thread [0-9]+ .*?(?:LWP|process) ([0-9]+)\\)?.*");
    private static final Pattern FRAME = Pattern.compile("#[0-9]+ +(?:0x[0-9a-f]+ in )?(.*)");
    private static final int MOST_FRAMES = 40;

    private GdbBacktrace() {}

    /// Whether this machine has gdb.
    public static boolean isThere() {
        return command() != null;
    }

    private static @Nullable Path command() {
        for (String folder : System.getenv().getOrDefault("PATH", "/usr/bin").split(":", -1)) {
            Path command = Path.of(folder, "gdb");
            if (Files.isExecutable(command)) return command;
        }
        return null;
    }

    /// The frames of each thread by its number, the innermost first, such as `ask_backend (backend=4)
    /// at worker.c:29`.
    ///
    /// @throws IOException with what is wrong, if gdb is missing, may not look, or takes too long: then
    ///     it is ended, and the program runs on
    public static Map<Integer, List<String>> of(int pid, Duration patience) throws IOException {
        Path gdb = command();
        if (gdb == null) throw new IOException("gdb is not installed (Debian: the package gdb)");
        var builder = new ProcessBuilder(
                gdb.toString(),
                "-nx",
                "-batch",
                "-iex",
                "set debuginfod enabled off",
                "-iex",
                "set auto-load off",
                "-iex",
                "set print entry-values no",
                "-ex",
                "set width 0",
                "-ex",
                "thread apply all backtrace " + MOST_FRAMES,
                "-p",
                String.valueOf(pid));
        builder.environment().remove("DEBUGINFOD_URLS");
        Path output = Files.createTempFile("sockeye-gdb-", ".txt");
        try {
            builder.redirectErrorStream(true).redirectOutput(output.toFile());
            Process process = builder.start();
            process.getOutputStream().close();
            if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroy(); // it lets go of the program
                if (!process.waitFor(2, TimeUnit.SECONDS)) process.destroyForcibly();
                throw new IOException("gdb took longer than " + patience.toSeconds() + " s and was ended");
            }
            List<String> lines = Files.readString(output, StandardCharsets.ISO_8859_1)
                    .lines()
                    .toList();
            Map<Integer, List<String>> frames = parse(lines);
            if (frames.isEmpty()) throw new IOException("gdb may not look at process " + pid + ": " + why(lines));
            return frames;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while gdb was looking", e);
        } finally {
            Files.deleteIfExists(output);
        }
    }

    private static String why(List<String> lines) {
        for (String line : lines) {
            if (line.contains("ptrace") || line.contains("No such process")) return line.strip();
        }
        return lines.isEmpty() ? "it says nothing" : lines.getLast().strip();
    }

    static Map<Integer, List<String>> parse(List<String> lines) {
        Map<Integer, List<String>> threads = new LinkedHashMap<>();
        List<String> frames = null;
        for (String line : lines) {
            Matcher thread = THREAD.matcher(line);
            Matcher frame = FRAME.matcher(line);
            if (thread.matches()) {
                frames = new ArrayList<>();
                threads.put(Integer.parseInt(thread.group(1)), frames);
            } else if (frames != null && frame.matches()) {
                frames.add(frame.group(1).strip());
            }
        }
        threads.values().removeIf(List::isEmpty);
        return threads;
    }
}
