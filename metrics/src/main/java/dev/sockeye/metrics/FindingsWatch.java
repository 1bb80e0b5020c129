package dev.sockeye.metrics;

import dev.sockeye.inspect.doctor.CheckUp;
import dev.sockeye.inspect.doctor.CheckUps;
import dev.sockeye.inspect.doctor.Doctor;
import dev.sockeye.inspect.doctor.Finding;
import dev.sockeye.inspect.kernel.KernelQuery;
import dev.sockeye.inspect.kernel.KernelSource;
import dev.sockeye.inspect.look.LocalMachine;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Has the doctor examine the machine now and then, on a thread of its own: that takes every socket with all that is
/// known of it, which costs ten times what counting does.
final class FindingsWatch implements AutoCloseable {

    private final AgentSettings settings;
    private final AgentLog log;
    private final Doctor doctor = new Doctor();
    private final CountDownLatch stop = new CountDownLatch(1);
    private final Thread thread =
            Thread.ofPlatform().name("sockeye-doctor").daemon().unstarted(this::examine);
    private volatile Findings last = Findings.NONE;
    private volatile long cpuNanos;

    FindingsWatch(AgentSettings settings, AgentLog log) {
        this.settings = settings;
        this.log = log;
    }

    void start() {
        thread.start();
    }

    /// What was found last.
    Findings last() {
        return last;
    }

    /// What it has cost.
    long cpuNanos() {
        return cpuNanos;
    }

    private void examine() {
        KernelQuery query = settings.allNamespaces() ? KernelQuery.ALL.ofAllNamespaces() : KernelQuery.ALL;
        var duty = new Duty(
                settings.share() * Agent.FOR_FINDINGS, settings.findings().toNanos());
        @Nullable CheckUp before = null;
        long spent = 0;
        try (var checkUps = new CheckUps(new LocalMachine(new KernelSource()));
                CpuClock cpu = new CpuClock()) {
            do {
                long began = System.nanoTime();
                long used = cpu.now();
                try {
                    CheckUp now = checkUps.checkUp(query);
                    last = count(now, before);
                    before = now;
                } catch (IOException e) {
                    log.say(AgentLog.Level.WARNING, "cannot examine the sockets: " + e.getMessage());
                } catch (OutOfMemoryError e) {
                    before = null;
                    log.say(
                            AgentLog.Level.WARNING,
                            "too many sockets to examine in this heap: give java a larger -Xmx");
                }
                used = cpu.now() - used;
                spent += used;
                cpuNanos = spent;
                duty.done(began, used);
            } while (!stop.await(duty.nextAt() - System.nanoTime(), TimeUnit.NANOSECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException | RuntimeException e) {
            last = Findings.NONE;
            log.say(AgentLog.Level.ERROR, "examines the sockets no more: " + e);
        }
    }

    private Findings count(CheckUp now, @Nullable CheckUp before) {
        Map<Findings.Kind, Integer> counts = new HashMap<>();
        Map<String, Integer> sockets = new HashMap<>();
        for (Finding finding : doctor.examine(now, before)) {
            counts.merge(new Findings.Kind(finding.rule(), finding.severity()), 1, Integer::sum);
            sockets.merge(finding.rule(), finding.sockets(), Integer::sum);
        }
        return new Findings(doctor.rules(), counts, sockets);
    }

    @Override
    public void close() {
        stop.countDown();
        try {
            if (thread.isAlive()) thread.join(TimeUnit.SECONDS.toMillis(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
