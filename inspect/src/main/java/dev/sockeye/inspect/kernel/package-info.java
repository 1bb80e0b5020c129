/// The sockets of the Linux kernel: looked at by sock_diag, with who holds them.
@NullMarked
package dev.sockeye.inspect.kernel;

import org.jspecify.annotations.NullMarked;
