package dev.sockeye.socket;

/// All that a driver's threads go round to serve.
@SuppressWarnings("DoNotCallSuggester")
final class Stations {

    long nextDeadline() {
        throw new UnsupportedOperationException();
    }

    void markDue(long now) {
        throw new UnsupportedOperationException("" + now);
    }

    boolean carry() {
        throw new UnsupportedOperationException();
    }
}
