package dev.sockeye.host;

import dev.sockeye.tcp.HalfOpen;
import dev.sockeye.tcp.TimeWait;

/// Is shown every TCP socket of a host, in no particular order: see [Host#forEachTcp].
public interface TcpVisitor {

    /// A socket that is closed, bound, listening or connected: a program's, one in an accept queue
    /// ([TcpEndpoint#isUnaccepted]), or an orphan ([TcpEndpoint#isOrphan]).
    void endpoint(TcpEndpoint endpoint);

    /// A connection whose handshake a listener waits for.
    void halfOpen(HalfOpen halfOpen);

    /// A connection in TIME_WAIT, or an orphan in FIN_WAIT2.
    void timeWait(TimeWait timeWait);
}
