package dev.sockeye.inspect.doctor;

import static dev.sockeye.inspect.doctor.Patients.NOW;
import static dev.sockeye.inspect.doctor.Patients.called;
import static dev.sockeye.inspect.doctor.Patients.caller;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.inspect.CloseWait;
import dev.sockeye.inspect.Explainer;
import dev.sockeye.inspect.Holder;
import dev.sockeye.inspect.JournalEntry;
import dev.sockeye.inspect.Owner;
import dev.sockeye.inspect.Settings;
import dev.sockeye.inspect.Situation;
import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.inspect.Surroundings;
import dev.sockeye.inspect.TcpInfos;
import dev.sockeye.inspect.Timer;
import dev.sockeye.inspect.Usage;
import dev.sockeye.inspect.Verdict;
import dev.sockeye.tcp.Journal;
import dev.sockeye.tcp.Segment;
import dev.sockeye.tcp.TcpState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// `explain` and `doctor` say the same of a socket in CLOSE_WAIT.
class CloseWaitsAgreeTest {

    private static final int SECOND = 1000;
    private static final String PREFIX = "CLOSE_WAIT_";

    private final Explainer explainer = new Explainer();
    private final Set<String> rulesCompared = new TreeSet<>();

    static List<Gallery.Scene> scenes() {
        return Gallery.scenes();
    }

    @ParameterizedTest
    @MethodSource("scenes")
    void inTheGallery(Gallery.Scene scene) {
        compare(scene.now().sockets(), scene.toString());
    }

    @Test
    void ofAnySocket() {
        Set<Situation> met = EnumSet.noneOf(Situation.class);
        for (int seed = 0; seed < 20_000; seed++) {
            var random = new Random(seed);
            List<SocketSnapshot> sockets = new ArrayList<>(List.of(any(random)));
            if (random.nextInt(4) == 0) sockets.add(peer(sockets.getFirst(), random));
            met.addAll(compare(sockets, "seed " + seed));
        }
        for (CloseWait kind : CloseWait.values()) {
            assertThat(met).contains(Situation.valueOf(PREFIX + kind));
            if (!kind.rule().isEmpty()) assertThat(rulesCompared).contains(kind.rule());
        }
    }

    /// @return what each is about
    private Set<Situation> compare(List<SocketSnapshot> sockets, String which) {
        Set<Situation> met = EnumSet.noneOf(Situation.class);
        var around = Surroundings.of(sockets);
        for (SocketSnapshot socket : sockets) {
            if (socket.state() != TcpState.CLOSE_WAIT) continue;
            Situation situation = explainer.situation(socket, around);
            met.add(situation);
            var look = new CheckUp(NOW, sockets, List.of(), List.of());
            for (Finding finding : new Doctor().examine(look)) {
                if (!finding.rule().startsWith("close-wait-")
                        || !finding.examples().contains(socket)) continue;
                String rule = finding.rule().replace("forgotten-pool", "pooled");
                rulesCompared.add(rule);
                assertThat(situation.name()).as("%s: %s", which, socket).startsWith(PREFIX);
                CloseWait kind = CloseWait.valueOf(situation.name().substring(PREFIX.length()));
                assertThat(rule).as("%s: %s", which, socket).isEqualTo(kind.rule());
                assertThat(situation.verdict()).as("%s: %s", which, socket).isNotEqualTo(Verdict.HARMLESS);
                if (finding.isHarmless()) assertThat(situation.verdict()).isNotEqualTo(Verdict.FAULT);
            }
        }
        return met;
    }

    // ---------------------------------------------------------------- sockets of all kinds

