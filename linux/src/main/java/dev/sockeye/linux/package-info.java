/// The kernel's doors: system calls with their errno, devices, netlink, namespaces. Small typed calls,
/// without policy; what the kernel refuses comes back as an [dev.sockeye.wire.Errno], with what was
/// attempted.
///
/// The only room with native calls, and there is no native code: all go through `java.lang.foreign`. None
/// of them is "critical" in its sense: a thread that waits in one does not hold the garbage collector up. A
/// virtual thread that waits in one pins its carrier, so what may wait belongs on a platform thread.
@NullMarked
package dev.sockeye.linux;

import org.jspecify.annotations.NullMarked;
