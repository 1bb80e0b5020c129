package dev.sockeye.cli;

import dev.sockeye.conformance.Options;
import dev.sockeye.conformance.Packetdrill;
import dev.sockeye.conformance.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.IModelTransformer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/// `sockeye packetdrill`
@Command(
        name = "packetdrill",
        header = "Runs scripts in the packetdrill language against the stack, in virtual time.",
        description = {
            "",
            "A script is a dialogue of socket calls, segments that arrive and segments that must leave. Without a word it"
                    + " went as it says; else the first line that did not is told, with what was expected and what"
                    + " came. Exit codes: 0 all passed, 1 some did not, 64 a script makes no sense.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  sockeye packetdrill script.pkt                     IPv4, unless the script says otherwise",
            "  sockeye packetdrill --ip_version=all scripts/      each below scripts/, in all variants",
            "  sockeye packetdrill -v --strict script.pkt         every event; and no packet unasked for"
        },
        modelTransformer = PacketdrillCommand.OfOptions.class)
@SuppressWarnings("NullAway.Init") // picocli fills the fields in
final class PacketdrillCommand implements Callable<Integer> {

    private static final String ALL_VERSIONS = "all";

    @ParentCommand
    private Sockeye sockeye;

    @Spec
    private CommandSpec spec;

    @Option(
            names = {"-D", "--define"},
            paramLabel = "NAME=VALUE",
            description = "What stands for a name in the scripts.")
    private List<String> definitions = List.of();

    @Option(names = "--json", description = "A JSON object for each run, in a line of its own.")
    private boolean json;

    @Parameters(paramLabel = "SCRIPT", arity = "1..*", description = "Files, or folders with files that end in .pkt.")
    private List<Path> scripts;

    private Options options = Options.defaults();
    private boolean allVersions;

    /// Adds the options of scripts to those of the command.
    static final class OfOptions implements IModelTransformer {
        @Override
        public CommandSpec transform(CommandSpec command) {
            for (Options.Known known : Options.all()) command.addOption(option(command, known));
            return command;
        }

        private static OptionSpec option(CommandSpec command, Options.Known known) {
            String name = "--" + known.name();
            OptionSpec.Builder builder =
                    known.name().equals("verbose") ? OptionSpec.builder("-v", name) : OptionSpec.builder(name);
            builder.description(
                            known.description().isEmpty() ? "Accepted, and without meaning here." : known.description())
                    .hidden(known.description().isEmpty())
                    .paramLabel(known.value().isEmpty() ? "ON" : known.value());
            // A switch takes a value only behind a =, so that it may stand before a script's name.
            if (known.isSwitch()) {
                builder.arity("0..1").fallbackValue("true").type(Boolean.class);
                builder.converters(known.description().isEmpty() ? any -> true : PacketdrillCommand::isOn);
            } else {
                builder.arity("1").type(String.class);
            }
            builder.setter(new picocli.CommandLine.Model.ISetter() {
                @Override
                public <T> T set(T value) {
                    if (command.userObject() instanceof PacketdrillCommand own) {
                        if (value instanceof String text) own.set(known.name(), text);
                        else if (value instanceof Boolean on) own.set(known.name(), on ? "1" : "0");
                    }
                    return value;
                }
            });
            return builder.build();
        }
    }

    private static boolean isOn(String value) {
        return switch (value.toLowerCase(Locale.ROOT)) {
            case "1", "true", "on", "yes" -> true;
            case "0", "false", "off", "no" -> false;
            default -> throw new TypeConversionException("'" + value + "' is neither on nor off");
        };
    }

    private void set(String name, String value) {
        if (name.equals("ip_version") && value.equals(ALL_VERSIONS)) {
            allVersions = true;
            return;
        }
        try {
            options = options.with(name, value);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        for (String definition : definitions) define(definition);
        List<Path> files = files();
        var tally = new PacketdrillReport(sockeye, json, files.size() > 1 || allVersions);
        int cores = Runtime.getRuntime().availableProcessors();
        try (ExecutorService workers = Executors.newFixedThreadPool(cores)) {
            List<Future<List<Result>>> running = new ArrayList<>();
            for (Path file : files) running.add(workers.submit(() -> run(file)));
            for (Future<List<Result>> each : running) for (Result result : await(each)) tally.add(result);
        }
        tally.summarize();
        return tally.exitCode();
    }

    private void define(String definition) {
        try {
            options = options.withDefinition(definition);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private List<Path> files() throws IOException {
        List<Path> files = new ArrayList<>();
        for (Path script : scripts) {
            if (!Files.exists(script)) throw new NoSuchFileException(script.toString());
            if (!Files.isDirectory(script)) {
                files.add(script);
                continue;
            }
            try (Stream<Path> below = Files.walk(script)) {
                below.filter(file -> file.toString().endsWith(".pkt")).sorted().forEach(files::add);
            }
        }
        return files;
    }

    private List<Result> run(Path file) throws IOException {
        return allVersions ? Packetdrill.runAll(file, options) : List.of(Packetdrill.run(file, options));
    }

    private static List<Result> await(Future<List<Result>> run) throws IOException, InterruptedException {
        try {
            return run.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException io) throw io;
            if (e.getCause() instanceof RuntimeException bug) throw bug;
            throw new IllegalStateException(e.getCause());
        }
    }
}
