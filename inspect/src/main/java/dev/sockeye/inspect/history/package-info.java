/// What happens to the kernel's sockets, as it happens: changes of state and who made them, the end of
/// connections, segments sent again, resets and drops with the kernel's own reason for them.
@NullMarked
package dev.sockeye.inspect.history;

import org.jspecify.annotations.NullMarked;
