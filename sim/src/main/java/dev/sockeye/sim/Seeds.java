package dev.sockeye.sim;

import java.util.SplittableRandom;

/// Splits one seed among the parts of a network by their names: a part's randomness does not depend on which other
/// parts
/// there are, nor on the order in which they were made.
final class Seeds {

    private Seeds() {}

    /// The seed of the part called `name`.
    static long derive(long seed, String name) {
        long hash = seed ^ 0xcbf29ce484222325L;
        for (int i = 0; i < name.length(); i++) hash = (hash ^ name.charAt(i)) * 0x100000001b3L;
        return TraceHash.finish(hash);
    }

    static SplittableRandom random(long seed, String name) {
        return new SplittableRandom(derive(seed, name));
    }
}
