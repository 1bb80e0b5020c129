package dev.sockeye.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// What the receiver tells of marks, and when (RFC 9768 3.2.2.5.1, 3.2.3.3): as the kernel was seen to do it,
/// docs/linux/ecn.md.
class AccEcnReceiverTest {

    private static final String[] MARKS = {
        "ect0", "ect0", "ect0", "ce", "ce", "ect0", "ect0", "ect1", "ect1", "ect1", "ce", "ect1", "noecn", "ect1"
    };
    private static final String[] TOLD = {
        "EA. 1001:1001(0) ack 1001 <ECN e1b 1 ceb 0 e0b 1001>",
        "EA. 1001:1001(0) ack 2001 <ECN e1b 1 ceb 0 e0b 2001>",
        "EA. 1001:1001(0) ack 3001 <ECN e1b 1 ceb 0 e0b 3001>",
        "WA. 1001:1001(0) ack 4001 <ECN e1b 1 ceb 1000 e0b 3001>",
        "EWA. 1001:1001(0) ack 5001 <ECN e1b 1 ceb 2000 e0b 3001>",
        "EWA. 1001:1001(0) ack 6001 <ECN e1b 1 ceb 2000 e0b 4001>",
        "EWA. 1001:1001(0) ack 7001 <ECN e1b 1 ceb 2000 e0b 5001>",
        "EWA. 1001:1001(0) ack 8001 <ECN e1b 1001 ceb 2000 e0b 5001>",
        "EWA. 1001:1001(0) ack 9001 <ECN e1b 2001 ceb 2000 e0b 5001>",
        "EWA. 1001:1001(0) ack 10001 <ECN e1b 3001 ceb 2000 e0b 5001>",
        ". 1001:1001(0) ack 11001 <ECN e1b 3001 ceb 3000 e0b 5001>",
        ". 1001:1001(0) ack 12001 <ECN e1b 4001 ceb 3000 e0b 5001>",
        ". 1001:1001(0) ack 13001 <ECN e1b 4001 ceb 3000 e0b 5001>",
        ". 1001:1001(0) ack 14001 <ECN e1b 5001 ceb 3000 e0b 5001>",
    };

    private static String withoutOption(String text) {
        return text.substring(0, text.indexOf(" <"));
    }

    private static void checkFeedback(Peer peer, int... withoutOption) {
        for (int i = 0; i < MARKS.length; i++) {
            peer.send(
                    "[" + MARKS[i] + "] 5. " + (1 + 1000 * i) + ":" + (1001 + 1000 * i) + "(1000) ack 1001 win 65535");
            String text = TOLD[i];
            for (int none : withoutOption) if (none == i) text = withoutOption(text);
            peer.expectMarked("[ect0] " + text);
            peer.read(1000);
        }
        TcpInfo info = peer.info();
        assertThat(info.received_ce()).isEqualTo(3);
        assertThat(info.received_e1_bytes()).isEqualTo(5000);
        assertThat(info.received_e0_bytes()).isEqualTo(5000);
        assertThat(info.received_ce_bytes()).isEqualTo(3000);
        peer.expectNothing().checkReleased();
    }

    @Test
    void theAceFieldCountsMarks_TheOptionBytes() {
        checkFeedback(AccEcn.primed());
    }

    /// `tcp_ecn_option` 1: with two ACKs after a change; and as a beacon, which is off here.
    @Test
    void theOptionMayBeSentOnlyWhenSomethingHasChanged() {
        Peer peer = AccEcn.primed();
        peer.sysctl.tcp_ecn_option = 1;
        peer.sysctl.tcp_ecn_option_beacon = 0;
        peer.connection.ecn.received.demand = 2;
        checkFeedback(peer, 2, 9);
    }

