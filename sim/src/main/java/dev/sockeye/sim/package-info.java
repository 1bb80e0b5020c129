/// Networks and faults in virtual time.
@NullMarked
package dev.sockeye.sim;

import org.jspecify.annotations.NullMarked;
