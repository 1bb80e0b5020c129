/// Runs scripts in the packetdrill language against the stack, in virtual time: a script is a dialogue of
/// socket calls, segments that arrive and segments that must leave. [Packetdrill] is the door; the rooms
/// behind it are `script` (the language), `python` and `shell` (what a script embeds), `machine` (the host
/// under test and its system calls) and `run` (what happens when).
@NullMarked
package dev.sockeye.conformance;

import org.jspecify.annotations.NullMarked;
