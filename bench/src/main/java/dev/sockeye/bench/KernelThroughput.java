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
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;

/// How fast the kernel's own TCP is through our impaired links, in real time: a kernel socket that sends, a TUN device,
/// the impairment, another TUN device in another network namespace, and a kernel socket that receives. Beside it,
/// docs/throughput.md has what our stack does through the same links in virtual time.
///
/// `KernelThroughput CONGESTIONS LOSSES RTTS SECONDS TIMES CAPACITY`, the first three lists with commas:
/// `KernelThroughput
/// cubic,reno,bbr 0,0.1,1,2,5,10 1,20,100,300 20 9 200`. So many runs go on at a time that they need no more than the
/// capacity, in megabits per second. Root, in the repository's folder: the threads that carry get real-time priority,
/// for
/// the links are only as exact as they are in time.
final class KernelThroughput {

    private static final int MTU = 1500;
    /// Nanoseconds.
    private static final long TOO_LATE = 10_000_000;
    /// Of the bottleneck, Mbit/s.
    private static final int RATE = 20;
    private static final String SENDER = "10.9.0.1", RECEIVER = "10.9.0.2", PORT = "5001";
    private static final String BULK =
            Path.of("docs", "linux", "lab", "bulk.py").toString();

    /// Who carries packets, and whom they must wait for.
    private static final Set<String> CARRIERS = Set.of("wire", "sockeye-eye0", "VM Thread");

    private KernelThroughput() {}

    /// Runs it.
    public static void main(String[] arguments) throws Exception {
        if (arguments.length != 6) {
            System.err.println("KernelThroughput CONGESTIONS LOSSES RTTS SECONDS TIMES CAPACITY");
            System.exit(64);
        }
        int seconds = count(arguments[3], "SECONDS");
        int times = count(arguments[4], "TIMES");
        int megabits = count(arguments[5], "CAPACITY");
        String[] congestions = arguments[0].split(",", -1);
        String[] losses = arguments[1].split(",", -1);
        String[] rtts = arguments[2].split(",", -1);
        for (String loss : losses) percent(loss);
        for (String rtt : rtts) count(rtt, "RTTS");
        if (megabits < RATE) throw usage("the capacity is " + RATE + " at least, for one run alone needs that");
        System.out.println("# Linux " + System.getProperty("os.version") + ", see ../throughput.md.");
        System.out.println("congestion\tloss %\trtt ms\tmean\truns");
        var capacity = new Semaphore(megabits, true);
        List<Row> rows = new ArrayList<>();
        try (ExecutorService pool = Executors.newCachedThreadPool()) {
            for (String congestion : congestions) {
                for (String loss : losses) {
                    for (String rtt : rtts) {
                        rows.add(new Row(pool, capacity, congestion, loss, Integer.parseInt(rtt), seconds, times));
                    }
                }
            }
            for (Row row : rows) row.print();
        }
    }

    private static int count(String text, String what) {
        try {
            int number = Integer.parseInt(text);
            if (number > 0) return number;
        } catch (NumberFormatException e) {
            // told below
        }
        throw usage(what + " has '" + text + "', which is no whole number above 0");
    }

    private static void percent(String text) {
        try {
            double number = Double.parseDouble(text);
            if (number >= 0 && number <= 100) return;
        } catch (NumberFormatException e) {
            // told below
        }
        throw usage("LOSSES has '" + text + "', which is no percentage");
    }

    /// Ends the program: the command line makes no sense.
    private static IllegalArgumentException usage(String why) {
        System.err.println("bench/kernel-throughput: " + why + ".");
        System.exit(64);
        return new IllegalArgumentException(why);
    }

    /// The runs of a cell, one for each seed.
    private static final class Row {
        private final String name;
        private final List<Future<Double>> runs = new ArrayList<>();

        Row(ExecutorService pool, Semaphore capacity, String congestion, String loss, int rtt, int seconds, int times) {
            name = congestion + "\t" + loss + "\t" + rtt;
            Impairment how = Impairment.parse(impairment(loss, rtt));
            int needed = expected(congestion, Double.parseDouble(loss), rtt);
            for (int i = 1; i <= times; i++) {
                int seed = i;
                runs.add(pool.submit(() -> {
                    capacity.acquire(needed);
                    oneAtATime();
                    try {
                        return inTime(congestion, how, seconds, seed);
                    } finally {
                        capacity.release(needed);
                    }
                }));
            }
        }

        void print() throws Exception {
            var all = new StringBuilder();
            double sum = 0;
            for (Future<Double> run : runs) {
                sum += run.get();
                all.append(String.format(Locale.ROOT, " %.3f", run.get()));
            }
            System.out.printf(Locale.ROOT, "%s\t%.3f\t%s%n", name, sum / runs.size(), all.substring(1));
            System.out.flush();
        }
    }

    /// Starting a run is much work for a moment: no two start together.
    private static synchronized void oneAtATime() throws InterruptedException {
        Thread.sleep(400);
    }

    /// About how much a run carries, megabits per second: the rate, or what Mathis's formula says. No less than 3, for
    /// starting its processes is work too.
    private static int expected(String congestion, double lossPercent, int rtt) {
        if (congestion.startsWith("bbr") || lossPercent == 0) return RATE;
        double formula = 1.3 * 1448 * 8 / (rtt * 1000) / Math.sqrt(lossPercent / 100);
        return (int) Math.clamp(formula, 3, RATE);
    }

    /// As docs/throughput.md has it: a bottleneck of 20 Mbit/s each way with a queue of 128 KiB, half the round trip
    /// each way, the loss each way.
    static String impairment(String lossPercent, int roundTripMillis) {
        return "delay " + roundTripMillis * 500 + "us loss " + lossPercent + "% rate " + RATE + "mbit limit 128kb";
    }

    /// A run in which the links were late is none.
    private static double inTime(String congestion, Impairment how, int seconds, long seed) throws Exception {
        for (int tries = 0; tries < 20; tries++) {
            double megabits = run(congestion, how, seconds, seed);
            if (megabits >= 0) return megabits;
            System.err.println("# late, once more: " + congestion + ", " + how + ", seed " + seed);
        }
        throw new IOException("this machine is too busy: links are late by more than 10 ms in each of 20 runs");
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
                hurry();
                wire.beginInTime();
                double megabits = transfer(congestion, seconds, far);
                return wire.latest() < TOO_LATE ? megabits : -1;
            } finally {
                far.process.destroy();
            }
        });
    }

    /// Gives the threads that carry real-time priority.
    private static void hurry() throws IOException, InterruptedException {
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
            for (Path thread : threads) {
                String stat;
                try {
                    stat = Files.readString(thread.resolve("stat"));
                } catch (IOException e) {
                    continue; // it has ended
                }
                // proc(5): the name in parentheses, then from field 3 on; 41 is the policy, 0 that of ordinary threads.
                int end = stat.lastIndexOf(')');
                String name = stat.substring(stat.indexOf('(') + 1, end);
                boolean isOrdinary = stat.substring(end + 2).split(" ", -1)[38].equals("0");
                if (isOrdinary && CARRIERS.contains(name)) {
                    run("chrt", "-f", "-p", "10", thread.getFileName().toString());
                }
            }
        }
    }

    private static void run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        process.waitFor(); // a thread that has ended meanwhile needs no priority
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
        var command = new ArrayList<>(List.of("nice", "-n", "-5", "python3", BULK));
        command.addAll(Arrays.asList(arguments));
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }
}
