package dev.sockeye.sim.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.TestTemplate;
import org.junit.jupiter.api.extension.ExtendWith;

/// A test in a simulated network: runs once for each of its seeds, with a new [dev.sockeye.sim.Network] of that seed. A
/// parameter of type `Network` is the network, one of type `long` is the seed.
///
/// After the test the network is closed, and a leak fails the test. A failure names its seed; the system property
/// `sockeye.seed` runs that one only, and `sockeye.seeds` changes how many are run.
///
/// ```java
/// @Simulated(seeds = 100)
/// void nothingIsLost(Network net) {
///     Machine a = net.machine("a");
///     Machine b = net.machine("b");
///     net.connect(a, b, "delay 10ms loss 1%");
///     ...
/// }
/// ```
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@TestTemplate
@ExtendWith(SimulationExtension.class)
public @interface Simulated {

    /// How many seeds: 1, 2, 3 and so on.
    int seeds() default 1;
}
