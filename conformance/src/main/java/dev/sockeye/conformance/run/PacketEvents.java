package dev.sockeye.conformance.run;

import dev.sockeye.conformance.machine.HostUnderTest;
import dev.sockeye.conformance.machine.Unsupported;
import dev.sockeye.conformance.script.EventTime;
import dev.sockeye.conformance.script.PacketSpec;
import dev.sockeye.conformance.script.TcpOption;
import dev.sockeye.wire.TcpHeader;
import dev.sockeye.wire.TransportAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Lines with `<` and `>`: segments that arrive, and segments that must leave.
final class PacketEvents {

    /// How long after its time a segment is still waited for, to show when it came, or what came instead.
    private static final long PATIENCE = TimeUnit.MINUTES.toNanos(10);

    private final HostUnderTest machine;
    private final Configuration configuration;
    private final Sockets sockets;
    private final Clock clock;
    private final Log log;
    private final Comparison comparison;

    /// Packets that no line could ask for: of connections that no line means.
    private final List<String> strays = new ArrayList<>();

    PacketEvents(HostUnderTest machine, Configuration configuration, Sockets sockets, Clock clock, Log log) {
        this.machine = machine;
        this.configuration = configuration;
        this.sockets = sockets;
        this.clock = clock;
        this.log = log;
        this.comparison = new Comparison(configuration);
        if (configuration.debug()) machine.onSent(this::tell);
    }

    /// As the script would write it, if it is of the socket that its lines mean.
    private void tell(HostUnderTest.Sent sent) {
        LivePacket live = LivePacket.of(sent.bytes(), sent.at());
        ScriptSocket socket = sockets.current();
        if (live == null || socket == null || !live.destination().equals(socket.remote())) return;
        if (!Sockets.isOf(socket, live)) return;
        // No line has said yet where its numbers begin.
        if (live.has(TcpHeader.SYN) && !socket.localIsnKnown) socket.localIsn = live.sequence();
        log.event(sent.at(), "outbound packet left", PacketText.of(Translation.toScript(live, socket)));
    }

    // ---------------------------------------------------------------- in

    void arrive(PacketSpec packet) throws Failure {
        log.event(clock.now(), "inbound injected packet", PacketText.of(packet));
        switch (packet) {
            case PacketSpec.Tcp tcp -> arrive(tcp);
            case PacketSpec.Icmp icmp -> arrive(icmp);
            case PacketSpec.Unsupported(String what) -> throw new Unsupported(what);
        }
    }

    private void arrive(PacketSpec.Tcp packet) throws Failure {
        ScriptSocket socket = sockets.forInbound(packet);
        boolean syn = (packet.flags() & TcpHeader.SYN) != 0;
        boolean ack = (packet.flags() & TcpHeader.ACK) != 0;
        if (syn) socket.peerBegins(packet.range().from());
        long sequence = packet.range().from() - socket.remoteOffset(syn);
        long acknowledgment = packet.ack() < 0 ? 0 : packet.ack();
        if (ack) acknowledgment -= socket.localOffset(syn);
        List<TcpOption> options = packet.options();
        if (options == null) throw Failure.script("a segment that arrives has the options that stand there, not <...>");
        byte[] optionBytes = OptionBytes.of(Translation.toWire(options, socket, ack, configuration));
        byte[] bytes = PacketBytes.tcp(packet, remote(socket), local(socket), sequence, acknowledgment, optionBytes);
        int mss = configuration.setup().mss();
        machine.receive(bytes, packet.range().length() > mss ? mss : 0);
    }

    private void arrive(PacketSpec.Icmp packet) throws Failure {
        ScriptSocket socket = sockets.current();
        if (socket == null) throw Failure.script("there is no connection that this ICMP error could be about");
        long relative = packet.echoed() == null ? 0 : packet.echoed().from();
        byte[] bytes = IcmpPackets.of(
                packet,
                configuration.setup().definitions(),
                local(socket),
                remote(socket),
                relative - socket.localOffset(false));
        machine.receive(bytes, 0);
    }

    private static TransportAddress local(ScriptSocket socket) throws Failure {
        TransportAddress local = socket.local();
        if (local == null) throw Failure.script("this socket has no address");
        return local;
    }

    private static TransportAddress remote(ScriptSocket socket) throws Failure {
        TransportAddress remote = socket.remote();
        if (remote == null) throw Failure.script("this socket has no peer");
        return remote;
    }

    // ---------------------------------------------------------------- out

