package dev.sockeye.inspect.blame;

import dev.sockeye.linux.ProcessDescriptor;
import dev.sockeye.linux.SystemCallException;
import dev.sockeye.wire.Errno;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A process that is a HotSpot JVM, and the way to talk to it that `jcmd` and `jstack` take: a UNIX
/// socket in its `/tmp`, which a SIGQUIT makes it open when there is a file beside it that asks for it.
/// Nothing needs to be set in the JVM. It may be in a container: its files are reached through
/// `/proc/PID/root`, and it knows itself by its number in its own namespace.
///
/// The JDK has the same in `jdk.attach`, but there neither the commands of `jcmd` can be reached from
/// outside nor does any call know a timeout: a JVM that is stopped would stop whoever looks.
public final class Jvm {

    private static final int SIGQUIT = 3;
    private static final Duration OPENS_WITHIN = Duration.ofSeconds(5);

    /// At most so many arguments, and no fewer, in the first version of the dialogue, which every JVM
    /// speaks.
    private static final int ARGUMENTS = 3;

    private final int pid;
    private final Path proc;
    private final Path library;

    /// A JVM could not be asked, or has refused.
    public static final class Refusal extends IOException {

        private static final long serialVersionUID = 1;

        Refusal(String message) {
            super(message);
        }
    }

    private Jvm(int pid, Path proc, Path library) {
        this.pid = pid;
        this.proc = proc;
        this.library = library;
    }

    /// The JVM that a process is.
    ///
    /// @return null if it is none, or if it may not be looked into, or has ended
    public static @Nullable Jvm of(int pid) {
        Path proc = Path.of("/proc", String.valueOf(pid));
        try (Stream<String> maps = Files.lines(proc.resolve("maps"), StandardCharsets.ISO_8859_1)) {
            return maps.filter(line -> line.endsWith("/libjvm.so") || line.endsWith("/libjvm.so (deleted)"))
                    .map(line -> line.substring(line.indexOf('/')).replace(" (deleted)", ""))
                    .findFirst()
                    .map(library -> new Jvm(pid, proc, Path.of(library)))
                    .orElse(null);
        } catch (IOException | UncheckedIOException e) {
            return null;
        }
    }

    /// Its process id, as we see it.
    public int pid() {
        return pid;
    }

    /// The folder of the target's own in which it puts its temporary files, as we reach it.
    Path temporary() {
        return proc.resolve("root/tmp");
    }

    /// A file of the target's, as we reach it.
    Path file(Path inTarget) {
        return proc.resolve("root").resolve(Path.of("/").relativize(inTarget));
    }

    /// Bytes of memory of its own that it has touched: more than its heap has in use.
    long residentBytes() throws IOException {
        String resident = status("RssAnon:");
        return resident == null ? 0 : Long.parseLong(resident.replaceAll("[^0-9]", "")) << 10;
    }

    /// The JDK's feature release, such as 17; 0 if it does not tell.
    public int release() {
        // lib/server/libjvm.so of the JDK's home; before 9 jre/lib/amd64/server/libjvm.so
        for (Path folder = library.getParent(); folder != null; folder = folder.getParent()) {
            Path release = file(folder.resolve("release"));
            if (!Files.isReadable(release)) continue;
            try (Stream<String> lines = Files.lines(release)) {
                return lines.filter(line -> line.startsWith("JAVA_VERSION="))
                        .mapToInt(Jvm::feature)
                        .findFirst()
                        .orElse(0);
            } catch (IOException | UncheckedIOException e) {
                return 0;
            }
        }
        return 0;
    }

    /// Of `JAVA_VERSION="25.0.3"`, and of `"1.8.0_452"`.
    private static int feature(String line) {
        String[] numbers = line.replaceAll("[^0-9.]", "").split("\\.", -1);
        int first = numbers[0].isEmpty() ? 0 : Integer.parseInt(numbers[0]);
        return first == 1 && numbers.length > 1 ? Integer.parseInt(numbers[1]) : first;
    }

    // ---------------------------------------------------------------- talking

    /// A command of `jcmd`, such as `GC.heap_info`.
    ///
    /// @return what it says
    /// @throws Refusal if it cannot be asked, or does not answer in time
    public String command(String line, Duration patience) throws IOException {
        return ask(List.of("jcmd", line), patience);
    }

    /// Loads an agent from a jar that the JVM can read.
    void loadAgent(Path jarInTarget, String options, Duration patience) throws IOException {
        String answer = ask(List.of("load", "instrument", "false", jarInTarget + "=" + options), patience);
        String result = answer.replace("return code:", "").strip();
        if (!result.equals("0")) throw new Refusal("the JVM has not loaded the agent: " + meaning(result));
    }

    /// The numbers of `JVM_OnLoad` of the JDK's instrument library.
    private static String meaning(String result) {
        return switch (result) {
            case "100" -> "its class is not in the jar";
            case "101" -> "the jar has no manifest, or cannot be read";
            case "102" -> "its agentmain has failed; the program's output on stderr says why";
            default -> result;
        };
    }

