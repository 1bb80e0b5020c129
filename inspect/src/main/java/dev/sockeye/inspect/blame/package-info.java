/// Down to the line: what holds a socket inside its process, which line read its end, which opened it,
/// and where the threads wait that should close it.
@NullMarked
package dev.sockeye.inspect.blame;

import org.jspecify.annotations.NullMarked;
