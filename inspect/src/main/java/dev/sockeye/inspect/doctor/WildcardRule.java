package dev.sockeye.inspect.doctor;

import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.tcp.TcpState;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Services that are reached from everywhere though people mostly mean them for this machine: a word,
/// no alarm, for whether a firewall stands before them cannot be seen from here. In a container's
/// namespace everybody listens at every address, and that is how it should be.
final class WildcardRule implements Rule {

    /// One line of the list.
    ///
    /// @param command what `ps -o comm` begins with
    /// @param port    0 for any
    /// @param opens   whether whoever reaches it owns the machine
    private record Service(String command, int port, boolean opens, String name) {}

    private static final List<Service> SERVICES = load();

    private static List<Service> load() {
        try (InputStream in = WildcardRule.class.getResourceAsStream("services.txt")) {
            if (in == null) throw new IllegalStateException("missing resource services.txt");
            return parse(new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8)).readAllLines());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Service> parse(List<String> lines) {
        List<Service> services = new ArrayList<>();
        for (String line : lines) {
            if (line.isBlank() || line.startsWith("#")) continue;
            String[] words = line.strip().split("\\s+", 4);
            if (words.length < 4) throw new IllegalStateException("not a service: " + line);
            int port = words[1].equals("*") ? 0 : Integer.parseInt(words[1]);
            services.add(new Service(words[0], port, words[2].equals("opens"), words[3]));
        }
        return services;
    }

    @Override
    public List<Draft> examine(Examination examination) {
        List<Draft> drafts = new ArrayList<>();
        for (SocketSnapshot listener : examination.in(TcpState.LISTEN)) {
            boolean isEverywhere = listener.local().ip().isAny();
            if (!isEverywhere || !examination.facts(listener.host()).ofHost()) continue;
            Party party = examination.partyOf(listener);
            if (party == null || party.container() != null) continue;
            Service service = serviceOf(examination, party, listener.local().port());
            if (service == null) continue;
            String rule = service.opens ? "wildcard-opens" : "wildcard-listen";
            Draft draft = new Draft(rule, service.opens ? Severity.WARNING : Severity.NOTE, listener.host())
                    .about(List.of(listener))
                    .by(party)
                    .fill("local", listener.local().toString())
                    .fill("port", String.valueOf(listener.local().port()))
                    .fill("service", service.name)
                    .seen("It listens at " + listener.local() + ": every address of this machine.");
            if (!service.opens) draft.harmless();
            drafts.add(draft);
        }
        return drafts;
    }

    private static @Nullable Service serviceOf(Examination examination, Party party, int port) {
        if (examination.process(party.pid()).debuggerPort() == port) {
            return new Service(party.command(), port, true, "the debugger's door of a JVM");
        }
        for (Service service : SERVICES) {
            boolean isIt = party.command().startsWith(service.command) && (service.port == 0 || service.port == port);
            if (isIt) return service;
        }
        return null;
    }
}
