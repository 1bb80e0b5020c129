package dev.sockeye.cli;

import java.io.PrintStream;

/// Says that something takes long, once it does, and for how long by now, until it is closed; what takes two seconds
/// is not worth a word. Where nobody sees it, it is nothing at all, and else a thread that sleeps.
final class Waiting implements AutoCloseable, Runnable {

    private static final long PATIENCE_MILLIS = 2000, EVERY_MILLIS = 1000;

    private final Progress progress;
    private final String what;
    private final long patienceMillis;
    private final long began = System.nanoTime();
    private boolean isOver;

    private Waiting(Progress progress, String what, long patienceMillis) {
        this.progress = progress;
        this.what = what;
        this.patienceMillis = patienceMillis;
    }

    /// Begins to wait.
    ///
    /// @param err  the standard error
    /// @param what is being done: "looking at the sockets"
    static Waiting begin(PrintStream err, String what) {
        return begin(new Progress(err), what, PATIENCE_MILLIS);
    }

    static Waiting begin(Progress progress, String what, long patienceMillis) {
        var waiting = new Waiting(progress, what, patienceMillis);
        if (progress.isSeen()) {
            Thread.ofPlatform()
                    .name("sockeye-waiting")
                    .daemon()
                    .start(waiting); // a lambda would take longer than the thread
        }
        return waiting;
    }

    @Override
    public synchronized void run() {
        try {
            long next = patienceMillis;
            for (long waited = 0; !isOver; waited = (System.nanoTime() - began) / 1_000_000) {
                if (waited < next) {
                    wait(next - waited);
                    continue;
                }
                progress.show(what + ", for " + waited / 1000 + " s by now");
                next = waited + EVERY_MILLIS;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// It is done: takes away what was said.
    @Override
    public void close() {
        end();
    }

    /// It is done before the rest is.
    synchronized void end() {
        isOver = true;
        progress.clear();
        notifyAll();
    }
}
