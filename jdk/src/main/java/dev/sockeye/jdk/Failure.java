package dev.sockeye.jdk;

import dev.sockeye.wire.Errno;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.ProtocolException;
import java.net.SocketException;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NotYetBoundException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.UnsupportedAddressTypeException;

/// What the JDK throws for what a call returned: its types, and its texts, which are those of `strerror`.
final class Failure {

    private Failure() {}

    /// Of bind, listen, connect, accept and options: one type for each kind of failure.
    static SocketException ofCall(int result) {
        Errno errno = Errno.ofResult(result);
        return switch (errno) {
            case ECONNREFUSED, ETIMEDOUT, ENOTCONN -> new ConnectException(errno.text());
            case EHOSTUNREACH -> new NoRouteToHostException(errno.text());
            case EADDRINUSE, EADDRNOTAVAIL, EACCES -> new BindException(errno.text());
            default -> new SocketException(errno.text());
        };
    }

    /// The same of a connect, which knows one more.
    static IOException ofConnect(int result) {
        return result == Errno.EPROTO.asResult() ? new ProtocolException(Errno.EPROTO.text()) : ofCall(result);
    }

    /// Of a channel's read or write: only the text tells them apart.
    static IOException ofTransfer(int result) {
        return new IOException(Errno.ofResult(result).text());
    }

    static boolean is(int result, Errno errno) {
        return result == errno.asResult();
    }

    static SocketException connectionReset() {
        return new SocketException("Connection reset");
    }

    /// What the socket of a channel throws where the channel throws `thrown`: IOExceptions as they are, and the
    /// channel's unchecked complaints as SocketExceptions.
    static IOException ofSocket(Exception thrown) {
        return thrown instanceof IOException io ? io : ofSocketOption(thrown);
    }

    /// The same where only a SocketException will do, as in the getters and setters of options.
    static SocketException ofSocketOption(Exception thrown) {
        String text = switch (thrown) {
            case SocketException socket -> null;
            case ClosedChannelException closed -> "Socket is closed";
            case NotYetConnectedException unconnected -> "Socket is not connected";
            case AlreadyBoundException bound -> "Already bound";
            case AlreadyConnectedException connected -> "Already connected";
            case NotYetBoundException unbound -> "Socket is not bound yet";
            case UnsupportedAddressTypeException foreign -> "Unsupported address type";
            case UnresolvedAddressException unresolved -> "Unresolved address";
            case RuntimeException unchecked -> throw unchecked;
            default -> thrown.getMessage();
        };
        if (thrown instanceof SocketException socket) return socket;
        var translated = new SocketException(text);
        translated.initCause(thrown);
        return translated;
    }
}
