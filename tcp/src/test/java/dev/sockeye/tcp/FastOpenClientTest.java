package dev.sockeye.tcp;

import static dev.sockeye.tcp.TcpState.CLOSED;
import static dev.sockeye.tcp.TcpState.CLOSE_WAIT;
import static dev.sockeye.tcp.TcpState.ESTABLISHED;
import static dev.sockeye.tcp.TcpState.SYN_RCVD;
import static dev.sockeye.tcp.TcpState.SYN_SENT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.wire.Errno;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The client's side of Fast Open (RFC 7413 4.2.1), as docs/linux/fast-open.md saw it: what the SYN carries, and what
/// each answer makes of it.
class FastOpenClientTest {

    private static final int EINPROGRESS = Errno.EINPROGRESS.asResult();
    private static final String COOKIE = "636f6f6b69653838";
    private static final String OPTIONS = "<mss 1460,sackOK,wscale 10";

    private static Peer client() {
        var peer = new Peer();
        peer.sysctl.tcp_timestamps = 0;
        return peer;
    }

    /// One that has a cookie.
    private static Peer informed() {
        Peer peer = client();
        learn(peer, 1460, "FO " + COOKIE);
        return peer;
    }

    /// Our end asks for a cookie and gets this answer; that connection is over then.
    private static void learn(Peer peer, int mss, String option) {
        assertThat(peer.connectFast(0)).isEqualTo(EINPROGRESS);
        peer.sent();
        peer.send("S. 0:1(0) ack 1 win 65535 <mss " + mss + ",sackOK" + (option.isEmpty() ? "" : "," + option) + ">");
        over(peer);
    }

    private static void over(Peer peer) {
        peer.abort();
        peer.sent();
        peer.connection.close(peer.now);
    }

    private static String syn(int length, String option) {
        return "S 0:" + (length + 1) + "(" + length + ") win 64240 " + OPTIONS + (option.isEmpty() ? "" : "," + option)
                + ">";
    }

    /// The SYN with 1000 bytes and the cookie is on its way.
    private static Peer opening() {
        Peer peer = informed();
        assertThat(peer.connectFast(1000)).isEqualTo(1000);
        return peer.expect(syn(1000, "FO " + COOKIE)).expectNothing();
    }

    private static void checkFastOpen(Peer peer, boolean used, int clientFail) {
        assertThat((peer.info().options() & TcpInfo.OPT_SYN_DATA) != 0).isEqualTo(used);
        assertThat(peer.info().fastopen_client_fail()).isEqualTo(clientFail);
    }

    // ---------------------------------------------------------------- the SYN

    /// RFC 7413 4.1.3, MUST-6, SHLD-1; RFC 7413 4.2.1, MUST-10; RFC 7413 4.2.2, MUST-11
    @Test
    void theFirstConnectionAsksForACookieTheNextHasIt() {
        Peer peer = client();
        assertThat(peer.connectFast(1000)).isEqualTo(EINPROGRESS);
        peer.expect(syn(0, "FO")).expectNothing();
        checkFastOpen(peer, false, 1);
        assertThat(peer.info().snd_mss()).isEqualTo(536);
        assertThat(peer.write(1)).isEqualTo(Errno.EAGAIN.asResult());
        peer.send("S. 0:1(0) ack 1 win 65535 <mss 1000,FO " + COOKIE + ">").expect(". 1:1(0) ack 1");
        assertThat(peer.state()).isEqualTo(ESTABLISHED);
        checkFastOpen(peer, false, 1);
        over(peer);

        assertThat(peer.connectFast(3000)).isEqualTo(960); // the MSS that was told, less 40
        peer.expect(syn(960, "FO " + COOKIE)).expectNothing();
        TcpInfo info = peer.info();
        assertThat(info.snd_mss()).isEqualTo(1000);
        assertThat(info.unacked()).isEqualTo(2);
        assertThat(info.segs_out()).isEqualTo(1);
        assertThat(info.data_segs_out()).isEqualTo(1);
        assertThat(peer.poll()).isEmpty();
        peer.elapse(7).send("S. 0:1(0) ack 961 win 65535 <mss 1460,sackOK>").expect(". 961:961(0) ack 1");
        info = peer.info();
        assertThat(info.snd_mss()).isEqualTo(1460);
        assertThat(info.unacked()).isZero();
        assertThat(info.rtt()).isEqualTo(7000);
        assertThat(info.delivered()).isEqualTo(1);
        checkFastOpen(peer, true, 0);
        assertThat(peer.poll()).isEqualTo("OUT");
        assertThat(peer.count(TcpMib.TCPFastOpenActive)).isEqualTo(1);
        peer.checkReleased();
    }

