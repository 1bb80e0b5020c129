package dev.sockeye.link;

import dev.sockeye.wire.Checksum;
import dev.sockeye.wire.ChecksumState;
import dev.sockeye.wire.Packet;
import dev.sockeye.wire.PagePool;
import java.lang.foreign.ValueLayout;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// A link that treats packets as an [Impairment] says, before another link: one direction of a bad network. Seeded: the
/// same packets at the same times meet the same fate.
///
/// The setting can be exchanged, and the link be cut and healed, by any thread at any time; everything else is for the
/// direction's thread (see [Link]). What is under way when a link is cut is lost, as in a cable.
public final class ImpairedLink implements Link {

    private final Link next;
    private final @Nullable Link back;
    private final RandomGenerator random;
    private final PagePool pool;
    private final DelayQueue underWay = new DelayQueue();
    private final Bottleneck bottleneck = new Bottleneck();

    private volatile Impairment setting;
    private volatile boolean isCut;
    private volatile int cuts;
    private volatile long cutAt = Long.MAX_VALUE;
    private volatile long healAt = Long.MAX_VALUE;
    private int cutsSeen;

    private boolean bad;
    private int sinceReordered;
    private long lastDue;
    private long sent, sentBytes, delivered, lost, overflowed, tooBig, cut, duplicated, corrupted, reordered;

    /// An impaired link before `next`; a packet too long for its MTU is lost without a word.
    ///
    /// @param random this link's own source
    /// @param pool   where lost packets go back to and copies come from
    public ImpairedLink(Link next, Impairment setting, RandomGenerator random, PagePool pool) {
        this(next, setting, random, pool, null);
    }

    /// An impaired link before `next` that can tell a sender of its MTU.
    ///
    /// @param back the sender's arrivals, for ICMP errors
    public ImpairedLink(Link next, Impairment setting, RandomGenerator random, PagePool pool, @Nullable Link back) {
        this.next = next;
        this.setting = setting;
        this.random = random;
        this.pool = pool;
        this.back = back;
    }

    /// What it does.
    public Impairment setting() {
        return setting;
    }

    /// Does something else from the next packet on; what is under way arrives as it was planned to.
    public void change(Impairment to) {
        setting = to;
    }

    /// Cuts the link: what is under way and what is sent from now on is lost.
    public synchronized void cut() {
        isCut = true;
        cuts++;
    }

    /// Puts the link together again.
    public void heal() {
        isCut = false;
    }

    /// Cuts the link when the time comes.
    ///
    /// @param time in nanoseconds, of the driver's clock
    public void cutAt(long time) {
        cutAt = time;
    }

    /// Heals the link when the time comes.
    ///
    /// @param time in nanoseconds, of the driver's clock
    public void healAt(long time) {
        healAt = time;
    }

    /// Whether it is cut.
    public boolean isCut() {
        return isCut;
    }

    /// What it has done so far; exact for the direction's thread, a little behind for others.
    public LinkCounters counters() {
        return new LinkCounters(
                sent, sentBytes, delivered, lost, overflowed, tooBig, cut, duplicated, corrupted, reordered);
    }

    /// Packets under way; for the direction's thread.
    public int underWay() {
        return underWay.size();
    }

    @Override
    public void send(Packet packet, long now) {
        advanceOwn(now);
        sent++;
        sentBytes += packet.length();
        Impairment how = setting;
        if (isCut) {
            cut++;
            packet.release(pool);
        } else if (how.mtu > 0 && packet.length() > how.mtu) {
            treatTooBig(packet, how, now);
        } else {
            impair(packet, how, now);
        }
    }

    private void impair(Packet packet, Impairment how, long now) {
        if (isLost(how)) {
            lost++;
            packet.release(pool);
            return;
        }
        if (happens(how.duplicate)) {
            duplicated++;
            damageAndQueue(packet.duplicate(pool), how, now);
        }
        damageAndQueue(packet, how, now);
    }

    private void damageAndQueue(Packet packet, Impairment how, long now) {
        if (happens(how.corrupt) && packet.length() > 0) {
            corrupted++;
            packet = withBitFlipped(packet);
        }
        queue(packet, how, now);
    }

