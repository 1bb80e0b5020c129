/// Runs a script event by event, and compares what the host sends with what the script says.
@NullMarked
package dev.sockeye.conformance.run;

import org.jspecify.annotations.NullMarked;