    /// The cookie goes also where there is nothing to say; Linux keeps an empty packet for that.
    @Test
    void aSynWithoutDataHasTheCookie() {
        Peer peer = informed();
        assertThat(peer.connectFast(0)).isEqualTo(EINPROGRESS);
        peer.expect(syn(0, "FO " + COOKIE));
        assertThat(peer.info().unacked()).isEqualTo(2);
        peer.send("S. 0:1(0) ack 1 win 65535 <mss 1460,sackOK>").expect(". 1:1(0) ack 1");
        assertThat(peer.info().unacked()).isZero();
        assertThat(peer.info().delivered()).isEqualTo(2);
        checkFastOpen(peer, false, 0);
        peer.checkReleased();
    }

    @ParameterizedTest(name = "cookie {0}")
    @ValueSource(strings = {"30313233", "303132333435", "30313233343536373839616263646566"})
    void aCookieMayHaveFourToSixteenBytes(String cookie) {
        Peer peer = client();
        learn(peer, 1460, "FO " + cookie);
        assertThat(peer.connectFast(3000)).isEqualTo(1420);
        peer.expect(syn(1420, "FO " + cookie));
        over(peer);
        // What comes first is remembered until another comes.
        learn(peer, 1460, "");
        assertThat(peer.connectFast(10)).isEqualTo(10);
        peer.expect(syn(10, "FO " + cookie));
        peer.checkReleased();
    }

    /// docs/linux/fast-open.md, "How much goes with the SYN".
    @ParameterizedTest(name = "MSS {0}, TCP_MAXSEG {1}: {2}")
    @CsvSource({"100, 0, 60", "48, 0, 8", "536, 0, 496", "1, 0, 8", "9000, 0, 1420", "1460, 500, 460"})
    void theDataFitsTheMssThatWasTold(int mss, int maxSegment, int count) {
        Peer peer = client();
        learn(peer, mss, "FO " + COOKIE);
        peer.options.maxSegment = maxSegment;
        assertThat(peer.connectFast(5000)).isEqualTo(count);
        over(peer);
        // A SYN-ACK without the option leaves the MSS that is remembered.
        assertThat(peer.connectFast(0)).isEqualTo(EINPROGRESS);
        peer.send("S. 0:1(0) ack 1 win 65535");
        over(peer);
        peer.sent();
        peer.options.maxSegment = 0;
        assertThat(peer.connectFast(5000)).isEqualTo(maxSegment == 0 ? count : 1420);
        peer.sent();
        peer.checkReleased();
    }

    @Test
    void timestampsAndEcnGoWithIt() {
        Peer peer = informed();
        peer.sysctl.tcp_timestamps = 1;
        peer.sysctl.tcp_ecn = 1;
        assertThat(peer.connectFast(3000)).isEqualTo(1420);
        peer.expect("SEW 0:1421(1420) win 64240 <TS,mss 1460,sackOK,wscale 10,FO " + COOKIE + ">");
        peer.send("SE. 0:1(0) ack 1421 win 65535 <mss 1460,sackOK,TS>").expect(". 1421:1421(0) ack 1");
        peer.checkReleased();
    }

    /// RFC 7413's predecessor had an experimental option. It is tried once where the standard one is not answered.
    @Test
    void theExperimentalOptionIsTriedOnce() {
        Peer peer = client();
        for (String option : new String[] {"FO", "FOEXP", "FO", "FO"}) {
            peer.connectFast(0);
            peer.expect(syn(0, option)).send("S. 0:1(0) ack 1 win 65535 <mss 1460,sackOK>");
            over(peer);
        }
        peer.context.fastOpenCache.flush();
        learn(peer, 1460, "");
        peer.connectFast(0);
        peer.expect(syn(0, "FOEXP")).send("S. 0:1(0) ack 1 win 65535 <mss 1460,FOEXP 30313233>");
        over(peer);
        assertThat(peer.connectFast(10)).isEqualTo(10);
        peer.expect(syn(10, "FOEXP 30313233")).send("S. 0:1(0) ack 11 win 65535 <mss 1460,FO 3435363738394142>");
        over(peer);
        peer.connectFast(10);
        peer.expect(syn(10, "FO 3435363738394142"));
        peer.checkReleased();
    }

