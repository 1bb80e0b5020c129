/// The socket calls, and the runtime that drives hosts.
///
/// A program holds [dev.sockeye.socket.StreamSocket], [dev.sockeye.socket.ListenSocket] and
/// [dev.sockeye.socket.DatagramSocket], waits for many of them with a [dev.sockeye.socket.Poller], and finds
/// BSD's semantics with Linux's error numbers: a call returns a count, or a negated `Errno`. A
/// [dev.sockeye.socket.Machine] is a host that runs; a [dev.sockeye.socket.Driver] drives machines:
/// [dev.sockeye.socket.RealTime] with the system's clock.
///
/// Threads: run to completion. Whoever brings an event takes the host's lock, runs the core, takes what is to be
/// sent, lets go, and carries it to the next host itself. Locks never nest, and nothing foreign is called under
/// one.
@NullMarked
package dev.sockeye.socket;

import org.jspecify.annotations.NullMarked;
