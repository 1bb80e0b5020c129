package dev.sockeye.host;

import dev.sockeye.wire.IpAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// One network interface of a host: a name, addresses, and where its packets go out. Packets are IP; there is no link
/// layer.
@SuppressWarnings({"DoNotCallSuggester", "UnusedVariable"})
public final class Interface {

    /// An address of an interface, with the length of the prefix it shares with its neighbours.
    ///
    /// @param prefixLength 0 to 32 for IPv4, 0 to 128 for IPv6
    public record Address(IpAddress ip, int prefixLength) {}

    private final Host host;
    private final String name;
    private final int index;
    private final List<Address> addresses = new ArrayList<>();
    private int mtu;
    private boolean up = true;

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
    public Interface addAddress(String cidr) {
        throw new UnsupportedOperationException(cidr);
    }

    /// `ip link set mtu`
    public void setMtu(int mtu) {
        this.mtu = mtu;
    }

    /// `ip link set up` or `down`. A down interface has no routes and takes no packets.
    public void setUp(boolean up) {
        this.up = up;
    }

    /// `eth0`
    @Override
    public String toString() {
        return name;
    }
}
