package dev.sockeye.differential;

import java.util.ArrayList;
import java.util.List;

/// What a peer knows of a conversation, and with it makes of a step of a program what is sent: numbers that
/// say "all that has come" become numbers.
final class Peer {

    private static final int CLOCK = 1000;

    private final Program.Hello hello;
    private final Wire wire;
    private int window;
    private int next;
    private int hostMost;
    private int before;
    private int hostAcked;
    private int edge;
    private int hostScale = -1;
    private boolean hostTimestamps;

    /// What the host has sent and the peer has not acknowledged: begin and end of each.
    private final List<int[]> outstanding = new ArrayList<>();

    Peer(Program.Hello hello, Wire wire) {
        this.hello = hello;
        this.wire = wire;
        window = hello.window();
    }

    /// Something has come from the host.
    void saw(Segment segment) {
        if (segment.has(Segment.SYN)) {
            if (wire.begunAnew()) beginAnew(segment.has(Segment.ACK));
            hostScale = segment.windowScale();
            hostTimestamps = segment.timestamps();
            if (segment.seq() == 0 && segment.data().length == 0) {
                hostMost = Math.max(hostMost, 1);
                before = Math.min(before, 0);
            }
        }
        int end = segment.seq() + segment.space();
        if (!segment.has(Segment.RST)) {
            hostMost = Math.max(hostMost, end);
            if (segment.space() > 0 && end > before && !segment.has(Segment.SYN)) note(segment.seq(), end);
        }
        if (segment.has(Segment.ACK)) {
            hostAcked = Math.max(hostAcked, segment.ack());
            boolean scaled = hello.windowScale() >= 0 && hostScale >= 0 && !segment.has(Segment.SYN);
            edge = segment.ack() + (segment.window() << (scaled ? hostScale : 0));
        }
    }

    /// The host has begun another connection: what was known of the one before counts no more.
    private void beginAnew(boolean answers) {
        hostMost = 0;
        before = 0;
        outstanding.clear();
        if (answers) return;
        next = 0;
        hostAcked = 0;
        edge = 0;
    }

    private void note(int from, int to) {
        for (int[] each : outstanding) if (each[0] == from && each[1] == to) return;
        int at = 0;
        while (at < outstanding.size() && outstanding.get(at)[0] < from) at++;
        outstanding.add(at, new int[] {from, to});
    }

    /// What a step sends.
    ///
    /// @param at nanoseconds since the program began
    Arrival resolve(Step.Action action, long at) {
        return switch (action) {
            case Step.Send send -> resolve(send, at);
            case Step.Icmp icmp ->
                new Arrival.IcmpError(icmp.type(), icmp.code(), icmp.mtu(), lastSeq() + icmp.seqOffset());
            case Step.Call call -> throw new IllegalArgumentException("a call is not sent: " + call);
        };
    }

    private int lastSeq() {
        return outstanding.isEmpty() ? Math.max(0, hostMost - 1) : outstanding.getFirst()[0];
    }

    private Arrival resolve(Step.Send send, long at) {
        int flags = Segment.flags(send.flags());
        boolean syn = (flags & Segment.SYN) != 0;
        int seq = seqBase(send.seqBase()) + send.seqOffset();
        int ack = ackOf(send);
        if (send.window() >= 0) window = send.window();
        boolean timestamps =
                hello.timestamps() && (syn ? (flags & Segment.ACK) == 0 || hostTimestamps : hostTimestamps);
        List<Integer> sacks = sacks(send);
        byte[] data = data(seq + (syn ? 1 : 0), send.length());
        var segment = new Segment(
                flags,
                seq,
                (flags & Segment.ACK) != 0 ? ack : 0,
                syn ? hello.window() : window,
                send.urgent(),
                syn ? hello.mss() : 0,
                syn ? hello.windowScale() : -1,
                syn && hello.sack(),
                timestamps,
                timestamps ? CLOCK + (int) (at / 1_000_000) + send.tsOffset() : 0,
                0,
                timestamps ? sacks.subList(0, Math.min(sacks.size(), 6)) : sacks,
                data,
                syn ? hello.cookie() : -1,
                send.mark());
        if (send.seqBase() == Step.SeqBase.ANEW) next = seq + segment.space();
        if (seq <= next && seq + segment.space() > next && (flags & Segment.RST) == 0) next = seq + segment.space();
        if ((flags & Segment.ACK) != 0 && ack > before && ack <= hostMost) {
            before = ack;
            outstanding.removeIf(each -> each[1] <= before);
        }
        return new Arrival.Sent(segment, timestamps && (flags & Segment.ACK) != 0 ? wire.timestamps() - 1 : -1);
    }

    private int seqBase(Step.SeqBase base) {
        return switch (base) {
            case NEXT, ANEW -> next;
            case ACKED -> hostAcked;
            case FIRST -> 0;
            case EDGE -> edge;
        };
    }

    private int ackOf(Step.Send send) {
        return switch (send.ackBase()) {
            case ALL -> hostMost + send.ackOffset();
            case BEFORE -> before + send.ackOffset();
            case SEGMENT ->
                outstanding.isEmpty()
                        ? hostMost
                        : outstanding.get(Math.floorMod(send.ackOffset(), outstanding.size()))[1];
        };
    }

    private List<Integer> sacks(Step.Send send) {
        List<Integer> edges = new ArrayList<>();
        List<Integer> wanted = send.sacks();
        for (int i = 0; i + 1 < wanted.size() && !outstanding.isEmpty(); i += 2) {
            int from = Math.floorMod(wanted.get(i), outstanding.size());
            int to = Math.max(from, Math.floorMod(wanted.get(i + 1), outstanding.size()));
            edges.add(outstanding.get(from)[0]);
            edges.add(outstanding.get(to)[1]);
        }
        return List.copyOf(edges);
    }

    /// The peer's stream: what stands at a sequence number is always the same.
    static byte[] data(int seq, int length) {
        byte[] data = new byte[length];
        for (int i = 0; i < length; i++) data[i] = (byte) ((seq + i) * 31 + ((seq + i) >> 8));
        return data;
    }
}
