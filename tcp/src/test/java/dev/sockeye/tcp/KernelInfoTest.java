package dev.sockeye.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// `TCP_INFO` in the dialogues of docs/linux/info.md: every field that does not measure time says what the kernel's
/// says.
class KernelInfoTest {

    /// They measure time, or follow from it; [InfoTimesTest] has them.
    private static final Set<String> TIMES = Set.of(
            "rto",
            "rtt",
            "rttvar",
            "min_rtt",
            "rcv_rtt",
            "last_data_sent",
            "last_ack_sent",
            "last_data_recv",
            "last_ack_recv",
            "pacing_rate",
            "delivery_rate",
            "busy_time",
            "rwnd_limited",
            "sndbuf_limited",
            "total_rto_time");

    private final List<TcpInfo> moments = new ArrayList<>();
    private Peer peer = new Peer();

    private void note() {
        moments.add(peer.info());
    }

    private static Object field(TcpInfo info, String name) {
        String own = name.equals("app_limited") ? "delivery_rate_app_limited" : name;
        for (RecordComponent component : TcpInfo.class.getRecordComponents()) {
            if (!component.getName().equals(own)) continue;
            try {
                Object value = component.getAccessor().invoke(info);
                return value instanceof Boolean on ? (on ? 1 : 0) : value;
            } catch (ReflectiveOperationException e) {
                throw new LinkageError(e.getMessage(), e);
            }
        }
        throw new AssertionError("no field " + name);
    }

    /// Each field at each moment, where ours differs: none.
    ///
    /// @param first of the kernel's moments
    private void compare(String experiment, int first) {
        var differences = new ArrayList<String>();
        for (String[] row : KernelTable.rows("info.md", "info.py " + experiment)) {
            if (TIMES.contains(row[0])) continue;
            assertThat(row.length - 1 - first).isEqualTo(moments.size());
            var ours = new StringBuilder();
            var kernels = new StringBuilder();
            for (int i = 0; i < moments.size(); i++) {
                ours.append(field(moments.get(i), row[0])).append(' ');
                kernels.append(row[1 + first + i]).append(' ');
            }
            if (!ours.toString().contentEquals(kernels)) differences.add(row[0] + ": " + ours + "kernel: " + kernels);
        }
        assertThat(differences).isEmpty();
    }

    private void send(String text) {
        peer.send(text).elapse(2);
        peer.sent();
    }

    private void receive(int at, int length, int ack) {
        send(". " + at + ":" + (at + length) + "(" + length + ") ack " + ack + " win 512 <TS>");
    }

    @Test
    void transfer() {
        peer.acceptSyn("S 0:1(0) win 512 <mss 1460,sackOK,TS,wscale 7>");
        peer.now += 2_200_000;
        peer.send(". 1:1(0) ack 1 win 512 <TS>");
        note();
        for (int i = 0; i < 4; i++) receive(1 + 1448 * i, 1448, 1);
        note();
        receive(1 + 5 * 1448, 1448, 1);
        note();
        receive(1 + 4 * 1448, 1448, 1);
        peer.read(100_000);
        peer.elapse(60).sent();
        note();
        int end = 1 + 6 * 1448;
        peer.write(20_000);
        peer.elapse(2).sent();
        note();
        String bare = ". " + end + ":" + end + "(0) ack ";
        send(bare + (1 + 2 * 1448) + " win 512 <TS>");
        note();
        send(bare + (1 + 2 * 1448) + " win 512 <TS,sack " + (1 + 3 * 1448) + ":" + (1 + 6 * 1448) + ">");
        note();
        send(bare + (1 + 6 * 1448) + " win 512 <TS>");
        note();
        send(bare + "20001 win 512 <TS>");
        note();
        peer.write(1000);
        peer.elapse(900).sent();
        note();
        send(bare + "21001 win 512 <TS>");
        note();
        send("F. " + end + ":" + (end + 1) + "(0) ack 21001 win 512 <TS>");
        note();
        peer.shutdown(Shutdown.WRITE);
        peer.elapse(2).sent();
        note();
        compare("transfer", 0);
    }

    @Test
    void plain() {
        peer.acceptSyn("S 0:1(0) win 2000 <mss 1460>");
        peer.now += 2_200_000;
        peer.send(". 1:1(0) ack 1 win 2000");
        note();
        peer.write(5000);
        peer.elapse(2).sent();
        note();
        peer.elapse(20);
        send(". 1:1(0) ack 1001 win 0");
        note();
        peer.elapse(300).sent();
        note();
        send(". 1:1(0) ack 2001 win 65535");
        note();
        send(". 1:1(0) ack 5001 win 65535");
        note();
        send("R 1:1(0) win 0");
        note();
        compare("plain", 0);
    }

    @Test
    void connecting() {
        peer = new Peer();
        peer.connect();
        peer.sent();
        peer.elapse(2);
        note();
        peer.elapse(1100).sent();
        note();
        peer.send("S. 0:1(0) ack 1 win 512 <mss 1460,sackOK,TS,wscale 7>");
        peer.elapse(2).sent();
        note();
        compare("connecting", 1);
    }
}
