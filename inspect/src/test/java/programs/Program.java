package programs;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// One of the programs, running as a process of its own in the network namespace of the thread that
/// started it. Closing it ends the process.
public final class Program implements AutoCloseable {

    private static final long PATIENCE_SECONDS = 30;

    private final Process process;
    private final BlockingQueue<String> said = new LinkedBlockingQueue<>();
    private final List<String> heard = new ArrayList<>();

    private Program(List<String> command) throws IOException {
        process = new ProcessBuilder(command).redirectErrorStream(true).start();
        Thread.ofPlatform().daemon().name("hears " + process.pid()).start(this::listen);
    }

    private void listen() {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) said.add(line);
        } catch (IOException e) {
            // It has ended.
        }
    }

    /// A program of this package, with the JDK that runs the tests.
    ///
    /// @param options of the JVM
    public static Program java(List<String> options, Class<?> main, Object... arguments) throws IOException {
        return javaOf(Path.of(System.getProperty("java.home")), options, main, arguments);
    }

    /// As [#java], with another JDK.
    public static Program javaOf(Path home, List<String> options, Class<?> main, Object... arguments)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(home.resolve("bin/java").toString());
        command.addAll(List.of("-Xmx64m", "-XX:TieredStopAtLevel=1"));
        command.addAll(options);
        command.addAll(List.of("-cp", classPath(main), main.getName()));
        return new Program(with(command, arguments));
    }

    /// Where the class, and what it needs, is.
    public static String classPath(Class<?> main) {
        try {
            return Path.of(main.getProtectionDomain()
                                    .getCodeSource()
                                    .getLocation()
                                    .toURI())
                            .toString()
                    + File.pathSeparator
                    + System.getProperty("java.class.path");
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /// A program in C of `src/test/programs`, compiled first.
    ///
    /// @param folder for what the compiler makes
    public static Program c(Path folder, String name, Object... arguments) throws IOException, InterruptedException {
        Path made = folder.resolve(name);
        Process compiler = new ProcessBuilder("cc", "-g", "-O1", "-pthread", "-o", made.toString(), source(name + ".c"))
                .inheritIO()
                .start();
        if (compiler.waitFor() != 0) throw new IOException("cc cannot compile " + name);
        return new Program(with(List.of(made.toString()), arguments));
    }

    /// A program in Python of `src/test/programs`.
    public static Program python(String name, Object... arguments) throws IOException {
        return new Program(with(List.of("python3", source(name + ".py")), arguments));
    }

    /// Any other.
    public static Program of(List<String> command) throws IOException {
        return new Program(command);
    }

    /// Whether this machine has a command.
    public static boolean isThere(String command) {
        for (String folder : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)) {
            if (Files.isExecutable(Path.of(folder, command))) return true;
        }
        return false;
    }

    /// Tests run in the module's folder, or in the root, or in a neighbour's.
    private static String source(String name) {
        for (String folder : new String[] {"", "inspect", "../inspect"}) {
            Path source = Path.of(folder, "src/test/programs", name);
            if (Files.exists(source)) return source.toAbsolutePath().toString();
        }
        throw new IllegalStateException("no src/test/programs/" + name);
    }

    private static List<String> with(List<String> command, Object... arguments) {
        List<String> whole = new ArrayList<>(command);
        for (Object argument : arguments) whole.add(argument.toString());
        return whole;
    }

    /// Waits until it says so.
    ///
    /// @return the first line that begins with this
    public String await(String beginning) throws InterruptedException {
        while (true) {
            String line = said.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (line == null) {
                throw new IllegalStateException("never said '" + beginning + "', but " + heard + "; "
                        + (process.isAlive() ? "it runs" : "it has ended with " + process.exitValue()));
            }
            heard.add(line);
            if (line.startsWith(beginning)) return line;
        }
    }

    /// Tells it something: a line on its standard input.
    public void tell(String line) throws IOException {
        process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
    }

    /// Its process id.
    public int pid() {
        return (int) process.pid();
    }

    /// The process ids of what it has started, and of what those have.
    public List<Integer> descendants() {
        return process.descendants().map(each -> (int) each.pid()).toList();
    }

    /// What it has said so far, as far as it was waited for.
    public List<String> heard() {
        return List.copyOf(heard);
    }

    @Override
    public void close() {
        List<ProcessHandle> started = process.descendants().toList();
        process.destroyForcibly().onExit().join();
        started.forEach(ProcessHandle::destroyForcibly);
    }
}
