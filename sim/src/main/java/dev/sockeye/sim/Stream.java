package dev.sockeye.sim;

import dev.sockeye.host.TcpEndpoint;
import dev.sockeye.tcp.Shutdown;
import dev.sockeye.tcp.SocketOptions;
import dev.sockeye.tcp.TcpState;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;

/// A TCP socket of a program in the laboratory: the host's calls at the machine's own time. No call blocks; each
/// returns
/// a count, or a negated [dev.sockeye.wire.Errno]. Whatever a call sends is on its way when it returns.
public final class Stream implements Machine.Ready {

    private final Machine machine;
    private final TcpEndpoint endpoint;
    private Program program;

    Stream(Machine machine, TcpEndpoint endpoint, Program program) {
        this.machine = machine;
        this.endpoint = endpoint;
        this.program = program;
        endpoint.attach(this);
    }

    /// The machine that it is on.
    public Machine machine() {
        return machine;
    }

    /// The host's socket.
    public TcpEndpoint endpoint() {
        return endpoint;
    }

    /// Lets another program go on with it.
    public void run(Program next) {
        program = next;
    }

    /// Whether the host it is on still runs. A program dies with its host: no call may be made then.
    public boolean isAlive() {
        return machine.runs(endpoint.host());
    }

    @Override
    public void ready() {
        program.onReady(this, endpoint.takeEvents());
    }

    /// `read(2)`
    ///
    /// @return the count, 0 at the end of the stream, `-EAGAIN` if nothing is there
    public int read(MemorySegment to, long offset, int length) {
        return machine.call(endpoint.host(), now -> endpoint.receive(to, offset, length, 0, now));
    }

    /// As [#read(MemorySegment, long, int)].
    public int read(byte[] to) {
        return read(MemorySegment.ofArray(to), 0, to.length);
    }

    /// `write(2)`
    ///
    /// @return the count, `-EAGAIN` if there is no room, `-EPIPE`
    public int write(MemorySegment from, long offset, int length) {
        return machine.call(endpoint.host(), now -> endpoint.send(from, offset, length, 0, now));
    }

    /// As [#write(MemorySegment, long, int)].
    public int write(byte[] from) {
        return write(MemorySegment.ofArray(from), 0, from.length);
    }

    /// `shutdown(2)`
    public int shutdown(Shutdown how) {
        return machine.call(endpoint.host(), now -> endpoint.shutdown(how, now));
    }

    /// `close(2)`
    public void close() {
        machine.call(endpoint.host(), now -> {
            endpoint.close(now);
            return 0;
        });
    }

    /// Ends the connection with a reset.
    public void abort() {
        machine.call(endpoint.host(), now -> {
            endpoint.abort(now);
            return 0;
        });
    }

    /// Changes options.
    public void options(Consumer<SocketOptions> change) {
        machine.call(endpoint.host(), now -> {
            change.accept(endpoint.options());
            endpoint.onOptionsChanged(now);
            return 0;
        });
    }

    /// `SO_ERROR`: the pending error's number, which is cleared; 0 if there is none.
    public int takeError() {
        return endpoint.takeError();
    }

    /// Its state.
    public TcpState state() {
        return endpoint.state();
    }

    /// Bits of [dev.sockeye.tcp.Readiness].
    public int readiness() {
        return endpoint.readiness();
    }

    /// `a 10.0.0.1:4242 ESTABLISHED`
    @Override
    public String toString() {
        return machine.name() + " " + endpoint.localAddress() + " " + endpoint.state();
    }
}
