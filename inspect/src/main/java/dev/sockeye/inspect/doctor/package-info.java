/// What is wrong with the TCP sockets of a machine, who is at fault, and what to do: rules over
/// snapshots, the machine's counters and limits, and nothing else.
@NullMarked
package dev.sockeye.inspect.doctor;

import org.jspecify.annotations.NullMarked;
