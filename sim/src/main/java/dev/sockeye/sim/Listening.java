package dev.sockeye.sim;

import dev.sockeye.host.TcpEndpoint;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A listening socket in the laboratory, that accepts what comes and gives it to a program.
public final class Listening implements Machine.Ready {

    private final Machine machine;
    private final TcpEndpoint endpoint;
    private final @Nullable Function<Stream, Program> programs;

    Listening(Machine machine, TcpEndpoint endpoint, @Nullable Function<Stream, Program> programs) {
        this.machine = machine;
        this.endpoint = endpoint;
        this.programs = programs;
        endpoint.attach(this);
    }

    /// The host's socket.
    public TcpEndpoint endpoint() {
        return endpoint;
    }

    /// Whether the host it is on still runs. A program dies with its host: no call may be made then.
    public boolean isAlive() {
        return machine.runs(endpoint.host());
    }

    @Override
    public void ready() {
        int events = endpoint.takeEvents();
        if (programs == null || events == 0) return;
        for (Stream stream = accept(); stream != null; stream = accept()) {
            stream.run(programs.apply(stream));
            // Data may have come before the program.
            if (stream.readiness() != 0) stream.ready();
        }
    }

    /// `accept(2)`: null if nobody waits.
    public @Nullable Stream accept() {
        @Nullable TcpEndpoint[] accepted = new TcpEndpoint[1];
        machine.call(endpoint.host(), now -> {
            accepted[0] = endpoint.accept(now);
            return 0;
        });
        TcpEndpoint first = accepted[0];
        return first == null ? null : new Stream(machine, first, Program.IDLE);
    }

    /// `close(2)`
    public void close() {
        machine.call(endpoint.host(), now -> {
            endpoint.close(now);
            return 0;
        });
    }
}
