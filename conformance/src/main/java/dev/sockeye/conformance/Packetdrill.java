package dev.sockeye.conformance;

import dev.sockeye.conformance.machine.IpVersion;
import dev.sockeye.conformance.run.Interpreter;
import dev.sockeye.conformance.run.Outcome;
import dev.sockeye.conformance.script.Script;
import dev.sockeye.conformance.script.ScriptException;
import dev.sockeye.conformance.script.ScriptParser;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Runs scripts in the packetdrill language against the stack, in virtual time.
public final class Packetdrill {

    private Packetdrill() {}

    /// Runs a script.
    ///
    /// @param options override what the script's first lines set
    /// @throws IOException if the file cannot be read
    public static Result run(Path file, Options options) throws IOException {
        return run(file, read(file), options);
    }

    /// Runs a script in each variant: IPv4, IPv6, and IPv6 sockets with mapped addresses; one that names
    /// its version in its first lines only in that.
    ///
    /// @throws IOException if the file cannot be read
    public static List<Result> runAll(Path file, Options options) throws IOException {
        String text = read(file);
        if (options.hasIpVersion() || namesVersion(text)) return List.of(run(file, text, options));
        List<Result> results = new ArrayList<>();
        for (IpVersion version : IpVersion.values()) {
            results.add(run(file, text, options.with("ip_version", version.optionName())));
        }
        return results;
    }

    private static String read(Path file) throws IOException {
        try {
            return Files.readString(file);
        } catch (MalformedInputException e) {
            throw new IOException(file + ": this is not a text", e);
        }
    }

    private static boolean namesVersion(String text) {
        try {
            return ScriptParser.parse(text).options().stream()
                    .anyMatch(option -> option.name().equals("ip_version"));
        } catch (ScriptException e) {
            return true; // said when it is run
        }
    }

    /// Runs a script that is in memory.
    ///
    /// @param file what to call it
    public static Result run(Path file, String text, Options options) {
        Script script;
        Options all;
        int line = 0;
        try {
            script = ScriptParser.parse(text);
            Options own = Options.defaults();
            for (Script.OptionLine option : script.options()) {
                line = option.line();
                own = own.with(option.name(), option.value());
            }
            all = own.overriddenBy(options);
        } catch (ScriptException e) {
            return invalid(file, options, e.line(), String.valueOf(e.getMessage()));
        } catch (IllegalArgumentException e) {
            return invalid(file, options, line, String.valueOf(e.getMessage()));
        }
        Outcome outcome = Interpreter.run(script, all.configuration());
        Result.Status status = Result.Status.valueOf(outcome.status().name());
        String version = all.ipVersion().optionName();
        return new Result(file, version, status, outcome.line(), outcome.message(), outcome.log());
    }

    private static Result invalid(Path file, Options options, int line, String message) {
        String version = options.ipVersion().optionName();
        return new Result(file, version, Result.Status.INVALID, line, message, List.of());
    }
}
