package dev.sockeye.inspect.history;

import java.io.IOException;

/// One way to see what happens. It is run by one thread, and closed by it when that is done.
interface Tracer extends AutoCloseable {

    /// Who is told.
    interface Sink {

        /// Something has happened.
        void seen(Observation what);

        /// All that there was has been told.
        ///
        /// @return after how many milliseconds it must be called again at the latest
        int rest();
    }

    /// Tells what happens, until [#stop] is called from another thread.
    void run(Sink to) throws IOException;

    /// Ends [#run] soon.
    void stop();

    /// How many events were lost, of those that this way would have seen.
    long lost() throws IOException;

    /// Lets go of everything.
    @Override
    void close() throws IOException;
}
