package dev.sockeye.linux;

import dev.sockeye.wire.Errno;
import dev.sockeye.wire.IpAddress;
import org.jspecify.annotations.Nullable;

/// `rtnetlink(7)`: interfaces, addresses and routes of the kernel, as `ip` sets them. Of the network
/// namespace of the thread that opens it. Used by one thread at a time.
public final class Rtnetlink implements AutoCloseable {

    private static final int AF_NETLINK = 16, SOCK_RAW = 3, NETLINK_ROUTE = 0;
    private static final int AF_INET = 2, AF_INET6 = 10;
    private static final int RTM_NEWLINK = 16, RTM_GETLINK = 18, RTM_NEWADDR = 20, RTM_NEWROUTE = 24;

    /// linux/if_link.h; `struct ifinfomsg` of linux/rtnetlink.h
    private static final int IFLA_IFNAME = 3, IFLA_MTU = 4, IFLA_TXQLEN = 13, IFINFOMSG = 16, IFF_UP = 1;

    /// linux/if_addr.h; `struct ifaddrmsg`
    private static final int IFA_ADDRESS = 1, IFA_LOCAL = 2, IFADDRMSG = 8, IFA_F_NODAD = 2;

    /// `struct rtmsg`
    private static final int RTA_DST = 1, RTA_OIF = 4, RTA_GATEWAY = 5, RTMSG = 12;
    private static final int RT_TABLE_MAIN = 254, RTPROT_STATIC = 4, RT_SCOPE_LINK = 253, RTN_UNICAST = 1;

    private static final int CREATE =
            NetlinkMessage.NLM_F_ACK | NetlinkMessage.NLM_F_CREATE | NetlinkMessage.NLM_F_EXCL;

    private final SystemCalls calls = new SystemCalls();
    private final NetlinkMessage message = new NetlinkMessage();
    private final int fd;
    private int sequence;

    /// Opens the kernel's door.
    public Rtnetlink() throws SystemCallException {
        int type = SOCK_RAW | SystemCalls.O_CLOEXEC;
        fd = SystemCallException.check(calls.socket(AF_NETLINK, type, NETLINK_ROUTE), "open a netlink socket");
    }

    /// The number of an interface.
    ///
    /// @throws SystemCallException ENODEV if there is none of the name
    public int indexOf(String name) throws SystemCallException {
        begin(RTM_GETLINK, 0).structure(IFINFOMSG);
        message.attribute(IFLA_IFNAME, name);
        ask("find the interface " + name);
        return message.intAt(NetlinkMessage.HEADER + 4); // ifi_index
    }

    /// `ip link set NAME mtu`
    ///
    /// @param mtu bytes
    public void setMtu(String name, int mtu) throws SystemCallException {
        link(0).attribute(IFLA_IFNAME, name).attribute(IFLA_MTU, mtu);
        ask("set the MTU of " + name + " to " + mtu);
    }

    /// `ip link set NAME txqueuelen`: how many packets wait in the kernel for who reads the device; those
    /// beyond are lost.
    public void setTransmitQueue(String name, int packets) throws SystemCallException {
        link(0).attribute(IFLA_IFNAME, name).attribute(IFLA_TXQLEN, packets);
        ask("set the transmit queue of " + name + " to " + packets);
    }

    /// `ip link set NAME up` or `down`
    public void setUp(String name, boolean up) throws SystemCallException {
        link(up ? IFF_UP : 0).attribute(IFLA_IFNAME, name);
        message.putInt(NetlinkMessage.HEADER + 12, IFF_UP); // ifi_change: this flag only
        ask("set " + name + (up ? " up" : " down"));
    }

    private NetlinkMessage link(int flags) {
        int at = begin(RTM_NEWLINK, NetlinkMessage.NLM_F_ACK).structure(IFINFOMSG);
        message.putInt(at + 8, flags); // ifi_flags
        return message;
    }

    /// `ip address add IP/PREFIXLENGTH dev NAME`; an IPv6 address may be used at once, without a search for
    /// others that have it.
    public void addAddress(String name, IpAddress ip, int prefixLength) throws SystemCallException {
        int index = indexOf(name);
        int at = begin(RTM_NEWADDR, CREATE).structure(IFADDRMSG);
        message.putByte(at, family(ip));
        message.putByte(at + 1, prefixLength);
        message.putByte(at + 2, ip.isV4() ? 0 : IFA_F_NODAD);
        message.putInt(at + 4, index);
        message.attribute(IFA_LOCAL, ip).attribute(IFA_ADDRESS, ip);
        ask("give " + name + " the address " + ip + "/" + prefixLength);
    }

    /// `ip route add NETWORK/PREFIXLENGTH [via GATEWAY] dev NAME`
    ///
    /// @param gateway null where the network's hosts are neighbours
    public void addRoute(String name, IpAddress network, int prefixLength, @Nullable IpAddress gateway)
            throws SystemCallException {
        int index = indexOf(name);
        int at = begin(RTM_NEWROUTE, CREATE).structure(RTMSG);
        message.putByte(at, family(network));
        message.putByte(at + 1, prefixLength);
        message.putByte(at + 4, RT_TABLE_MAIN);
        message.putByte(at + 5, RTPROT_STATIC);
        message.putByte(at + 6, gateway == null && network.isV4() ? RT_SCOPE_LINK : 0);
        message.putByte(at + 7, RTN_UNICAST);
        message.attribute(RTA_DST, network).attribute(RTA_OIF, index);
        if (gateway != null) message.attribute(RTA_GATEWAY, gateway);
        ask("add the route to " + network + "/" + prefixLength + " by " + name);
    }

    private static int family(IpAddress ip) {
        return ip.isV4() ? AF_INET : AF_INET6;
    }

    private NetlinkMessage begin(int type, int flags) {
        return message.begin(type, flags, ++sequence);
    }

    /// Sends the request, and reads the answer into its place: an acknowledgement, an error, or what was
    /// asked for.
    private void ask(String what) throws SystemCallException {
        SystemCallException.check(calls.write(fd, message.memory, 0, message.end()), what);
        do {
            int length = calls.read(fd, message.memory, 0, (int) message.memory.byteSize());
            SystemCallException.check(length, what);
            if (length < NetlinkMessage.HEADER + 4) throw new SystemCallException(Errno.EPROTO.asResult(), what);
        } while (message.intAt(8) != sequence); // an answer to an earlier question that was given up
        if (message.shortAt(4) == NetlinkMessage.NLMSG_ERROR)
            SystemCallException.check(message.intAt(NetlinkMessage.HEADER), what);
    }

    /// Lets go of it.
    @Override
    public void close() {
        calls.close(fd);
    }
}
