package dev.sockeye.inspect.kernel;

import dev.sockeye.linux.DiagAttributes;
import dev.sockeye.linux.DiagSocket;
import dev.sockeye.linux.SockDiag;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.TransportAddress;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.StringTokenizer;
import org.jspecify.annotations.Nullable;

/// `/proc/net/tcp` and `tcp6` (proc(5)): what there is to see where sock_diag is refused. It has no cookies, no
/// `TCP_INFO`, no memory and no limit of a listener's queue.
final class ProcNetTcp {

    /// Times are in hundredths of a second, whatever the kernel's own clock (`USER_HZ`).
    private static final int MILLIS_PER_TICK = 10;

    private ProcNetTcp() {}

    /// The sockets that the two files in `folder` list, without those that the query leaves out; a filter of the
    /// kernel's cannot be applied.
    ///
    /// @throws IOException if there is no such folder
    static List<DiagSocket> read(Path folder, KernelQuery query) throws IOException {
        List<DiagSocket> sockets = new ArrayList<>();
        if (query.v4()) read(folder.resolve("tcp"), SockDiag.AF_INET, query.states(), sockets);
        if (query.v6()) {
            try {
                read(folder.resolve("tcp6"), SockDiag.AF_INET6, query.states(), sockets);
            } catch (NoSuchFileException e) {
                // A kernel without IPv6.
            }
        }
        return sockets;
    }

    private static void read(Path file, int family, int states, List<DiagSocket> to) throws IOException {
        try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.US_ASCII)) {
            lines.readLine(); // the names of the columns
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                DiagSocket socket = socket(line, family);
                if (socket != null && (states >> socket.state() & 1) != 0) to.add(socket);
            }
        }
    }

    /// `sl local remote st tx:rx tr:when retransmits uid timeout inode ...`
    ///
    /// @return null if that is no such line
    static @Nullable DiagSocket socket(String line, int family) {
        var fields = new StringTokenizer(line);
        if (fields.countTokens() < 10) return null;
        try {
            fields.nextToken();
            TransportAddress local = address(fields.nextToken());
            TransportAddress remote = address(fields.nextToken());
            int state = Integer.parseInt(fields.nextToken(), 16);
            if (state < DiagSocket.ESTABLISHED || state > DiagSocket.BOUND_INACTIVE) return null;
            if (state == DiagSocket.NEW_SYN_RECV) state = DiagSocket.SYN_RECV;
            String queues = fields.nextToken();
            String timer = fields.nextToken();
            int retransmits = Integer.parseInt(fields.nextToken(), 16);
            int user = Integer.parseUnsignedInt(fields.nextToken());
            int unanswered = Integer.parseInt(fields.nextToken());
            long inode = Long.parseLong(fields.nextToken());
            int kind = Integer.parseInt(before(timer), 16);
            return new DiagSocket(
                    family,
                    state,
                    kind,
                    kind == 1 ? retransmits : unanswered,
                    (int) Math.min(Integer.MAX_VALUE, Long.parseLong(behind(timer), 16) * MILLIS_PER_TICK),
                    local,
                    remote,
                    0,
                    0,
                    Long.parseLong(behind(queues), 16),
                    Long.parseLong(before(queues), 16),
                    user,
                    inode,
                    DiagAttributes.NONE);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static String before(String pair) {
        return pair.substring(0, colon(pair));
    }

    private static String behind(String pair) {
        return pair.substring(colon(pair) + 1);
    }

    private static int colon(String pair) {
        int colon = pair.indexOf(':');
        if (colon < 0) throw new IllegalArgumentException("no pair: '" + pair + "'");
        return colon;
    }

    /// `0100007F:1F90`: the address in words of four bytes as the machine reads them, the port as a number.
    private static TransportAddress address(String text) {
        int colon = text.indexOf(':');
        if (colon != 8 && colon != 32) throw new IllegalArgumentException("not an address: '" + text + "'");
        ByteBuffer bytes = ByteBuffer.allocate(colon / 2).order(ByteOrder.nativeOrder());
        for (int at = 0; at < colon; at += 8) bytes.putInt(Integer.parseUnsignedInt(text, at, at + 8, 16));
        return new TransportAddress(IpAddress.of(bytes.array()), Integer.parseInt(text, colon + 1, text.length(), 16));
    }
}
