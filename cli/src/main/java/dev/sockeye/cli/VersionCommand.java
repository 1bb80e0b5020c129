package dev.sockeye.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/// `sockeye version`
@Command(name = "version", header = "Prints the version, and the Java it runs on.", description = "")
@SuppressWarnings("NullAway.Init") // picocli fills the fields in
final class VersionCommand implements Callable<Integer> {

    @ParentCommand
    private Sockeye sockeye;

    @Override
    public Integer call() {
        sockeye.out().println("sockeye " + Version.text());
        sockeye.out().println("java    " + Runtime.version() + " (" + System.getProperty("java.vendor") + ")");
        return ExitCode.OK;
    }
}
