package dev.sockeye.sim;

import dev.sockeye.link.ImpairedLink;
import dev.sockeye.link.Impairment;
import dev.sockeye.link.LinkCounters;

/// A cable between two machines, each direction with an [Impairment] of its own. Changes take effect at once.
public final class Cable {

    private final Machine a;
    private final Machine b;
    private final ImpairedLink fromA;
    private final ImpairedLink fromB;

    Cable(Machine a, ImpairedLink fromA, Machine b, ImpairedLink fromB) {
        this.a = a;
        this.b = b;
        this.fromA = fromA;
        this.fromB = fromB;
    }

    /// The machine at one end.
    public Machine one() {
        return a;
    }

    /// The machine at the other end.
    public Machine other() {
        return b;
    }

    /// Pulls the cable out: what is in it is lost, and what is sent from now on.
    public void cut() {
        fromA.cut();
        fromB.cut();
    }

    /// Plugs it in again.
    public void heal() {
        fromA.heal();
        fromB.heal();
    }

    /// Cuts the direction from one machine only.
    public void cutFrom(Machine sender) {
        from(sender).cut();
    }

    /// Heals the direction from one machine only.
    public void healFrom(Machine sender) {
        from(sender).heal();
    }

    /// Whether the direction from a machine is cut.
    public boolean isCutFrom(Machine sender) {
        return from(sender).isCut();
    }

    /// Changes both directions; the text is that of [Impairment#parse].
    public void change(String impairment) {
        Impairment to = Impairment.parse(impairment);
        fromA.change(to);
        fromB.change(to);
    }

    /// Changes the direction from one machine.
    public void changeFrom(Machine sender, String impairment) {
        from(sender).change(Impairment.parse(impairment));
    }

    /// What the direction from a machine does.
    public Impairment impairmentFrom(Machine sender) {
        return from(sender).setting();
    }

    /// What the direction from a machine has done.
    public LinkCounters countersFrom(Machine sender) {
        return from(sender).counters();
    }

    private ImpairedLink from(Machine sender) {
        if (sender == a) return fromA;
        if (sender == b) return fromB;
        throw new IllegalArgumentException("'" + sender.name() + "' is not at this cable");
    }

    /// `a-b`
    @Override
    public String toString() {
        return a.name() + "-" + b.name();
    }
}
