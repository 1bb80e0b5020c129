package dev.sockeye.rules.bad.two;

import dev.sockeye.rules.bad.one.Hen;

/// The other half of a cycle.
public final class Egg {

    public Hen hatch() {
        return new Hen();
    }
}
