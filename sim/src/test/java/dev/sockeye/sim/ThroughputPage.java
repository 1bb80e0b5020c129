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

    /// Our median as a share of the kernel's.
    static double ratio(Throughput ours, Throughput kernels, Throughput.Cell cell) {
        return ours.median(cell) / kernels.median(cell);
    }

    String text() {
        var text = new StringBuilder("""
                # Throughput against loss and round trip

                One connection that sends as much as it can for %d seconds, over a bottleneck of 100 Mbit/s with a queue of 256 KiB; loss and half the round trip each way, ACKs
                included. Megabits of payload per second, the median of %d runs with different losses.

                **Ours** is measured in the laboratory, in virtual time: the same on every machine, and a test compares it to the last digit. **The kernel's** is measured in
                real time: a socket of Linux 6.18 sends through a TUN device, the same impaired links (`ImpairedLink`, the same seeds) and another TUN device to a socket of the
                kernel in another network namespace, with the same buffers (`tcp_rmem`, `tcp_wmem`) and a program that writes as ours does: all that is taken, whenever there is
                room. `bbr3` is not in this kernel.

                Loss of 1 %% and more over a long path leaves the window at a few segments: there a run's figure is a matter of luck, and medians of %d runs differ by some percent.

                """.formatted(Throughput.SECONDS, Throughput.SEEDS, Throughput.SEEDS));
        for (String name : Throughput.CONGESTION_CONTROLS) section(text, name);
        text.append("""
                ## Made anew

                ```
                ./verify -pl sim -am -Dsockeye.snapshot=update -Dtest=ThroughputTest -Dsurefire.failIfNoSpecifiedTests=false    # ours, this page and its plots: a few minutes
                sudo bench/kernel-throughput cubic,reno,bbr 0,0.1,1,2,5,10 1,20,100,300 %d %d 4 > docs/linux/throughput.tsv    # the kernel's: hours
                ```

                Every run is in [throughput.tsv](throughput.tsv) and [linux/throughput.tsv](linux/throughput.tsv).
                """.formatted(Throughput.SECONDS, Throughput.SEEDS));
        return text.toString();
    }

    private void section(StringBuilder text, String name) {
        text.append("## ")
                .append(name)
                .append("\n\n![")
                .append(name)
                .append("](throughput-")
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
                text.append(String.format(Locale.ROOT, " **%.2f** |", ours.median(cell)));
                if (both) {
                    double kernel = kernels.median(cell);
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
            plot.line(roundTrip + " ms", medians(ours, name, roundTrip));
        }
        if (hasKernels(name)) {
            for (int i = 0; i < Throughput.ROUND_TRIPS.size(); i++) {
                plot.dashed(i, medians(kernels, name, Throughput.ROUND_TRIPS.get(i)));
            }
            plot.note("- - kernel");
        }
        return plot.toString();
    }

    private static List<Double> medians(Throughput of, String name, String roundTrip) {
        List<Double> medians = new ArrayList<>();
        for (String loss : Throughput.LOSSES) medians.add(of.median(new Throughput.Cell(name, loss, roundTrip)));
        return medians;
    }
}