    @Test
    void theBeaconSendsItSomeTimesInARoundTrip() {
        Peer peer = AccEcn.primed();
        peer.sysctl.tcp_ecn_option = 1;
        peer.connection.ecn.received.demand = 0;
        peer.elapse(100).send("[ect0] 5. 1:1001(1000) ack 1001 win 65535");
        peer.expect("EA. 1001:1001(0) ack 1001 <ECN e1b 1 ceb 0 e0b 1001>");
        peer.connection.ecn.received.demand = 0;
        // A third of 4 ms has not passed.
        peer.elapse(1).send("[ect0] 5. 1001:2001(1000) ack 1001 win 65535");
        peer.expect("EA. 1001:1001(0) ack 2001");
        peer.elapse(1).send("[ect0] 5. 2001:3001(1000) ack 1001 win 65535");
        peer.expect("EA. 1001:1001(0) ack 3001 <ECN e1b 1 ceb 0 e0b 3001>");
        peer.checkReleased();
    }

    @Test
    void theOptionCanBeSwitchedOff() {
        Peer peer = AccEcn.primed();
        peer.sysctl.tcp_ecn_option = 0;
        checkFeedback(peer, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13);
    }

    /// Each counter is told at least once in four megabytes.
    @Test
    void aCounterIsToldBeforeItGoesAround() {
        Peer peer = AccEcn.primed();
        peer.sysctl.tcp_ecn_option = 1;
        peer.sysctl.tcp_ecn_option_beacon = 0;
        AccEcnReceiver received = peer.connection.ecn.received;
        received.demand = 0;
        received.ect0Bytes = (1 << 22) - 1500;
        peer.send("[ect0] 5. 1:1001(1000) ack 1001 win 65535").expect("EA. 1001:1001(0) ack 1001");
        peer.send("[ect0] 5. 1001:2001(1000) ack 1001 win 65535")
                .expect("EA. 1001:1001(0) ack 2001 <ECN e1b 1 ceb 0 e0b 4194805>");
        peer.send("[ect0] 5. 2001:3001(1000) ack 1001 win 65535").expect("EA. 1001:1001(0) ack 3001");
        peer.checkReleased();
    }

    /// The counters on the wire have 24 bits, the ACE field three.
    @Test
    void whatIsToldGoesAround() {
        Peer peer = AccEcn.primed();
        peer.connection.ecn.received.ect0Bytes = (1 << 24) - 500;
        peer.connection.ecn.received.ce = 7;
        peer.send("[ce] 5. 1:1001(1000) ack 1001 win 65535")
                .expect("EA. 1001:1001(0) ack 1001 <ECN e1b 1 ceb 1000 e0b 16776717>");
        peer.send("[ect0] 5. 1001:2001(1000) ack 1001 win 65535")
                .expect("EA. 1001:1001(0) ack 2001 <ECN e1b 1 ceb 1000 e0b 501>");
        peer.checkReleased();
    }

    /// A change of the codepoint is told at once where an ACK would otherwise wait; further marks wait.
    @Test
    void aChangeIsAcknowledgedAtOnce() {
        Peer peer = AccEcn.primed();
        peer.connection.acks.quick = 0;
        peer.connection.acks.delayMillis = 40;
        peer.connection.acks.enterPingPong();
        peer.connection.acks.rcvMss = 1000;
        String[] marks = {"ect0", "ce", "ce", "ce", "ect0", "ect0", "ect1", "ect1"};
        String[] told = {null, "WA", null, null, "", null, "", null};
        for (int i = 0; i < marks.length; i++) {
            int from = 1 + 100 * i;
            peer.send("[" + marks[i] + "] 5. " + from + ":" + (from + 100) + "(100) ack 1001 win 65535");
            if (told[i] == null) peer.expectNothing();
            else assertThat(peer.sent()).singleElement().asString().startsWith(told[i] + ". 1001:1001(0)");
        }
        assertThat(peer.info().received_ce()).isEqualTo(3);
        // Pure ACKs ask for none.
        peer.elapse(300).sent();
        for (int i = 0; i < 10; i++) peer.send("[ce] 5. 801:801(0) ack 1001 win 65535");
        peer.expectNothingFor(300);
        assertThat(peer.info().received_ce()).isEqualTo(13);
        assertThat(peer.info().received_ce_bytes()).isEqualTo(300);
        peer.checkReleased();
    }

