package dev.sockeye.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/// Says in one line what kept a command from its work; the trace follows only where the fault is ours.
final class Failure implements IExecutionExceptionHandler {

    private final Sockeye sockeye;

    Failure(Sockeye sockeye) {
        this.sockeye = sockeye;
    }

    @Override
    public int handleExecutionException(Exception exception, CommandLine commandLine, ParseResult result) {
        IOException io = ioException(exception);
        if (io != null) {
            sockeye.complain(Sockeye.message(io));
            return ExitCode.IO;
        }
        sockeye.complain("internal error: " + exception + " (this is a fault of Sockeye; the trace follows)");
        exception.printStackTrace(sockeye.err());
        return ExitCode.INTERNAL;
    }

    private static @Nullable IOException ioException(Exception exception) {
        if (exception instanceof UncheckedIOException unchecked) return unchecked.getCause();
        return exception instanceof IOException io ? io : null;
    }
}
