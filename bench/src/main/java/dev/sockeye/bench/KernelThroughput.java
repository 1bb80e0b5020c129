package dev.sockeye.bench;

import dev.sockeye.link.Impairment;
import dev.sockeye.link.TunLink;
import dev.sockeye.linux.NetworkNamespace;
import dev.sockeye.linux.Rtnetlink;
import dev.sockeye.linux.SystemCallException;
import dev.sockeye.linux.Tun;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.PagePool;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// How fast the kernel's own TCP is through our impaired links, in real time: a kernel socket that sends, a TUN device,
/// the impairment, another TUN device in another network namespace, and a kernel socket that receives. Beside it,
/// docs/throughput.md has what our stack does through the same links in virtual time.
///
/// `KernelThroughput CONGESTIONS LOSSES RTTS SECONDS TIMES AT_ONCE`, the first three lists with commas:
/// `KernelThroughput cubic,reno,bbr 0,0.1,1,2,5,10 1,20,100,300 20 9 3`. Root, in the repository's folder, at real-time
/// priority (`chrt -f 10`): the links are only as exact as the threads that carry are in time.
final class KernelThroughput {

    private static final int MTU = 1500;
    private static final String SENDER = "10.9.0.1", RECEIVER = "10.9.0.2", PORT = "5001";
    private static final String BULK =
            Path.of("docs", "linux", "lab", "bulk.py").toString();

    private KernelThroughput() {}

    /// Runs it.
    public static void main(String[] arguments) throws Exception {
        if (arguments.length != 6) {
            System.err.println("KernelThroughput CONGESTIONS LOSSES RTTS SECONDS TIMES AT_ONCE");
            System.exit(64);
        }
        int seconds = Integer.parseInt(arguments[3]);
        int times = Integer.parseInt(arguments[4]);
        System.out.println("# Linux " + System.getProperty("os.version") + ", see ../throughput.md.");
        System.out.println("congestion\tloss %\trtt ms\tmedian\truns");
        try (ExecutorService pool = Executors.newFixedThreadPool(Integer.parseInt(arguments[5]))) {
            for (String congestion : arguments[0].split(",", -1)) {
                for (String loss : arguments[1].split(",", -1)) {
                    for (String rtt : arguments[2].split(",", -1)) row(pool, congestion, loss, rtt, seconds, times);
                }
            }
        }
    }

    private static void row(ExecutorService pool, String congestion, String loss, String rtt, int seconds, int times)
            throws Exception {
        Impairment how = Impairment.parse(impairment(loss, Integer.parseInt(rtt)));
        List<Future<Double>> runs = new ArrayList<>();
        for (int i = 1; i <= times; i++) {
            int seed = i;
            runs.add(pool.submit(() -> inTime(congestion, how, seconds, seed)));
        }
        var megabits = new double[times];
        var all = new StringBuilder();
        for (int i = 0; i < times; i++) {
            megabits[i] = runs.get(i).get();
            all.append(String.format(Locale.ROOT, " %.2f", megabits[i]));
        }
        Arrays.sort(megabits);
        double median = (megabits[(times - 1) / 2] + megabits[times / 2]) / 2;
        System.out.printf(Locale.ROOT, "%s\t%s\t%s\t%.2f\t%s%n", congestion, loss, rtt, median, all.substring(1));
        System.out.flush();
    }

    /// As docs/throughput.md has it: a bottleneck of 100 Mbit/s each way with a queue of 256 KiB, half the round trip
    /// each way, the loss each way.
    static String impairment(String lossPercent, int roundTripMillis) {
        return "delay " + roundTripMillis * 500 + "us loss " + lossPercent + "% rate 100mbit limit 256kb";
    }

    /// A run in which the links were late is none.
    private static double inTime(String congestion, Impairment how, int seconds, long seed) throws Exception {
        for (int tries = 0; tries < 20; tries++) {
            double megabits = run(congestion, how, seconds, seed);
            if (megabits >= 0) return megabits;
        }
        throw new IOException("this machine is too busy: links are late by more than 20 ms in each of 20 runs");
    }

    /// @param seed of the losses; what the kernel does beside them, and when, is not repeated
    /// @return megabits of payload per second; -1 if the links were late
    private static double run(String congestion, Impairment how, int seconds, long seed) throws Exception {
        return NetworkNamespace.callInNew(() -> {
            Tun near = device(SENDER);
            Far far = NetworkNamespace.callInNew(() -> receive(seconds));
            var pool = new PagePool();
            try (var wire = new Wire(how, pool, seed);
                    var a = new TunLink(near, MTU, pool, System::nanoTime, wire::carry);
                    var b = new TunLink(far.device, MTU, pool, System::nanoTime, wire::carry)) {
                wire.join(a, b);
                double megabits = transfer(congestion, seconds, far);
                return wire.latest() < 20_000_000 ? megabits : -1;
            } finally {
                far.process.destroy();
            }
        });
    }

    private static double transfer(String congestion, int seconds, Far far) throws IOException {
        Process sender = start("send", congestion, RECEIVER, PORT, Integer.toString(seconds));
        try (BufferedReader said = sender.inputReader();
                OutputStream start = far.process.getOutputStream()) {
            start.write((said.readLine() + "\n").getBytes(StandardCharsets.US_ASCII));
            start.flush();
            String received = far.said.readLine();
            if (received == null) throw new IOException("the receiver ended without a word");
            String info = said.readLine();
            System.err.println("# " + info + ", received " + received);
            if (info == null || !info.startsWith(congestion + " ")) throw new IOException("the sender said " + info);
            return Long.parseLong(received) * 8 / 1e6 / seconds;
        } finally {
            sender.destroy();
        }
    }

    /// The receiver's side: its device, and the process that listens.
    private record Far(Tun device, Process process, BufferedReader said) {}

    private static Far receive(int seconds) throws Exception {
        Tun device = device(RECEIVER);
        Process process = start("receive", RECEIVER, PORT, Integer.toString(seconds));
        BufferedReader said = process.inputReader();
        if (!"listening".equals(said.readLine())) throw new IOException("the receiver does not listen");
        return new Far(device, process, said);
    }

    /// A device in the calling thread's namespace.
    private static Tun device(String address) throws SystemCallException {
        Tun tun = Tun.open("eye0", false);
        try (var netlink = new Rtnetlink()) {
            netlink.setTransmitQueue("eye0", 10_000);
            netlink.addAddress("eye0", IpAddress.parse(address), 24);
            netlink.setUp("eye0", true);
        }
        return tun;
    }

    private static Process start(String... arguments) throws IOException {
        var command = new ArrayList<>(List.of("python3", BULK));
        command.addAll(Arrays.asList(arguments));
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }
}
