package dev.sockeye.conformance.run;

import dev.sockeye.conformance.script.PacketSpec;
import dev.sockeye.conformance.script.PacketSpec.Range;
import dev.sockeye.conformance.script.TcpOption;
import dev.sockeye.wire.TcpHeader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Between the numbers on the wire and those of a script.
final class Translation {

    private static final long MASK = 0xffff_ffffL;

    private Translation() {}

    // ---------------------------------------------------------------- from the wire

    /// A segment of the host in the script's numbers.
    static PacketSpec.Tcp toScript(LivePacket live, ScriptSocket socket) {
        boolean syn = live.has(TcpHeader.SYN);
        long from = live.sequence() + socket.localOffset(syn) & MASK;
        long remoteOffset = socket.remoteOffset(syn);
        long ack = live.has(TcpHeader.ACK) ? live.acknowledgment() + remoteOffset & MASK : live.acknowledgment();
        List<TcpOption> options = new ArrayList<>();
        for (TcpOption option : live.options()) {
            options.add(option instanceof TcpOption.Sack(List<Range> blocks) ? shifted(blocks, remoteOffset) : option);
        }
        return new PacketSpec.Tcp(
                PacketSpec.Ip.UNSAID,
                0,
                0,
                live.flags(),
                new Range(from, from + live.length()),
                ack,
                live.window(),
                live.urgent(),
                options);
    }

    private static TcpOption shifted(List<Range> blocks, long offset) {
        List<Range> shifted = new ArrayList<>();
        for (Range block : blocks) shifted.add(new Range(block.from() + offset & MASK, block.to() + offset & MASK));
        return new TcpOption.Sack(List.copyOf(shifted));
    }

    // ---------------------------------------------------------------- to the wire

    /// Options of the peer with the numbers of the wire.
    static List<TcpOption> toWire(
            List<TcpOption> options, ScriptSocket socket, boolean ack, Configuration configuration) throws Failure {
        List<TcpOption> wire = new ArrayList<>();
        for (TcpOption option : named(options, configuration.setup().definitions())) {
            wire.add(
                    switch (option) {
                        case TcpOption.Sack(List<Range> blocks) -> shifted(blocks, socket.localIsn);
                        case TcpOption.Timestamps(long value, long echo) ->
                            new TcpOption.Timestamps(value, ack ? echo(echo, socket, configuration) : echo);
                        default -> option;
                    });
        }
        return wire;
    }

    /// A script's number for a timestamp of ours stands for the one that a line has shown under it.
    private static long echo(long echo, ScriptSocket socket, Configuration configuration) throws Failure {
        Long live = socket.timestamps.get(echo);
        if (live != null) return live;
        if (configuration.scalesEcho() && socket.firstScriptTimestamp >= 0) {
            return socket.firstTimestamp + (echo - socket.firstScriptTimestamp) & MASK;
        }
        if (echo == 0) return 0;
        throw Failure.script("no segment was sent with TS val " + echo + ", which this one echoes");
    }

    /// Cookies that have a name.
    static List<TcpOption> named(List<TcpOption> options, Map<String, String> definitions) {
        List<TcpOption> named = new ArrayList<>();
        for (TcpOption option : options) named.add(named(option, definitions));
        return named;
    }

    private static TcpOption named(TcpOption option, Map<String, String> definitions) {
        if (!(option instanceof TcpOption.FastOpen(String cookie, boolean experimental))) return option;
        @Nullable String meant = definitions.get(cookie);
        return meant == null ? option : new TcpOption.FastOpen(meant, experimental);
    }
}
