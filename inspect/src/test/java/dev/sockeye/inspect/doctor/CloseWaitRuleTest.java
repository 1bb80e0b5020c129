package dev.sockeye.inspect.doctor;

import static dev.sockeye.inspect.doctor.Patients.BACKEND;
import static dev.sockeye.inspect.doctor.Patients.HOST;
import static dev.sockeye.inspect.doctor.Patients.NOW;
import static dev.sockeye.inspect.doctor.Patients.address;
import static dev.sockeye.inspect.doctor.Patients.called;
import static dev.sockeye.inspect.doctor.Patients.caller;
import static dev.sockeye.inspect.doctor.Patients.findings;
import static dev.sockeye.inspect.doctor.Patients.info;
import static dev.sockeye.inspect.doctor.Patients.listener;
import static dev.sockeye.inspect.doctor.Patients.look;
import static dev.sockeye.inspect.doctor.Patients.summary;
import static dev.sockeye.inspect.doctor.Patients.timer;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.inspect.Holder;
import dev.sockeye.inspect.JournalEntry;
import dev.sockeye.inspect.Owner;
import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.inspect.Timer;
import dev.sockeye.tcp.Journal;
import dev.sockeye.tcp.Segment;
import dev.sockeye.tcp.TcpInfo;
import dev.sockeye.tcp.TcpState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The kinds of CLOSE_WAIT, told apart; and beside each a program that is correct and must not be
/// accused.
class CloseWaitRuleTest {

    private static final int MINUTE = 60_000;
    private static final int HOUR = 60 * MINUTE;

    /// A conversation that ended with the peer's FIN `ago` milliseconds ago, after an answer a second
    /// before.
    private static TcpInfo ended(int ago) {
        return info(
                "last_ack_recv",
                ago,
                "last_data_recv",
                ago + 1000,
                "last_data_sent",
                ago + 1200,
                "bytes_sent",
                500,
                "bytes_received",
                9001);
    }

    private static SocketSnapshot closeWait(int port, long recvQ, TcpInfo info) {
        return caller(TcpState.CLOSE_WAIT, port).queues(recvQ, 0).info(info).build();
    }

    private static SocketSnapshot[] closeWaits(int count, long recvQ, int age) {
        SocketSnapshot[] sockets = new SocketSnapshot[count];
        for (int i = 0; i < count; i++) sockets[i] = closeWait(40_000 + i, recvQ, ended(age + i * 1000));
        return sockets;
    }

    @Test
    void thirtySevenLeakedSocketsAreOneFindingInTheWordsOfTheIssue() {
        SocketSnapshot[] sockets = closeWaits(37, 0, 3 * HOUR);
        var process = new ProcessFacts(812, "backend", 0, 1024);
        var look = new CheckUp(NOW, List.of(sockets), List.of(), List.of(process));
        List<Finding> findings = new Doctor().examine(look);
        assertThat(summary(findings)).containsExactly("WARNING close-wait-eof-read 37");
        Finding finding = findings.getFirst();
        assertThat(finding.what())
                .isEqualTo("backend (pid 812, java) has held 37 sockets to 10.0.0.5:5432 in CLOSE-WAIT for 3 h:"
                        + " the peer has closed, the program read the end of the stream and never called close().");
        assertThat(finding.isHarmless()).isFalse();
        assertThat(finding.party()).isNotNull().extracting(Party::pid).isEqualTo(812L);
        assertThat(finding.examples()).hasSize(3).first().isEqualTo(sockets[36]); // the oldest
        assertThat(finding.commands())
                .containsExactly(
                        "sockeye ss -tanpoe state close-wait dst 10.0.0.5:5432 pid=812   # see them",
                        "sockeye fix shutdown state close-wait dst 10.0.0.5:5432 pid=812   # take them down in good order; asks"
                                + " first");
        assertThat(finding.evidence())
                .startsWith("Recv-Q is 0: all data was read, and the end of the stream after it.");
    }

    @Test
    void whereTheEndCameWithTheDataItIsNotSaidThatItWasSeen() {
        TcpInfo together = info(
                "last_ack_recv",
                HOUR,
                "last_data_recv",
                HOUR,
                "last_data_sent",
                HOUR + 50,
                "bytes_sent",
                500,
                "bytes_received",
                9001);
        Finding finding = findings(look(closeWait(40_000, 0, together))).getFirst();
        assertThat(finding.what())
                .endsWith("the peer has closed, the program has read all of it and never called close().");
        assertThat(finding.evidence().getFirst()).contains("it cannot be told whether the program has seen that too");
    }