    /// What passes the checks up to the ACK field is counted, once for each packet that arrives.
    @Test
    void whatIsCounted() {
        Peer peer = AccEcn.primed();
        Object[][] steps = {
            {"5. 1:1001(1000) ack 1001", 1, 1000},
            {"5. 1:1001(1000) ack 1001", 2, 2000},
            {"5. 90000000:90001000(1000) ack 1001", 2, 2000},
            {"5. 2001:3001(1000) ack 1001", 3, 3000},
            {"5. 2001:3001(1000) ack 1001", 4, 4000},
            {"5. 501:1501(1000) ack 1001", 5, 5000},
            {"5. 1501:1501(0) ack 99001", 6, 5000},
            {"5. 1501:1501(0) ack -99001", 7, 5000},
            {"P 1501:1601(100)", 7, 5000},
        };
        for (Object[] step : steps) {
            peer.send("[ce] " + step[0] + " win 65535");
            assertThat(peer.info().received_ce()).as((String) step[0]).isEqualTo((int) step[1]);
            assertThat(peer.info().received_ce_bytes()).as((String) step[0]).isEqualTo((int) step[2]);
        }
        peer.checkReleased();
    }

    /// A segment that the link has put together of several packets counts for each of them.
    @Test
    void packetsThatCameTogetherAreCounted() {
        Peer peer = AccEcn.primed();
        Segment seg = SegmentScript.parse("[ce] 5. 1:3501(3500) ack 1001 win 65535");
        seg.packetPayload = 4;
        peer.send(seg).expect(". 1001:1001(0) ack 3501 <ECN e1b 1 ceb 3500 e0b 1>".replace(". 1001", "E. 1001"));
        assertThat(peer.info().received_ce()).isEqualTo(4);
        peer.checkReleased();
    }

    /// Linux counts while ESTABLISHED only.
    @Test
    void afterOurFinNothingIsCounted() {
        Peer peer = AccEcn.primed();
        peer.shutdown(Shutdown.WRITE);
        peer.expectMarked("[ect0] FEA. 1001:1002(0) ack 1 <ECN e1b 1 ceb 0 e0b 1>");
        peer.send("[ce] 5. 1:1001(1000) ack 1002 win 65535");
        peer.expectMarked("[ect0] EA. 1002:1002(0) ack 1001 <ECN e1b 1 ceb 0 e0b 1>");
        assertThat(peer.info().received_ce()).isZero();
        peer.checkReleased();
    }

    /// Linux counts where nothing was agreed on, too.
    @Test
    void whatIsSeenIsCountedWhateverWasAgreedOn() {
        Peer peer = Peer.established();
        peer.send("[ce] P. 1:101(100) ack 1 win 65535").expect(". 1:1(0) ack 101");
        assertThat(peer.info().received_ce()).isEqualTo(1);
        assertThat(peer.info().received_ce_bytes()).isEqualTo(100);
        assertThat(peer.info().ecn_mode()).isEqualTo(EcnMode.DISABLED.ordinal());
        assertThat(peer.info().options() & (TcpInfo.OPT_ECN | TcpInfo.OPT_ECN_SEEN))
                .isEqualTo(TcpInfo.OPT_ECN_SEEN);
        peer.checkReleased();
    }

    /// RFC 9768 3.2.3.2.2: the ACK that told of a duplicate, with the option, has not arrived; nor, perhaps, will
    /// others with an option.
    @Test
    void anOptionThatSeemsToBeLostIsGivenUp() {
        for (int tcpEcnOption = 2; tcpEcnOption <= 3; tcpEcnOption++) {
            Peer peer = AccEcn.primed();
            peer.sysctl.tcp_ecn_option = tcpEcnOption;
            String data = "[ect0] 5. 1:1001(1000) ack 1001 win 65535";
            peer.send(data).expect("EA. 1001:1001(0) ack 1001 <ECN e1b 1 ceb 0 e0b 1001>");
            peer.send(data).expect("EA. 1001:1001(0) ack 1001 <ECN e1b 1 ceb 0 e0b 2001,sack 1:1001>");
            boolean persist = tcpEcnOption == 3;
            peer.send(data)
                    .expect("EA. 1001:1001(0) ack 1001 <" + (persist ? "ECN e1b 1 ceb 0 e0b 3001," : "")
                            + "sack 1:1001>");
            assertThat(peer.info().accecn_fail_mode()).isEqualTo(EcnFailures.OPTION_SENT);
            peer.checkReleased();
        }
    }
}
