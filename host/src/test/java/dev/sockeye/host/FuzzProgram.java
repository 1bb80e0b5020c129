package dev.sockeye.host;

import dev.sockeye.host.Forge.Seen;
import dev.sockeye.tcp.Connection;
import dev.sockeye.tcp.HalfOpen;
import dev.sockeye.tcp.SelfCheck;
import dev.sockeye.tcp.Shutdown;
import dev.sockeye.tcp.SocketOptions;
import dev.sockeye.tcp.TcpMib;
import dev.sockeye.tcp.TcpState;
import dev.sockeye.tcp.TimeWait;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.Packet;
import dev.sockeye.wire.PagePool;
import dev.sockeye.wire.TransportAddress;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Bytes as a program: settings of a host, and then what happens to it, step by step - calls of programs, segments
/// of four peers whose numbers are relative to the connection's real ones, malformed packets, fragments, ICMP
/// errors that quote what the host has sent, and time. Any bytes are a program; what they lack is zero.
///
/// After each step what must always hold is looked at: [SelfCheck] of every connection, the host's own counts,
/// the window's right edge, that timers make progress, that no packet brings about a storm of answers. In the end
/// every page is back.
final class FuzzProgram implements AutoCloseable {

    /// Tells what happens: `-Dsockeye.fuzz.trace`.
    private static final boolean TRACE = Boolean.getBoolean("sockeye.fuzz.trace");

    private static final int MAX_STEPS = 400;
    private static final int MAX_SOCKETS = 12;
    /// Answers without payload to one packet. Two are usual: an acknowledgment and what it makes room for.
    private static final int MAX_ANSWERS = 4;

    /// In less than 100 s; a window of one byte brings five a second for each socket.
    private static final int MAX_TIMERS = 20_000;
    private static final MemorySegment ZEROS = MemorySegment.ofArray(new byte[1 << 17]);
    private static final MemorySegment READ = MemorySegment.ofArray(new byte[1 << 17]);

    private final byte[] input;
    private int at;
    private final PagePool pool;
    private final Host host;
    private final Interface eth0;
    private final FuzzPeer[] peers = new FuzzPeer[4];
    private final List<TcpEndpoint> sockets = new ArrayList<>();
    private final UdpEndpoint udp;
    private long now = 1_000_000_000L;
    private long hash = 1;
    private int steps;
    private String what = "set-up";
    private byte[] lastPacket = Forge.NONE;
    private int answers;

    private FuzzProgram(byte[] input, PagePool pool) {
        this.input = input;
        this.pool = pool;
        Sysctl sysctl = settings();
        int mtu = pick(1500, 1500, 1500, 9000, 1280, 576, 296, 68);
        host = new Host("fuzzed", sysctl, pool, 1);
        eth0 = host.addInterface("eth0", mtu).addAddress("192.0.2.1/24").addAddress("fd00::1/64");
        for (int i = 0; i < peers.length; i++) peers[i] = new FuzzPeer(i, i != 3);
        TcpEndpoint listener = host.openTcp(Family.INET6);
        listener.bind(new TransportAddress(IpAddress.parse("::"), 80), now);
        options(listener.options(), u8());
        listener.listen(pick(0, 1, 4, 100), now);
        sockets.add(listener);
        udp = host.openUdp(Family.INET6);
        udp.bind(new TransportAddress(IpAddress.parse("::"), 53), now);
    }

    /// Runs a program to its end.
    ///
    /// @return a hash of all that the host has sent and answered: the same for the same bytes
    static long run(byte[] input, PagePool pool) {
        try (var program = new FuzzProgram(input, pool)) {
            program.run();
            return program.hash;
        }
    }

    private void run() {
        while (at < input.length && steps < MAX_STEPS) {
            steps++;
            try {
                if (TRACE) System.out.println("step " + steps);
                step();
                if (TRACE) System.out.println("  was " + what);
                settle();
                check();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("step " + steps + " (" + what + "): " + e, e);
            }
        }
    }

