/// The laboratory: networks, faults and programs in virtual time.
///
/// A [Network][dev.sockeye.sim.Network] has machines, each with a [Host][dev.sockeye.host.Host] on it, cables and
/// switches between them, and one queue of events. Time jumps from one event to the next; a day of waiting costs what
/// happens in it. All randomness comes from one seed, split by name, so that a run repeats bit for bit; a hash over
/// everything that happens proves it.
///
/// ```java
/// try (var net = new Network(42)) {
///     Machine a = net.machine("a");
///     Machine b = net.machine("b");
///     Cable cable = net.connect(a, b, "delay 10ms loss 1%");
///     b.listen(80, 10, stream -> new Echo());
///     Stream client = a.connect(b.at(80), new Talk());
///     net.after(Duration.ofSeconds(5), b::vanish);
///     net.advance(Duration.ofHours(3));
/// }
/// ```
///
/// Programs here are callbacks on readiness. Blocking programs, on virtual threads in virtual time, need a
/// `Driver` of the socket floor whose clock is a network's: its `now`, `await` and `deadlineAt` are
/// what that floor leaves open for it.
@NullMarked
package dev.sockeye.sim;

import org.jspecify.annotations.NullMarked;
