package dev.sockeye.metrics;

import dev.sockeye.linux.NotifySocket;
import dev.sockeye.linux.SystemCallException;
import dev.sockeye.linux.SystemCalls;
import dev.sockeye.wire.Errno;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Tells the service manager how the agent is (sd_notify(3)): when it can be asked, what it sees, that it still looks,
/// and that it is about to end. An agent that no longer looks at the sockets does not say that it is alive, even though
/// it runs: a manager with a watchdog then starts it anew.
public final class ServiceNotices implements AutoCloseable {

    /// How often it says what it sees, where no watchdog wants to hear of it more often.
    private static final long STATUS_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final NotifySocket socket;
    private final long watchdogNanos;
    private final CountDownLatch stop = new CountDownLatch(1);
    private @Nullable Thread thread;

    private ServiceNotices(NotifySocket socket, long watchdogNanos) {
        this.socket = socket;
        this.watchdogNanos = watchdogNanos;
    }

    /// What the environment asks for.
    ///
    /// @param environment `NOTIFY_SOCKET`, `WATCHDOG_USEC` and `WATCHDOG_PID` of systemd
    /// @param log         is told if the manager cannot be reached
    /// @return null if nobody wants to be told
    public static @Nullable ServiceNotices of(Map<String, String> environment, AgentLog log) {
        String name = environment.getOrDefault("NOTIFY_SOCKET", "");
        if (name.isEmpty() || !SystemCalls.areThere()) return null;
        try {
            return new ServiceNotices(new NotifySocket(name), watchdog(environment));
        } catch (SystemCallException e) {
            log.say(AgentLog.Level.WARNING, "cannot " + e.getMessage());
            return null;
        }
    }

    /// Nanoseconds within which it wants to hear of this process; 0 if it does not.
    private static long watchdog(Map<String, String> environment) {
        String own = Long.toString(ProcessHandle.current().pid());
        if (!environment.getOrDefault("WATCHDOG_PID", own).equals(own)) return 0;
        try {
            return TimeUnit.MICROSECONDS.toNanos(Long.parseLong(environment.getOrDefault("WATCHDOG_USEC", "0")));
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    /// The agent can be asked; from now on it is told of.
    public void ready(Agent agent) {
        socket.send("READY=1\nSTATUS=" + agent.status());
        thread = Thread.ofPlatform().name("sockeye-notify").daemon().start(() -> tellAgainAndAgain(agent));
    }

    private void tellAgainAndAgain(Agent agent) {
        // Twice within the time, as sd_watchdog_enabled(3) advises.
        long every = watchdogNanos > 0 ? Math.min(watchdogNanos / 2, STATUS_NANOS) : STATUS_NANOS;
        String said = "";
        try {
            do {
                String trouble = agent.trouble();
                String status = trouble == null ? agent.status() : trouble;
                var message = new StringBuilder();
                if (watchdogNanos > 0 && trouble == null) message.append("WATCHDOG=1\n");
                if (!status.equals(said))
                    message.append("STATUS=").append(status).append('\n');
                said = status;
                if (!message.isEmpty() && socket.send(message.toString()) == Errno.ECONNREFUSED.asResult()) return;
            } while (!stop.await(every, TimeUnit.NANOSECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// The agent is about to end.
    @Override
    public void close() {
        stop.countDown();
        try {
            if (thread != null) thread.join(TimeUnit.SECONDS.toMillis(1));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        socket.send("STOPPING=1\nSTATUS=ending");
        socket.close();
    }
}
