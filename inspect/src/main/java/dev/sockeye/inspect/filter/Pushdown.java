package dev.sockeye.inspect.filter;

import dev.sockeye.inspect.KernelDetail;
import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.linux.DiagFilter;
import dev.sockeye.linux.SockDiag;
import org.jspecify.annotations.Nullable;

/// A filter taken apart: what the kernel decides while it lists sockets, and what is left to decide on those that it
/// tells of.
///
/// @param program is met by every socket that meets the filter; null where the kernel cannot help
/// @param rest    what such a socket must meet besides; null if nothing
public record Pushdown(
        @Nullable DiagFilter program, @Nullable Filter rest) {

    /// What a request has room for.
    private static final int MAX_PROGRAM = 4096;

    static Pushdown of(@Nullable Filter filter, boolean marksToo) {
        if (filter == null) return new Pushdown(null, null);
        DiagFilter program = new Compiler(marksToo).atLeast(filter);
        Filter rest = new Compiler(marksToo).undecided(filter);
        if (program != null && program.length() > MAX_PROGRAM) return new Pushdown(null, filter);
        return new Pushdown(program, rest);
    }

    /// Whether a socket that the kernel told of meets the rest.
    public boolean accepts(SocketSnapshot socket) {
        return rest == null || rest.matches(socket);
    }

    private record Compiler(boolean marksToo) {

        /// Met by all that meet the filter, and perhaps by others; null if the kernel can say nothing.
        @Nullable
        DiagFilter atLeast(Filter filter) {
            return switch (filter) {
                case Filter.And(Filter left, Filter right) -> both(atLeast(left), atLeast(right));
                case Filter.Or(Filter left, Filter right) -> either(atLeast(left), atLeast(right));
                case Filter.Not(Filter negated) -> negation(negated);
                // docs/linux/ss.md: it takes accepted connections for autobound, too
                case AutoboundCondition _ -> DiagFilter.autobound();
                case Filter.Condition condition -> exactly(condition);
            };
        }

        private static @Nullable DiagFilter both(@Nullable DiagFilter left, @Nullable DiagFilter right) {
            if (left == null || right == null) return left == null ? right : left;
            return left.and(right);
        }

        private static @Nullable DiagFilter either(@Nullable DiagFilter left, @Nullable DiagFilter right) {
            return left == null || right == null ? null : left.or(right);
        }

        /// `not` turns "at least" round, so it is carried down to the conditions.
        private @Nullable DiagFilter negation(Filter negated) {
            return switch (negated) {
                case Filter.And(Filter left, Filter right) -> either(negation(left), negation(right));
                case Filter.Or(Filter left, Filter right) -> both(negation(left), negation(right));
                case Filter.Not(Filter inner) -> atLeast(inner);
                case Filter.Condition condition -> {
                    DiagFilter exact = exactly(condition);
                    yield exact == null ? null : exact.not();
                }
            };
        }

        /// The part of a conjunction that the kernel cannot decide; null if it decides all.
        @Nullable
        Filter undecided(Filter filter) {
            if (filter instanceof Filter.And(Filter left, Filter right)) {
                Filter ofLeft = undecided(left);
                Filter ofRight = undecided(right);
                if (ofLeft == null || ofRight == null) return ofLeft == null ? ofRight : ofLeft;
                return new Filter.And(ofLeft, ofRight);
            }
            return isExact(filter) ? null : filter;
        }

        private boolean isExact(Filter filter) {
            return switch (filter) {
                case Filter.And(Filter left, Filter right) -> isExact(left) && isExact(right);
                case Filter.Or(Filter left, Filter right) -> isExact(left) && isExact(right);
                case Filter.Not(Filter negated) -> isExact(negated);
                case Filter.Condition condition -> exactly(condition) != null;
            };
        }

        /// The condition in the kernel's language; null if it has no word for it.
        private @Nullable DiagFilter exactly(Filter.Condition condition) {
            return switch (condition) {
                case HostCondition host -> host(host);
                case PortCondition port -> port(port);
                case DeviceCondition device -> device.index() == 0 ? null : DiagFilter.device(device.index());
                case MarkCondition mark -> marksToo ? DiagFilter.mark(mark.mark(), mark.mask()) : null;
                case ControlGroupCondition group -> DiagFilter.controlGroup(group.id());
                case AutoboundCondition _, StateCondition _, AmountCondition _, TextCondition _ -> null;
            };
        }

        private static DiagFilter host(HostCondition host) {
            int family = host.family() == KernelDetail.IPV4
                    ? SockDiag.AF_INET
                    : host.family() == KernelDetail.IPV6 ? SockDiag.AF_INET6 : DiagFilter.AF_UNSPEC;
            boolean source = host.side() == Side.SOURCE;
            return DiagFilter.host(source, family, host.network(), host.prefixLength(), host.port());
        }

        private static DiagFilter port(PortCondition condition) {
            boolean source = condition.side() == Side.SOURCE;
            int port = condition.port();
            return switch (condition.comparison()) {
                case EQUAL -> equal(source, port);
                case NOT_EQUAL -> equal(source, port).not();
                case GREATER_OR_EQUAL -> from(source, port);
                case LESS -> from(source, port).not();
                case LESS_OR_EQUAL -> to(source, port);
                case GREATER -> to(source, port).not();
            };
        }

        private static DiagFilter equal(boolean source, int port) {
            return source ? DiagFilter.sourcePort(port) : DiagFilter.destinationPort(port);
        }

        private static DiagFilter from(boolean source, int port) {
            return source ? DiagFilter.sourcePortFrom(port) : DiagFilter.destinationPortFrom(port);
        }

        private static DiagFilter to(boolean source, int port) {
            return source ? DiagFilter.sourcePortTo(port) : DiagFilter.destinationPortTo(port);
        }
    }
}
