package dev.sockeye.bench;

import java.lang.management.ManagementFactory;
import java.util.Locale;

/// A benchmark of [Core] by the processor time of the thread that runs it, the best of some rounds: for machines
/// that have other work, where the clock on the wall tells little, and two builds are to be compared in turn.
///
/// `java -cp ... dev.sockeye.bench.CpuTime bulk|bulk64k|pingPong|openClose`
final class CpuTime {

    private static final int WARM_UP = 3, ROUNDS = 9;

    private CpuTime() {}

    /// Runs it.
    public static void main(String[] arguments) {
        var core = new Core();
        switch (arguments.length == 1 ? arguments[0] : "") {
            case "bulk" -> bulk(core, 1500);
            case "bulk64k" -> bulk(core, 65535);
            case "pingPong" -> {
                Core.Established on = established(1500);
                tell("%.3f million/s", 1000 / best(() -> core.pingPong(on), 300_000));
            }
            case "openClose" -> {
                var idle = new Core.Idle();
                tell("%.0f thousand/s", 1e6 / best(() -> core.openClose(idle), 50_000));
            }
            default -> {
                System.err.println("CpuTime bulk|bulk64k|pingPong|openClose");
                System.exit(64);
            }
        }
    }

    private static void bulk(Core core, int mtu) {
        Core.Established on = established(mtu);
        tell("%.1f Gbit/s", (8 << 16) / best(() -> core.bulk(on), 8000));
    }

    private static void tell(String format, double figure) {
        System.out.println(String.format(Locale.ROOT, format, figure));
    }

    private static Core.Established established(int mtu) {
        var on = new Core.Established();
        on.mtu = mtu;
        on.open();
        return on;
    }

    /// Nanoseconds for one.
    private static double best(Runnable operation, int count) {
        var threads = ManagementFactory.getThreadMXBean();
        double best = Double.MAX_VALUE;
        for (int round = 0; round < WARM_UP + ROUNDS; round++) {
            long begin = threads.getCurrentThreadCpuTime();
            for (int i = 0; i < count; i++) operation.run();
            double nanos = (threads.getCurrentThreadCpuTime() - begin) / (double) count;
            if (round >= WARM_UP) best = Math.min(best, nanos);
        }
        return best;
    }
}
