package dev.sockeye.sim;

import java.time.Duration;
import java.util.List;
import java.util.random.RandomGenerator;

/// Faults that a seed decides on: what, where and when. Each is told to the network's log when it happens.
///
/// *Faults* are what TCP has to hide from programs: bad links, short cuts, programs that stand still. *Disasters* it
/// cannot hide: machines that vanish or reboot, cables that stay cut.
public final class RandomFaults {

    private static final int LONGEST_CUT_MILLIS = 10_000;
    private static final int LONGEST_FREEZE_MILLIS = 30_000;
    private static final int LONGEST_OUTAGE_MINUTES = 60;

    private final Network network;
    private final RandomGenerator random;
    private final List<Machine> machines;
    private final List<Cable> cables;

    /// Faults for these machines and cables.
    ///
    /// @param random such as [Network#random] gives
    public RandomFaults(Network network, RandomGenerator random, List<Machine> machines, List<Cable> cables) {
        this.network = network;
        this.random = random;
        this.machines = List.copyOf(machines);
        this.cables = List.copyOf(cables);
    }

    /// A link with a random selection of what links do to packets: up to 120 ms of delay, up to 10 % of loss,
    /// duplicates,
    /// corruption and reordering, a narrow bottleneck. In the words of [dev.sockeye.link.Impairment#parse].
    public String impairment() {
        var text = new StringBuilder("delay " + random.nextInt(1, 100_000) + "us");
        if (oneIn(3)) text.append(" ").append(random.nextInt(20_000)).append("us");
        if (oneIn(3)) text.append(" loss ").append(random.nextInt(10)).append("%");
        else if (oneIn(6))
            text.append(" loss gemodel 1% ").append(random.nextInt(70, 100)).append("%");
        if (oneIn(3)) text.append(" duplicate ").append(random.nextInt(10)).append("%");
        if (oneIn(3)) text.append(" corrupt ").append(random.nextInt(5)).append("%");
        if (oneIn(3)) text.append(" reorder ").append(random.nextInt(30)).append("%");
        if (oneIn(3)) {
            text.append(" rate ").append(random.nextInt(200, 100_000)).append("kbit");
            text.append(" limit ").append(random.nextInt(10, 300));
        }
        return text.toString();
    }

    private boolean oneIn(int count) {
        return random.nextInt(count) == 0;
    }

    /// Plans so many faults, each for some time from now on.
    public void planFaults(int count, Duration within) {
        for (int i = 0; i < count; i++) planFault(within);
    }

    private void planFault(Duration within) {
        Cable cable = cables.get(random.nextInt(cables.size()));
        Machine machine = machines.get(random.nextInt(machines.size()));
        String to = impairment();
        switch (random.nextInt(4)) {
            case 0 -> plan(within, cable + " becomes " + to, () -> cable.change(to));
            case 1 -> {
                Machine sender = random.nextBoolean() ? cable.one() : cable.other();
                plan(within, cable + " from " + sender + " becomes " + to, () -> cable.changeFrom(sender, to));
            }
            case 2 -> planCut(within, cable, Duration.ofMillis(random.nextInt(LONGEST_CUT_MILLIS)));
            default -> {
                Duration length = Duration.ofMillis(random.nextInt(LONGEST_FREEZE_MILLIS));
                plan(within, machine + "'s programs freeze for " + length, () -> {
                    machine.freeze();
                    network.after(length, machine::thaw);
                });
            }
        }
    }

    /// Plans a disaster, for some time from now on.
    public void planDisaster(Duration within) {
        Cable cable = cables.get(random.nextInt(cables.size()));
        Machine machine = machines.get(random.nextInt(machines.size()));
        switch (random.nextInt(4)) {
            case 0 -> plan(within, machine + " has a power failure", machine::vanish);
            case 1 -> plan(within, machine + " crashes and reboots", machine::reboot);
            case 2 -> plan(within, cable + " is cut for ever", cable::cut);
            default -> planCut(within, cable, Duration.ofMinutes(random.nextInt(LONGEST_OUTAGE_MINUTES)));
        }
    }

    private void planCut(Duration within, Cable cable, Duration length) {
        plan(within, cable + " is cut for " + length, () -> {
            cable.cut();
            network.after(length, cable::heal);
        });
    }

    private void plan(Duration within, String what, Runnable fault) {
        network.after(Duration.ofNanos(random.nextLong(within.toNanos())), () -> {
            network.note(what);
            fault.run();
        });
    }
}
