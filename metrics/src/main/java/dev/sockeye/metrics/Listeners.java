package dev.sockeye.metrics;

import dev.sockeye.linux.DiagWalk;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.TransportAddress;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The listening addresses of a namespace. Several sockets may listen on one (`SO_REUSEPORT`), and one that is closed
/// is
/// often opened anew: what the kernel counts for a socket goes on here for its address.
final class Listeners {

    /// `SK_MEMINFO_DROPS` (linux/sock_diag.h): the ninth number.
    private static final int DROPS = 8 * Integer.BYTES;

    /// A listening address at one moment.
    ///
    /// @param namespace its name
    /// @param local     address and port
    /// @param process   who listens
    /// @param waiting   connections that wait to be accepted
    /// @param limit     how many may
    /// @param fill      of the fullest queue, 1 where as many wait as may
    /// @param overflows handshakes turned away, ever
    /// @param halfOpen  in the SYN queue
    /// @param isOpen    whether somebody listens there still
    record Row(
            String namespace,
            String local,
            String process,
            long waiting,
            long limit,
            double fill,
            long overflows,
            long halfOpen,
            boolean isOpen) {

        String key() {
            return namespace + '\0' + local;
        }
    }

    private static final class Address {
        private final String text;
        private long overflows;
        private int open;
        private long waiting;
        private long limit;
        private double fill;
        private int halfOpen;
        private int holder = Holders.UNKNOWN;
        private String process = Labels.UNKNOWN;

        private Address(String text) {
            this.text = text;
        }
    }

    private static final class Opened {
        private final Address address;
        private long drops;
        private int look;

        private Opened(Address address) {
            this.address = address;
        }
    }

    private final String namespace;
    private final Map<TransportAddress, Address> addresses = new HashMap<>();
    private final Map<Long, Opened> sockets = new HashMap<>();
    private final BitSet ports = new BitSet();
    private int look;

    Listeners(String namespace) {
        this.namespace = namespace;
    }

    /// A new look begins.
    void beginLook() {
        look++;
        ports.clear();
        for (Address address : addresses.values()) {
            address.open = 0;
            address.waiting = 0;
            address.limit = 0;
            address.fill = 0;
            address.halfOpen = 0;
            address.holder = Holders.UNKNOWN;
        }
    }

    /// A listening socket is there.
    ///
    /// @param holder  who holds it, a number of [Holders]
    /// @param process that one's name
    void meet(DiagWalk socket, int holder, String process) {
        Long cookie = socket.cookie();
        Opened opened = sockets.get(cookie);
        if (opened == null) {
            var local = new TransportAddress(new IpAddress(socket.localHigh(), socket.localLow()), socket.localPort());
            opened = new Opened(addresses.computeIfAbsent(local, key -> new Address(key.toString())));
            sockets.put(cookie, opened);
        }
        if (opened.look == look) return; // it was met before
        opened.look = look;
        ports.set(socket.localPort());
        long drops = Math.max(0, socket.number(DiagWalk.MEMORY, DROPS));
        Address address = opened.address;
        address.overflows += Math.max(0, drops - opened.drops);
        opened.drops = drops;
        address.open++;
        address.waiting += socket.receiveQueue();
        address.limit += socket.sendQueue();
        address.fill = Math.max(address.fill, fill(socket.receiveQueue(), socket.sendQueue()));
        if (holder == Holders.UNKNOWN) return;
        address.holder = holder;
        address.process = process;
    }

    /// A limit of 0 admits one.
    private static double fill(long waiting, long limit) {
        return limit == 0 ? waiting : (double) waiting / limit;
    }

    /// A half-open connection is there, to this address.
    void meetHalfOpen(long high, long low, int port) {
        Address address = listening(high, low, port);
        if (address != null) address.halfOpen++;
    }

    /// Who listens on this address, a number of [Holders].
    int holder(long high, long low, int port) {
        Address address = listening(high, low, port);
        return address == null ? Holders.UNKNOWN : address.holder;
    }

    private @Nullable Address listening(long high, long low, int port) {
        Address address = addresses.get(new TransportAddress(new IpAddress(high, low), port));
        return address == null || address.open == 0 ? wildcard(high, low, port) : address;
    }

    private @Nullable Address wildcard(long high, long low, int port) {
        boolean isV4 = new IpAddress(high, low).isV4();
        Address address = isV4 ? addresses.get(new TransportAddress(IpAddress.ANY_V4, port)) : null;
        if (address != null && address.open > 0) return address;
        return addresses.get(new TransportAddress(IpAddress.ANY_V6, port));
    }

    /// Forgets sockets that are closed.
    void endLook() {
        sockets.values().removeIf(opened -> opened.look != look);
    }

    /// Whether somebody listens on this port: then those who connect to it do not take it from the kernel's range.
    boolean has(int port) {
        return ports.get(port);
    }

    /// All addresses, with those on which nobody listens any more.
    List<Row> rows() {
        List<Row> rows = new ArrayList<>(addresses.size());
        for (Address address : addresses.values()) {
            rows.add(new Row(
                    namespace,
                    address.text,
                    address.process,
                    address.waiting,
                    address.limit,
                    address.fill,
                    address.overflows,
                    address.halfOpen,
                    address.open > 0));
        }
        return rows;
    }

    /// Forgets addresses on which nobody listens any more and that have no series.
    ///
    /// @param kept keys of those that have
    void forget(Set<String> kept) {
        for (Iterator<Address> all = addresses.values().iterator(); all.hasNext(); ) {
            Address address = all.next();
            if (address.open == 0 && !kept.contains(namespace + '\0' + address.text)) all.remove();
        }
    }
}
