package dev.sockeye.inspect.filter;

import dev.sockeye.inspect.SocketSnapshot;

/// `rtt > 10ms`, `recvq >= 1MB`, `pid = 812`: a number of the socket's, compared; not met where it is not known.
///
/// @param value in the amount's own unit
/// @param text  the value as it was written
public record AmountCondition(Amount amount, Comparison comparison, long value, String text)
        implements Filter.Condition {

    @Override
    public boolean matches(SocketSnapshot socket) {
        // "not this one" of a socket that several programs hold: none of them is
        if (comparison == Comparison.NOT_EQUAL) return !amount.holds(socket, Comparison.EQUAL, value);
        return amount.holds(socket, comparison, value);
    }

    @Override
    public String toString() {
        return amount.filterName() + " " + comparison.sign() + " " + text;
    }
}
