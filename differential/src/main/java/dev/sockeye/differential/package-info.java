/// Differential testing: a random [Program] of socket calls and of segments that a peer sends runs on the
/// real kernel, in a network namespace and in real time; the same calls and segments, at the very times at
/// which the kernel got them, are then put to a host of ours in virtual time; and what can be seen of the
/// two is compared: what calls return, what `poll` and `TCP_INFO` tell, and every packet with its time.
///
/// A program that differs is run again, several times with other delays, for timers of the kernel are late
/// and machines are busy; what is left is made small, and printed as a dialogue.
@NullMarked
package dev.sockeye.differential;

import org.jspecify.annotations.NullMarked;