    /// Asks, and waits for the answer.
    String ask(List<String> question, Duration patience) throws IOException {
        long deadline = System.nanoTime() + patience.toNanos();
        try (SocketChannel channel = connect();
                Selector selector = Selector.open()) {
            channel.configureBlocking(false);
            ByteBuffer out = question(question);
            SelectionKey key = channel.register(selector, SelectionKey.OP_WRITE);
            while (out.hasRemaining()) {
                await(selector, deadline);
                channel.write(out);
            }
            key.interestOps(SelectionKey.OP_READ);
            return answer(channel, selector, deadline);
        }
    }

    /// The version, the command and three arguments, each with a zero byte behind it.
    private static ByteBuffer question(List<String> question) {
        var text = new StringBuilder("1\0");
        for (String word : question) text.append(word).append('\0');
        text.repeat('\0', ARGUMENTS + 1 - question.size());
        return StandardCharsets.UTF_8.encode(text.toString());
    }

    private String answer(SocketChannel channel, Selector selector, long deadline) throws IOException {
        byte[] answer = new byte[4096];
        int length = 0;
        while (true) {
            await(selector, deadline);
            if (length == answer.length) answer = Arrays.copyOf(answer, length * 2);
            int read = channel.read(ByteBuffer.wrap(answer, length, answer.length - length));
            if (read < 0) break;
            length += read;
        }
        String text = new String(answer, 0, length, StandardCharsets.UTF_8);
        int line = text.indexOf('\n');
        if (line < 0) throw new Refusal("process " + pid + " does not talk to this user: be the same user, or root");
        String said = text.substring(line + 1).strip();
        if (!text.startsWith("0\n")) throw new Refusal("the JVM of process " + pid + " says: " + said);
        return said;
    }

    private void await(Selector selector, long deadline) throws IOException {
        long left = (deadline - System.nanoTime()) / 1_000_000;
        if (left <= 0 || selector.select(left) == 0 && System.nanoTime() >= deadline)
            throw new Refusal(
                    "the JVM of process " + pid + " has not answered in time: it may be stopped, or very busy");
        selector.selectedKeys().clear();
    }

    // ---------------------------------------------------------------- the socket

    private SocketChannel connect() throws IOException {
        Path socket = temporary().resolve(".java_pid" + ownPid());
        SocketChannel open = tryConnect(socket);
        if (open != null) return open;
        if (isClosed())
            throw new Refusal(
                    "the JVM of process " + pid + " was started with -XX:+DisableAttachMechanism: it cannot be asked");
        Path question = temporary().resolve(".attach_pid" + ownPid());
        createQuestion(question);
        try {
            wake();
            for (long end = System.nanoTime() + OPENS_WITHIN.toNanos(); System.nanoTime() < end; ) {
                open = tryConnect(socket);
                if (open != null) return open;
                pause();
            }
        } finally {
            Files.deleteIfExists(question);
        }
        throw new Refusal("the JVM of process " + pid + " does not open its door: it may be stopped, or very busy");
    }

    /// Such a JVM would answer with a thread dump on its output, and with nothing else.
    private boolean isClosed() throws IOException {
        return Files.readString(proc.resolve("cmdline"), StandardCharsets.ISO_8859_1)
                .contains("\0-XX:+DisableAttachMechanism\0");
    }

    private static @Nullable SocketChannel tryConnect(Path socket) {
        if (!Files.exists(socket)) return null;
        try {
            return SocketChannel.open(UnixDomainSocketAddress.of(socket));
        } catch (IOException e) {
            return null; // of a process that had the same number, long ago
        }
    }

    private void createQuestion(Path question) throws IOException {
        try {
            Files.createFile(question);
        } catch (FileAlreadyExistsException e) {
            // Somebody else asks at the same time.
        } catch (NoSuchFileException e) {
            throw new Refusal("process " + pid + " has no /tmp, or has ended");
        }
    }

    /// @throws Refusal if SIGQUIT would end the process, which is what it does to one that does not
    ///     expect it
    private void wake() throws IOException {
        try (var process = new ProcessDescriptor(pid)) {
            if (!expectsQuit())
                throw new Refusal(
                        "the JVM of process " + pid + " is not ready yet, or runs with -Xrs: it cannot be asked");
            process.signal(SIGQUIT);
        } catch (SystemCallException e) {
            if (e.is(Errno.EPERM)) throw new Refusal("process " + pid + " belongs to another user: be root to ask it");
            throw e;
        }
    }

    private boolean expectsQuit() throws IOException {
        String caught = status("SigCgt:");
        return caught != null && (Long.parseUnsignedLong(caught, 16) & 1L << SIGQUIT - 1) != 0;
    }

    /// Its number in its own namespace: the last of them.
    private String ownPid() throws IOException {
        String numbers = status("NSpid:");
        if (numbers == null) return String.valueOf(pid);
        return numbers.substring(numbers.lastIndexOf('\t') + 1);
    }

    private @Nullable String status(String field) throws IOException {
        try (Stream<String> lines = Files.lines(proc.resolve("status"), StandardCharsets.ISO_8859_1)) {
            return lines.filter(line -> line.startsWith(field))
                    .map(line -> line.substring(field.length()).strip())
                    .findFirst()
                    .orElse(null);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(20);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
