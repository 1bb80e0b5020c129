package dev.sockeye.socket;

import dev.sockeye.host.Endpoint;
import dev.sockeye.host.Host;
import dev.sockeye.host.Interface;
import dev.sockeye.wire.Errno;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What `getsockopt` and `setsockopt` do for one kind of endpoint. Used under the host's lock.
///
/// @param <E> the kind of endpoint
final class OptionTable<E extends Endpoint> {

    /// Reads an option.
    interface Getter<E, T> {
        @Nullable
        T get(E endpoint, long now);
    }

    /// Sets an option; returns 0 or `-errno`.
    interface Setter<E, T> {
        int set(E endpoint, T value, long now);
    }

    private record Entry<E, T>(Getter<E, T> getter, Setter<E, T> setter) {}

    static final int EINVAL = Errno.EINVAL.asResult();
    static final int ENOPROTOOPT = Errno.ENOPROTOOPT.asResult();

    /// Half of Linux's `SOCK_MIN_SNDBUF` (include/net/sock.h): what one small segment costs it with its
    /// book-keeping.
    private static final int SEGMENT_COST = 2304;

    private final Map<SocketOption<?>, Entry<E, ?>> entries = new LinkedHashMap<>();

    <T> void add(SocketOption<T> option, Getter<E, T> getter, Setter<E, T> setter) {
        entries.put(option, new Entry<>(getter, setter));
    }

    <T> void addReadOnly(SocketOption<T> option, Getter<E, T> getter) {
        add(option, getter, (endpoint, value, now) -> ENOPROTOOPT);
    }

    <T> void addWriteOnly(SocketOption<T> option, Setter<E, T> setter) {
        add(option, (endpoint, now) -> null, setter);
    }

    /// The options of `SOL_SOCKET` and IP that every socket has.
    OptionTable<E> withCommon() {
        add(SocketOption.SO_REUSEADDR, (e, now) -> e.reuseAddress(), (e, on, now) -> {
            e.setReuseAddress(on);
            return 0;
        });
        add(SocketOption.SO_REUSEPORT, (e, now) -> e.reusePort(), (e, on, now) -> {
            e.setReusePort(on);
            return 0;
        });
        add(SocketOption.IPV6_V6ONLY, (e, now) -> isV6(e) ? e.v6Only() : null, (e, on, now) -> e.setV6Only(on));
        add(SocketOption.SO_BINDTODEVICE, OptionTable::deviceName, OptionTable::bindToDevice);
        addReadOnly(SocketOption.SO_ERROR, (e, now) -> e.takeError());
        addReadOnly(SocketOption.SO_DOMAIN, (e, now) -> isV6(e) ? 10 : 2);
        addReadOnly(SocketOption.SO_COOKIE, (e, now) -> e.inode());
        // Kept by the socket itself.
        addReadOnly(SocketOption.SO_RCVTIMEO, (e, now) -> null);
        addReadOnly(SocketOption.SO_SNDTIMEO, (e, now) -> null);
        return this;
    }

    private static String deviceName(Endpoint endpoint, long now) {
        Interface device = endpoint.boundDevice();
        return device == null ? "" : device.name();
    }

    private static int bindToDevice(Endpoint endpoint, String name, long now) {
        if (name.isEmpty()) {
            endpoint.setBoundDevice(null);
            return 0;
        }
        for (Interface device : endpoint.host().interfaces()) {
            if (device.name().equals(name)) {
                endpoint.setBoundDevice(device);
                return 0;
            }
        }
        return Errno.ENODEV.asResult();
    }

    <T> @Nullable T get(SocketOption<T> option, E endpoint, long now) {
        Entry<E, T> entry = entry(option);
        return entry == null ? null : entry.getter.get(endpoint, now);
    }

    <T> int set(SocketOption<T> option, E endpoint, T value, long now) {
        Entry<E, T> entry = entry(option);
        return entry == null ? ENOPROTOOPT : entry.setter.set(endpoint, value, now);
    }

    @SuppressWarnings("unchecked") // add() is the only way in
    private <T> @Nullable Entry<E, T> entry(SocketOption<T> option) {
        return (Entry<E, T>) entries.get(option);
    }

    Set<SocketOption<?>> supported() {
        return Collections.unmodifiableSet(entries.keySet());
    }

    static boolean isV6(Endpoint endpoint) {
        return endpoint.family() == dev.sockeye.host.Family.INET6;
    }

    /// What `SO_SNDBUF` becomes: Linux doubles it for its own book-keeping, after it has cut it to
    /// `net.core.wmem_max`, and gives no less than 4608. A negative one is cut too, for it is compared unsigned.
    static int sendBuffer(Host host, int bytes) {
        return Math.max(2 * cut(bytes, host, "net.core.wmem_max"), 2 * SEGMENT_COST);
    }

    /// What `SO_RCVBUF` becomes: as [#sendBuffer], with `net.core.rmem_max` and no less than 2304.
    static int receiveBuffer(Host host, int bytes) {
        return Math.max(2 * cut(bytes, host, "net.core.rmem_max"), SEGMENT_COST);
    }

    /// What `SO_SNDBUFFORCE` makes of it: not cut.
    static int forcedSendBuffer(int bytes) {
        return Math.max(2 * Math.min(Math.max(bytes, 0), Integer.MAX_VALUE / 2), 2 * SEGMENT_COST);
    }

    /// What `SO_RCVBUFFORCE` makes of it: not cut.
    static int forcedReceiveBuffer(int bytes) {
        return Math.max(2 * Math.min(Math.max(bytes, 0), Integer.MAX_VALUE / 2), SEGMENT_COST);
    }

    private static int cut(int bytes, Host host, String limit) {
        int most = Math.min(Integer.parseInt(host.sysctl().get(limit)), Integer.MAX_VALUE / 2);
        return Integer.compareUnsigned(bytes, most) > 0 ? most : bytes;
    }
}
