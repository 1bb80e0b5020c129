package dev.sockeye.host;

import java.util.random.RandomGenerator;

/// What belongs to the connections of one flow hash: their table, timers and queues. A host has one. A host with
/// several would choose by the hash of the 4-tuple, as receive-side scaling does, and each would have a lock of
/// its own; ports, listeners, routes and counters are the host's, and would be what they share.
final class Shard {

    final TimerWheel timers = new TimerWheel();
    final TransmitQueue transmit = new TransmitQueue();
    final TransmitQueue loopback = new TransmitQueue();
    final ReadyQueue ready = new ReadyQueue();
    final TcpFlows flows;
    final TcpInput tcpInput;
    private final Host host;

    /// Whether what the host has sent to itself is being delivered.
    boolean delivering;

    Shard(Host host, RandomGenerator random) {
        this.host = host;
        this.flows = new TcpFlows(host, new EndpointTable(random), new SegmentOutput(host));
        this.tcpInput = new TcpInput(host, flows);
    }

    /// Forgets everything.
    void clear() {
        transmit.releaseAll(host.pages());
        loopback.releaseAll(host.pages());
        flows.table().clear();
        timers.clear();
        ready.clear();
    }
}
