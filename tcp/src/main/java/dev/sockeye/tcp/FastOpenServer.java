package dev.sockeye.tcp;

import dev.sockeye.wire.FourTuple;
import java.util.ArrayDeque;

/// The Fast Open side of a [Listener] (RFC 7413 4.1.2 and 4.2.2): whose SYN opens a connection at once, what cookie
/// the answer carries, and how many such connections there may be whose handshake is not complete.
final class FastOpenServer {

    /// Bits of `tcp_fastopen`.
    static final int SERVER = 2, NO_COOKIE = 0x200, EVERY_LISTENER = 0x400;

    /// How long a connection counts that the program had and a RST ended before its handshake was complete,
    /// nanoseconds: who opens with forged addresses has RSTs for answer.
    private static final long RESET_COUNTS = 60_000_000_000L;

    private final TcpContext context;
    private final SocketOptions options;

    /// Connections that count against `TCP_FASTOPEN`'s bound.
    private int length;

    /// Until when those count that were reset, nanoseconds.
    private final ArrayDeque<Long> resets = new ArrayDeque<>();

    private boolean listening = true;

    FastOpenServer(TcpContext context, SocketOptions options) {
        this.context = context;
        this.options = options;
    }

    /// The listener has closed: nothing is counted any more.
    void close() {
        listening = false;
        resets.clear();
    }

    /// A SYN has come that the listener takes.
    ///
    /// @param handshake is told which cookie the SYN-ACK carries
    /// @return whether the connection is opened at once
    boolean admits(FourTuple tuple, Segment syn, Handshake handshake, long now) {
        boolean asks = syn.fastOpenLength == 0;
        if (asks) context.count(TcpMib.TCPFastOpenCookieReqd);
        // RFC 7413 2, MUST-1; RFC 7413 4.2, MUST-9
        boolean enabled = (context.sysctl.tcp_fastopen & SERVER) != 0;
        boolean wanted = syn.length > 0 || syn.fastOpenLength >= 0;
        if (!enabled || !wanted || !hasRoom(now)) return false;
        handshake.cookieExperimental = syn.fastOpenExperimental;
        if ((context.sysctl.tcp_fastopen & NO_COOKIE) != 0 || options.fastOpenNoCookie) return admit();
        FastOpenKeys keys = options.fastOpenKeys != null ? options.fastOpenKeys : context.fastOpenKeys();
        if (asks) {
            offer(keys.cookie(0, tuple), handshake);
            return false;
        }
        if (syn.fastOpenLength < 0) return false;
        long cookie = keys.cookie(0, tuple);
        if (FastOpenKeys.matches(cookie, syn.fastOpenCookie, syn.fastOpenLength)) return admit();
        // RFC 7413 4.1.3: whether the cookie is an old one or a wrong one, the client gets the right one.
        offer(cookie, handshake);
        if (keys.count() > 1 && FastOpenKeys.matches(keys.cookie(1, tuple), syn.fastOpenCookie, syn.fastOpenLength)) {
            context.count(TcpMib.TCPFastOpenPassiveAltKey);
            return admit();
        }
        context.count(TcpMib.TCPFastOpenPassiveFail);
        return false;
    }

    private static void offer(long cookie, Handshake handshake) {
        handshake.cookie = cookie;
        handshake.offersCookie = true;
    }

    private boolean admit() {
        length++;
        context.count(TcpMib.TCPFastOpenPassive);
        return true;
    }

    private boolean hasRoom(long now) {
        // RFC 7413 4.2, MUST-8
        int most = options.fastOpenQueue;
        if (most == 0) return false;
        if (length < most) return true;
        // One that was reset long enough ago makes room.
        Long oldest = resets.peek();
        if (oldest == null || now < oldest) {
            context.count(TcpMib.TCPFastOpenListenOverflow);
            return false;
        }
        resets.remove();
        length--;
        return true;
    }

    /// The handshake of such a connection is complete, or has failed.
    ///
    /// @param reset whether a RST has ended it while a program had it
    void onDone(boolean reset, long now) {
        length--;
        if (!reset || !listening) return;
        resets.add(now + RESET_COUNTS);
        length++;
    }
}
