package dev.sockeye.tcp;

/// A [CongestionControl] that keeps a model of the path, and sets rate and window by it at each ACK, whether or not
/// anything was lost: what [Bbr] and [Bbr3] have in common.
interface ModelControl extends CongestionControl {

    /// How it spreads what it sends.
    BbrPacing pacing();

    @Override
    default boolean takesControl() {
        return true;
    }

    @Override
    default void grow(int acked, long now) {
        throw new IllegalStateException(name() + " sets its window itself");
    }

    @Override
    default int minTsoSegments(int otherwise) {
        return pacing().leastBurst();
    }

    @Override
    default int sendBufferFactor() {
        return 3;
    }
}