    @ParameterizedTest(name = "by sysctl: {0}")
    @ValueSource(booleans = {true, false})
    void withoutCookies(boolean bySysctl) {
        Peer peer = client();
        if (bySysctl) peer.sysctl.tcp_fastopen = 5;
        else peer.options.fastOpenNoCookie = true;
        assertThat(peer.connectFast(3000)).isEqualTo(1420);
        peer.expect(syn(1420, "")).send("S. 0:1(0) ack 1421 win 65535 <mss 1000,FO " + COOKIE + ">");
        peer.expect(". 1421:1421(0) ack 1");
        checkFastOpen(peer, true, 0);
        over(peer);
        assertThat(peer.connectFast(3000)).isEqualTo(960);
        over(peer);
        peer.sent();
        // A cookie that was not asked for is not taken.
        peer.sysctl.tcp_fastopen = 1;
        peer.options.fastOpenNoCookie = false;
        assertThat(peer.connectFast(10)).isEqualTo(EINPROGRESS);
        peer.expect(syn(0, "FO"));
        peer.checkReleased();
    }

    // ---------------------------------------------------------------- the SYN-ACK

    /// RFC 7413 4.2.2, SHLD-5: what the SYN-ACK does not acknowledge goes again at once.
    @ParameterizedTest(name = "ack {0}")
    @ValueSource(ints = {1, 500})
    void whatIsNotAcknowledgedGoesAgainAtOnce(int ack) {
        Peer peer = opening();
        peer.elapse(20).send("S. 0:1(0) ack " + ack + " win 65535 <mss 1460,sackOK>");
        int rest = 1001 - ack;
        peer.expect("P. " + ack + ":1001(" + rest + ") ack 1").expectNothing();
        checkFastOpen(peer, false, 2);
        TcpInfo info = peer.info();
        assertThat(info.ca_state()).isEqualTo(4);
        assertThat(info.unacked()).isEqualTo(1);
        assertThat(info.lost()).isEqualTo(1);
        assertThat(info.retrans()).isEqualTo(1);
        assertThat(info.snd_cwnd()).isEqualTo(10);
        assertThat(info.rtt()).isEqualTo(20_000);
        assertThat(info.delivered()).isEqualTo(1);
        assertThat(peer.count(TcpMib.TCPFastOpenActiveFail)).isEqualTo(1);
        peer.send(". 1:1(0) ack 1001 win 65535").expectNothing();
        assertThat(peer.info().ca_state()).isZero();
        assertThat(peer.info().delivered()).isEqualTo(2);
        peer.checkReleased();
    }

    /// Data on the SYN-ACK is taken, but not where ours has to go again.
    @Test
    void aSynAckMayCarryDataAndFin() {
        Peer peer = opening();
        peer.send("S. 0:101(100) ack 1001 win 65535 <mss 1460,sackOK>").expect(". 1001:1001(0) ack 101 win 64140");
        assertThat(peer.info().bytes_received()).isEqualTo(100);
        assertThat(peer.poll()).isEqualTo("IN OUT");
        assertThat(peer.read(1000)).isEqualTo(100);
        peer.checkReleased();

        peer = opening();
        peer.send("S. 0:101(100) ack 1 win 65535 <mss 1460,sackOK>").expect("P. 1:1001(1000) ack 1");
        assertThat(peer.readError()).isEqualTo(Errno.EAGAIN);
        peer.checkReleased();

        peer = opening();
        peer.send("SF. 0:1402(1400) ack 1001 win 65535 <mss 1460,sackOK>").expectNothing();
        assertThat(peer.state()).isEqualTo(CLOSE_WAIT);
        assertThat(peer.poll()).isEqualTo("IN OUT RDHUP");
        assertThat(peer.read(2000)).isEqualTo(1400);
        peer.expect(". 1001:1001(0) ack 1402");
        assertThat(peer.read(2000)).isZero();
        peer.checkReleased();

        // Who did not ask for Fast Open gets none.
        peer = client().connect();
        peer.sent();
        peer.send("S. 0:101(100) ack 1 win 65535 <mss 1460,FO " + COOKIE + ">").expect(". 1:1(0) ack 1");
        assertThat(peer.context.fastOpenCache.size()).isZero();
        peer.checkReleased();
    }