    @Override
    public void close() {
        for (Packet packet = host.pollTransmit(); packet != null; packet = host.pollTransmit()) packet.release(pool);
        host.powerOff(now);
        require(
                host.tcp().memory.pages() == 0,
                "memory charged in the end: " + host.tcp().memory.pages());
        require(host.tcp().orphans == 0, "orphans in the end: " + host.tcp().orphans);
        require(pool.pagesOut() == 0, "pages that nobody gave back: " + pool.pagesOut());
        require(pool.packetsOut() == 0, "packets that nobody gave back: " + pool.packetsOut());
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) throw new AssertionError(otherwise);
    }

    // ---------------------------------------------------------------- reading the program

    private int u8() {
        return at < input.length ? input[at++] & 0xff : 0;
    }

    private int u16() {
        return u8() << 8 | u8();
    }

    private int i32() {
        return u16() << 16 | u16();
    }

    private int pick(int... values) {
        return values[u8() % values.length];
    }

    private byte[] bytes(int count) {
        byte[] taken = new byte[count];
        for (int i = 0; i < count; i++) taken[i] = (byte) u8();
        return taken;
    }

    private FuzzPeer peer() {
        return peers[u8() & 3];
    }

    private TcpEndpoint socket() {
        return sockets.get(u8() % sockets.size());
    }

    private Sysctl settings() {
        Sysctl sysctl = Sysctl.linux();
        var tcp = sysctl.tcp();
        int a = u8();
        tcp.tcp_timestamps = a & 1 ^ 1;
        tcp.tcp_sack = a >> 1 & 1 ^ 1;
        tcp.tcp_window_scaling = a >> 2 & 1 ^ 1;
        tcp.tcp_ecn = pick(2, 1, 0);
        tcp.tcp_abort_on_overflow = a >> 3 & 1;
        tcp.tcp_syncookies = pick(1, 2, 0);
        tcp.tcp_recovery = a >> 4 & 1 ^ 1;
        tcp.tcp_congestion_control = (a >> 5 & 1) == 0 ? "cubic" : "reno";
        tcp.tcp_stdurg = a >> 6 & 1;
        tcp.tcp_rfc1337 = a >> 7 & 1;
        switch (u8() & 3) {
            case 1 -> tcp.tcp_mem = new long[] {8, 16, 64};
            case 2 -> tcp.tcp_mem = new long[] {64, 128, 192};
            case 3 -> {
                tcp.tcp_max_orphans = 2;
                tcp.tcp_max_tw_buckets = 2;
            }
            default -> {}
        }
        tcp.tcp_fastopen = pick(1, 3, 0, 0x603);
        return sysctl;
    }

    private void options(SocketOptions options, int bits) {
        options.noDelay = (bits & 1) != 0;
        options.keepAlive = (bits & 2) != 0;
        options.outOfBandInline = (bits & 4) != 0;
        if ((bits & 8) != 0) options.receiveBuffer = 2304 + u8() * 64;
        if ((bits & 16) != 0) options.sendBuffer = 4608 + u8() * 64;
        if ((bits & 32) != 0) options.userTimeoutMillis = 1 + u8() * 100;
        if ((bits & 64) != 0) options.deferAcceptSeconds = u8() & 15;
        if ((bits & 128) != 0) {
            options.fastOpenQueue = u8();
            options.linger2Seconds = pick(0, -1, 1, 100);
            options.lingerSeconds = pick(-1, 0, 5);
        }
    }

    // ---------------------------------------------------------------- one step

    private void step() {
        int op = u8();
        switch (op % 32) {
            case 0, 1 -> open(peer());
            case 2 -> answerSyn(peer());
            case 3, 4 -> data(peer(), u16() % 3000);
            case 5, 6 -> acknowledge(peer(), 100, 65535, 0);
            case 7 -> acknowledge(peer(), u8(), pick(0, 1, 100, 5000, 65535), 0);
            case 8 -> acknowledge(peer(), u8(), 65535, 1 + (u8() & 3));
            case 9 -> ahead(peer());
            case 10, 11 -> anything(peer());
            case 12 -> raw();
            case 13 -> mutated();
            case 14, 15 -> elapse();
            case 16 -> fragments();
            case 17 -> icmp(peer());
            case 18, 19 -> write(socket());
            case 20, 21 -> read(socket());
            case 22 -> accept();
            case 23 -> end(socket());
            case 24 -> connect();
            case 25 -> reset(peer());
            case 26 -> finish(peer());
            case 27 -> change(socket());
            case 28 -> datagrams(peer());
            case 29 -> again();
            case 30 -> exchange(peer());
            default -> device();
        }
    }

    private void arrives(byte[] packet) {
        if (TRACE) System.out.println(now / 1000 + " > " + new Seen(packet));
        lastPacket = packet;
        answers = 0;
        host.onPacket(eth0, Packet.of(packet, pool), now);
        settle();
        require(answers <= MAX_ANSWERS, answers + " answers to one packet");
    }

    private byte[] synOptions(FuzzPeer peer) {
        int bits = u8();
        var options = new java.io.ByteArrayOutputStream();
        if ((bits & 1) == 0) {
            int mss = pick(1460, 536, 88, 48, 1, 0, 9000, 65535);
            options.writeBytes(new byte[] {2, 4, (byte) (mss >> 8), (byte) mss});
        }
        peer.offersScale = (bits & 4) == 0;
        if ((bits & 2) == 0) options.writeBytes(new byte[] {1, 1, 4, 2});
        if ((bits & 4) == 0) options.writeBytes(new byte[] {1, 3, 3, (byte) pick(7, 0, 14, 15, 255)});
        if ((bits & 8) == 0) options.writeBytes(Forge.timestamps(peer.tsVal, 0));
        if ((bits & 16) != 0) options.writeBytes(bytes(4));
        if ((bits & 32) != 0) options.writeBytes(new byte[] {34, 10, 1, 2, 3, 4, 5, 6, 7, 8, 1, 1});
        byte[] all = options.toByteArray();
        return all.length <= 40 ? all : Arrays.copyOf(all, 40);
    }

    private void open(FuzzPeer peer) {
        what = "SYN";
        int how = u8();
        if ((how & 1) != 0) peer.port = 4000 + peer.index + 4 * (how >> 4);
        peer.hostPort = (how & 2) == 0 ? 80 : 81;
        peer.restart(peer.isn + ((how & 4) == 0 ? 0x20000 : -5));
        int flags = Forge.SYN | ((how & 8) != 0 ? Forge.ECE | Forge.CWR : 0);
        byte[] syn =
                peer.segment(flags, peer.isn, 0, 65535, synOptions(peer), (how & 12) == 12 ? bytes(4) : Forge.NONE);
        peer.next = peer.isn + 1;
        arrives(syn);
    }

    /// Completes a handshake, whoever began it.
    private void answerSyn(FuzzPeer peer) {
        what = "the answer to a SYN";
        if (!peer.synSeen) return;
        if (peer.synAckSeen) {
            acknowledge(peer, 100, 65535, 0);
            return;
        }
        byte[] options = synOptions(peer);
        peer.forgetWindow();
        if (peer.timestamps && options.length <= 28) {
            options = Arrays.copyOf(options, options.length + 12);
            byte[] stamps = Forge.timestamps(peer.tsVal, peer.tsEcho);
            System.arraycopy(stamps, 0, options, options.length - 12, 12);
        }
        arrives(peer.segment(
                Forge.SYN | Forge.ACK, peer.isn, peer.expected, pick(65535, 0, 1000), options, Forge.NONE));
        peer.next = peer.isn + 1;
    }

    private void data(FuzzPeer peer, int length) {
        what = "data";
        peer.tsVal++;
        byte[] data = new byte[length];
        Arrays.fill(data, (byte) length);
        byte[] options = peer.usualOptions();
        arrives(peer.segment(Forge.ACK | Forge.PSH, peer.next, peer.expected, 65535, options, data));
        peer.next += length;
        peer.acked = peer.expected;
    }

    /// @param percent of what is outstanding, 100 and more for all
    private void acknowledge(FuzzPeer peer, int percent, int window, int blocks) {
        what = "ACK";
        peer.tsVal += u8() & 3;
        int outstanding = peer.expected - peer.acked;
        if (percent < 100) peer.acked += (int) (outstanding * (long) percent / 100);
        else peer.acked = peer.expected;
        byte[] options = peer.usualOptions();
        if (blocks > 0) options = withSack(peer, options, Math.min(blocks, options.length > 0 ? 3 : 4));
        arrives(peer.segment(Forge.ACK, peer.next, peer.acked, window, options, Forge.NONE));
    }

    private byte[] withSack(FuzzPeer peer, byte[] options, int blocks) {
        int[] edges = new int[2 * blocks];
        int left = peer.expected - peer.acked;
        for (int i = 0; i < blocks; i++) {
            int from = peer.acked + (int) (left * (long) u8() / 128) - (u8() & 15);
            edges[2 * i] = from;
            edges[2 * i + 1] = from + (int) (left * (long) u8() / 256) + (u8() & 1);
        }
        byte[] sack = Forge.sack(edges);
        byte[] all = Arrays.copyOf(options, options.length + sack.length);
        System.arraycopy(sack, 0, all, options.length, sack.length);
        return all;
    }

    /// Data beyond a gap, or before what was sent.
    private void ahead(FuzzPeer peer) {
        what = "out of order";
        int offset = (short) u16();
        int length = u16() % 2000;
        int count = 1 + (u8() & 15);
        int stride = pick(2, 1, 1000, -2, -1000, 0);
        for (int i = 0; i < count; i++) {
            int seq = peer.next + offset + i * stride;
            arrives(peer.segment(Forge.ACK, seq, peer.acked, 65535, peer.usualOptions(), new byte[length]));
        }
    }

    private void anything(FuzzPeer peer) {
        what = "anything";
        int flags = u16() & 0x1ff;
        int bits = u8();
        int seq = (bits & 1) == 0 ? peer.next + (byte) u8() : (bits & 2) == 0 ? peer.next + i32() : peer.isn;
        int ack = (bits & 4) == 0 ? peer.acked + (byte) u8() : (bits & 8) == 0 ? peer.expected + i32() : peer.hostIsn;
        int length = (bits & 16) == 0 ? 0 : u16() % 3000;
        byte[] options = (bits & 32) == 0 ? peer.usualOptions() : bytes((u8() % 11) * 4);
        int urgent = (bits & 64) == 0 ? 0 : u16();
        byte[] data = new byte[length];
        if ((flags & Forge.SYN) != 0) peer.oddSyn = true;
        arrives(Forge.tcp(
                peer.own, peer.port, peer.host, peer.hostPort, seq, ack, flags, u16(), urgent, options, data));
        if ((bits & 128) != 0) peer.next = seq + length;
    }

    private void raw() {
        what = "raw bytes";
        byte[] packet = bytes(u8());
        if ((u8() & 1) == 0) Forge.fixChecksums(packet);
        arrives(packet);
    }

    private void mutated() {
        what = "a packet with other bytes";
        if (lastPacket.length == 0) return;
        for (FuzzPeer each : peers) each.oddSyn = true;
        byte[] packet = lastPacket.clone();
        for (int i = u8() & 7; i >= 0; i--) packet[u8() % packet.length] = (byte) u8();
        int length = u8() < 200 ? packet.length : u16() % packet.length;
        packet = Arrays.copyOf(packet, length);
        if ((u8() & 3) != 0) Forge.fixChecksums(packet);
        arrives(packet);
    }

    private void elapse() {
        what = "time";
        long millis = pick(1, 10, 41, 205, 1000, 3000, 61_000, 130_000, 1_000_000, 8_000_000);
        long until = now + millis * 1_000_000 * (1 + (u8() & 3));
        long began = now;
        int rung = 0;
        for (long next = host.nextDeadline(); next <= until; next = host.nextDeadline()) {
            now = Math.max(now, next);
            host.onTime(now);
            settle();
            if (TRACE) traceTimers();
            require(host.nextDeadline() > now, "a timer that makes no progress");
            if (++rung < MAX_TIMERS) continue;
            require(now - began > 100_000_000_000L, MAX_TIMERS + " timers in " + (now - began) / 1_000_000 + " ms");
            until = now;
        }
        now = until;
        mix(rung);
    }

    private void traceTimers() {
        for (TcpEndpoint each : sockets) {
            Connection connection = each.connection();
            if (connection == null) continue;
            System.out.println(now / 1000 + " " + each.localAddress() + " " + connection.state() + " timer "
                    + connection.timerName()
                    + " next " + (connection.nextDeadline() - now) / 1000 + " us, queued " + connection.sendQueueBytes()
                    + " and " + connection.receiveQueueBytes());
        }
    }

    private void fragments() {
        what = "fragments";
        byte[] packet = lastPacket;
        if (packet.length < 60) return;
        boolean v4 = packet[0] >> 4 == 4;
        int header = v4 ? 20 : 40;
        int payload = packet.length - header;
        int size = 8 * (1 + u8() % 30);
        int order = u8();
        int count = Math.min(60, (payload + size - 1) / size);
        for (int i = 0; i < count; i++) {
            int k = (order & 1) == 0 ? i : count - 1 - i;
            int offset = Math.max(0, k * size - ((order & 2) == 0 ? 0 : 8));
            int length = Math.min(size, payload - offset);
            if ((order & 4) != 0 && k == order >> 4) continue; // lost
            boolean more = offset + length < payload;
            byte[] cut = v4
                    ? Forge.fragment(packet, offset, length, more)
                    : Forge.fragmentV6(packet, offset, length, more, order);
            if (v4 && (order & 8) != 0) {
                Forge.put16(cut, 4, order); // another datagram's
                Forge.fixChecksums(cut);
            }
            arrives(cut);
        }
        lastPacket = packet;
    }

    private void icmp(FuzzPeer peer) {
        what = "ICMP";
        byte[] quoted = peer.last;
        if (quoted == null) return;
        byte[] quote = Arrays.copyOf(quoted, Math.min(quoted.length, pick(28, 48, 68, 20, 8, 128)));
        int bits = u8();
        boolean v4 = peer.own.length == 4;
        int seqAt = v4 ? 24 : 44;
        if ((bits & 1) != 0 && quote.length >= seqAt + 4) {
            int seq = Forge.i32(quote, seqAt) + (short) u16();
            Forge.put16(quote, seqAt, seq >>> 16);
            Forge.put16(quote, seqAt + 2, seq);
        }
        int type = (bits & 2) == 0 ? pick(v4 ? 3 : 1, v4 ? 3 : 2, v4 ? 11 : 3, v4 ? 12 : 4) : u8();
        int code = (bits & 4) == 0 ? pick(4, 0, 1, 3, 2) : u8();
        int rest = pick(1400, 576, 68, 0, 1, 1280, 65535, 296);
        arrives(Forge.icmp(peer.own, peer.host, type, code, rest, quote));
    }

    // ---------------------------------------------------------------- calls

    private void write(TcpEndpoint socket) {
        what = "write";
        int length = u16();
        int flags = pick(0, 0, 0, Connection.MSG_OOB, Connection.MSG_MORE, Connection.MSG_EOR);
        mix(socket.send(ZEROS, 0, length, flags, now));
    }

    private void read(TcpEndpoint socket) {
        what = "read";
        int length = u16();
        int flags = pick(0, 0, 0, Connection.MSG_PEEK, Connection.MSG_TRUNC, Connection.MSG_OOB);
        mix(socket.receive(READ, 0, length, flags, now));
    }

    private void accept() {
        what = "accept";
        TcpEndpoint accepted = sockets.getFirst().accept(now);
        if (accepted != null) keep(accepted);
        mix(accepted == null ? 0 : 1);
    }

    /// So many at most: the oldest but the listener is closed.
    private void keep(TcpEndpoint socket) {
        if (sockets.size() == MAX_SOCKETS) sockets.remove(1).close(now);
        sockets.add(socket);
    }

    private void end(TcpEndpoint socket) {
        int how = u8();
        what = "end " + how % 8;
        switch (how % 8) {
            case 0, 1 -> mix(socket.shutdown(Shutdown.WRITE, now));
            case 2 -> mix(socket.shutdown(Shutdown.READ, now));
            case 3 -> socket.abort(now);
            case 4 -> mix(socket.disconnect(now));
            default -> {
                socket.close(now);
                sockets.remove(socket);
                if (sockets.isEmpty()) relisten();
            }
        }
    }

    private void relisten() {
        TcpEndpoint listener = host.openTcp(Family.INET6);
        listener.setReuseAddress(true);
        mix(listener.bind(new TransportAddress(IpAddress.parse("::"), 80), now));
        mix(listener.listen(8, now));
        sockets.add(listener);
    }

    private void connect() {
        what = "connect";
        int to = u8();
        TcpEndpoint socket = host.openTcp(Family.INET6);
        options(socket.options(), u8());
        String ip = switch (to % 6) {
            case 0, 1, 2 -> "192.0.2." + (10 + to % 6);
            case 3 -> "fd00::13";
            case 4 -> "127.0.0.1";
            default -> "::1";
        };
        mix(socket.connect(new TransportAddress(IpAddress.parse(ip), to % 6 < 4 ? 7000 : 80), now));
        keep(socket);
    }

    private void change(TcpEndpoint socket) {
        what = "options";
        int how = u8();
        SocketOptions options = socket.options();
        // A SYN cookie remembers no window scale of ours: the listener's options then give another. So does Linux.
        if (socket.listener() != null) for (FuzzPeer each : peers) each.oddSyn = true;
        if ((how & 1) != 0) options.cork = !options.cork;
        if ((how & 2) != 0) options.maxSegment = pick(0, 88, 536, 1400);
        if ((how & 4) != 0) options.windowClamp = pick(0, 1, 1000, 50_000);
        if ((how & 8) != 0) options.congestionControl = (u8() & 1) == 0 ? "cubic" : "reno";
        if ((how & 16) != 0) options.receiveLowWater = 1 + u16();
        if ((how & 32) != 0) options.keepIdleSeconds = 1 + u8();
        if ((how & 64) != 0) options(options, u8());
        if ((how & 128) != 0) options.notSentLowWater = u16();
        socket.onOptionsChanged(now);
        Connection connection = socket.connection();
        if (connection != null && (how & 3) == 3) mix(connection.socketError());
    }

    // ---------------------------------------------------------------- the rest of the world

    private void reset(FuzzPeer peer) {
        what = "RST";
        int seq = peer.hostAck + pick(0, 0, 1, -1, 1000, 100_000);
        arrives(peer.segment(Forge.RST | (u8() & 1) * Forge.ACK, seq, peer.expected, 0, Forge.NONE, Forge.NONE));
    }

    private void finish(FuzzPeer peer) {
        what = "FIN";
        byte[] options = peer.usualOptions();
        arrives(peer.segment(Forge.FIN | Forge.ACK, peer.next, peer.expected, 65535, options, Forge.NONE));
        peer.next++;
    }

    private void datagrams(FuzzPeer peer) {
        what = "UDP";
        int how = u8();
        if ((how & 1) == 0) {
            arrives(Forge.udp(peer.own, 9000, peer.host, (how & 2) == 0 ? 53 : 54, new byte[u16() % 4000]));
            return;
        }
        String ip = peer.own.length == 4 ? "192.0.2." + (10 + peer.index) : "fd00::13";
        var to = new TransportAddress(IpAddress.parse(ip), 9000);
        if ((how & 2) == 0) mix(udp.send(ZEROS, 0, u16(), to, 0, now));
        else mix(udp.receive(READ, 0, 70_000, 0, new DatagramInfo(), now));
    }

    private void again() {
        what = "the same again";
        byte[] packet = lastPacket;
        for (int i = u8() & 63; i >= 0; i--) arrives(packet.clone());
    }

    /// The peer behaves well for some round trips, so that windows open.
    private void exchange(FuzzPeer peer) {
        what = "a good peer";
        for (int i = 1 + (u8() & 31); i > 0; i--) {
            now += 1_000_000;
            host.onTime(now);
            settle();
            if (!peer.synSeen) return;
            peer.tsVal++;
            peer.acked = peer.expected;
            arrives(peer.segment(Forge.ACK, peer.next, peer.expected, 65535, peer.usualOptions(), Forge.NONE));
        }
    }

    private void device() {
        what = "the interface";
        switch (u8() % 6) {
            case 0 -> eth0.setUp(false);
            case 1 -> eth0.setMtu(pick(1500, 1280, 576, 296, 68, 9000));
            case 2 -> host.sysctl().tcp().tcp_mem = new long[] {4, 8, pick(12, 64, 255)};
            default -> eth0.setUp(true);
        }
    }

    // ---------------------------------------------------------------- what comes out, and what must hold

    private void settle() {
        for (Packet packet = host.pollTransmit(); packet != null; packet = host.pollTransmit()) {
            byte[] bytes = packet.toBytes();
            packet.release(pool);
            look(bytes);
        }
        for (Endpoint ready = host.pollReady(); ready != null; ready = host.pollReady()) mix(ready.takeEvents());
    }

    private void look(byte[] bytes) {
        mix(Arrays.hashCode(bytes));
        if (TRACE) System.out.println(now / 1000 + " < " + new Seen(bytes));
        require(bytes.length <= eth0.mtu(), "a packet of " + bytes.length + " bytes, MTU " + eth0.mtu());
        var seen = new Seen(bytes);
        if (!seen.fragment) require(Forge.isIntact(bytes), "a wrong checksum");
        if (seen.isIcmp() && !seen.fragment || seen.isTcp() && seen.length() == 0) answers++;
        byte[] to = seen.destination();
        long excuses = host.tcp().counters.get(TcpMib.PruneCalled)
                + host.tcp().counters.get(TcpMib.SyncookiesRecv);
        for (FuzzPeer peer : peers) {
            if (Arrays.equals(to, peer.own)) peer.sees(seen, excuses);
        }
    }

    private void mix(int value) {
        hash = hash * 0x9E37_79B9_7F4A_7C15L + value;
    }

    private void check() {
        var counts = new int[3];
        host.forEachTcp(new TcpVisitor() {
            @Override
            public void endpoint(TcpEndpoint endpoint) {
                Connection connection = endpoint.connection();
                if (connection == null) return;
                String broken = SelfCheck.of(connection, now);
                if (broken != null) throw new AssertionError(broken);
                if (connection.isOrphan() && connection.state() != TcpState.CLOSED) counts[0]++;
                TcpState state = connection.state();
                if (state == TcpState.ESTABLISHED || state == TcpState.CLOSE_WAIT) counts[1]++;
            }

            @Override
            public void halfOpen(HalfOpen halfOpen) {}

            @Override
            public void timeWait(TimeWait timeWait) {
                counts[2]++;
            }
        });
        require(host.tcp().orphans == counts[0], "orphans " + host.tcp().orphans + ", in truth " + counts[0]);
        long established = host.tcp().counters.get(TcpMib.CurrEstab);
        require(established == counts[1], "CurrEstab " + established + ", in truth " + counts[1]);
        require(host.tcp().timeWaits == counts[2], "TIME_WAIT " + host.tcp().timeWaits + ", in truth " + counts[2]);
        require(
                host.tcp().memory.pages() >= 0,
                "memory charged: " + host.tcp().memory.pages());
        require(host.nextDeadline() >= now, "the next timer is overdue: " + (now - host.nextDeadline()));
    }
}
