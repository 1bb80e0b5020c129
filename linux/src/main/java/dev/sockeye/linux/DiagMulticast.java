package dev.sockeye.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.sockeye.wire.Errno;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;

/// What sock_diag says unasked: each TCP socket of a network namespace once more when it is gone (`ss
/// -E`), with its last `tcp_info`. It is of the namespace of the thread that opens it, whoever reads it
/// later. Used by one thread at a time.
///
/// A socket that never had a peer or a port is told of too. Anybody may listen.
public final class DiagMulticast implements AutoCloseable {

    private static final int AF_NETLINK = 16, SOCK_RAW = 3, NETLINK_SOCK_DIAG = 4, SOCKADDR_NL = 12;
    private static final int SOL_NETLINK = 270, NETLINK_ADD_MEMBERSHIP = 1, SOL_SOCKET = 1, SO_RCVBUFFORCE = 33;
    private static final int SOCK_DIAG_BY_FAMILY = 20;

    /// `enum sknetlink_groups` (linux/sock_diag.h)
    private static final int SKNLGRP_INET_TCP_DESTROY = 1, SKNLGRP_INET6_TCP_DESTROY = 3;
    private static final int BUFFER = 1 << 16, SOCKET_BUFFER = 1 << 24;

    private final SystemCalls calls = new SystemCalls();
    private final MemorySegment buffer = Arena.ofAuto().allocate(BUFFER, 8);
    private final int fd;
    private long overflows;

    /// Begins to listen.
    ///
    /// @throws SystemCallException ENOENT where the kernel has no such groups
    public DiagMulticast() throws SystemCallException {
        int type = SOCK_RAW | SystemCalls.O_CLOEXEC | SystemCalls.O_NONBLOCK;
        fd = SystemCallException.check(
                calls.socket(AF_NETLINK, type, NETLINK_SOCK_DIAG), "open a netlink socket for sock_diag");
        try {
            buffer.set(JAVA_INT, 0, SOCKET_BUFFER);
            calls.setOption(fd, SOL_SOCKET, SO_RCVBUFFORCE, buffer.asSlice(0, JAVA_INT.byteSize()));
            bind();
            join(SKNLGRP_INET_TCP_DESTROY);
            join(SKNLGRP_INET6_TCP_DESTROY);
        } catch (SystemCallException e) {
            calls.close(fd);
            throw e;
        }
    }

    /// Before it joins a group it must have a port: the kernel's own messages are from port 0, and it
    /// sends none to whom it takes for itself (docs/linux/history.md).
    private void bind() throws SystemCallException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(SOCKADDR_NL, 4);
            address.set(JAVA_SHORT, 0, (short) AF_NETLINK);
            MemorySegment callState = arena.allocate(CallConvention.CALL_STATE);
            int result =
                    CallConvention.result((int) Libc.BIND.invokeExact(callState, fd, address, SOCKADDR_NL), callState);
            SystemCallException.check(result, "bind a netlink socket");
        } catch (SystemCallException e) {
            throw e;
        } catch (Throwable thrown) {
            throw CallConvention.unexpected(thrown);
        }
    }

    private void join(int group) throws SystemCallException {
        MemorySegment number = buffer.asSlice(0, JAVA_INT.byteSize());
        number.set(JAVA_INT, 0, group);
        int result = calls.setOption(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, number);
        SystemCallException.check(result, "listen to the end of sockets");
    }

    /// To wait for [PollSet#POLLIN] of.
    public int fd() {
        return fd;
    }

    /// How often messages were lost because nobody read for too long; how many each time, nobody
    /// counts.
    public long overflows() {
        return overflows;
    }

    /// Hands over what has come, and does not wait.
    ///
    /// @return how many
    public int read(Consumer<DiagSocket> to) throws SystemCallException {
        int count = 0;
        while (true) {
            int length = calls.read(fd, buffer, 0, BUFFER);
            if (length == Errno.EAGAIN.asResult()) return count;
            if (length == Errno.ENOBUFS.asResult()) {
                overflows++;
                continue;
            }
            SystemCallException.check(length, "listen to the end of sockets");
            count += messages(length, to);
        }
    }

    private int messages(int length, Consumer<DiagSocket> to) throws SystemCallException {
        int count = 0;
        for (int at = 0; at + NetlinkMessage.HEADER <= length; ) {
            int own = buffer.get(JAVA_INT_UNALIGNED, at);
            if (own < NetlinkMessage.HEADER || own > length - at) {
                throw new SystemCallException(Errno.EPROTO.asResult(), "read what sock_diag tells");
            }
            if (buffer.get(JAVA_SHORT, at + 4) == SOCK_DIAG_BY_FAMILY) {
                to.accept(DiagMessages.socketAt(buffer, at));
                count++;
            }
            at += own + 3 & ~3;
        }
        return count;
    }

    /// Lets go of it.
    @Override
    public void close() {
        calls.close(fd);
    }
}