    private static SocketSnapshot any(Random random) {
        SocketSnapshot.Builder socket =
                random.nextBoolean() ? caller(TcpState.CLOSE_WAIT, 40_000) : called(TcpState.CLOSE_WAIT, 40_000);
        if (random.nextInt(20) == 0) socket.holder(Holder.ACCEPT_QUEUE).owner(null);
        long unread = random.nextInt(3) == 0 ? random.nextInt(5000) : random.nextInt(2);
        socket.queues(unread, random.nextInt(4) == 0 ? 700 : 0);
        if (random.nextInt(4) == 0) socket.timer(Patients.timer(Timer.Kind.KEEPALIVE, 0));
        if (random.nextInt(8) == 0) socket.timer(Patients.timer(Timer.Kind.RETRANSMIT, 1));
        if (random.nextInt(4) == 0) socket.settings(new Settings(true, 7200, 75, 9, null, null, false, null, 0, 0));
        int closed = age(random);
        if (random.nextInt(3) == 0) socket.journal(List.of(closedSince(closed)), 0);
        if (random.nextInt(10) > 0) {
            socket.info(TcpInfos.of(
                    "last_ack_recv",
                    random.nextBoolean() ? closed : age(random),
                    "last_data_recv",
                    random.nextBoolean() ? closed + random.nextInt(300) : age(random),
                    "last_data_sent",
                    age(random),
                    "bytes_sent",
                    random.nextInt(2) * 500,
                    "bytes_received",
                    random.nextInt(3) == 0 ? 1 : unread + 1 + random.nextInt(2) * 900L));
        }
        if (random.nextInt(3) == 0) {
            socket.kernel(null).usage(new Usage(sometimes(random), sometimes(random), sometimes(random)));
        }
        return socket.build();
    }

    private static JournalEntry closedSince(int millis) {
        return new JournalEntry(
                NOW.minusMillis(millis),
                TcpState.ESTABLISHED,
                TcpState.CLOSE_WAIT,
                Journal.Cause.SEGMENT,
                Segment.FIN | Segment.ACK);
    }

    private static Instant sometimes(Random random) {
        return random.nextBoolean() ? null : NOW.minusMillis(age(random));
    }

    private static int age(Random random) {
        return (int) (SECOND * Math.pow(10, 4 * random.nextDouble() - 0.5));
    }

    private static SocketSnapshot peer(SocketSnapshot socket, Random random) {
        var remote = socket.remote();
        if (remote == null) throw new IllegalStateException();
        return Patients.seen("container", TcpState.FIN_WAIT2, remote)
                .remote(socket.local())
                .holder(random.nextBoolean() ? Holder.PROGRAM : Holder.NOBODY)
                .owner(new Owner(99, "curl", null, "fd=3"))
                .build();
    }

    // ---------------------------------------------------------------- where the program's calls are noted

    /// Recv-Q of a stack of ours has no byte for the FIN: that it is empty does not say that the end was read.
    @Test
    void theDoctorGoesByWhatAStackOfOursHasNoted() {
        SocketSnapshot.Builder idle = caller(TcpState.CLOSE_WAIT, 40_000)
                .kernel(null)
                .journal(List.of(closedSince(600 * SECOND)), 0)
                .usage(new Usage(NOW.minusSeconds(700), NOW.minusSeconds(650), null));
        assertThat(Patients.summary(Patients.findings(Patients.look(idle.build()))))
                .containsExactly("WARNING close-wait-never-read 1");
        idle.usage(new Usage(NOW.minusSeconds(650), NOW.minusSeconds(700), NOW.minusSeconds(600)));
        assertThat(Patients.summary(Patients.findings(Patients.look(idle.build()))))
                .containsExactly("WARNING close-wait-eof-read 1");
    }

    /// What was acknowledged last may have been keepalive's probe: then the FIN may have come with the data.
    @Test
    void whereProbesAreSentItIsNotSaidThatTheEndWasSeen() {
        SocketSnapshot.Builder leaked = caller(TcpState.CLOSE_WAIT, 40_000)
                .info(TcpInfos.of(
                        "last_ack_recv",
                        90 * SECOND,
                        "last_data_recv",
                        900 * SECOND,
                        "last_data_sent",
                        901 * SECOND,
                        "bytes_sent",
                        5,
                        "bytes_received",
                        90));
        assertThat(said(leaked)).contains("the program read the end of the stream and never called close()");
        leaked.settings(new Settings(true, 7200, 75, 9, null, null, false, null, 0, 0));
        assertThat(said(leaked)).contains("the program has read all of it and never called close()");
    }

    private static String said(SocketSnapshot.Builder socket) {
        return Patients.findings(Patients.look(socket.build())).getFirst().what();
    }
}
