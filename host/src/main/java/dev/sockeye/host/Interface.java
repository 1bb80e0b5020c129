package dev.sockeye.host;

import dev.sockeye.wire.IpAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// One network interface of a host: a name, addresses, and where its packets go out. Packets are IP; there is no
/// link layer, and so no ARP and no neighbour discovery.
public final class Interface {

    /// An address of an interface, with the length of the prefix it shares with its neighbours.
    ///
    /// @param prefixLength 0 to 32 for IPv4, 0 to 128 for IPv6
    public record Address(IpAddress ip, int prefixLength) {

        /// The address that reaches all neighbours: of an IPv4 network of more than two addresses (RFC 3021).
        boolean isBroadcast(int v4Bits) {
            if (!ip.isV4() || prefixLength > 30) return false;
            int hostMask = prefixLength == 0 ? -1 : (1 << 32 - prefixLength) - 1;
            return v4Bits == (ip.v4Bits() | hostMask);
        }
    }

    private final Host host;
    private final String name;
    private final int index;
    private final List<Address> addresses = new ArrayList<>();
    private int mtu;
    private boolean up = true;
    private boolean checksumOffload;
    private boolean segmentationOffload;

    Interface(Host host, String name, int index, int mtu) {
        this.host = host;
        this.name = name;
        this.index = index;
        this.mtu = mtu;
    }

    /// The host it belongs to.
    public Host host() {
        return host;
    }

    /// Its name, such as `eth0`.
    public String name() {
        return name;
    }

    /// Its number, from 1 for `lo`.
    public int index() {
        return index;
    }

    /// The largest IP packet that it takes, in bytes.
    public int mtu() {
        return mtu;
    }

    /// Whether packets go in and out.
    public boolean isUp() {
        return up;
    }

    /// Whether it is `lo`, whose packets come straight back.
    public boolean isLoopback() {
        return index == 1;
    }

    /// Its addresses, in the order they were added.
    public List<Address> addresses() {
        return Collections.unmodifiableList(addresses);
    }

    /// `ip address add`: adds an address and the route to its neighbours.
    ///
    /// @param cidr such as `10.0.0.1/24` or `fd00::1/64`; without a length, of the whole address
    /// @throws IllegalArgumentException if no interface can have it, or the host has it already
    public Interface addAddress(String cidr) {
        Prefix prefix = Prefix.parse(cidr);
        IpAddress ip = prefix.ip();
        if (ip.isAny() || ip.isMulticast() || ip.isBroadcast()) {
            throw new IllegalArgumentException("not an address of an interface: '" + cidr + "'");
        }
        if (host.addresses().interfaceOf(ip) != null) {
            throw new IllegalArgumentException(host.name() + " has the address " + ip + " already");
        }
        addresses.add(new Address(ip, prefix.length()));
        if (!isLoopback()) host.routes().addConnected(prefix, this);
        host.addresses().changed();
        return this;
    }

    /// `ip address del`: the routes that it brought go with it.
    ///
    /// @throws IllegalArgumentException if the interface has not the address
    public void removeAddress(IpAddress ip) {
        if (!addresses.removeIf(address -> address.ip().equals(ip))) {
            throw new IllegalArgumentException(name + " has no address " + ip);
        }
        host.routes().removeConnected(ip, this);
        host.addresses().changed();
    }

    /// `ip link set mtu`
    ///
    /// @param mtu bytes, at least 68 (RFC 791)
    public void setMtu(int mtu) {
        checkMtu(mtu);
        this.mtu = mtu;
        host.routes().changed();
    }

    static void checkMtu(int mtu) {
        if (mtu < 68 || mtu > 65536) throw new IllegalArgumentException("an MTU is 68 to 65536, not " + mtu);
    }

    /// `ip link set up` or `down`. A down interface has no routes and takes no packets.
    public void setUp(boolean up) {
        this.up = up;
        host.addresses().changed();
        host.routes().changed();
    }

    /// Whether packets go out with their transport checksums left open ([dev.sockeye.wire.ChecksumState#PARTIAL]).
    public boolean checksumOffload() {
        return checksumOffload;
    }

    /// Whether TCP segments go out larger than the MTU, to be cut by who carries them
    /// ([dev.sockeye.wire.Packet#segmentSize]).
    public boolean segmentationOffload() {
        return segmentationOffload;
    }

    /// `ethtool -K tx` and `tso`: what the link behind this interface can do. Both off at first, but on `lo`.
    public void setOffload(boolean checksum, boolean segmentation) {
        checksumOffload = checksum;
        segmentationOffload = segmentation;
    }

    boolean isBroadcast(int v4Bits) {
        for (int i = 0; i < addresses.size(); i++) {
            if (addresses.get(i).isBroadcast(v4Bits)) return true;
        }
        return false;
    }

    /// `eth0`
    @Override
    public String toString() {
        return name;
    }
}
