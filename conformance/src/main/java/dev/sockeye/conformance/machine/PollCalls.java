package dev.sockeye.conformance.machine;

import dev.sockeye.conformance.script.Expression;
import dev.sockeye.tcp.Readiness;
import dev.sockeye.wire.Errno;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// `poll` and `epoll`.
final class PollCalls {

    /// What our readiness does not tell apart: normal data and room for it have bits of their own as well.
    private static final int RDNORM = 0x40, WRNORM = 0x100, INVALID = 0x20;

    private final Descriptors descriptors;

    PollCalls(Descriptors descriptors) {
        this.descriptors = descriptors;
    }

    private static int withNormal(int readiness) {
        return readiness
                | ((readiness & Readiness.IN) != 0 ? RDNORM : 0)
                | ((readiness & Readiness.OUT) != 0 ? WRNORM : 0);
    }

    private static long deadline(long now, int millis) {
        return millis < 0 ? Long.MAX_VALUE : now + TimeUnit.MILLISECONDS.toNanos(millis);
    }

    // ---------------------------------------------------------------- poll

    /// One line of `poll`'s array.
    private record Polled(int fd, int events, int expected) {}

    /// `poll([{fd=4, events=POLLIN, revents=POLLIN}], 1, 1000)`
    Call poll(Arguments arguments, long begun) throws BadCall {
        arguments.require(3);
        List<Polled> lines = new ArrayList<>();
        for (Expression element : arguments.array(arguments.get(0))) {
            Expression.Struct struct = arguments.struct(element);
            lines.add(new Polled((int) number(arguments, struct, "fd"), (int) number(arguments, struct, "events"), (int)
                    number(arguments, struct, "revents")));
        }
        long deadline = deadline(begun, arguments.integer(2));
        return new Call() {
            @Override
            public long attempt(long now) throws BadCall {
                int ready = 0;
                List<Integer> found = new ArrayList<>();
                for (Polled line : lines) {
                    found.add(revents(line));
                    if (found.getLast() != 0) ready++;
                }
                if (ready == 0 && now < deadline) return BLOCKED;
                for (int i = 0; i < lines.size(); i++) {
                    int expected = lines.get(i).expected;
                    if (expected != found.get(i)) {
                        throw new BadCall("poll: expected revents " + shown(expected) + " of fd " + lines.get(i).fd
                                + ", actual " + shown(found.get(i)));
                    }
                }
                return ready;
            }

            @Override
            public long deadline() {
                return deadline;
            }
        };
    }

    private int revents(Polled line) {
        if (line.fd < 0) return 0;
        OpenFile file = descriptors.get(line.fd);
        if (file == null) return INVALID;
        return withNormal(file.readiness()) & (line.events | Readiness.ERR | Readiness.HUP);
    }

    private static long number(Arguments arguments, Expression.Struct struct, String field) throws BadCall {
        Expression value = struct.field(field);
        if (value == null) throw new BadCall(struct + " has no " + field);
        return arguments.number(value);
    }

    private static String shown(int events) {
        if (events == 0) return "0";
        List<String> names = new ArrayList<>();
        String[] known = {"IN", "PRI", "OUT", "ERR", "HUP", "NVAL", "RDNORM", "RDBAND", "WRNORM", "WRBAND"};
        for (int i = 0; i < known.length; i++) if ((events & 1 << i) != 0) names.add("POLL" + known[i]);
        if ((events & Readiness.RDHUP) != 0) names.add("POLLRDHUP");
        int rest = events & ~(0x3ff | Readiness.RDHUP);
        if (rest != 0) names.add("0x" + Integer.toHexString(rest));
        return String.join("|", names);
    }

    // ---------------------------------------------------------------- epoll

    Call create(long expected) {
        return now -> descriptors.open(new EpollFile(), expected);
    }

    /// `epoll_ctl(5, EPOLL_CTL_ADD, 4, {events=EPOLLIN, fd=4})`
    Call control(Arguments arguments) throws BadCall {
        arguments.require(4);
        int epollFd = arguments.integer(0);
        int operation = arguments.integer(1);
        int fd = arguments.integer(2);
        boolean described = arguments.get(3) instanceof Expression.Struct;
        int events = described ? (int) number(arguments, arguments.struct(3), "events") : 0;
        long data = described ? data(arguments, arguments.struct(3)) : 0;
        return now -> {
            if (fd == epollFd || !(descriptors.get(epollFd) instanceof EpollFile epoll)) return Errno.EINVAL.asResult();
            return switch (descriptors.get(fd)) {
                case null -> Errno.EBADF.asResult();
                case SocketFile socket -> epoll.control(operation, socket, events, data);
                default -> Errno.EPERM.asResult();
            };
        };
    }

    private static long data(Arguments arguments, Expression.Struct struct) throws BadCall {
        for (String name : List.of("fd", "ptr", "u32", "u64")) {
            Expression value = struct.field(name);
            if (value != null) return arguments.number(value);
        }
        return 0;
    }

    /// `epoll_wait(5, {events=EPOLLIN, fd=4}, 1, 0) = 1`; several events stand in an array.
    Call await(Arguments arguments, long begun) throws BadCall {
        arguments.require(4);
        int epollFd = arguments.integer(0);
        int most = arguments.integer(2);
        long deadline = deadline(begun, arguments.integer(3));
        List<EpollFile.Event> expected = new ArrayList<>();
        if (!arguments.isAnything(1)) {
            boolean several = arguments.get(1) instanceof Expression.Array;
            List<Expression> structs = several ? arguments.array(arguments.get(1)) : List.of(arguments.get(1));
            for (Expression each : structs) {
                Expression.Struct struct = arguments.struct(each);
                int events = (int) number(arguments, struct, "events");
                if (events != 0) expected.add(new EpollFile.Event(events, data(arguments, struct)));
            }
        }
        boolean any = arguments.isAnything(1);
        return new Call() {
            @Override
            public long attempt(long now) throws BadCall {
                if (!(descriptors.get(epollFd) instanceof EpollFile epoll)) return Errno.EINVAL.asResult();
                if (most <= 0) return Errno.EINVAL.asResult();
                List<EpollFile.Event> found = epoll.take(most);
                if (found.isEmpty() && now < deadline) return BLOCKED;
                if (!any && !found.equals(expected)) {
                    throw new BadCall("epoll_wait: expected " + shown(expected) + ", actual " + shown(found));
                }
                return found.size();
            }

            @Override
            public long deadline() {
                return deadline;
            }
        };
    }

    private static String shown(List<EpollFile.Event> events) {
        List<String> texts = new ArrayList<>();
        for (EpollFile.Event each : events) {
            texts.add("{events=" + shown(each.events()).replace("POLL", "EPOLL") + ", fd=" + each.data() + "}");
        }
        return texts.toString();
    }
}