    /// RFC 7413 4.2.2, SHLD-3
    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({"ack 1, false, 3", "ack 1001, true, 0"})
    void aLostSynIsSentAgainWithoutAnything(String ack, boolean used, int fail) {
        Peer peer = opening();
        peer.expectAfter(1000, syn(0, "")).expectNothing();
        peer.elapse(20).send("S. 0:1(0) " + ack + " win 65535 <mss 1460,sackOK>");
        peer.expect(used ? ". 1001:1001(0) ack 1" : "P. 1:1001(1000) ack 1").expectNothing();
        checkFastOpen(peer, used, fail);
        assertThat(peer.info().delivered()).isEqualTo(1);
        assertThat(peer.info().rto()).isEqualTo(3_000_000);
        assertThat(peer.info().snd_cwnd()).isEqualTo(10);
        peer.checkReleased();
    }

    /// The program writes on as soon as the connection is established: that carries the acknowledgment.
    @Test
    void whoWaitsToWriteAcknowledgesWithIt() {
        Peer peer = opening();
        peer.connection.setWritePending(true);
        peer.send("S. 0:1(0) ack 1001 win 65535 <mss 1460,sackOK>").expectNothing();
        peer.write(500);
        peer.expect("P. 1001:1501(500) ack 1").expectNothing();
        peer.checkReleased();
        peer = opening();
        peer.connection.setWritePending(true);
        peer.send("S. 0:1(0) ack 1001 win 65535 <mss 1460,sackOK>").expectAfter(200, ". 1001:1001(0) ack 1");
        peer.checkReleased();
    }

    // ---------------------------------------------------------------- other answers

    @ParameterizedTest
    @ValueSource(ints = {1, 500, 1001})
    void aResetEndsIt(int ack) {
        Peer peer = opening();
        peer.send("R. 0:0(0) ack " + ack + " win 0").expectNothing();
        assertThat(peer.state()).isEqualTo(CLOSED);
        checkFastOpen(peer, false, 0);
        assertThat(peer.writeError()).isEqualTo(Errno.ECONNREFUSED);
        peer.checkReleased();
    }

    /// An acknowledgment of what was never sent is answered with a reset, and the SYN goes again at once.
    @Test
    void anAnswerToAnotherSyn() {
        Peer peer = opening();
        peer.elapse(100).send("S. 0:1(0) ack 1002 win 65535 <mss 1460>").expect("R 1002:1002(0)");
        peer.expectAfter(2, syn(0, ""));
        peer.send(". 0:0(0) ack 0 win 65535").expect("R 0:0(0)");
        peer.expectAfter(1000, syn(0, ""));
        assertThat(peer.state()).isEqualTo(SYN_SENT);
        peer.checkReleased();
    }

    /// RFC 9293 3.5, figure 8, with data on our SYN: it waits for what acknowledges it.
    @Test
    void bothEndsOpenAtOnce() {
        Peer peer = opening();
        peer.send("S 0:1(0) win 65535 <mss 1460,sackOK>")
                .expect("S. 0:1(0) ack 1 win 64240 <mss 1460,sackOK,wscale 10>")
                .expectNothing();
        assertThat(peer.state()).isEqualTo(SYN_RCVD);
        assertThat(peer.info().unacked()).isEqualTo(2);
        peer.elapse(100).send("S. 0:1(0) ack 1 win 65535 <mss 1460,sackOK>").expect(". 1001:1001(0) ack 1");
        assertThat(peer.state()).isEqualTo(SYN_RCVD);
        peer.send(". 1:1(0) ack 1001 win 65535").expectNothing();
        assertThat(peer.state()).isEqualTo(ESTABLISHED);
        assertThat(peer.info().unacked()).isZero();
        assertThat(peer.info().delivered()).isEqualTo(3);
        checkFastOpen(peer, false, 0);
        peer.checkReleased();
    }