    void leave(PacketSpec packet, EventTime time) throws Failure {
        if (packet instanceof PacketSpec.Unsupported(String what)) throw new Unsupported(what);
        if (!(packet instanceof PacketSpec.Tcp expected)) throw new Unsupported("ICMP packets that the host sends");
        ScriptSocket socket = sockets.forOutbound(expected);
        long until = time.kind() == EventTime.Kind.ANY
                ? clock.now() + PATIENCE
                : Math.max(clock.now(), time.to()) + PATIENCE;
        LivePacket live = next(socket, until);
        if (live == null) {
            String shown = "\nscript packet: " + shown(time.from(), expected);
            throw Failure.host("error handling packet: timed out waiting for packet" + shown);
        }
        LivePacket first = live;
        int wanted = expected.range().length();
        String difference = null;
        while (!configuration.strictSegments() && live.length() > 0 && live.length() < wanted) {
            LivePacket more = next(socket, until);
            LivePacket both = more == null ? null : Comparison.merged(live, more);
            if (both == null) {
                difference = "live packet payload: expected " + wanted + " bytes vs actual " + live.length()
                        + " bytes; behind it came "
                        + (more == null ? "nothing" : PacketText.of(Translation.toScript(more, socket)));
                break;
            }
            live = both;
        }
        boolean joined = live.length() > first.length();
        compare(expected, live, joined, socket, time, difference);
    }

    private void compare(
            PacketSpec.Tcp expected,
            LivePacket live,
            boolean joined,
            ScriptSocket socket,
            EventTime time,
            @Nullable String difference)
            throws Failure {
        if (live.has(TcpHeader.SYN) && !socket.localIsnKnown) {
            socket.localIsnKnown = true;
            socket.localIsn = live.sequence();
            socket.scriptLocalIsn = expected.range().from();
        }
        PacketSpec.Tcp actual = Translation.toScript(live, socket);
        log.event(live.at(), "outbound sniffed packet", PacketText.of(actual));
        if (difference == null) {
            boolean exact = !joined || configuration.strict();
            PacketSpec.Tcp seen = exact ? actual : Comparison.pushedAtWill(actual, expected);
            difference = comparison.difference(expected, seen, live, socket);
        }
        if (difference == null) difference = clock.difference(time, live.at(), "outbound packet");
        if (difference != null) {
            long at = time.kind() == EventTime.Kind.ANY ? live.at() : time.from();
            throw Failure.host("error handling packet: " + difference + "\nscript packet: " + shown(at, expected)
                    + "\nactual packet: " + shown(live.at(), actual));
        }
        remember(expected, live, socket);
    }

    /// What the script calls a timestamp of ours.
    private static void remember(PacketSpec.Tcp expected, LivePacket live, ScriptSocket socket) {
        TcpOption.Timestamps script = timestamps(expected.options());
        TcpOption.Timestamps actual = timestamps(live.options());
        if (script == null || actual == null) return;
        socket.timestamps.put(script.value(), actual.value());
        if (socket.firstScriptTimestamp >= 0) return;
        socket.firstScriptTimestamp = script.value();
        socket.firstTimestamp = actual.value();
    }

    private static TcpOption.@Nullable Timestamps timestamps(@Nullable List<TcpOption> options) {
        if (options == null) return null;
        for (TcpOption each : options) if (each instanceof TcpOption.Timestamps timestamps) return timestamps;
        return null;
    }

    private String shown(long at, PacketSpec.Tcp packet) {
        return " " + Clock.seconds(clock.sinceBegin(at)) + " " + PacketText.of(packet);
    }

    /// The next segment of a socket, which time passes for; null if there is none until then.
    private @Nullable LivePacket next(ScriptSocket socket, long until) {
        while (true) {
            HostUnderTest.Sent sent = machine.pollSent();
            if (sent == null) {
                if (machine.peekSent() == null && !machine.stepUntil(until)) return null;
                continue;
            }
            LivePacket live = LivePacket.of(sent.bytes(), sent.at());
            if (live != null && Sockets.isOf(socket, live)) return live;
            stray(sent, live);
        }
    }

    private void stray(HostUnderTest.Sent sent, @Nullable LivePacket live) {
        String what = live == null
                ? "a packet that is not of TCP"
                : PacketText.flags(live.flags()) + " " + live.source() + " > " + live.destination();
        strays.add(Clock.seconds(clock.sinceBegin(sent.at())) + " " + what);
    }

    /// At the end, or between: packets that no line has asked for.
    void checkNothingIsLeft() throws Failure {
        if (!strays.isEmpty()) throw Failure.host("a packet that no line asks for: " + strays.getFirst());
        HostUnderTest.Sent sent = machine.peekSent();
        if (sent == null) return;
        LivePacket live = LivePacket.of(sent.bytes(), sent.at());
        ScriptSocket socket = sockets.current();
        if (live == null || socket == null || !Sockets.isOf(socket, live)) {
            machine.pollSent();
            stray(sent, live);
            checkNothingIsLeft();
            return;
        }
        throw Failure.host("a packet that no line asks for\nactual packet: "
                + shown(sent.at(), Translation.toScript(live, socket)));
    }
}
