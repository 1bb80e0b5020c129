package dev.sockeye.host;

import dev.sockeye.wire.IpAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Which addresses are this host's own: a flat table, looked up for each packet without an object.
///
/// A packet is for this host whatever interface it comes in by (the weak model of RFC 1122 3.3.4.2, as Linux has
/// it), loopback addresses excepted.
final class LocalAddresses {

    /// What a destination is.
    enum Kind {
        LOCAL,
        BROADCAST,
        MULTICAST,
        OTHER
    }

    private final List<Interface> interfaces;
    private long[] highs = {};
    private long[] lows = {};
    private IpAddress[] own = {};

    LocalAddresses(List<Interface> interfaces) {
        this.interfaces = interfaces;
    }

    /// Interfaces or their addresses have changed.
    void changed() {
        int count = 0;
        for (Interface each : interfaces)
            count += each.isUp() ? each.addresses().size() : 0;
        highs = new long[count];
        lows = new long[count];
        own = new IpAddress[count];
        for (Interface each : interfaces) {
            if (!each.isUp()) continue;
            for (Interface.Address address : each.addresses()) {
                count--;
                highs[count] = address.ip().high();
                lows[count] = address.ip().low();
                own[count] = address.ip();
            }
        }
    }

    boolean isLocal(IpAddress ip) {
        return isLocal(ip.high(), ip.low());
    }

    /// Whether the address is this host's own; all of 127.0.0.0/8 is.
    boolean isLocal(long high, long low) {
        if (high == 0 && low >>> 24 == 0xffff_7fL) return true;
        for (int i = 0; i < lows.length; i++) {
            if (lows[i] == low && highs[i] == high) return true;
        }
        return false;
    }

    /// The address as an object: of an own one always the same, for connections are many.
    IpAddress of(long high, long low) {
        for (int i = 0; i < lows.length; i++) {
            if (lows[i] == low && highs[i] == high) return own[i];
        }
        return new IpAddress(high, low);
    }

    static boolean isLoopback(long high, long low) {
        return high == 0 && (low == 1 || low >>> 24 == 0xffff_7fL);
    }

    static boolean isV4(long high, long low) {
        return high == 0 && low >>> 32 == 0xffff;
    }

    static boolean isMulticast(long high, long low) {
        return isV4(high, low) ? (low >>> 28 & 0xf) == 0xe : high >>> 56 == 0xff;
    }

    /// What the destination of a packet is that came in by `in`.
    Kind kindOf(long high, long low, Interface in) {
        if (isLocal(high, low)) return Kind.LOCAL;
        if (isMulticast(high, low)) return Kind.MULTICAST;
        if (!isV4(high, low)) return Kind.OTHER;
        int bits = (int) low;
        return bits == -1 || in.isBroadcast(bits) ? Kind.BROADCAST : Kind.OTHER;
    }

    /// Whether the address reaches all hosts of a network of ours.
    boolean isBroadcast(IpAddress ip) {
        if (!ip.isV4()) return false;
        if (ip.isBroadcast()) return true;
        for (int i = 0; i < interfaces.size(); i++) {
            if (interfaces.get(i).isBroadcast(ip.v4Bits())) return true;
        }
        return false;
    }

    /// The interface that has this very address, up or not.
    @Nullable
    Interface interfaceOf(IpAddress ip) {
        for (Interface each : interfaces) {
            for (Interface.Address address : each.addresses()) {
                if (address.ip().equals(ip)) return each;
            }
        }
        return null;
    }
}
