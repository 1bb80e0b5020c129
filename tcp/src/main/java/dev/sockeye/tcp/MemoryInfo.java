package dev.sockeye.tcp;

/// What `getsockopt(SO_MEMINFO)` tells, bytes, in Linux's order (`SK_MEMINFO_*`).
///
/// @param rmemAlloc  charged for what is received and not read
/// @param rcvbuf     as `SO_RCVBUF`
/// @param wmemAlloc  in the device's queue: packets leave at once, 0
/// @param sndbuf     as `SO_SNDBUF`
/// @param fwdAlloc   taken from `tcp_mem` ahead of use: 0
/// @param wmemQueued charged for what is written and not acknowledged
/// @param optmem     of options: 0
/// @param backlog    waiting for the socket's lock: 0
/// @param drops      connections that a listener has turned away
public record MemoryInfo(
        int rmemAlloc,
        int rcvbuf,
        int wmemAlloc,
        int sndbuf,
        int fwdAlloc,
        int wmemQueued,
        int optmem,
        int backlog,
        int drops) {}
