package dev.sockeye.rules.bad.one;

import dev.sockeye.rules.bad.two.Egg;

/// One half of a cycle.
public final class Hen {

    public Egg lay() {
        return new Egg();
    }
}
