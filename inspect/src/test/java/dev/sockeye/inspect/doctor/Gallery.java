package dev.sockeye.inspect.doctor;

import static dev.sockeye.inspect.doctor.Patients.DATABASE;
import static dev.sockeye.inspect.doctor.Patients.HOST;
import static dev.sockeye.inspect.doctor.Patients.NOW;
import static dev.sockeye.inspect.doctor.Patients.address;
import static dev.sockeye.inspect.doctor.Patients.called;
import static dev.sockeye.inspect.doctor.Patients.caller;
import static dev.sockeye.inspect.doctor.Patients.info;
import static dev.sockeye.inspect.doctor.Patients.listener;
import static dev.sockeye.inspect.doctor.Patients.timer;

import dev.sockeye.inspect.Holder;
import dev.sockeye.inspect.KernelDetail;
import dev.sockeye.inspect.Owner;
import dev.sockeye.inspect.SocketMemory;
import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.inspect.Timer;
import dev.sockeye.tcp.TcpState;
import dev.sockeye.wire.TransportAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/// Machines on which something is the matter, and their neighbours on which nothing is.
final class Gallery {

    private static final int SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE;
    private static final Duration APART = Duration.ofSeconds(2);

    /// @param name     what is shown
    /// @param before   an earlier look; null if there is none
    /// @param expected `SEVERITY rule sockets` of each finding
    record Scene(String name, @Nullable CheckUp before, CheckUp now, List<String> expected) {

        @Override
        public String toString() {
            return name;
        }
    }

    private final List<Scene> scenes = new ArrayList<>();

    private Gallery() {}

    static List<Scene> scenes() {
        var gallery = new Gallery();
        gallery.closeWaits();
        gallery.listeners();
        gallery.connects();
        gallery.closings();
        gallery.timeWaits();
        gallery.ports();
        gallery.silences();
        gallery.windows();
        gallery.losses();
        gallery.transfers();
        gallery.machines();
        gallery.wildcards();
        return gallery.scenes;
    }

    private void show(String name, List<SocketSnapshot> now, String... expected) {
        show(name, null, new CheckUp(NOW, now, List.of(), List.of()), expected);
    }

    private void show(String name, @Nullable CheckUp before, CheckUp now, String... expected) {
        scenes.add(new Scene(name, before, now, List.of(expected)));
    }

    private static CheckUp now(MachineFacts facts, List<SocketSnapshot> sockets) {
        return new CheckUp(NOW, sockets, List.of(facts), List.of());
    }

    private static CheckUp then(MachineFacts facts, List<SocketSnapshot> sockets) {
        return new CheckUp(NOW.minus(APART), sockets, List.of(facts), List.of());
    }

