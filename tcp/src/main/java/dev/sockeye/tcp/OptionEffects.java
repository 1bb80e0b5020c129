package dev.sockeye.tcp;

/// What follows at once from an option that a program sets on a connection (`do_tcp_setsockopt`,
/// `sk_setsockopt`): data goes, a timer starts, somebody wakes.
final class OptionEffects {

    private final Connection c;

    // The options as they were when it was looked at them last.
    private int sendBuffer, receiveBuffer, windowClamp, receiveLowWater, notSentLowWater, keepIdleSeconds;
    private boolean noDelay, cork;

    OptionEffects(Connection c) {
        this.c = c;
        SocketOptions options = c.options;
        sendBuffer = options.sendBuffer;
        receiveBuffer = options.receiveBuffer;
        windowClamp = options.windowClamp;
        receiveLowWater = options.receiveLowWater;
        notSentLowWater = options.notSentLowWater;
        keepIdleSeconds = options.keepIdleSeconds;
        noDelay = options.noDelay;
        cork = options.cork;
    }

    /// Some options may have changed.
    void apply(long now) {
        SocketOptions options = c.options;
        buffers(options);
        if (windowClamp != options.windowClamp) {
            windowClamp = options.windowClamp;
            c.receive.setClamp(windowClamp);
        }
        c.changeCongestionControl(now);
        c.pacer.bound(options.maxPacingRate);
        c.timeouts.onKeepAliveOption(now);
        if (keepIdleSeconds != options.keepIdleSeconds) {
            keepIdleSeconds = options.keepIdleSeconds;
            c.timeouts.onKeepIdleOption(now);
        }
        if (noDelay != options.noDelay) noDelay(options.noDelay);
        if (cork != options.cork) cork(options.cork);
    }

    private void buffers(SocketOptions options) {
        boolean more = false;
        if (sendBuffer != options.sendBuffer) {
            sendBuffer = options.sendBuffer;
            c.sendBuffer.size = sendBuffer;
            more = true;
        }
        if (notSentLowWater != options.notSentLowWater) {
            notSentLowWater = options.notSentLowWater;
            more = true;
        }
        // Who waits for room is woken.
        if (more && c.state.isSynchronized() && c.sendBuffer.isWritable()) {
            c.sendBuffer.waiting = false;
            c.raise(Readiness.OUT);
        }
        if (receiveBuffer != options.receiveBuffer) {
            receiveBuffer = options.receiveBuffer;
            c.receive.buffer = receiveBuffer;
        }
        if (receiveLowWater != options.receiveLowWater) {
            receiveLowWater = options.receiveLowWater;
            c.receive.makeRoomFor(receiveLowWater);
            if (!c.receiveQueue.isEmpty()) c.raiseReadable();
        }
    }

    /// `TCP_NODELAY`: what Nagle's rule, or a cork, has held back goes; also if it was set before.
    void noDelay(boolean on) {
        c.options.noDelay = noDelay = on;
        if (on) c.output.pushOnce();
    }

    /// `TCP_CORK`: uncorked, what was held back goes, as far as Nagle's rule lets it.
    void cork(boolean on) {
        c.options.cork = cork = on;
        if (on) return;
        if (noDelay) c.output.pushOnce();
        else c.output.pushPending();
    }

    /// `TCP_QUICKACK`: off, acknowledgments wait for data to carry them; on, what is owed goes if all was read, and
    /// the next segments are acknowledged at once.
    void quickAck(boolean on) {
        c.options.delayAcks = !on;
        if (!on) {
            c.acks.enterPingPong();
            return;
        }
        c.acks.exitPingPong();
        if (!c.acks.scheduled || (c.state != TcpState.ESTABLISHED && c.state != TcpState.CLOSE_WAIT)) return;
        c.acks.pushed = true;
        c.reader.acknowledgeRead(1);
    }
}
