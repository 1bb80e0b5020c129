package dev.sockeye.inspect;

/// What a socket's buffers weigh: `SO_MEMINFO` (`SK_MEMINFO_*`, linux/sock_diag.h), `skmem` of `ss
/// -m`. All but the last are bytes, with the kernel's overhead for each segment.
///
/// @param received      received and not read
/// @param receiveBuffer `SO_RCVBUF`: the most of that
/// @param sending       handed to the device and not released
/// @param sendBuffer    `SO_SNDBUF`: the most that may wait to be sent or acknowledged
/// @param forward       set aside for what is to come
/// @param queued        written and not acknowledged
/// @param options       options and control messages
/// @param backlog       arrived while a program had the socket locked
/// @param drops         segments thrown away, a count; of a listener, connections for which its queue had no room
public record SocketMemory(
        long received,
        long receiveBuffer,
        long sending,
        long sendBuffer,
        long forward,
        long queued,
        long options,
        long backlog,
        long drops) {}