    private static MachineFacts counters(Object... namesAndValues) {
        Map<String, Long> counters = new java.util.HashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            counters.put((String) namesAndValues[i], ((Number) namesAndValues[i + 1]).longValue());
        }
        return Patients.facts(counters, Map.of(), Map.of());
    }

    private static List<SocketSnapshot> many(int count, IntFunction<SocketSnapshot.Builder> one) {
        List<SocketSnapshot> sockets = new ArrayList<>(count);
        for (int i = 0; i < count; i++) sockets.add(one.apply(i).build());
        return sockets;
    }

    private static KernelDetail kernel(long cookie, @Nullable SocketMemory memory) {
        return KernelDetail.of(KernelDetail.IPV4, cookie, 0, 1).with(memory);
    }

    // ---------------------------------------------------------------- closed by the peer

    private void closeWaits() {
        Object[] ended = {
            "last_ack_recv",
            HOUR,
            "last_data_recv",
            HOUR + 100,
            "last_data_sent",
            HOUR + 200,
            "bytes_sent",
            10,
            "bytes_received",
            2000
        };
        Object[] lately = {
            "last_ack_recv",
            2 * MINUTE,
            "last_data_recv",
            2 * MINUTE,
            "last_data_sent",
            3 * MINUTE,
            "bytes_sent",
            10,
            "bytes_received",
            2000
        };
        Object[] asked = {
            "last_ack_recv",
            HOUR,
            "last_data_recv",
            HOUR + 100,
            "last_data_sent",
            HOUR,
            "bytes_sent",
            10,
            "bytes_received",
            2000
        };
        Object[] writes = {
            "last_ack_recv",
            HOUR,
            "last_data_recv",
            2 * HOUR,
            "last_data_sent",
            HOUR,
            "bytes_sent",
            10,
            "bytes_received",
            1
        };
        IntFunction<SocketSnapshot.Builder> one = i -> caller(TcpState.CLOSE_WAIT, 40_000 + i);
        Object[] question = {
            "last_ack_recv", 2 * MINUTE, "last_data_recv", 2 * MINUTE + 5, "bytes_sent", 0, "bytes_received", 2000
        };
        show(
                "a server at work",
                List.of(
                        listener(0, 100, 0).build(),
                        called(TcpState.CLOSE_WAIT, 5000).info(info(question)).build()),
                "NOTE close-wait-answer-owed 1");
        show("EOF read", many(3, i -> one.apply(i).info(info(ended))), "WARNING close-wait-eof-read 3");
        show(
                "only writes",
                many(3, i -> one.apply(i).queues(1, 0).info(info(writes))),
                "WARNING close-wait-only-writes 3");
        show(
                "never read",
                many(3, i -> one.apply(i).queues(1, 0).info(info(asked))),
                "WARNING close-wait-never-read 3");
        show("unread", many(3, i -> one.apply(i).queues(801, 0).info(info(ended))), "WARNING close-wait-unread-data 3");
        show("pool", many(3, i -> one.apply(i).queues(1, 0).info(info(lately))), "NOTE close-wait-pooled 3");
        show(
                "old pool",
                many(3, i -> one.apply(i).queues(1, 0).info(info(ended))),
                "WARNING close-wait-forgotten-pool 3");
        List<SocketSnapshot> accepted = new ArrayList<>(many(
                2,
                i -> called(TcpState.CLOSE_WAIT, 5000 + i)
                        .inode(0)
                        .owner(null)
                        .holder(Holder.ACCEPT_QUEUE)
                        .queues(1, 0)
                        .info(info(ended))));
        accepted.add(listener(2, 100, 0).build());
        show("never accepted", accepted, "WARNING close-wait-never-accepted 2");
        SocketSnapshot waits = SocketSnapshot.tcp(NOW, HOST, TcpState.FIN_WAIT2, DATABASE)
                .remote(address("10.0.0.1", 40_000))
                .inode(9)
                .owner(new Owner(99, "curl", null, "fd=3"))
                .info(info("last_ack_recv", 2 * MINUTE, "last_data_recv", 2 * MINUTE))
                .build();
        show("half-close", List.of(one.apply(0).info(info(lately)).build(), waits), "NOTE close-wait-half-closed 1");
    }

    // ---------------------------------------------------------------- listeners

    private static SocketSnapshot.Builder waiting(int millis) {
        return called(TcpState.ESTABLISHED, 5000)
                .inode(0)
                .owner(null)
                .holder(Holder.ACCEPT_QUEUE)
                .info(info("last_ack_recv", millis, "last_data_recv", millis));
    }

    private void listeners() {
        show("a listener", List.of(listener(0, 128, 0).build()));
        show(
                "a listener with a few waiting",
                List.of(listener(100, 128, 0).build(), waiting(SECOND).build()));
        show("a queue full at one look", List.of(listener(129, 128, 0).build()), "WARNING accept-queue-full 1");
        show(
                "a queue full at both",
                then(counters(), List.of(listener(129, 128, 0).build())),
                now(counters(), List.of(listener(129, 128, 0).build())),
                "CRITICAL accept-queue-full 1");
        show(
                "a queue that overflows",
                then(
                        counters("TcpExtListenOverflows", 90),
                        List.of(listener(1, 128, 40).build())),
                now(
                        counters("TcpExtListenOverflows", 100),
                        List.of(listener(1, 128, 47).build())),
                "WARNING accept-queue-overflows 1");
        show(
                "a queue that has overflowed before",
                then(
                        counters("TcpExtListenOverflows", 90),
                        List.of(listener(1, 128, 40).build())),
                now(
                        counters("TcpExtListenOverflows", 90),
                        List.of(listener(1, 128, 40).build())),
                "NOTE accept-queue-overflowed 1");
        show(
                "a listener that has dropped something else",
                null,
                now(
                        counters("TcpExtListenOverflows", 0),
                        List.of(listener(1, 128, 40).build())));
        show(
                "nobody accepts",
                List.of(listener(1, 128, 0).build(), waiting(40 * SECOND).build()),
                "WARNING accept-stuck 1");
    }

    // ---------------------------------------------------------------- handshakes

    private void connects() {
        IntFunction<SocketSnapshot.Builder> syn = i -> caller(TcpState.SYN_SENT, 40_000 + i);
        show("two lost SYNs", many(3, i -> syn.apply(i).timer(timer(Timer.Kind.RETRANSMIT, 2))));
        show(
                "nobody answers",
                many(3, i -> syn.apply(i).timer(timer(Timer.Kind.RETRANSMIT, 5))),
                "WARNING connect-no-answer 3");
        SocketSnapshot full = SocketSnapshot.tcp(NOW, HOST, TcpState.LISTEN, DATABASE)
                .inode(5)
                .owner(new Owner(77, "postgres", null, "fd=6"))
                .backlog(new dev.sockeye.inspect.Backlog(3, 2, 0, 0))
                .build();
        show(
                "the queue there is full",
                List.of(syn.apply(0).timer(timer(Timer.Kind.RETRANSMIT, 5)).build(), full),
                "WARNING accept-queue-full 1",
                "WARNING connect-queue-full 1");
        IntFunction<SocketSnapshot.Builder> half =
                i -> SocketSnapshot.tcp(NOW, HOST, TcpState.SYN_RCVD, address("10.0.0.1", 80))
                        .remote(address("192.0.2." + i % 250, 1024 + i))
                        .holder(Holder.NOBODY);
        show("handshakes under way", many(500, i -> half.apply(i).timer(timer(Timer.Kind.RETRANSMIT, 0))));
        show(
                "a flood",
                many(200, i -> half.apply(i).timer(timer(Timer.Kind.RETRANSMIT, 2))),
                "WARNING syn-recv-flood 200");
        show(
                "a flood that costs others their place",
                then(counters("TcpExtTCPReqQFullDrop", 5), List.of()),
                now(
                        counters("TcpExtTCPReqQFullDrop", 75),
                        many(200, i -> half.apply(i).timer(timer(Timer.Kind.RETRANSMIT, 2)))),
                "CRITICAL syn-recv-flood 200");
    }

    // ---------------------------------------------------------------- closed by us

    private void closings() {
        IntFunction<SocketSnapshot.Builder> orphan =
                i -> SocketSnapshot.tcp(NOW, HOST, TcpState.FIN_WAIT1, address("10.0.0.1", 80))
                        .remote(address("192.0.2.9", 1024 + i))
                        .holder(Holder.NOBODY)
                        .queues(0, 5001);
        show("orphans on their way", many(300, i -> orphan.apply(i).timer(timer(Timer.Kind.RETRANSMIT, 1))));
        show("a few lost orphans", many(9, i -> orphan.apply(i).timer(timer(Timer.Kind.RETRANSMIT, 7))));
        show(
                "some lost orphans",
                many(12, i -> orphan.apply(i).timer(timer(Timer.Kind.RETRANSMIT, 7))),
                "NOTE orphans-unanswered 12");
        show(
                "many whose peers do not read",
                many(120, i -> orphan.apply(i).timer(timer(Timer.Kind.PERSIST, 4))),
                "WARNING orphans-unanswered 120");
        show(
                "many half-closed orphans",
                many(
                        1200,
                        i -> caller(TcpState.FIN_WAIT2, 30_000 + i)
                                .holder(Holder.NOBODY)
                                .owner(null)
                                .inode(0)),
                "NOTE fin-wait2-orphans 1200");
        IntFunction<SocketSnapshot.Builder> held = i -> caller(TcpState.FIN_WAIT2, 40_000 + i);
        show(
                "an answer awaited",
                many(3, i -> held.apply(i).info(info("last_ack_recv", MINUTE, "last_data_recv", MINUTE))));
        show(
                "an answer that does not come",
                many(3, i -> held.apply(i).info(info("last_ack_recv", HOUR / 2, "last_data_recv", HOUR))),
                "NOTE fin-wait2-held 3");
        show(
                "an answer that is not read",
                many(30, i -> held.apply(i).queues(99, 0).info(info("last_ack_recv", HOUR, "last_data_recv", HOUR))),
                "WARNING fin-wait2-unread 30");
    }

    private void timeWaits() {
        IntFunction<SocketSnapshot.Builder> one =
                i -> SocketSnapshot.tcp(NOW, HOST, TcpState.TIME_WAIT, address("10.0.0.1", 80))
                        .remote(address("192.0.2." + i % 250, 1024 + i))
                        .timer(timer(Timer.Kind.TIME_WAIT, 0))
                        .holder(Holder.NOBODY);
        show("TIME_WAITs", many(5000, one));
        show("many TIME_WAITs", many(12_000, one), "NOTE time-wait-many 12000");
        MachineFacts tight = Patients.facts(Map.of(), Map.of(), Map.of("tcp_max_tw_buckets", List.of(5000L)));
        show("no room for TIME_WAITs", null, now(tight, many(4900, one)), "WARNING time-wait-full 4900");
    }

    // ---------------------------------------------------------------- ports

    private static MachineFacts range(int first, int last) {
        return new MachineFacts(HOST, NOW, Map.of(), Map.of(), Map.of(), new PortRange(first, last, ""), true);
    }

    private void ports() {
        MachineFacts hundred = range(40_000, 40_099);
        IntFunction<SocketSnapshot.Builder> open = i -> caller(TcpState.ESTABLISHED, 40_000 + i);
        show("half of the ports", null, now(hundred, many(50, open)));
        show("most of the ports", null, now(hundred, many(85, open)), "WARNING ports-nearly-exhausted 85");
        show("all of the ports", null, now(hundred, many(100, open)), "CRITICAL ports-exhausted 100");
        show(
                "ports that run out",
                then(hundred, many(40, open)),
                now(hundred, many(60, open)),
                "CRITICAL ports-run-out 60");
        show(
                "other destinations",
                null,
                now(hundred, many(100, i -> open.apply(i).remote(address("10.0.1." + i, 80)))));
        show(
                "within the machine a TIME_WAIT's port is given again",
                null,
                now(
                        hundred,
                        many(
                                100,
                                i -> SocketSnapshot.tcp(NOW, HOST, TcpState.TIME_WAIT, address("127.0.0.1", 40_000 + i))
                                        .remote(address("127.0.0.1", 6379))
                                        .timer(timer(Timer.Kind.TIME_WAIT, 0))
                                        .holder(Holder.NOBODY))));
    }

    // ---------------------------------------------------------------- silence

    private static SocketSnapshot.Builder idle(int port, int millis) {
        return caller(TcpState.ESTABLISHED, port)
                .info(info(
                        "last_ack_recv", millis, "last_data_recv", millis, "last_data_sent", millis, "bytes_sent", 5));
    }

    private void silences() {
        show("idle for an hour", List.of(idle(40_000, HOUR).build()));
        show("idle for long", many(3, i -> idle(40_000 + i, 3 * HOUR)), "NOTE idle-unguarded 3");
        show(
                "idle and guarded",
                List.of(idle(40_000, 3 * HOUR)
                        .timer(timer(Timer.Kind.KEEPALIVE, 0))
                        .build()));
        TransportAddress near = address("10.0.0.1", 40_000);
        show(
                "idle within the machine",
                List.of(
                        idle(40_000, 3 * HOUR).build(),
                        SocketSnapshot.tcp(NOW, HOST, TcpState.ESTABLISHED, DATABASE)
                                .remote(near)
                                .inode(7)
                                .owner(new Owner(7, "postgres", null, "fd=9"))
                                .timer(timer(Timer.Kind.KEEPALIVE, 0))
                                .build()));
        IntFunction<SocketSnapshot.Builder> unanswered =
                i -> idle(40_000 + i, MINUTE).queues(0, 700).timer(timer(Timer.Kind.RETRANSMIT, 6));
        show("a peer that has gone", many(2, unanswered), "WARNING peer-silent 2");
        show("one retransmission", many(2, i -> unanswered.apply(i).timer(timer(Timer.Kind.RETRANSMIT, 1))));
    }

    private void windows() {
        IntFunction<SocketSnapshot.Builder> shut =
                i -> idle(40_000 + i, 40 * SECOND).queues(0, 70_000).timer(timer(Timer.Kind.PERSIST, 4));
        show(
                "a slow reader",
                many(2, i -> idle(40_000 + i, 5 * SECOND).queues(0, 70_000).timer(timer(Timer.Kind.PERSIST, 1))));
        show("a peer that does not read", many(2, shut), "NOTE peer-does-not-read 2");
        show(
                "one that has not for long",
                many(2, i -> shut.apply(i).info(info("last_data_sent", HOUR, "bytes_sent", 9))),
                "WARNING peer-does-not-read 2");
        show(
                "a session ticket on an idle connection",
                List.of(idle(40_000, HOUR).queues(510, 0).build()));
        show("much unread", many(2, i -> idle(40_000 + i, MINUTE).queues(90_000, 0)), "NOTE program-does-not-read 2");
        SocketMemory full = new SocketMemory(4000, 4608, 0, 46_080, 0, 0, 0, 0, 0);
        show(
                "a small buffer full",
                List.of(idle(40_000, 10 * MINUTE)
                        .queues(1500, 0)
                        .kernel(kernel(9, full))
                        .build()),
                "WARNING program-does-not-read 1");
    }

    private void losses() {
        SocketSnapshot before = idle(40_000, 10)
                .info(info("data_segs_out", 1000, "total_retrans", 50))
                .build();
        SocketSnapshot lossy = idle(40_000, 10)
                .info(info("data_segs_out", 3000, "total_retrans", 350))
                .build();
        SocketSnapshot spurious = idle(40_000, 10)
                .info(info("data_segs_out", 3000, "total_retrans", 350, "dsack_dups", 290))
                .build();
        show("loss", then(counters(), List.of(before)), now(counters(), List.of(lossy)), "WARNING connection-loses 1");
        show("sent again without need", then(counters(), List.of(before)), now(counters(), List.of(spurious)));
        show("loss long ago", null, now(counters(), List.of(lossy)));
        show(
                "a storm",
                then(counters("TcpOutSegs", 0, "TcpRetransSegs", 0), List.of(before)),
                now(counters("TcpOutSegs", 4000, "TcpRetransSegs", 900), List.of(before)),
                "WARNING retransmission-storm 0");
        show(
                "SYNs to nowhere are no storm",
                then(counters("TcpOutSegs", 0, "TcpRetransSegs", 0, "TcpExtTCPSynRetrans", 0), List.of(before)),
                now(counters("TcpOutSegs", 4000, "TcpRetransSegs", 900, "TcpExtTCPSynRetrans", 880), List.of(before)));
    }

    private void transfers() {
        IntFunction<SocketSnapshot.Builder> busy = limited -> idle(40_000, 10)
                .info(info(
                        "busy_time",
                        20_000_000L,
                        "rtt",
                        80_000,
                        "snd_wnd",
                        65_535,
                        "bytes_acked",
                        50_000_000L,
                        "snd_mss",
                        1448,
                        "snd_cwnd",
                        300,
                        "min_rtt",
                        79_000,
                        "delivery_rate",
                        800_000L,
                        limited > 0 ? "sndbuf_limited" : "rwnd_limited",
                        Math.abs(limited) * 1_000_000L));
        show("a busy sender", List.of(busy.apply(3).build()));
        show("a small send buffer", List.of(busy.apply(15).build()), "NOTE send-buffer-small 1");
        show(
                "a short path with long queues",
                List.of(idle(40_000, 10)
                        .info(info(
                                "busy_time",
                                20_000_000L,
                                "rtt",
                                9_000,
                                "min_rtt",
                                40,
                                "snd_wnd",
                                65_535,
                                "bytes_acked",
                                50_000_000L,
                                "rwnd_limited",
                                19_000_000L))
                        .build()));
        show("a small window", List.of(busy.apply(-15).build()), "NOTE peer-window-small 1");
    }

    // ---------------------------------------------------------------- the machine

    private void machines() {
        Map<String, List<Long>> limits =
                Map.of("tcp_mem", List.of(1000L, 2000L, 3000L), "tcp_max_orphans", List.of(1000L));
        show(
                "enough memory",
                null,
                now(Patients.facts(Map.of(), Map.of("TCPmem", 1999L, "TCPorphan", 400L), limits), List.of()));
        show(
                "little memory",
                null,
                now(
                        Patients.facts(Map.of(), Map.of("TCPmem", 2001L), limits),
                        List.of(idle(40_000, 10).build())),
                "WARNING memory-pressure 0");
        show(
                "no memory",
                null,
                now(
                        Patients.facts(Map.of(), Map.of("TCPmem", 2900L), limits),
                        List.of(idle(40_000, 10)
                                .kernel(kernel(9, new SocketMemory(8 << 20, 9 << 20, 0, 0, 0, 0, 0, 0, 0)))
                                .build())),
                "CRITICAL memory-full 1");
        show(
                "orphans",
                null,
                now(Patients.facts(Map.of(), Map.of("TCPorphan", 600L), limits), List.of()),
                "WARNING orphans-limit 0");
    }

    private static SocketSnapshot.Builder listens(String ip, int port, String command, long pid) {
        return SocketSnapshot.tcp(NOW, HOST, TcpState.LISTEN, address(ip, port))
                .inode(port)
                .owner(new Owner(pid, command, null, "fd=6"))
                .backlog(new dev.sockeye.inspect.Backlog(0, 511, 0, 0));
    }

    private void wildcards() {
        MachineFacts host = counters();
        show(
                "redis for this machine",
                null,
                now(host, List.of(listens("127.0.0.1", 6379, "redis-server", 5).build())));
        show(
                "redis for the world",
                null,
                now(host, List.of(listens("0.0.0.0", 6379, "redis-server", 5).build())),
                "NOTE wildcard-listen 1");
        show(
                "a web server for the world",
                null,
                now(host, List.of(listens("0.0.0.0", 80, "nginx", 5).build())));
        var container = new MachineFacts(HOST, NOW, Map.of(), Map.of(), Map.of(), PortRange.DEFAULT, false);
        show(
                "redis in a container",
                null,
                now(
                        container,
                        List.of(listens("0.0.0.0", 6379, "redis-server", 5).build())));
        var debugged = new ProcessFacts(5, null, 5005, 1024);
        show(
                "a debugger's door",
                null,
                new CheckUp(NOW, List.of(listens("::", 5005, "java", 5).build()), List.of(host), List.of(debugged)),
                "WARNING wildcard-opens 1");
    }
}
