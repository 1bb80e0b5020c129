package dev.sockeye.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The active open: what our SYN asks for, and what we make of the answer (RFC 9768 3.1; the tables as the kernel was
/// seen to do it, docs/linux/ecn.md, "accurate_client", "classic_client").
class AccEcnClientTest {

    private static final String OPTIONS = " <TS,mss 1460,sackOK,wscale 10>";

    private static Peer connecting(int tcpEcn) {
        return AccEcn.listening(tcpEcn).connect();
    }

    private static String syn(String flags) {
        return flags + " 0:1(0)" + OPTIONS;
    }

    /// Opened with `tcp_ecn` 3 and answered so.
    private static Peer connected(String synAck) {
        return connecting(3).expectMarked("[noecn] " + syn("SEWA")).send(synAck);
    }

    private static String agreed(Peer peer) {
        TcpInfo info = peer.info();
        return EcnMode.values()[info.ecn_mode()] + ", received_ce " + info.received_ce() + ", fails "
                + info.accecn_fail_mode();
    }

    @ParameterizedTest
    @CsvSource({"0, S", "1, SEW", "2, S", "3, SEWA", "4, SEW", "5, S"})
    void tcpEcnSaysWhatTheSynAsksFor(int tcpEcn, String flags) {
        Peer peer = connecting(tcpEcn).expectMarked("[noecn] " + syn(flags));
        peer.checkReleased();
    }

    /// RFC 9768 3.1.4.1: once more with all three flags, then with none. RFC 3168 6.1.1.1: the classic SYN with none at
    /// once.
    @ParameterizedTest
    @CsvSource({
        "3, 1, SEWA SEWA S S",
        "3, 0, SEWA SEWA SEWA SEWA",
        "1, 1, SEW S S S",
        "1, 0, SEW SEW SEW SEW",
        "4, 1, SEW S S S"
    })
    void theSynIsSentAgain(int tcpEcn, int fallback, String flags) {
        var peer = AccEcn.listening(tcpEcn);
        peer.sysctl.tcp_ecn_fallback = fallback;
        peer.connect();
        String[] each = flags.split(" ");
        peer.expect(syn(each[0]));
        for (int i = 1; i < each.length; i++) peer.expectAfter(1000, syn(each[i]));
        peer.checkReleased();
    }

    /// A SYN-ACK that grants accurate feedback: how it arrived is told by our ACK, and data counts from 5 on.
    @ParameterizedTest
    @CsvSource({
        "2, noecn, [ect0] W, [ect0] PEA, 0, 0", "2, ect1, [ect0] EW, [ect0] PEA, 0, 0",
                "2, ect0, [ect0] A, [ect0] PEA, 0, 0",
        "2, ce, [ect0] WA, [ect0] PWA, 1, 0", "3, noecn, [ect0] W, [ect0] PEA, 0, 0",
                "3, ect0, [ect0] A, [ect0] PEA, 0, 0",
        "3, ce, [noecn] WA, [noecn] PEA, 0, 2", "4, noecn, [ect0] W, [ect0] PEA, 0, 0",
                "4, ce, [noecn] WA, [noecn] PEA, 0, 2",
        "5, noecn, [ect0] W, [ect0] PEA, 0, 0", "5, ect1, [ect0] EW, [ect0] PEA, 0, 0",
                "5, ce, [ect0] WA, [ect0] PWA, 1, 0",
        "6, noecn, [ect0] W, [ect0] PEA, 0, 0", "6, ect0, [ect0] A, [ect0] PEA, 0, 0",
                "6, ce, [noecn] WA, [noecn] PEA, 0, 2",
    })
    void accurateFeedbackIsGranted(int ace, String mark, String ack, String data, int marks, int fails) {
        Peer peer = connected("[" + mark + "] S." + ace + " 0:1(0) ack 1 win 65535 <mss 1460,sackOK>");
        peer.expectMarked(ack + ". 1:1(0) ack 1");
        peer.write(10);
        peer.expectMarked(data + ". 1:11(10) ack 1");
        assertThat(agreed(peer)).isEqualTo("ACCECN, received_ce " + marks + ", fails " + fails);
        assertThat(peer.info().options() & TcpInfo.OPT_ECN).isNotZero();
        peer.checkReleased();
    }

    /// `tcp_ecn_fallback` 0: nothing is checked.
    @Test
    void withoutFallbackAnImpossibleAnswerIsBelieved() {
        Peer peer = AccEcn.listening(3);
        peer.sysctl.tcp_ecn_fallback = 0;
        peer.connect().expect(syn("SEWA")).send("[ce] S.6 0:1(0) ack 1 win 65535 <mss 1460>");
        peer.expectMarked("[ect0] WA. 1:1(0) ack 1");
        assertThat(agreed(peer)).isEqualTo("ACCECN, received_ce 1, fails 0");
        peer.checkReleased();
    }

    /// Not ECN (0), classic ECN (1), broken: a mirror (7). RFC 9768 table 2.
    @ParameterizedTest
    @CsvSource({
        "0, noecn, DISABLED, noecn",
        "0, ce, DISABLED, noecn",
        "1, noecn, RFC3168, ect0",
        "1, ce, RFC3168, ect0",
        "7, noecn, DISABLED, noecn",
        "7, ect0, DISABLED, noecn"
    })
    void accurateFeedbackIsNotGranted(int ace, String mark, EcnMode mode, String data) {
        Peer peer = connected(
                "[" + mark + "] S." + ace + " 0:1(0) ack 1 win 65535 <mss 1460,sackOK,ECN e0b 1 ceb 0 e1b 1>");
        peer.expectMarked("[noecn] . 1:1(0) ack 1");
        peer.write(10);
        peer.expectMarked("[" + data + "] P. 1:11(10) ack 1");
        assertThat(agreed(peer)).isEqualTo(mode + ", received_ce 0, fails 0");
        peer.checkReleased();
    }

    /// Linux: who has asked for classic feedback takes accurate feedback, too, if that is the answer.
    @ParameterizedTest
    @CsvSource({
        "0, noecn, [noecn] ., [noecn] P, DISABLED, 0, 0", "1, noecn, [noecn] ., [ect0] P, RFC3168, 0, 0",
        "1, ce, [noecn] ., [ect0] P, RFC3168, 0, 0", "2, noecn, [ect0] W., [ect0] PEA, ACCECN, 0, 0",
        "2, ce, [ect0] WA., [ect0] PWA, ACCECN, 1, 0", "3, noecn, [ect0] W., [ect0] PEA, ACCECN, 0, 0",
        "3, ce, [noecn] WA., [noecn] PEA, ACCECN, 0, 2", "4, noecn, [ect0] W., [ect0] PEA, ACCECN, 0, 0",
        "5, noecn, [noecn] ., [ect0] P, RFC3168, 0, 0", "5, ce, [noecn] ., [ect0] P, RFC3168, 0, 0",
        "6, noecn, [ect0] W., [ect0] PEA, ACCECN, 0, 0", "7, noecn, [noecn] ., [noecn] P, DISABLED, 0, 0"
    })
    void theClassicClient(int ace, String mark, String ack, String data, EcnMode mode, int marks, int fails) {
        for (int tcpEcn : new int[] {1, 4}) {
            Peer peer = connecting(tcpEcn).expect(syn("SEW"));
            peer.send("[" + mark + "] S." + ace + " 0:1(0) ack 1 win 65535 <mss 1460,sackOK>");
            peer.expectMarked(ack + " 1:1(0) ack 1");
            peer.write(10);
            peer.expectMarked(data + ". 1:11(10) ack 1");
            assertThat(agreed(peer)).isEqualTo(mode + ", received_ce " + marks + ", fails " + fails);
            peer.checkReleased();
        }
    }

    /// Who has asked for nothing gets nothing, whatever the answer says.
    @ParameterizedTest
    @CsvSource({"0", "2", "5"})
    void whoHasNotAskedGetsNothing(int tcpEcn) {
        for (int ace = 0; ace < 8; ace++) {
            Peer peer = connecting(tcpEcn).expect(syn("S"));
            peer.send("[ce] S." + ace + " 0:1(0) ack 1 win 65535 <mss 1460,ECN e0b 1 ceb 0 e1b 1>");
            peer.expectMarked("[noecn] . 1:1(0) ack 1");
            assertThat(agreed(peer)).isEqualTo("DISABLED, received_ce 0, fails 0");
            peer.checkReleased();
        }
    }

    /// RFC 9768 3.2.3.2: we send the option if the SYN-ACK had one, be it empty; if its counters are zeroed we do not
    /// read them.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "            | 0 | 0",
                "ECN e0b 1 ceb 0 e1b 1 | 2 | 0",
                "ECN e1b 1 ceb 0 e0b 1 | 2 | 0",
                "ECN e0b 1 | 2 | 0",
                "ECN         | 1 | 0",
                "ECN e0b 0 ceb 0 e1b 0 | 3 | 8"
            })
    void theOptionOfTheSynAck(String option, int seen, int fails) {
        String options = option == null ? "" : "," + option;
        Peer peer = connected("S.2 0:1(0) ack 1 win 65535 <mss 1460,sackOK" + options + ">");
        String ours = option == null ? "" : " <ECN e1b 1 ceb 0 e0b 1>";
        peer.expectMarked("[ect0] W. 1:1(0) ack 1" + ours);
        peer.write(10);
        peer.expectMarked("[ect0] PEA. 1:11(10) ack 1" + ours);
        assertThat(peer.info().accecn_opt_seen()).isEqualTo(seen);
        assertThat(peer.info().accecn_fail_mode()).isEqualTo(fails);
        peer.checkReleased();
    }

    /// Three SYNs, the last without flags, and then an answer to one of the first: it counts.
    @Test
    void aLateAnswerToTheSynWithFlagsCounts() {
        Peer peer =
                connecting(3).expect(syn("SEWA")).expectAfter(1000, syn("SEWA")).expectAfter(1000, syn("S"));
        peer.send("S.2 0:1(0) ack 1 win 65535 <mss 1460,sackOK,ECN e0b 1 ceb 0 e1b 1>");
        peer.expectMarked("[ect0] W. 1:1(0) ack 1 <ECN e1b 1 ceb 0 e0b 1>");
        peer.checkReleased();
    }

    /// RFC 9768 3.1.5, MUST: how the latest SYN-ACK arrived is told, but only by the answer to it.
    @Test
    void aSynAckThatComesAgainIsAnsweredAnew() {
        Peer peer = connected("[noecn] S.2 0:1(0) ack 1 win 65535 <mss 1460,sackOK>");
        peer.expectMarked("[ect0] W. 1:1(0) ack 1");
        peer.elapse(100).send("[ect0] S. 0:1(0) ack 1 win 65535 <mss 1460,sackOK>");
        peer.expectMarked("[ect0] A. 1:1(0) ack 1");
        // The next one is not answered (RFC 5961 7), and tells nothing to what goes out later.
        peer.send("[ce] S. 0:1(0) ack 1 win 65535 <mss 1460,sackOK>").expectNothing();
        peer.write(10);
        peer.expectMarked("[ect0] PEA. 1:11(10) ack 1");
        // An option that comes only now is taken.
        peer.elapse(600).send("[ect1] S. 0:1(0) ack 1 win 65535 <mss 1460,sackOK,ECN e0b 1 ceb 0 e1b 1>");
        assertThat(peer.sent().getLast()).startsWith("EW. 11:11(0)").contains("ECN");
        peer.checkReleased();
    }

    /// Both open at once: each tells in its SYN-ACK how the other's SYN arrived, and the option goes with it twice (RFC
    /// 9768 3.2.3.2.2).
    @Test
    void bothOpenAtOnce() {
        Peer peer = connecting(3).expect(syn("SEWA"));
        peer.send("[ect0] SEWA 0:1(0) win 65535 <mss 1460,sackOK>");
        String withOption = "<TS,mss 1460,sackOK,ECN e1b 1 ceb 0 e0b 1,wscale 10>";
        peer.expectMarked("[noecn] SA. 0:1(0) ack 1 " + withOption);
        peer.expectAfter(1000, "SA. 0:1(0) ack 1 " + withOption);
        peer.elapse(1999).expectNothing().elapse(1).expect("SA. 0:1(0) ack 1" + OPTIONS);
        peer.send("[ect0] W. 1:1(0) ack 1 win 65535");
        assertThat(peer.state()).isEqualTo(TcpState.ESTABLISHED);
        assertThat(agreed(peer)).isEqualTo("ACCECN, received_ce 0, fails 0");
        peer.write(10);
        peer.expectMarked("[ect0] PEA. 1:11(10) ack 1");
        peer.checkReleased();
    }

    /// Linux: to the retransmission, the flags that tell of ECT(1) look like those of a classic SYN, which are not sent
    /// again (`tcp_ecn_fallback`).
    @Test
    void anAnswerThatLooksLikeAClassicSynLosesItsFlags() {
        Peer peer = connecting(3).expect(syn("SEWA"));
        peer.send("[ect1] SEWA 0:1(0) win 65535 <mss 1460,sackOK>");
        String withOption = "<TS,mss 1460,sackOK,ECN e1b 1 ceb 0 e0b 1,wscale 10>";
        peer.expect("SEW. 0:1(0) ack 1 " + withOption).expectAfter(1000, "S. 0:1(0) ack 1 " + withOption);
        peer.elapse(2000).expect("S. 0:1(0) ack 1" + OPTIONS);
        peer.checkReleased();
    }

    /// Linux: our SYN has lost its flags when it was sent again, and so has the SYN-ACK that is made of it.
    @Test
    void aClassicAnswerToASynThatCrossedALaterOneOfOurs() {
        Peer peer = connecting(1).expect(syn("SEW")).expectAfter(1000, syn("S"));
        peer.send("SEW 0:1(0) win 65535 <mss 1460,sackOK>").expect("S. 0:1(0) ack 1" + OPTIONS);
        peer.send(". 1:1(0) ack 1 win 65535");
        assertThat(agreed(peer)).isEqualTo("RFC3168, received_ce 0, fails 0");
        peer.checkReleased();
    }

    @ParameterizedTest
    @CsvSource({"SEWA, SW., ACCECN", "SA, SW., ACCECN", "SEW, SE., RFC3168", "S, S., DISABLED"})
    void whatThePeersSynAsksForCounts(String theirs, String ours, EcnMode mode) {
        Peer peer = connecting(3).expect(syn("SEWA"));
        peer.send(theirs + " 0:1(0) win 65535 <mss 1460,sackOK>");
        assertThat(peer.sent()).singleElement().asString().startsWith(ours + " 0:1(0) ack 1");
        peer.send((mode == EcnMode.ACCECN ? "W." : ".") + " 1:1(0) ack 1 win 65535");
        assertThat(agreed(peer)).isEqualTo(mode + ", received_ce 0, fails 0");
        peer.checkReleased();
    }

    /// The answer to our crossed SYN-ACK says that it was marked.
    @Test
    void aMarkOnOurSynAckIsCounted() {
        Peer peer = AccEcn.listening(3);
        peer.sysctl.tcp_ecn_fallback = 0;
        peer.connect()
                .expect(syn("SEWA"))
                .send("SEWA 0:1(0) win 65535 <mss 1460,sackOK>")
                .sent();
        peer.send("[ect0] WA. 1:1(0) ack 1 win 65535");
        assertThat(peer.info().delivered_ce()).isEqualTo(1);
        peer.checkReleased();
    }
}
