package dev.sockeye.tcp;

/// HyStart (Ha and Rhee, "Taming the elephants", 2008) as Linux's CUBIC has it: slow start ends where the ACKs of one
/// round stretch over half a round trip without a gap, for then the path is full, or where round trips have grown, for
/// then there is a queue.
///
/// Linux is the reference, so it is this and not HyStart++ (RFC 9406), which looks at delay alone and ends slow start
/// in steps; RFC 9438 4.10 leaves the choice.
final class HyStart {

    private static final int TRAIN = 1, DELAY = 2;
    private static final int MIN_SAMPLES = 8;
    /// How much a round trip must grow: an eighth, within these bounds; microseconds.
    private static final int LEAST_GROWTH = 4000, MOST_GROWTH = 16000;

    private final Connection c;
    private final CubicParameters parameters;

    /// The end of slow start was found.
    boolean found;

    private int roundEnd;
    private int samples;
    // Microseconds.
    private long roundStart;
    private long lastAck;
    private int leastOfRound;

    HyStart(Connection c) {
        this.c = c;
        parameters = c.context.sysctl.cubic();
    }

    /// What is sent from now on belongs to a new round.
    void beginRound(long now) {
        roundStart = lastAck = now / 1000;
        roundEnd = c.sndNxt;
        leastOfRound = Integer.MAX_VALUE;
        samples = 0;
    }

    /// A round trip was measured in slow start.
    ///
    /// @param delay    it, microseconds
    /// @param delayMin the shortest so far, microseconds
    void onRtt(int delay, int delayMin, long now) {
        if (Seq.gt(c.sndUna, roundEnd)) beginRound(now);
        if (c.cwnd.segments < parameters.hystart_low_window) return;
        if ((parameters.hystart_detect & TRAIN) != 0) train(delayMin, now / 1000);
        if ((parameters.hystart_detect & DELAY) != 0) delay(delay, delayMin);
    }

    /// Closely spaced ACKs that stretch over half a round trip fill the pipe.
    private void train(int delayMin, long micros) {
        // Exactly so far apart, as virtual time can have it, is a little more in real time.
        if (micros - lastAck >= parameters.hystart_ack_delta_us) return;
        lastAck = micros;
        long full = delayMin + burstMicros();
        // Pacing alone may spread them over half a round trip.
        if (!c.pacer.isOn()) full >>= 1;
        if (micros - roundStart > full) leave(TcpMib.TCPHystartTrainDetect, TcpMib.TCPHystartTrainCwnd);
    }

    /// How long the sender's own bursts take at its rate: a millisecond at most.
    private long burstMicros() {
        long rate = c.pacer.rate;
        return rate == 0 ? 0 : Math.min(1000, 4L * Output.MAX_BURST * 1_000_000 / rate);
    }

    /// The round's first samples are longer than the shortest round trip by an eighth of it.
    private void delay(int delay, int delayMin) {
        if (leastOfRound > delay) leastOfRound = delay;
        if (samples < MIN_SAMPLES) {
            samples++;
        } else if (leastOfRound > delayMin + Math.clamp(delayMin >> 3, LEAST_GROWTH, MOST_GROWTH)) {
            leave(TcpMib.TCPHystartDelayDetect, TcpMib.TCPHystartDelayCwnd);
        }
    }

    private void leave(TcpMib detected, TcpMib windows) {
        found = true;
        c.context.count(detected);
        c.context.counters.add(windows, c.cwnd.segments);
        c.cwnd.ssthresh = c.cwnd.segments;
    }
}