    @Test
    void aSocketThatHasJustComeIntoTheStateIsNoFinding() {
        assertThat(findings(look(closeWaits(50, 0, 5_000)))).isEmpty();
    }

    @Test
    void onlyWhatIsProvablyOldIsOld() {
        // A keepalive probe was answered 20 s ago: the FIN may be an hour old, or 20 s.
        TcpInfo probed = info(
                "last_ack_recv", 20_000,
                "last_data_recv", HOUR,
                "last_data_sent", HOUR,
                "bytes_sent", 5,
                "bytes_received", 90);
        SocketSnapshot socket = closeWait(40_000, 0, probed);
        assertThat(findings(look(socket))).isEmpty();
        // Two looks prove more than one.
        CheckUp before = new CheckUp(NOW.minusSeconds(90), List.of(socket), List.of(), List.of());
        assertThat(summary(new Doctor().examine(look(socket), before)))
                .containsExactly("WARNING close-wait-eof-read 1");
        // History proves it to the moment.
        var entry = new JournalEntry(
                NOW.minusSeconds(3000), TcpState.ESTABLISHED, TcpState.CLOSE_WAIT, Journal.Cause.SEGMENT, Segment.FIN);
        SocketSnapshot remembered = caller(TcpState.CLOSE_WAIT, 40_000)
                .info(probed)
                .journal(List.of(entry), 0)
                .build();
        List<Finding> findings = findings(look(remembered));
        assertThat(findings).hasSize(1);
        assertThat(findings.getFirst().age()).isEqualTo(Age.exactly(Duration.ofMinutes(50)));
        assertThat(findings.getFirst().evidence())
                .contains("The peer's FIN came 50 min ago: the change of state was recorded.");
    }

    @Test
    void halfOfTheDescriptorsGoneIsCritical() {
        var process = new ProcessFacts(812, null, 0, 256);
        var look = new CheckUp(NOW, List.of(closeWaits(130, 0, HOUR)), List.of(), List.of(process));
        List<Finding> findings = new Doctor().examine(look);
        assertThat(summary(findings)).containsExactly("CRITICAL close-wait-eof-read 130");
        assertThat(findings.getFirst().evidence())
                .contains("They take 130 of the 256 descriptors that the process may have.");
    }

    @Test
    void aProgramThatStillSendsItsAnswerIsNotAccused() {
        TcpInfo sending = info(
                "last_ack_recv", 2 * MINUTE,
                "last_data_recv", 3 * MINUTE,
                "last_data_sent", 2_000,
                "bytes_sent", 5_000_000,
                "bytes_received", 300);
        assertThat(findings(look(called(TcpState.CLOSE_WAIT, 5000).info(sending).build())))
                .isEmpty();
        SocketSnapshot underWay = called(TcpState.CLOSE_WAIT, 5000)
                .queues(0, 200_000)
                .timer(timer(Timer.Kind.RETRANSMIT, 0))
                .info(ended(5 * MINUTE))
                .build();
        assertThat(findings(look(underWay))).isEmpty();
    }

    @Test
    void aPeerThatClosedOneDirectionAndWaitsIsNotALeak() {
        SocketSnapshot served =
                called(TcpState.CLOSE_WAIT, 5000).info(ended(2 * MINUTE)).build();
        SocketSnapshot waiting = SocketSnapshot.tcp(NOW, "container", TcpState.FIN_WAIT2, address("10.0.0.77", 5000))
                .remote(address("10.0.0.1", 80))
                .inode(9)
                .owner(new Owner(99, "curl", null, "fd=3"))
                .info(ended(2 * MINUTE))
                .build();
        assertThat(summary(findings(look(served, waiting)))).containsExactly("NOTE close-wait-half-closed 1");
        // Without a program behind it that end is no more than a memory.
        SocketSnapshot orphan = SocketSnapshot.tcp(NOW, "container", TcpState.FIN_WAIT2, address("10.0.0.77", 5000))
                .remote(address("10.0.0.1", 80))
                .holder(Holder.NOBODY)
                .build();
        assertThat(summary(findings(look(served, orphan)))).containsExactly("WARNING close-wait-eof-read 1");
    }

    @Test
    void whoOnlyWritesNeverSeesTheEnd() {
        TcpInfo writes = info(
                "last_ack_recv", 5 * MINUTE,
                "last_data_recv", 10 * MINUTE,
                "last_data_sent", 6 * MINUTE,
                "bytes_sent", 4096,
                "bytes_received", 1);
        List<Finding> findings = findings(look(closeWait(40_000, 1, writes)));
        assertThat(summary(findings)).containsExactly("WARNING close-wait-only-writes 1");
        assertThat(findings.getFirst().what()).contains("has sent 4 096 bytes and never received any");
    }

