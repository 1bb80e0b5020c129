package dev.sockeye.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/// `sockeye demo`
@Command(
        name = "demo",
        header =
                "Shows the stack at work: two unmodified programs, two hosts, a lossy network, and what can be seen of it.",
        description = {
            "",
            "An HttpServer and an HttpClient of the JDK talk over two hosts in this process, joined by a cable with a round"
                    + " trip of 2 ms that loses one packet in a thousand. A file crosses; a connection's life is drawn; a"
                    + " client that forgets to close is found. No root, no network.",
            ""
        })
@SuppressWarnings("NullAway.Init") // picocli fills the fields in
final class DemoCommand implements Callable<Integer> {

    private static final int LARGEST_MIB = 4096;

    @ParentCommand
    private Sockeye sockeye;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--size",
            paramLabel = "MIB",
            defaultValue = "100",
            description = "The file's size in MiB, 1 to 4096. Default: ${DEFAULT-VALUE}.")
    private int sizeMib;

    @Option(
            names = "--seed",
            paramLabel = "NUMBER",
            defaultValue = "1",
            description =
                    "Of everything that is random: ports, sequence numbers, which packets are lost. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(
            names = "--capture",
            paramLabel = "FILE",
            defaultValue = "demo.pcapng",
            description = "Where the capture goes. Default: ${DEFAULT-VALUE}.")
    private Path capture;

    @Option(
            names = "--stay",
            description = "Keep both hosts running at the end, for 'sockeye ss' in another terminal, until Ctrl-C.")
    private boolean stay;

    @Override
    public Integer call() throws Exception {
        if (sizeMib < 1 || sizeMib > LARGEST_MIB) {
            throw new ParameterException(spec.commandLine(), "--size is from 1 to " + LARGEST_MIB + " MiB");
        }
        try (var demo = new Demo(sockeye, seed, (long) sizeMib << 20, capture)) {
            int exitCode = demo.run();
            if (stay && exitCode == ExitCode.OK) demo.stay();
            return exitCode;
        }
    }
}
