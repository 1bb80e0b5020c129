/// Simulated networks in JUnit tests. The only package of this floor that needs JUnit, which is optional.
@NullMarked
package dev.sockeye.sim.junit;

import org.jspecify.annotations.NullMarked;
