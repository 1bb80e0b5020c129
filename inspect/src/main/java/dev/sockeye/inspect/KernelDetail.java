package dev.sockeye.inspect;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What only a socket of the Linux kernel has (`struct inet_diag_msg` and its attributes, linux/inet_diag.h); each null
/// where the kernel did not tell.
///
/// @param family        2 of an IPv4 socket, 10 of an IPv6 one, which may have IPv4 addresses all the same
/// @param cookie        names the socket for as long as the machine runs; no other will ever have it
/// @param uid           user id of its owner
/// @param namespace     inode number of its network namespace; 0 if not known
/// @param device        index of the interface that it is bound to, or that its address belongs to; 0 for none
/// @param deviceName    the name of that
/// @param mark          `SO_MARK`; told to who has `CAP_NET_ADMIN`
/// @param controlGroup  id of the control group in which it was made
/// @param controlGroupPath that group's path in the cgroup2 hierarchy
/// @param shutdown      which halves are shut: bit 0 receiving, bit 1 sending
/// @param memory        what its buffers weigh
/// @param typeOfService `IP_TOS`
/// @param trafficClass  `IPV6_TCLASS`
/// @param classId       class of traffic control
/// @param upperProtocol `TCP_ULP`, such as `tls`
/// @param socketOptions the two bytes of `struct inet_diag_sockopt`
/// @param boundOnly     bound to a port, and neither listening nor connected
/// @param md5Peers      the networks with which segments are signed (`TCP_MD5SIG`), without the keys; told to who has
///     `CAP_NET_ADMIN`
public record KernelDetail(
        int family,
        long cookie,
        int uid,
        long namespace,
        int device,
        @Nullable String deviceName,
        @Nullable Integer mark,
        @Nullable Long controlGroup,
        @Nullable String controlGroupPath,
        @Nullable Integer shutdown,
        @Nullable SocketMemory memory,
        @Nullable Integer typeOfService,
        @Nullable Integer trafficClass,
        @Nullable Integer classId,
        @Nullable String upperProtocol,
        @Nullable Integer socketOptions,
        boolean boundOnly,
        List<String> md5Peers) {

    public KernelDetail {
        md5Peers = List.copyOf(md5Peers);
    }

    /// One of which the kernel has told no more.
    public static KernelDetail of(int family, long cookie, int uid, long namespace) {
        return new KernelDetail(
                family, cookie, uid, namespace, 0, null, null, null, null, null, null, null, null, null, null, null,
                false, List.of());
    }

    /// The same socket, whose buffers weigh this.
    public KernelDetail with(@Nullable SocketMemory weight) {
        return new KernelDetail(
                family,
                cookie,
                uid,
                namespace,
                device,
                deviceName,
                mark,
                controlGroup,
                controlGroupPath,
                shutdown,
                weight,
                typeOfService,
                trafficClass,
                classId,
                upperProtocol,
                socketOptions,
                boundOnly,
                md5Peers);
    }

    /// `AF_INET`, `AF_INET6`
    public static final int IPV4 = 2, IPV6 = 10;
}
