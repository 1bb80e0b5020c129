package dev.sockeye.inspect.history;

import dev.sockeye.tcp.TcpInfo;
import dev.sockeye.tcp.TcpState;
import dev.sockeye.wire.TransportAddress;
import org.jspecify.annotations.Nullable;

/// What a source has seen, before anything is made of it; filled by the source, and given away.
final class Observation {

    /// What happened.
    enum Kind {
        TRANSITION,
        RETRANSMISSION,
        RESET_SENT,
        RESET_RECEIVED,
        DROPPED,
        DESTROYED;

        private static final Kind[] ALL = values();

        static @Nullable Kind of(int number) {
            return number >= 0 && number < ALL.length ? ALL[number] : null;
        }
    }

    final Kind kind;

    /// On the clock of `System.nanoTime`.
    final long nanoTime;

    /// The socket's cookie; 0 where the source does not tell it.
    long cookie;

    /// What names the socket where there is no cookie: its address in the kernel, which the next socket
    /// may have again.
    long address;

    long namespace;
    TransportAddress local;

    @Nullable
    TransportAddress remote;

    TcpState from = TcpState.CLOSED;
    TcpState to = TcpState.CLOSED;

    /// Whether a program held the socket's lock, and so moved it itself or took in what had come
    /// meanwhile.
    boolean ownCall;

    @Nullable
    Actor who;

    /// Whether it was noticed later, by comparing dumps.
    boolean noticed;

    /// `sk_err`, what the program will be told; 0 if nothing, or if the source does not tell.
    int error;

    /// Whether the source tells what follows, and the error.
    boolean detailed;

    boolean finReceived;
    boolean orphan;
    boolean lingers;
    boolean unread;
    boolean unsent;
    int retransmits;
    int probes;

    /// Why a reset was sent, or a segment dropped.
    String reason = "";

    @Nullable
    Figures figures;

    @Nullable
    TcpInfo info;

    Observation(Kind kind, long nanoTime, TransportAddress local, @Nullable TransportAddress remote) {
        this.kind = kind;
        this.nanoTime = nanoTime;
        this.local = local;
        this.remote = remote;
    }
}
