package dev.sockeye.metrics;

import dev.sockeye.linux.TcpChanges;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Looks at the sockets of a machine for as long as it runs, and tells of them: to Prometheus, when it asks, and to an
/// OTLP collector. One thread looks and leaves a value behind, [Reading]; whoever asks gets series made of the last
/// one.
/// So nobody who asks waits for the kernel, and nobody who is slow holds up a look.
///
/// Each kind of work has its share of a core ([Duty]): what takes longer is done less often, so that the whole stays
/// below what was allowed, however many sockets there are.
public final class Agent implements AutoCloseable {

    /// How the agent's share of a core is divided; what is left is for who asks, and for the JVM. Looks that count
    /// bytes
    /// are among the looks.
    static final double FOR_LOOKS = 0.80,
            FOR_BYTES = 0.30,
            FOR_HOLDERS = 0.06,
            FOR_PLACES = 0.02,
            FOR_FACTS = 0.02,
            FOR_FINDINGS = 0.06;

    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /// The first looks are dear, since the JVM has yet to compile what they do: they are taken as often all the same.
    private static final int FIRST_LOOKS = 20;

    /// A look that goes to every socket is ten times as dear as others, and may be: it is over so many looks that their
    /// share is kept.
    private static final int LOOKS_TOGETHER = 16;

    /// The governor measures in steps of ten milliseconds, and aims a little below what is allowed.
    private static final double ALLOWED = 0.97;

    /// Bytes for what happens between two looks: if it is more than 2000 changes, the next goes to every socket.
    private static final int CHANGES = 1 << 17;

    private final AgentSettings settings;
    private final AgentLog log;
    private final Instant began = Instant.now();
    private final CountDownLatch stop = new CountDownLatch(1);
    private final CountDownLatch first = new CountDownLatch(1);
    private final FindingsWatch findings;
    private final Thread looker =
            Thread.ofPlatform().name("sockeye-look").daemon().unstarted(this::lookAgainAndAgain);
    private volatile @Nullable Reading reading;
    private volatile @Nullable IOException failure;
    private @Nullable MetricsServer server;
    private @Nullable Thread pusher;

    private Agent(AgentSettings settings, AgentLog log) {
        this.settings = settings;
        this.log = log;
        findings = new FindingsWatch(settings, log);
    }

    /// Begins: when this returns, the first look has been taken, and it can be asked.
    ///
    /// @throws java.net.BindException if its address is taken, or is none of this machine
    /// @throws IOException with a message for people, if the sockets cannot be looked at
    public static Agent start(AgentSettings settings, AgentLog log) throws IOException {
        var agent = new Agent(settings, log);
        try {
            agent.begin();
            return agent;
        } catch (IOException | RuntimeException e) {
            agent.close();
            throw e;
        }
    }

    private void begin() throws IOException {
        server = new MetricsServer(settings.listen(), this::families, this::trouble);
        looker.start();
        try {
            first.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while looking at the sockets for the first time", e);
        }
        if (failure != null) throw new IOException(failure.getMessage(), failure);
        server.start();
        if (!settings.findings().isZero()) findings.start();
        if (settings.otlp() != null) {
            pusher = Thread.ofPlatform().name("sockeye-otlp").daemon().start(this::pushAgainAndAgain);
        }
    }

    /// Where it can be asked.
    public InetSocketAddress address() {
        return Objects.requireNonNull(server).address();
    }

    /// Waits until it is closed.
    public void await() throws InterruptedException {
        stop.await();
    }

    /// All series as they are now.
    List<Family> families() {
        Reading last = Objects.requireNonNull(reading);
        Reading with = last.with(
                Reading.Part.FINDINGS, findings.cpuNanos(), last.work().lookNanos());
        return Families.of(with, findings.last(), settings.version());
    }

