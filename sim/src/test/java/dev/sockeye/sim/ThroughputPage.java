package dev.sockeye.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.NullMarked;

/// `docs/throughput.md` and its plots, from the figures.
@NullMarked
final class ThroughputPage {

    private final Throughput ours;
    private final Throughput kernels;

    ThroughputPage(Throughput ours, Throughput kernels) {
        this.ours = ours;
        this.kernels = kernels;
    }

    /// Our mean as a share of the kernel's.
    static double ratio(Throughput ours, Throughput kernels, Throughput.Cell cell) {
        return ours.mean(cell) / kernels.mean(cell);
    }

    String text() {
        var text = new StringBuilder("""
                # Throughput against loss and round trip

                One connection that sends as much as it can for %d seconds, the handshake included, over a bottleneck of 20 Mbit/s with a queue of 128 KiB; loss and half the
                round trip each way, so that ACKs are lost too. Megabits of payload per second, the mean of as many runs as the loss has luck in it (3 to 36, each with losses of its
                own). MTU 1500, timestamps and SACK, the buffers that Linux 6.18 has by default (`tcp_rmem` 4096 131072 33554432, `tcp_wmem` 4096 16384 4194304).

                **Ours** is measured in the laboratory, in virtual time: the same on every machine, and a test compares it to the last digit. **The kernel's** is measured in
                real time, Linux 6.18 (HZ 250), November 2026: a socket of the kernel sends through a TUN device, the same impaired links (`ImpairedLink`; by the same seed the n-th packet of a
                direction is lost there if it is lost here) and another TUN device to a socket of the kernel in another network namespace; a program writes as ours does: all that is
                taken, whenever there is room. The threads that carry have real-time priority; runs in which a packet was late by more than 10 ms are made again. `bbr3` is not in this
                kernel.

                Ours is often the kernel's run by run: the rows in [throughput.tsv](throughput/throughput.tsv) and [linux/throughput.tsv](linux/throughput.tsv) can be laid side by
                side. None is more than a tenth slower than the kernel's; the build checks that, too.

                """.formatted(Throughput.SECONDS));
        for (String name : Throughput.CONGESTION_CONTROLS) section(text, name);
        text.append("""
                ## Made anew

                ```
                ./verify -pl sim -am -Dsockeye.snapshot=update -Dtest=ThroughputTest -Dsurefire.failIfNoSpecifiedTests=false    # ours, this page and its plots
                sudo bench/kernel-throughput > docs/linux/throughput.tsv    # the kernel's: half an hour on an idle machine
                ```

                The build measures a few of ours and compares (about 5 seconds); `-Dsockeye.throughput=all` does so with all (half a minute).
                """);
        return text.toString();
    }

    private void section(StringBuilder text, String name) {
        text.append("## ")
                .append(name)
                .append("\n\n![")
                .append(name)
                .append("](throughput/")
                .append(name);
        text.append(".svg)\n\n| loss |");
        boolean both = hasKernels(name);
        for (String roundTrip : Throughput.ROUND_TRIPS) {
            text.append(" ").append(roundTrip).append(" ms |");
            if (both) text.append(" kernel | |");
        }
        text.append("\n|---|");
        text.append((both ? "---|---|---|" : "---|").repeat(Throughput.ROUND_TRIPS.size()))
                .append('\n');
        for (String loss : Throughput.LOSSES) {
            text.append("| ").append(loss).append(" % |");
            for (String roundTrip : Throughput.ROUND_TRIPS) {
                var cell = new Throughput.Cell(name, loss, roundTrip);
                text.append(String.format(Locale.ROOT, " **%.2f** |", ours.mean(cell)));
                if (both) {
                    double kernel = kernels.mean(cell);
                    double percent = 100 * ratio(ours, kernels, cell) - 100;
                    text.append(String.format(Locale.ROOT, " %.2f | %+.0f %% |", kernel, percent));
                }
            }
            text.append('\n');
        }
        text.append('\n');
    }

    private boolean hasKernels(String name) {
        return kernels.has(new Throughput.Cell(name, Throughput.LOSSES.getFirst(), Throughput.ROUND_TRIPS.getFirst()));
    }

    /// A plot: a line for each round trip, ours, and dashed the kernel's.
    String plot(String name) {
        var plot = new LogPlot(name + ": Mbit/s by loss", Throughput.LOSSES, " %", 0.1, 100);
        for (String roundTrip : Throughput.ROUND_TRIPS) {
            plot.line(roundTrip + " ms", means(ours, name, roundTrip));
        }
        if (hasKernels(name)) {
            for (int i = 0; i < Throughput.ROUND_TRIPS.size(); i++) {
                plot.dashed(i, means(kernels, name, Throughput.ROUND_TRIPS.get(i)));
            }
            plot.note("- - kernel");
        }
        return plot.toString();
    }

    private static List<Double> means(Throughput of, String name, String roundTrip) {
        List<Double> means = new ArrayList<>();
        for (String loss : Throughput.LOSSES) means.add(of.mean(new Throughput.Cell(name, loss, roundTrip)));
        return means;
    }
}
