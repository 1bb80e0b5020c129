package dev.sockeye.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What data costs of the buffers, to the byte: the same dialogues as docs/linux/accounting.md, and the kernel's
/// figures.
class AccountingTest {

    private static Stream<List<String>> rows(String experiment) {
        return KernelTable.rows("accounting.md", "accounting.py " + experiment).stream()
                .map(List::of);
    }

    private static int number(String text) {
        return Integer.parseInt(text);
    }

    // ---------------------------------------------------------------- sending

    static Stream<List<String>> writes() {
        return rows("writes");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("writes")
    void writesTakeWhatTheKernelsTake(List<String> row) {
        var peer = new Peer();
        if (!row.get(2).equals("-")) peer.options.sendBuffer = Math.max(2 * number(row.get(2)), 4608);
        peer.acceptSyn("S 0:1(0) win " + row.get(1) + " <mss " + row.get(0) + ">");
        peer.now += 2_200_000;
        peer.send(". 1:1(0) ack 1 win " + row.get(1));
        assertThat(peer.connection.sendBuffer()).isEqualTo(number(row.get(3)));
        peer.options.noDelay = row.get(4).equals("1");
        int chunk = number(row.get(5));
        int first = 0;
        int taken = 0;
        for (int count = peer.write(chunk); count > 0; count = peer.write(chunk)) {
            if (first == 0) first = count;
            taken += count;
        }
        var seen = List.of(
                row.get(5),
                String.valueOf(first),
                String.valueOf(taken),
                String.valueOf(peer.connection.send.charged),
                runs(peer.sent()));
        assertThat(seen)
                .isEqualTo(List.of(row.get(5), row.get(6), row.get(7), row.get(8), row.size() > 9 ? row.get(9) : ""));
        peer.checkReleased();
    }

    /// `1000 1000 100` is `2x1000 100`
    private static String runs(List<String> segments) {
        var runs = new ArrayList<String>();
        int count = 0;
        String last = "";
        for (String segment : segments) {
            String size = segment.substring(segment.indexOf('(') + 1, segment.indexOf(')'));
            if (!size.equals(last)) count = 0;
            else runs.removeLast();
            last = size;
            runs.add(++count == 1 ? size : count + "x" + size);
        }
        return String.join(" ", runs);
    }

    static Stream<List<String>> sendCharge() {
        return rows("send_charge");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("sendCharge")
    void whatCannotLeaveIsCharged(List<String> row) {
        var peer = new Peer();
        peer.options.sendBuffer = 2 << 20;
        peer.accept("<mss 1460>", 0, 2);
        int first = number(row.get(0));
        assertThat(peer.write(first)).isEqualTo(first);
        assertThat(peer.connection.send.charged).isEqualTo(number(row.get(2)));
        peer.write(number(row.get(1)));
        assertThat(peer.connection.send.charged).isEqualTo(number(row.get(3)));
        peer.checkReleased();
    }

    // ---------------------------------------------------------------- receiving

    static Stream<List<String>> receiveCharge() {
        return rows("receive_charge");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("receiveCharge")
    void aSegmentIsChargedItsBuffer(List<String> row) {
        int length = number(row.get(0));
        for (int i = 0; i < 2; i++) {
            Peer peer = Peer.established(i == 0 ? "<mss 1460>" : "<TS, mss 1460>");
            peer.send(". 1:" + (1 + length) + "(" + length + ") ack 1 win 65535" + (i == 0 ? "" : " <TS>"));
            assertThat(peer.connection.receiveBuffer.charged()).isEqualTo(number(row.get(1 + i)));
            assertThat(peer.read(length)).isEqualTo(length);
            assertThat(peer.connection.receiveBuffer.charged()).isZero();
            peer.checkReleased();
        }
    }

    static Stream<List<String>> coalescing() {
        return rows("coalescing");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("coalescing")
    void whatFitsBehindAnotherCostsNothing(List<String> row) {
        Peer peer = Peer.established();
        var charged = new ArrayList<String>();
        int at = 1;
        for (int i = 0; i < 3; i++) {
            int length = number(row.get(i));
            peer.send(". " + at + ":" + (at + length) + "(" + length + ") ack 1 win 65535");
            charged.add(String.valueOf(peer.connection.receiveBuffer.charged()));
            at += length;
        }
        assertThat(String.join(", ", charged)).isEqualTo(row.get(3));
        assertThat(peer.count(TcpMib.TCPRcvCoalesce)).isEqualTo(number(row.get(4)));
        peer.checkReleased();
    }

    /// "out_of_order": behind a gap, and when the gap is filled, read in parts.
    @Test
    void whatWaitsBehindAGapCostsTheSame() {
        int[][] expected = {
            {100, 20, 832, 832, 1664, 1664, 832, 832},
            {1000, 500, 2304, 2304, 3136, 3136, 2304, 2304},
            {1460, 1460, 2304, 4608, 5440, 5440, 4608, 4608},
        };
        for (int[] row : expected) {
            Peer peer = Peer.established("<mss 1460,sackOK>");
            var charged = new ArrayList<Integer>(List.of(row[0], row[1]));
            int end = 101 + row[0];
            peer.send(". 101:" + end + "(" + row[0] + ") ack 1 win 65535");
            charged.add(peer.connection.receiveBuffer.charged());
            peer.send(". " + end + ":" + (end + row[1]) + "(" + row[1] + ") ack 1 win 65535");
            charged.add(peer.connection.receiveBuffer.charged());
            peer.send(". 1:101(100) ack 1 win 65535");
            charged.add(peer.connection.receiveBuffer.charged());
            for (int part : new int[] {50, 100, 50}) {
                peer.read(part);
                charged.add(peer.connection.receiveBuffer.charged());
            }
            assertThat(charged).isEqualTo(Arrays.stream(row).boxed().toList());
            peer.read(10_000);
            assertThat(peer.connection.receiveBuffer.charged()).isZero();
            peer.checkReleased();
        }
    }

    /// A segment that covers older ones takes their place; one that is all there costs nothing.
    @Test
    void whatCameBeforeIsNotChargedTwice() {
        Peer peer = Peer.established("<mss 1460,sackOK>");
        peer.send(". 101:201(100) ack 1 win 65535").send(". 301:401(100) ack 1 win 65535");
        assertThat(peer.connection.receiveBuffer.charged()).isEqualTo(1664);
        peer.send(". 101:201(100) ack 1 win 65535");
        assertThat(peer.connection.receiveBuffer.charged()).isEqualTo(1664);
        peer.send(". 101:1101(1000) ack 1 win 65535");
        assertThat(peer.connection.receiveBuffer.charged()).isEqualTo(2304);
        assertThat(peer.count(TcpMib.TCPOFOMerge)).isEqualTo(3);
        peer.send(". 1:101(100) ack 1 win 65535");
        assertThat(peer.read(2000)).isEqualTo(1100);
        assertThat(peer.connection.receiveBuffer.charged()).isZero();
        peer.checkReleased();
    }
}
