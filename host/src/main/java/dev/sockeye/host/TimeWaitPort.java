package dev.sockeye.host;

import dev.sockeye.wire.IpAddress;
import org.jspecify.annotations.Nullable;

/// The hold that a connection in TIME_WAIT keeps on its port.
final class TimeWaitPort extends PortHolder {

    private final IpAddress ip;
    private final @Nullable Interface device;
    private final boolean reuseAddress;
    private final boolean reusePort;
    private final boolean v6Only;

    /// What signs the answers to late segments; null: nothing.
    @Nullable
    SegmentSigner signer;

    /// As `socket` held it, at the connection's address.
    TimeWaitPort(PortHolder socket, IpAddress ip) {
        this.ip = ip;
        this.device = socket.boundDevice();
        this.reuseAddress = socket.reuseAddress();
        this.reusePort = socket.reusePort();
        this.v6Only = socket.v6Only();
    }

    @Override
    IpAddress holderAddress() {
        return ip;
    }

    @Override
    boolean reuseAddress() {
        return reuseAddress;
    }

    @Override
    boolean reusePort() {
        return reusePort;
    }

    @Override
    boolean v6Only() {
        return v6Only;
    }

    @Override
    @Nullable
    Interface boundDevice() {
        return device;
    }

    @Override
    boolean isListening() {
        return false;
    }
}
