package dev.sockeye.tcp;

import dev.sockeye.wire.Page;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// One TCP segment as values: what a connection takes in and gives out, without a byte of a header. Mutable and
/// reused: a host has one for arriving segments and one for departing ones.
///
/// The payload is borrowed: its pages belong to the arriving packet, or to the sender's queue, until the next
/// call. Who keeps a page longer retains it.
public final class Segment {

    /// Header flags, in the bit order of RFC 9293 3.1.
    public static final int FIN = 1, SYN = 2, RST = 4, PSH = 8, ACK = 16, URG = 32, ECE = 64, CWR = 128, AE = 256;

    /// The most SACK blocks a segment can carry (40 bytes of options).
    public static final int MAX_SACK_BLOCKS = 4;

    /// Slices of payload at most: one fewer than a packet's, which has the headers in its first.
    public static final int MAX_SLICES = 17;

    public int seq;
    /// Meaningless without the ACK flag, and 0.
    public int ack;

    public int flags;
    /// As in the header, not scaled.
    public int window;
    /// As in the header: an offset from `seq` when URG is set.
    public int urgentPointer;

    /// The option's value, or 0 without it; on SYNs only.
    public int mss;
    /// The shift of the window scale option as sent (0 to 255), or -1 without it; on SYNs only.
    public int windowScale;

    public boolean sackPermitted;
    public boolean timestamps;
    public int tsVal;
    public int tsEcr;
    public int sackBlocks;
    public final int[] sackLeft = new int[MAX_SACK_BLOCKS];
    public final int[] sackRight = new int[MAX_SACK_BLOCKS];

    /// Bytes of the Fast Open cookie in [#fastOpenCookie], 0 for a request, -1 without the option (RFC 7413
    /// 4.1.1).
    public int fastOpenLength;

    public final byte[] fastOpenCookie = new byte[16];

    /// The AccECN option (RFC 9768 3.2.3): its kind, 172 or 174, 0 without it; how many counters it has, 0
    /// to 3; and they, of 24 bits, as they stand there.
    public int accEcnKind, accEcnFields;

    public final int[] accEcnCounters = new int[3];
    /// Whether the cookie came, or is to go, in the experimental option 254 with magic 0xF989.
    public boolean fastOpenExperimental;

    /// The ECN field of the IP header: 0 not-ECT, 1 ECT(1), 2 ECT(0), 3 CE (RFC 3168 5).
    public int ecn;

    /// In: the DSCP of the IP header, in its place in the traffic class. Out: the same for an [#isAnswer].
    public int trafficClass;

    /// Out: a reset that answers a segment and is none of the connection's own: it has the traffic class of what it
    /// answers, and the host's hop limit.
    public boolean isAnswer;

    /// Out: AE, CWR and ECE are one number (RFC 9768 3.2.2), which every packet that this segment is cut
    /// into carries.
    public boolean aceField;

    /// Out: bytes of payload in each packet that this segment is cut into, where `length` is more; 0 where it is
    /// one packet. In: of how many packets' payload it was put together, 1 for one packet.
    public int packetPayload;

    /// In: the flow label of the IPv6 header (RFC 6437); 0 with IPv4.
    public int flowLabel;

    /// In: bytes of the packet before its payload, from the IP header on; what the segment costs of the receive
    /// buffer depends on it.
    public int headerLength;

    /// Bytes of options that the signature takes, if it came, or is to go, with one.
    public int signatureBytes;

    /// Bytes of payload.
    public int length;

    private int slices;
    private final @Nullable Page[] pages = new Page[MAX_SLICES];
    private final int[] offsets = new int[MAX_SLICES];
    private final int[] lengths = new int[MAX_SLICES];

    /// An empty segment: no flags, no options, no payload.
    public Segment() {
        clear();
    }

    /// Back to empty. The pages are forgotten, not released: they were borrowed.
    public Segment clear() {
        seq = ack = flags = window = urgentPointer = 0;
        mss = 0;
        windowScale = -1;
        sackPermitted = timestamps = fastOpenExperimental = aceField = isAnswer = false;
        tsVal = tsEcr = sackBlocks = ecn = trafficClass = packetPayload = signatureBytes = length = 0;
        accEcnKind = accEcnFields = 0;
        fastOpenLength = -1;
        flowLabel = 0;
        headerLength = 40;
        for (int i = 0; i < slices; i++) pages[i] = null;
        slices = 0;
        return this;
    }

    /// Appends a slice of payload; the page is borrowed.
    public void addPayload(Page page, int offset, int count) {
        pages[slices] = page;
        offsets[slices] = offset;
        lengths[slices] = count;
        slices++;
        length += count;
    }

    /// Slices of payload.
    public int slices() {
        return slices;
    }

    /// The page of slice `i`.
    public Page page(int i) {
        Page page = pages[i];
        if (page == null) throw new IndexOutOfBoundsException("slice " + i + " of " + slices);
        return page;
    }

    /// Where slice `i` begins in its page.
    public int offset(int i) {
        return offsets[i];
    }

    /// Bytes of slice `i`.
    public int length(int i) {
        return lengths[i];
    }

    /// A copy of the payload; for what is rare.
    ByteBuffer copyPayload() {
        ByteBuffer copy = ByteBuffer.allocate(length);
        for (int i = 0; i < slices; i++) {
            copy.put(page(i).memory().asSlice(offsets[i], lengths[i]).asByteBuffer());
        }
        return copy.flip().asReadOnlyBuffer();
    }

    /// Appends a SACK block; one more than [#MAX_SACK_BLOCKS] is left out.
    public void addSack(int left, int right) {
        if (sackBlocks == MAX_SACK_BLOCKS) return;
        sackLeft[sackBlocks] = left;
        sackRight[sackBlocks] = right;
        sackBlocks++;
    }

    /// What it is charged against the receive buffer (`skb->truesize`), bytes.
    int truesize() {
        return Truesize.of(headerLength + length);
    }

    /// How many bytes of payload can follow in the same memory, at no cost.
    int tailroom() {
        return Truesize.tailroom(headerLength + length);
    }

    public boolean has(int flag) {
        return (flags & flag) != 0;
    }

    public boolean syn() {
        return (flags & SYN) != 0;
    }

    public boolean fin() {
        return (flags & FIN) != 0;
    }

    public boolean rst() {
        return (flags & RST) != 0;
    }

    public boolean hasAck() {
        return (flags & ACK) != 0;
    }

    /// SEG.LEN of RFC 9293: payload, with 1 each for SYN and FIN.
    public int sequenceLength() {
        return length + (flags & 1) + (flags >> 1 & 1);
    }

    /// The first sequence number after this segment.
    public int endSeq() {
        return seq + sequenceLength();
    }

    /// As packetdrill and tcpdump print it: `P. 1:1001(1000) ack 1 win 502 <nop,nop,TS val 5 ecr 4>`.
    @Override
    public String toString() {
        return SegmentText.of(this);
    }
}