    private void queue(Packet packet, Impairment how, long now) {
        long departure = how.bitsPerSecond > 0 ? bottleneck.departure(how, packet.length(), now) : now;
        if (departure < 0) {
            overflowed++;
            packet.release(pool);
            return;
        }
        long due = departure + (isReordered(how) ? 0 : delay(how));
        if (how.ordered) due = Math.max(due, lastDue);
        lastDue = due;
        if (due <= now) {
            delivered++;
            next.send(packet, now);
        } else {
            underWay.add(due, packet);
        }
    }

    private boolean happens(double probability) {
        return probability > 0 && random.nextDouble() < probability;
    }

    /// Gilbert and Elliott: two states, each with a loss of its own, and a step between them at every packet.
    private boolean isLost(Impairment how) {
        if (!how.burstLoss) return happens(how.loss);
        bad = bad ? !happens(how.badToGood) : happens(how.goodToBad);
        return happens(bad ? how.lossInBad : how.lossInGood);
    }

    /// As netem: of every `gap` packets the first `gap - 1` cannot be reordered.
    private boolean isReordered(Impairment how) {
        if (how.reorder == 0) return false;
        if (++sinceReordered < how.reorderGap || !happens(how.reorder)) return false;
        sinceReordered = 0;
        reordered++;
        return true;
    }

    private long delay(Impairment how) {
        if (how.jitterNanos == 0) return how.delayNanos;
        double deviation = how.normalJitter ? random.nextGaussian() : 2 * random.nextDouble() - 1;
        return Math.max(0, how.delayNanos + (long) (deviation * how.jitterNanos));
    }

    /// A copy of the packet, for its pages are shared with the sender, with one bit changed.
    private Packet withBitFlipped(Packet packet) {
        Checksum.complete(packet);
        Packet copy = packet.copy(pool);
        // Damage happens on the wire, behind whoever vouched for the checksum.
        copy.setChecksumState(ChecksumState.IN_PACKET);
        int length = packet.length();
        packet.release(pool);
        int bit = random.nextInt(8 * length);
        flip(copy, bit >> 3, 1 << (bit & 7));
        return copy;
    }

    private static void flip(Packet packet, int at, int mask) {
        int slice = 0;
        while (at >= packet.length(slice)) at -= packet.length(slice++);
        var memory = packet.memory(slice);
        long offset = (long) packet.offset(slice) + at;
        byte old = memory.get(ValueLayout.JAVA_BYTE, offset);
        memory.set(ValueLayout.JAVA_BYTE, offset, (byte) (old ^ mask));
    }

    private void treatTooBig(Packet packet, Impairment how, long now) {
        tooBig++;
        if (how.mtuTells && TooBig.mayFragment(packet)) {
            int data = TooBig.dataLength(packet);
            for (int done = 0; done < data; ) {
                Packet fragment = TooBig.fragment(packet, done, how.mtu, pool);
                done += TooBig.dataLength(fragment);
                impair(fragment, how, now);
            }
        } else if (how.mtuTells && back != null) {
            Packet error = TooBig.answer(packet, how.mtu, pool);
            if (error != null) back.send(error, now);
        }
        packet.release(pool);
    }

    @Override
    public long nextDeadline() {
        return Math.min(underWay.firstTime(), next.nextDeadline());
    }

    @Override
    public void advance(long now) {
        advanceOwn(now);
        next.advance(now);
    }

    private void advanceOwn(long now) {
        settleCuts(now);
        while (underWay.firstTime() <= now) {
            delivered++;
            next.send(underWay.take(), now);
        }
    }

    private void settleCuts(long now) {
        if (now >= cutAt) {
            cutAt = Long.MAX_VALUE;
            cut();
        }
        if (now >= healAt) {
            healAt = Long.MAX_VALUE;
            heal();
        }
        int seen = cuts;
        if (seen == cutsSeen) return;
        cutsSeen = seen;
        cut += underWay.size();
        loseUnderWay();
    }

    private void loseUnderWay() {
        while (underWay.size() > 0) underWay.take().release(pool);
        bottleneck.clear();
    }

    @Override
    public void clear() {
        cut += underWay.size();
        loseUnderWay();
        next.clear();
    }
}