    /// What it sees, in a line: how many sockets, and what the doctor has found.
    String status() {
        Reading last = Objects.requireNonNull(reading);
        int sockets = last.namespaces().rows().values().stream()
                .mapToInt(Tally.Row::sum)
                .sum();
        String line = counted(sockets, "socket");
        Findings found = findings.last();
        if (found.rules().isEmpty()) return line;
        return line + ", "
                + counted(found.counts().values().stream().mapToInt(n -> n).sum(), "finding");
    }

    private static String counted(int number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }

    /// What is wrong with it; null if it looks as it should.
    @Nullable
    String trouble() {
        Reading last = Objects.requireNonNull(reading);
        Duration age = Duration.between(last.at(), Instant.now());
        Duration most = settings.interval().multipliedBy(5).plusSeconds(30);
        return age.compareTo(most) < 0 ? null : "the last look at the sockets is " + age.toSeconds() + " s old";
    }

    // ---------------------------------------------------------------- looking

    private void lookAgainAndAgain() {
        try (Census census = new Census(changes(), settings.allNamespaces(), settings.bounds(), settings.share())) {
            var duty =
                    new Duty(settings.share() * FOR_LOOKS, settings.interval().toNanos());
            var governor =
                    new Governor(settings.share() * ALLOWED, settings.interval().toNanos(), Governor::processCpu);
            int failed = 0;
            long average = 0;
            long delay;
            do {
                long now = System.nanoTime();
                delay = 0;
                try {
                    Reading taken = census.look();
                    reading = taken;
                    average += (taken.work().lookNanos() - average)
                            / Math.min(taken.work().looks(), LOOKS_TOGETHER);
                    delay = pace(taken.work().looks(), now, average, duty, governor);
                    failed = 0;
                } catch (IOException e) {
                    if (reading == null) throw e;
                    if (failed++ == 0) log.say(AgentLog.Level.ERROR, "cannot look at the sockets: " + e.getMessage());
                    duty.done(now, 0);
                }
                first.countDown();
            } while (!stop.await(duty.nextAt() + delay - System.nanoTime(), TimeUnit.NANOSECONDS));
        } catch (IOException e) {
            failure = e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            failure = new IOException("looking at the sockets failed: " + e, e);
            log.say(AgentLog.Level.ERROR, "stopped looking at the sockets: " + e);
        } finally {
            first.countDown();
        }
    }

    /// Without them each look goes to each socket.
    private @Nullable TcpChanges changes() {
        try {
            return new TcpChanges(CHANGES);
        } catch (IOException e) {
            log.say(AgentLog.Level.INFO, "each look goes to every socket, which takes longer: " + e.getMessage());
            return null;
        }
    }

    /// Says how long to wait beyond what looks themselves demand, which take so long each.
    private static long pace(long looks, long began, long nanos, Duty duty, Governor governor) {
        if (looks < FIRST_LOOKS) {
            duty.done(began, 0);
            return 0;
        }
        duty.done(began, nanos);
        if (looks > FIRST_LOOKS) return governor.delay(System.nanoTime());
        governor.begin(System.nanoTime());
        return 0;
    }

    // ---------------------------------------------------------------- sending

    private void pushAgainAndAgain() {
        var format = new OtlpFormat(Objects.requireNonNull(reading).machine().namespace(), settings.version(), began);
        boolean arrived = true;
        try (OtlpPush push = new OtlpPush(Objects.requireNonNull(settings.otlp()))) {
            do {
                Reading last = Objects.requireNonNull(reading);
                boolean arrives = push.send(format.data(families(), last.at()));
                if (arrived && !arrives) {
                    log.say(AgentLog.Level.WARNING, "cannot send to " + settings.otlp() + "; trying again");
                } else if (!arrived && arrives) {
                    log.say(AgentLog.Level.INFO, "sending to " + settings.otlp() + " again");
                }
                arrived = arrives;
            } while (!stop.await(settings.otlpInterval().toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Ends it; whoever [#await]s goes on.
    @Override
    public void close() {
        stop.countDown();
        findings.close();
        if (server != null) server.close();
        try {
            if (looker.isAlive()) looker.join(PATIENCE);
            if (pusher != null) {
                pusher.interrupt();
                pusher.join(PATIENCE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
