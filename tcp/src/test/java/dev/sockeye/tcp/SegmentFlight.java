package dev.sockeye.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// A sender under a [Peer]'s eyes, in the words of docs/linux/recovery.md: segments of 1000 bytes are numbered
/// from 1, and "ACK 3, SACK 5-6" means everything before segment 3, and segments 5 and 6. After each step it is
/// told which segments went out, and what TCP_INFO says then.
final class SegmentFlight {

    static final int MSS = 1000;
    /// How far the peer's ACKs are apart: about as far as in the laboratory.
    private static final int STEP_MILLIS = 2;
    private static final String[] STATES = {"Open", "Disorder", "CWR", "Recovery", "Loss"};

    final Peer peer = new Peer();
    private boolean sack = true;
    private boolean timestamps;

    SegmentFlight with(String congestionControl) {
        peer.sysctl.tcp_congestion_control = congestionControl;
        return this;
    }

    SegmentFlight withoutSack() {
        sack = false;
        return this;
    }

    SegmentFlight withTimestamps() {
        timestamps = true;
        return this;
    }

    /// A handshake of 50 ms, so many segments written; and 50 ms later the first ten have arrived.
    SegmentFlight start(int segments) {
        open();
        write(segments).sends(1, Math.min(segments, 10), "cwnd 10, ssthresh none, in flight 10, lost 0, Open");
        peer.elapse(50);
        return this;
    }

    /// The handshake alone.
    SegmentFlight open() {
        peer.options.sendBuffer = 4 << 20;
        String options = "<mss " + (timestamps ? MSS + 12 : MSS) + (sack ? ",sackOK" : "") + (timestamps ? ",TS" : "")
                + ",wscale 10>";
        peer.accept(options, 65535, 50);
        return this;
    }

    SegmentFlight write(int segments) {
        assertThat(peer.write(segments * MSS)).isEqualTo(segments * MSS);
        return this;
    }

    static int edge(int number) {
        return 1 + (number - 1) * MSS;
    }

    /// The peer acknowledges everything before segment `next`, and SACKs ranges, "5-6"; 2 ms pass.
    SegmentFlight ack(int next, String... blocks) {
        var options = new ArrayList<String>();
        if (timestamps) options.add("TS");
        if (blocks.length > 0) {
            options.add("sack "
                    + IntStream.range(0, blocks.length)
                            .mapToObj(i -> block(blocks[i]))
                            .collect(Collectors.joining(" ")));
        }
        peer.send(". 1:1(0) ack " + edge(next) + " win 65535"
                + (options.isEmpty() ? "" : " <" + String.join(",", options) + ">"));
        peer.elapse(STEP_MILLIS);
        return this;
    }

    private static String block(String range) {
        String[] ends = range.split("-");
        return edge(Integer.parseInt(ends[0])) + ":" + edge(Integer.parseInt(ends[1]) + 1);
    }

    /// What went out: numbers, or "none"; and what TCP_INFO says.
    SegmentFlight sends(String segments, String info) {
        assertThat(sent() + " | " + infoWords()).isEqualTo(segments + " | " + info);
        return this;
    }

    SegmentFlight sends(int first, int last, String info) {
        return sends(
                IntStream.rangeClosed(first, last).mapToObj(Integer::toString).collect(Collectors.joining(" ")), info);
    }

    private String sent() {
        List<String> texts = peer.sent();
        if (texts.isEmpty()) return "none";
        return texts.stream().map(SegmentFlight::number).collect(Collectors.joining(" "));
    }

    private static String number(String text) {
        Segment seg = SegmentScript.parse(text);
        return seg.length == 0 ? "ack" : Integer.toString((seg.seq - 1) / MSS + 1);
    }

    private String infoWords() {
        TcpInfo info = peer.info();
        return "cwnd " + info.snd_cwnd() + ", ssthresh "
                + (info.snd_ssthresh() == CongestionWindow.INFINITE_SSTHRESH ? "none" : info.snd_ssthresh())
                + ", in flight " + info.unacked() + ", lost " + info.lost() + ", " + STATES[info.ca_state()];
    }

    /// Nothing is sent for so long.
    SegmentFlight silentFor(long millis) {
        peer.expectNothingFor(millis);
        return this;
    }

    /// So much time passes, and only at its end something is sent.
    SegmentFlight after(long millis) {
        peer.expectNothingFor(millis - 1);
        peer.elapse(1);
        return this;
    }

    long count(TcpMib counter) {
        return peer.count(counter);
    }

    void checkReleased() {
        peer.checkReleased();
    }
}
