package dev.sockeye.link;

import java.time.Duration;
import java.util.Map;

/// What an [ImpairedLink] does to the packets of one direction: a value, in the vocabulary of Linux's `tc-netem(8)`, so
/// that a line for `tc qdisc ... netem` can be used here. [#parse] reads it and [#toString] writes it.
///
/// The order in which it acts: partition, MTU, loss, duplication, corruption, the queue of the rate, then delay. Unlike
/// netem's, the queue's limit does not count packets that are merely on their way (netem drops at high delay for that).
public final class Impairment {

    /// Carries everything at once.
    public static final Impairment NONE = new Impairment();

    /// Ready-made ones, by name; each is one direction, so that a round trip has the delay twice.
    public static final Map<String, String> PRESETS = Map.of(
            "lan", "delay 50us rate 1gbit limit 1mb",
            "wifi", "delay 2ms 1ms ordered loss gemodel 0.2% 30% rate 100mbit limit 256kb",
            "dsl", "delay 12ms rate 16mbit limit 64kb",
            "mobile", "delay 35ms 10ms ordered loss gemodel 0.1% 40% rate 30mbit limit 512kb",
            "ocean", "delay 45ms rate 1gbit limit 4mb",
            "satellite", "delay 280ms loss 0.1% rate 20mbit limit 512kb",
            "awful", "delay 20ms 15ms loss 5% corrupt 1% duplicate 2% reorder 5%");

    long delayNanos;
    long jitterNanos;
    boolean normalJitter;
    boolean ordered;
    boolean burstLoss;
    double loss;
    double goodToBad;
    double badToGood;
    double lossInBad = 1;
    double lossInGood;
    double duplicate;
    double corrupt;
    double reorder;
    int reorderGap;
    long bitsPerSecond;
    int limitPackets = 1000;
    long limitBytes;
    int mtu;
    boolean mtuTells;

    private Impairment() {}

    Impairment copy() {
        var copy = new Impairment();
        copy.delayNanos = delayNanos;
        copy.jitterNanos = jitterNanos;
        copy.normalJitter = normalJitter;
        copy.ordered = ordered;
        copy.burstLoss = burstLoss;
        copy.loss = loss;
        copy.goodToBad = goodToBad;
        copy.badToGood = badToGood;
        copy.lossInBad = lossInBad;
        copy.lossInGood = lossInGood;
        copy.duplicate = duplicate;
        copy.corrupt = corrupt;
        copy.reorder = reorder;
        copy.reorderGap = reorderGap;
        copy.bitsPerSecond = bitsPerSecond;
        copy.limitPackets = limitPackets;
        copy.limitBytes = limitBytes;
        copy.mtu = mtu;
        copy.mtuTells = mtuTells;
        return copy;
    }

    /// The impairment that `text` describes: any of these, in any order, after the name of one of the [#PRESETS] or
    /// nothing; `none` for nothing at all.
    ///
    /// ```
    /// delay TIME [JITTER [distribution uniform|normal]]   TIME is 50us, 10ms, 1.5s
    /// ordered                            jitter never lets a packet overtake another
    /// loss P%                            each packet by itself
    /// loss gemodel P% [R% [1-H% [1-K%]]] bursts (Gilbert-Elliott): probability to go
    ///                                    bad, good, to lose when bad, when good
    /// duplicate P%
    /// corrupt P%                         one bit flips
    /// reorder P% [gap N]                 goes without the delay, and so overtakes
    /// rate RATE                          100mbit, 1gbit, 64kbit; 10mbps is bytes
    /// limit N or SIZE                    of the rate's queue: packets, or 64kb, 1mb
    /// mtu BYTES [icmp]                   longer ones are lost, or routed by the book
    /// ```
    ///
    /// @throws IllegalArgumentException with a sentence for the user, if it describes none
    public static Impairment parse(String text) {
        return new ImpairmentText(text).parse();
    }

    /// This one with another delay.
    public Impairment withDelay(Duration delay) {
        Impairment changed = copy();
        changed.delayNanos = delay.toNanos();
        return changed;
    }

    /// This one with a delay that varies by up to `jitter` both ways, uniformly.
    ///
    /// @param ordered whether packets keep their order nevertheless
    public Impairment withJitter(Duration jitter, boolean ordered) {
        Impairment changed = copy();
        changed.jitterNanos = jitter.toNanos();
        changed.ordered = ordered;
        return changed;
    }

    /// This one losing each packet with the same probability, 0 to 1.
    public Impairment withLoss(double probability) {
        Impairment changed = copy();
        changed.burstLoss = false;
        changed.loss = checked(probability);
        return changed;
    }

    /// This one losing packets in bursts: the simple Gilbert model, where everything is lost in the bad state.
    ///
    /// @param toBad  probability to go from the good state to the bad one, at each packet
    /// @param toGood probability to go back; the mean burst is `1 / toGood` packets
    public Impairment withBurstLoss(double toBad, double toGood) {
        Impairment changed = copy();
        changed.burstLoss = true;
        changed.goodToBad = checked(toBad);
        changed.badToGood = checked(toGood);
        changed.lossInBad = 1;
        changed.lossInGood = 0;
        return changed;
    }

    /// This one sending packets twice with a probability of 0 to 1.
    public Impairment withDuplicate(double probability) {
        Impairment changed = copy();
        changed.duplicate = checked(probability);
        return changed;
    }

    /// This one flipping a bit of a packet with a probability of 0 to 1.
    public Impairment withCorrupt(double probability) {
        Impairment changed = copy();
        changed.corrupt = checked(probability);
        return changed;
    }

    /// This one sending a packet without the delay with a probability of 0 to 1.
    public Impairment withReorder(double probability) {
        Impairment changed = copy();
        changed.reorder = checked(probability);
        return changed;
    }

    /// This one with a bottleneck and the queue before it.
    ///
    /// @param bitsPerSecond 0: none
    /// @param limitBytes    what the queue holds
    public Impairment withRate(long bitsPerSecond, long limitBytes) {
        Impairment changed = copy();
        changed.bitsPerSecond = bitsPerSecond;
        changed.limitBytes = limitBytes;
        changed.limitPackets = 0;
        return changed;
    }

    /// This one with an MTU.
    ///
    /// @param bytes of the whole IP packet; 0: none
    /// @param tells whether longer packets are answered by ICMP, or fragmented, as a router does, not just lost
    public Impairment withMtu(int bytes, boolean tells) {
        Impairment changed = copy();
        changed.mtu = bytes;
        changed.mtuTells = tells;
        return changed;
    }

    private static double checked(double probability) {
        if (!(probability >= 0 && probability <= 1)) {
            throw new IllegalArgumentException("a probability is 0 to 1, not " + probability);
        }
        return probability;
    }

    /// The least time that a packet takes, nanoseconds.
    public long delayNanos() {
        return delayNanos;
    }

    /// The bottleneck's rate; 0 for none.
    public long bitsPerSecond() {
        return bitsPerSecond;
    }

    /// The MTU in bytes; 0 for none.
    public int mtu() {
        return mtu;
    }

    /// Nanoseconds that `bytes` take at the bottleneck.
    long transmissionNanos(int bytes) {
        return bytes * 8_000_000_000L / bitsPerSecond;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Impairment that && toString().equals(that.toString());
    }

    @Override
    public int hashCode() {
        return toString().hashCode();
    }

    /// As [#parse] reads it.
    @Override
    public String toString() {
        return ImpairmentText.of(this);
    }
}
