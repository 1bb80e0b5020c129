package dev.sockeye.host;

import dev.sockeye.wire.PagePool;

/// Where Jazzer comes in: `./verify -Pfuzz -pl host -am -DskipTests`. It knows nothing of Jazzer, so that what was
/// found can be run again without it, by [FuzzTest].
public final class HostFuzzer {

    private static PagePool pool = new PagePool();

    private HostFuzzer() {}

    /// One program.
    public static void fuzzerTestOneInput(byte[] input) {
        try {
            long hash = FuzzProgram.run(input, pool);
            // The same bytes do the same: asked of one in eight, for it costs as much again.
            if ((hash & 7) == 0 && FuzzProgram.run(input, pool) != hash) {
                throw new AssertionError("the same program has gone another way");
            }
        } catch (Throwable e) {
            pool = new PagePool();
            throw e;
        }
    }
}