    @Test
    void aNarrowPathHasTheSynSentAgain() {
        Peer peer = informed();
        assertThat(peer.connectFast(3000)).isEqualTo(1420);
        peer.sent();
        peer.packetTooBig(1000, 0);
        peer.expect("S 0:1(0) win 64240 <mss 1460,sackOK,wscale 10>").expectNothing();
        assertThat(peer.info().lost()).isEqualTo(2);
        assertThat(peer.info().retrans()).isEqualTo(1);
        peer.elapse(300).send("S. 0:1(0) ack 1 win 65535 <mss 1460,sackOK>");
        peer.expect(". 1:961(960) ack 1", "P. 961:1421(460) ack 1").expectNothing();
        checkFastOpen(peer, false, 3);
        peer.checkReleased();
    }

    @Test
    void anUnreachableServerEndsIt() {
        Peer peer = opening();
        peer.icmp(Errno.EHOSTUNREACH, 0);
        assertThat(peer.state()).isEqualTo(CLOSED);
        assertThat(peer.writeError()).isEqualTo(Errno.EHOSTUNREACH);
        peer.checkReleased();
    }

    // ---------------------------------------------------------------- TCP_FASTOPEN_CONNECT

    @Test
    void connectWaitsForTheFirstWrite() {
        Peer peer = informed();
        peer.options.fastOpenConnect = true;
        peer.connect().expectNothingFor(5000);
        assertThat(peer.connection.isDeferred()).isTrue();
        assertThat(peer.state()).isEqualTo(SYN_SENT);
        assertThat(peer.poll()).isEqualTo("OUT");
        assertThat(peer.readError()).isEqualTo(Errno.EAGAIN);
        // Nobody knows of it yet, and nothing was sent that could be acknowledged.
        peer.send("S. 0:1(0) ack 1 win 65535").expect("R 1:1(0)");
        peer.send("R. 0:0(0) ack 1 win 0").expectNothing();
        assertThat(peer.write(2000)).isEqualTo(1420);
        peer.expect(syn(1420, "FO " + COOKIE));
        assertThat(peer.connection.isDeferred()).isFalse();
        assertThat(peer.poll()).isEmpty();
        assertThat(peer.writeError()).isEqualTo(Errno.EAGAIN);
        peer.expectAfter(1000, syn(0, ""));
        peer.send("S. 0:1(0) ack 1421 win 65535 <mss 1460,sackOK>").expect(". 1421:1421(0) ack 1");
        assertThat(peer.count(TcpMib.ActiveOpens)).isEqualTo(2);
        peer.checkReleased();
    }

    @Test
    void anEmptyFirstWriteConnects() {
        Peer peer = informed();
        peer.options.fastOpenConnect = true;
        peer.connect().expectNothing();
        assertThat(peer.write(0)).isEqualTo(EINPROGRESS);
        peer.expect(syn(0, "FO " + COOKIE));
        assertThat(peer.write(0)).isEqualTo(Errno.EAGAIN.asResult());
        peer.checkReleased();
    }

    @Test
    void withoutACookieItAsksForOne() {
        Peer peer = client();
        peer.options.fastOpenConnect = true;
        peer.connect().expect(syn(0, "FO"));
        assertThat(peer.connection.isDeferred()).isFalse();
        peer.send("S. 0:1(0) ack 1 win 65535 <mss 1460,FO " + COOKIE + ">").expect(". 1:1(0) ack 1");
        checkFastOpen(peer, false, 1);
        over(peer);
        peer.connect().expectNothing();
        peer.close();
        peer.expectNothing();
        assertThat(peer.state()).isEqualTo(CLOSED);
        peer.checkReleased();
    }

    @Test
    void theSysctlIsLookedAtAgain() {
        Peer peer = informed();
        peer.options.fastOpenConnect = true;
        peer.connect().expectNothing();
        peer.sysctl.tcp_fastopen = 2;
        assertThat(peer.writeError()).isEqualTo(Errno.EOPNOTSUPP);
        assertThat(peer.connection.isDeferred()).isTrue();
        peer.sysctl.tcp_fastopen = 1;
        assertThat(peer.write(10)).isEqualTo(10);
        peer.expect(syn(10, "FO " + COOKIE));
        peer.checkReleased();
    }

    // ---------------------------------------------------------------- black holes

    /// Whether the next connection has a cookie on its SYN, or no option at all.
    private static boolean isOn(Peer peer) {
        int result = peer.connectFast(10);
        boolean on = result == 10;
        assertThat(result).isEqualTo(on ? 10 : EINPROGRESS);
        peer.expect(on ? syn(10, "FO " + COOKIE) : syn(0, ""));
        checkFastOpen(peer, false, 0);
        over(peer);
        return on;
    }

