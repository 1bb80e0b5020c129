package dev.sockeye.cli;

import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.TransportAddress;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Which sockets somebody means: `ino:17`, `10.0.0.1:8080`, `:8080`, `[::1]:80`, a host's name with
/// a port, or both ends of a connection with `->` between them.
final class SocketQuery implements Predicate<SocketSnapshot> {

    private final Predicate<SocketSnapshot> test;

    private SocketQuery(Predicate<SocketSnapshot> test) {
        this.test = test;
    }

    @Override
    public boolean test(SocketSnapshot socket) {
        return test.test(socket);
    }

    /// @throws IllegalArgumentException with a line for the user
    static SocketQuery parse(String text) {
        String compact = text.replace(" ", "");
        int arrow = compact.indexOf("->");
        if (arrow >= 0) return connection(compact.substring(0, arrow), compact.substring(arrow + 2));
        if (compact.matches("(ino:|#)?[0-9]{1,18}")) {
            long inode = Long.parseLong(compact.replaceAll("[^0-9]", ""));
            return new SocketQuery(socket -> socket.inode() == inode);
        }
        Side side = Side.parse(compact);
        return new SocketQuery(socket -> side.isLocal(socket) || side.matches(socket.remote()));
    }

    private static SocketQuery connection(String from, String to) {
        Side local = Side.parse(from);
        Side remote = Side.parse(to);
        return new SocketQuery(socket -> local.isLocal(socket) && remote.matches(socket.remote()));
    }

    /// An address and a port, either of which may be left open; or a host's name and a port.
    private record Side(@Nullable IpAddress ip, @Nullable String host, int port) {

        static Side parse(String text) {
            int colon = text.lastIndexOf(':');
            if (colon < 0)
                throw new IllegalArgumentException(
                        "'" + text
                                + "' is neither a state nor a socket: give a state's name, ino:NUMBER, HOST:PORT or ADDRESS:PORT->ADDRESS:PORT");
            String name = text.substring(0, colon).replace("[", "").replace("]", "");
            int port = port(text.substring(colon + 1));
            if (name.isEmpty() || name.equals("*")) return new Side(null, null, port);
            try {
                return new Side(IpAddress.parse(name), null, port);
            } catch (IllegalArgumentException e) {
                return new Side(null, name, port);
            }
        }

        private static int port(String text) {
            if (text.equals("*")) return 0;
            if (!text.matches("[0-9]{1,5}") || Integer.parseInt(text) > 0xffff)
                throw new IllegalArgumentException("'" + text + "' is not a port");
            return Integer.parseInt(text);
        }

        boolean isLocal(SocketSnapshot socket) {
            return (host == null || host.equals(socket.host())) && matches(socket.local());
        }

        boolean matches(@Nullable TransportAddress address) {
            if (address == null) return false;
            return (ip == null || ip.equals(address.ip())) && (port == 0 || port == address.port());
        }
    }
}