    @Test
    void aPoolMayKeepAFewDeadConnectionsForAWhile() {
        List<Finding> few = findings(look(closeWaits(6, 1, 3 * MINUTE)));
        assertThat(summary(few)).containsExactly("NOTE close-wait-pooled 6");
        assertThat(few.getFirst().isHarmless()).isTrue();
        // The farewell of TLS, or a line of text, is part of it.
        assertThat(summary(findings(look(closeWaits(6, 25, 3 * MINUTE))))).containsExactly("NOTE close-wait-pooled 6");
    }

    @Test
    void butNotManyAndNotForEver() {
        assertThat(summary(findings(look(closeWaits(21, 1, 3 * MINUTE)))))
                .containsExactly("WARNING close-wait-forgotten-pool 21");
        assertThat(summary(findings(look(closeWaits(6, 1, HOUR)))))
                .containsExactly("WARNING close-wait-forgotten-pool 6");
    }

    @Test
    void anAnswerThatWasNeverReadIsNoPool() {
        assertThat(summary(findings(look(closeWaits(6, 9001, 11 * MINUTE)))))
                .containsExactly("WARNING close-wait-unread-data 6");
        // Asked, and hung up on: the last thing was the question.
        TcpInfo asked = info(
                "last_ack_recv", 11 * MINUTE,
                "last_data_recv", 13 * MINUTE,
                "last_data_sent", 12 * MINUTE,
                "bytes_sent", 500,
                "bytes_received", 9001);
        assertThat(summary(findings(look(closeWait(40_000, 1, asked)))))
                .containsExactly("WARNING close-wait-never-read 1");
    }

    @Test
    void aServerThatWorksOnALongQuestionIsNotedAtFirst() {
        SocketSnapshot.Builder busy = called(TcpState.CLOSE_WAIT, 5000).queues(1, 0);
        assertThat(summary(findings(look(
                        listener(0, 100, 0).build(),
                        busy.info(ended(2 * MINUTE)).build()))))
                .containsExactly("NOTE close-wait-never-read 1");
        assertThat(summary(findings(look(
                        listener(0, 100, 0).build(),
                        busy.info(ended(20 * MINUTE)).build()))))
                .containsExactly("WARNING close-wait-never-read 1");
    }

    @Test
    void whatWasNeverAcceptedIsTheListenersMatter() {
        List<SocketSnapshot> sockets = new ArrayList<>();
        sockets.add(listener(2, 100, 0).build());
        for (int port : new int[] {5000, 5001}) {
            sockets.add(SocketSnapshot.tcp(NOW, HOST, TcpState.CLOSE_WAIT, address("10.0.0.1", 80))
                    .remote(address("10.0.0.77", port))
                    .holder(Holder.ACCEPT_QUEUE)
                    .queues(1, 0)
                    .info(ended(MINUTE))
                    .build());
        }
        List<Finding> findings = findings(look(sockets.toArray(SocketSnapshot[]::new)));
        assertThat(summary(findings)).containsExactly("WARNING close-wait-never-accepted 2");
        assertThat(findings.getFirst().party())
                .isNotNull()
                .extracting(Party::pid)
                .isEqualTo(BACKEND.pid());
        assertThat(findings.getFirst().what())
                .startsWith("2 sockets at port 80 from 10.0.0.77 have been in CLOSE-WAIT for about 1 min")
                .contains("java (pid 812) has not called accept()");
    }

    @Test
    void twoPeersAndTwoProgramsAreDifferentMatters() {
        SocketSnapshot other = caller(TcpState.CLOSE_WAIT, 40_001)
                .remote(address("10.0.0.6", 6379))
                .info(ended(HOUR))
                .build();
        SocketSnapshot stranger = caller(TcpState.CLOSE_WAIT, 40_002)
                .owner(new Owner(900, "python3", null, "fd=5"))
                .info(ended(HOUR))
                .build();
        assertThat(findings(look(closeWait(40_000, 0, ended(HOUR)), other, stranger)))
                .hasSize(3);
    }

    @Test
    void whereNothingIsKnownOfAgeNothingIsClaimed() {
        SocketSnapshot bare = caller(TcpState.CLOSE_WAIT, 40_000).build();
        assertThat(findings(look(bare))).isEmpty();
    }
}
