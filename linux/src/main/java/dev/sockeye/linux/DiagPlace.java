package dev.sockeye.linux;

/// Where the kernel finds a socket: both its ends, addresses as two halves of an IPv6 address (IPv4 mapped), and the
/// interface that it is bound to. Two sockets, one after the other, may be in one place: a cookie tells them apart.
///
/// @param localHigh  the first eight bytes of the address at this end
/// @param localLow   the last eight
/// @param localPort  the port at this end
/// @param remoteHigh the same of the other end
/// @param remoteLow  the same of the other end
/// @param remotePort the port at the other end
/// @param device     index of the interface; 0 for none
public record DiagPlace(
        long localHigh, long localLow, int localPort, long remoteHigh, long remoteLow, int remotePort, int device) {

    private static final long MAPPED = 0xffffL << 32, PREFIX = 0xffff_ffffL << 32;

    /// Whether both ends are IPv4's, of whichever family the socket is: the kernel finds both alike.
    boolean isV4() {
        return isV4(localHigh, localLow) && isV4(remoteHigh, remoteLow);
    }

    private static boolean isV4(long high, long low) {
        return high == 0 && (low & PREFIX) == MAPPED;
    }
}
