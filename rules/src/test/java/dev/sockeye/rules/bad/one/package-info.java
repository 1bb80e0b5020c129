/// What the rules forbid, so that they can be seen to find it.
@NullMarked
package dev.sockeye.rules.bad.one;

import org.jspecify.annotations.NullMarked;
