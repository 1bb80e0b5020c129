package dev.sockeye.inspect.filter;

import dev.sockeye.inspect.SocketSnapshot;

/// A condition on a socket, as a tree. What is not known of a socket meets no condition, so that `not` of it does.
///
/// Its text ([Object#toString]) is a filter again, with all its parentheses.
public sealed interface Filter {

    /// Whether the socket meets it.
    boolean matches(SocketSnapshot socket);

    /// Both hold.
    record And(Filter left, Filter right) implements Filter {

        @Override
        public boolean matches(SocketSnapshot socket) {
            return left.matches(socket) && right.matches(socket);
        }

        @Override
        public String toString() {
            return "( " + left + " and " + right + " )";
        }
    }

    /// One holds.
    record Or(Filter left, Filter right) implements Filter {

        @Override
        public boolean matches(SocketSnapshot socket) {
            return left.matches(socket) || right.matches(socket);
        }

        @Override
        public String toString() {
            return "( " + left + " or " + right + " )";
        }
    }

    /// It does not hold.
    record Not(Filter negated) implements Filter {

        @Override
        public boolean matches(SocketSnapshot socket) {
            return !negated.matches(socket);
        }

        @Override
        public String toString() {
            return "not " + negated;
        }
    }

    /// One predicate.
    sealed interface Condition extends Filter
            permits StateCondition,
                    HostCondition,
                    PortCondition,
                    DeviceCondition,
                    MarkCondition,
                    ControlGroupCondition,
                    AutoboundCondition,
                    AmountCondition,
                    TextCondition {}
}
