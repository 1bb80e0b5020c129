package dev.sockeye.sim;

import dev.sockeye.link.ImpairedLink;
import dev.sockeye.link.Impairment;

/// A machine's cable to a switch.
public final class Lan {

    private final Machine machine;
    private final ImpairedLink up;
    private final ImpairedLink down;

    Lan(Machine machine, ImpairedLink up, ImpairedLink down) {
        this.machine = machine;
        this.up = up;
        this.down = down;
    }

    /// Whose cable it is.
    public Machine machine() {
        return machine;
    }

    /// Pulls the cable out.
    public void cut() {
        up.cut();
        down.cut();
    }

    /// Plugs it in again.
    public void heal() {
        up.heal();
        down.heal();
    }

    /// Changes both directions.
    public void change(String impairment) {
        up.change(Impairment.parse(impairment));
        down.change(Impairment.parse(impairment));
    }
}