    private static Peer withPause(int seconds) {
        Peer peer = informed();
        peer.sysctl.tcp_fastopen_blackhole_timeout_sec = seconds;
        return peer;
    }

    /// RFC 7413 4.1.3.1, MUST-7, SHLD-2
    @Test
    void threeTimeoutsInARowPauseFastOpen() {
        Peer peer = withPause(10);
        peer.connectFast(1000);
        peer.elapse(2500).sent();
        assertThat(peer.count(TcpMib.TCPFastOpenBlackhole)).isZero();
        peer.elapse(1000).sent();
        assertThat(peer.count(TcpMib.TCPFastOpenBlackhole)).isEqualTo(1);
        assertThat(peer.count(TcpMib.TCPFastOpenActiveFail)).isEqualTo(1);
        peer.elapse(4000).sent();
        assertThat(peer.count(TcpMib.TCPFastOpenBlackhole)).isEqualTo(1);
        over(peer);
        assertThat(isOn(peer)).isFalse();
        peer.now += 6_000_000_000L;
        assertThat(isOn(peer)).isTrue();
    }

    @Test
    void soDoesGivingUpBefore() {
        Peer peer = withPause(10);
        peer.sysctl.tcp_syn_linear_timeouts = 0;
        peer.options.synCount = 1;
        peer.connectFast(1000);
        peer.elapse(10_000).sent();
        assertThat(peer.state()).isEqualTo(CLOSED);
        assertThat(peer.count(TcpMib.TCPFastOpenBlackhole)).isEqualTo(1);
    }

    /// Each pause is twice as long as the last one, until a connection has gone well or the sysctl is written.
    @Test
    void pausesGrowUntilOneConnectionHasGoneWell() {
        Peer peer = withPause(1);
        long seconds = 1;
        for (int i = 0; i < 9; i++) {
            strangeReset(peer);
            peer.now += seconds * 1_000_000_000L - 1_000_000;
            assertThat(isOn(peer)).as("after %d s", seconds).isFalse();
            peer.now += 1_000_000;
            seconds = Math.min(2 * seconds, 64);
        }
        // On trial, data comes: all is well.
        peer.connectFast(1000);
        peer.send("S. 0:1(0) ack 1001 win 65535 <mss 1460>").send("P. 1:5(4) ack 1001 win 65535");
        peer.read(10);
        over(peer);
        strangeReset(peer);
        peer.now += 1_000_000_000L;
        assertThat(isOn(peer)).isTrue();
        strangeReset(peer);
        assertThat(isOn(peer)).isFalse();
        peer.sysctl.written("tcp_fastopen_blackhole_timeout_sec");
        assertThat(isOn(peer)).isTrue();
    }

    /// A RST out of order before any data: a firewall that lost track.
    private static void strangeReset(Peer peer) {
        assertThat(peer.connectFast(1000)).isEqualTo(1000);
        peer.send("S. 0:1(0) ack 1001 win 65535 <mss 1460>").send("R 5:5(0) win 0");
        peer.sent();
        peer.abort();
        peer.sent();
        peer.connection.close(peer.now);
    }

    /// The same of a FIN, where nothing else came.
    @Test
    void aLoneFinOutOfOrderPausesFastOpen() {
        Peer peer = withPause(10);
        peer.connectFast(1000);
        peer.send("S. 0:1(0) ack 1001 win 65535 <mss 1460>").send("F. 5:6(0) ack 1001 win 65535");
        peer.send("R 1:1(0) win 0").sent();
        assertThat(peer.state()).isEqualTo(CLOSED);
        assertThat(peer.count(TcpMib.TCPFastOpenBlackhole)).isZero();
        peer.close();
        assertThat(peer.count(TcpMib.TCPFastOpenBlackhole)).isEqualTo(1);
        assertThat(isOn(peer)).isFalse();
    }

    @Test
    void withoutATimeoutNothingIsPaused() {
        Peer peer = informed();
        peer.connectFast(1000);
        peer.elapse(3500).sent();
        assertThat(peer.count(TcpMib.TCPFastOpenBlackhole)).isZero();
        assertThat(peer.count(TcpMib.TCPFastOpenActiveFail)).isEqualTo(1);
        over(peer);
        assertThat(isOn(peer)).isTrue();
    }
}
