/// Looks at every socket of a machine: now, or as it was recorded for somebody elsewhere, tomorrow.
@NullMarked
package dev.sockeye.inspect.look;

import org.jspecify.annotations.NullMarked;
