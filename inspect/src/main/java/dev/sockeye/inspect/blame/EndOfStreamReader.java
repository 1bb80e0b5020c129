package dev.sockeye.inspect.blame;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import jdk.jfr.consumer.EventStream;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedStackTrace;
import jdk.jfr.consumer.RecordedThread;

/// Which lines of a JVM's program read the end of a stream, by the JVM's own flight recorder: it
/// records each read for some time, and its repository is read along. It sees reads that happen
/// meanwhile, and not those before: of a socket that sits in CLOSE_WAIT already it tells nothing.
public final class EndOfStreamReader {

    private static final int NEEDS = 17;
    private static final String PATH = "Repository path: ";
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /// The JVM writes what it has recorded once a second.
    private static final long LAST_FLUSH_MILLIS = 3_000;

    private final Jvm target;
    private final String recording = "sockeye-" + Integer.toHexString(new SecureRandom().nextInt());
    private final Consumer<EndOfStream> to;
    private volatile CountDownLatch flushes = new CountDownLatch(Integer.MAX_VALUE);

    private EndOfStreamReader(Jvm target, Consumer<EndOfStream> to) {
        this.target = target;
        this.to = to;
    }

    /// Records for some time, and tells of each end of stream that is read meanwhile.
    ///
    /// @throws Jvm.Refusal if the JVM is too old, or cannot be asked
    public static void watch(Jvm target, Duration time, Consumer<EndOfStream> to) throws IOException {
        int release = target.release();
        if (release != 0 && release < NEEDS)
            throw new Jvm.Refusal("reads can be watched in JVMs from JDK " + NEEDS + " on; process " + target.pid()
                    + " runs on " + release);
        new EndOfStreamReader(target, to).watch(time);
    }

    private void watch(Duration time) throws IOException {
        String started = target.command(
                "JFR.start name=" + recording + " settings=none maxsize=64m +jdk.SocketRead#enabled=true"
                        + " +jdk.SocketRead#stackTrace=true +jdk.SocketRead#threshold=0ns"
                        + (target.release() >= 25 ? " +jdk.SocketRead#throttle=off" : ""),
                PATIENCE);
        if (!started.startsWith("Started recording"))
            throw new Jvm.Refusal("the flight recorder of process " + target.pid() + " does not start: " + started);
        var hook = new Thread(this::stopQuietly);
        Runtime.getRuntime().addShutdownHook(hook);
        boolean interrupted = false;
        try (EventStream events = EventStream.openRepository(repository())) {
            events.setStartTime(Instant.now().minusSeconds(1));
            events.onEvent("jdk.SocketRead", this::take);
            events.onFlush(() -> flushes.countDown());
            events.startAsync();
            TimeUnit.MILLISECONDS.sleep(time.toMillis());
            flushes = new CountDownLatch(2);
            stop();
            flushes.await(LAST_FLUSH_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            interrupted = true;
        } finally {
            interrupted |= Thread.interrupted(); // the JVM could not be asked else
            stopQuietly();
            removeHook(hook);
        }
        if (interrupted) Thread.currentThread().interrupt();
    }

    private Path repository() throws IOException {
        for (String line : target.command("JFR.configure", PATIENCE).lines().toList()) {
            if (line.startsWith(PATH))
                return target.file(Path.of(line.substring(PATH.length()).strip()));
        }
        throw new Jvm.Refusal("the flight recorder of process " + target.pid() + " does not say where it records");
    }

    private void take(RecordedEvent event) {
        if (!event.getBoolean("endOfStream")) return;
        RecordedThread thread = event.getThread();
        String name = thread == null ? "?" : thread.getJavaName();
        to.accept(new EndOfStream(
                event.getStartTime(),
                String.valueOf(event.getString("address")),
                event.getInt("port"),
                name == null ? "?" : name,
                frames(event.getStackTrace())));
    }

    private static List<StackTraceElement> frames(RecordedStackTrace stack) {
        List<StackTraceElement> frames = new ArrayList<>();
        if (stack == null) return frames;
        for (RecordedFrame frame : stack.getFrames()) {
            String type = frame.getMethod().getType().getName();
            frames.add(new StackTraceElement(type, frame.getMethod().getName(), source(type), frame.getLineNumber()));
        }
        return frames;
    }

    /// The recorder does not tell the file; it is named after the outermost class, as a rule.
    private static String source(String type) {
        String simple = type.substring(type.lastIndexOf('.') + 1);
        int inner = simple.indexOf('$', 1);
        return (inner < 0 ? simple : simple.substring(0, inner)) + ".java";
    }

    private synchronized void stop() throws IOException {
        target.command("JFR.stop name=" + recording, PATIENCE);
    }

    private void stopQuietly() {
        try {
            stop();
        } catch (IOException e) {
            // It was stopped already, or the program has ended.
        }
    }

    private static void removeHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // It is running: the process ends.
        }
    }
}
