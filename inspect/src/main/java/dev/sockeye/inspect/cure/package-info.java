/// What can be done about another process's socket from outside: probe its peer, end it gracefully, end
/// it by force.
@NullMarked
package dev.sockeye.inspect.cure;

import org.jspecify.annotations.NullMarked;
