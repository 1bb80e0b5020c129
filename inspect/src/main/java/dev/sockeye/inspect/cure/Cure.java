package dev.sockeye.inspect.cure;

import dev.sockeye.inspect.SocketSnapshot;

/// Something that is done to a socket of the kernel's, whoever has it. Each makes sure by the socket's
/// cookie, which no other will ever have, that it is that very socket: a descriptor may be closed and
/// opened again, and addresses used again, between the look and the deed.
public sealed interface Cure permits Keepalive, Shutdown, Kill {

    /// What is about to be done, to be shown before: `switch keepalive on`.
    String intention();

    /// Does it. What may go wrong is told, and not thrown.
    Outcome apply(SocketSnapshot socket);
}
