package dev.sockeye.metrics;

import dev.sockeye.inspect.doctor.MachineFacts;
import dev.sockeye.inspect.doctor.MachineFactsReader;
import dev.sockeye.inspect.kernel.Namespace;
import dev.sockeye.linux.DiagWalk;
import dev.sockeye.linux.NetworkNamespace;
import dev.sockeye.linux.SystemCallException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/// A network namespace that the agent looks into: a door to it, and what is counted there from look to look.
final class Place implements AutoCloseable {

    private final Namespace namespace;
    private final String name;
    private final @Nullable NetworkNamespace entrance;
    private final DiagWalk walk;
    private final Listeners listeners;
    private final PortTable ports = new PortTable();
    private final Account account = new Account();
    private MachineFacts facts;
    private long sent;
    private long retransmitted;
    private boolean isMeasured;

    /// Opens it.
    ///
    /// @param name its own among those of the others
    /// @throws SystemCallException EPERM without `CAP_SYS_ADMIN`, ENOENT if it is gone
    Place(Namespace namespace, String name) throws SystemCallException {
        this.namespace = namespace;
        this.name = name;
        listeners = new Listeners(name);
        facts = MachineFacts.unknown(name, java.time.Instant.now());
        entrance = namespace.isOwn() ? null : NetworkNamespace.at(namespace.file());
        try {
            walk = call(DiagWalk::new);
        } catch (SystemCallException e) {
            if (entrance != null) entrance.close();
            throw e;
        }
    }

    private <T> T call(Callable<T> action) throws SystemCallException {
        try {
            return entrance == null ? action.call() : entrance.call(action);
        } catch (SystemCallException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    String name() {
        return name;
    }

    long inode() {
        return namespace.inode();
    }

    boolean isOwn() {
        return namespace.isOwn();
    }

    DiagWalk walk() {
        return walk;
    }

    Account account() {
        return account;
    }

    SocketTable table() {
        return account.table();
    }

    Listeners listeners() {
        return listeners;
    }

    PortTable ports() {
        return ports;
    }

    /// Reads counters and settings anew.
    void readFacts() throws SystemCallException {
        facts = call(() -> new MachineFactsReader().read(name, namespace.isOwn()));
    }

    MachineFacts facts() {
        return facts;
    }

    /// Counts bytes of a connection. What it had done before anybody looked is not counted.
    void addBytes(long moreSent, long moreRetransmitted) {
        if (!isMeasured) return;
        sent += moreSent;
        retransmitted += moreRetransmitted;
    }

    /// The bytes of all connections are known from now on.
    void endMeasuring() {
        isMeasured = true;
    }

    long sent() {
        return sent;
    }

    long retransmitted() {
        return retransmitted;
    }

    @Override
    public void close() {
        walk.close();
        if (entrance != null) entrance.close();
    }
}
