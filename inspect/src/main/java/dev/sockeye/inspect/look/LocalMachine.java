package dev.sockeye.inspect.look;

import dev.sockeye.inspect.PublishFolder;
import dev.sockeye.inspect.RunningStacks;
import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.inspect.kernel.KernelLook;
import dev.sockeye.inspect.kernel.KernelQuery;
import dev.sockeye.inspect.kernel.KernelSource;
import dev.sockeye.inspect.kernel.Namespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// This machine: the sockets of its kernel, and those of the stacks that run in processes of this user.
public final class LocalMachine implements AutoCloseable {

    private final KernelSource kernel;
    private final RunningStacks stacks;
    private List<Namespace> namespaces = List.of();

    /// @param kernel closed with this
    /// @throws IOException if the folder where stacks publish is not safe
    public LocalMachine(KernelSource kernel) throws IOException {
        this.kernel = kernel;
        this.stacks = new RunningStacks(PublishFolder.ofUser());
    }

    /// What there is now: the kernel's sockets first.
    ///
    /// @param query which of the kernel's
    /// @throws IOException if neither can be seen
    public Look look(KernelQuery query) throws IOException {
        Instant at = Instant.now();
        List<SocketSnapshot> sockets = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        IOException blind = null;
        try {
            KernelLook seen = kernel.look(query);
            sockets.addAll(seen.sockets());
            namespaces = seen.namespaces();
            problems.addAll(seen.problems());
        } catch (IOException e) {
            blind = e;
            problems.add(String.valueOf(e.getMessage()));
        }
        RunningStacks.Answers answers = stacks.sockets();
        sockets.addAll(answers.sockets());
        problems.addAll(answers.problems());
        if (blind != null && answers.stacks() == 0) throw blind;
        return new Look(at, sockets, problems, Map.of());
    }

    /// The kernel's network namespaces that the last look could see.
    public List<Namespace> namespaces() {
        return namespaces;
    }

    /// What it is called, and its kernel's version.
    ///
    /// @param version Sockeye's
    public static RecordingOrigin origin(String version) {
        return new RecordingOrigin(text("hostname"), text("osrelease"), version);
    }

    private static String text(String name) {
        try {
            return Files.readString(Path.of("/proc/sys/kernel", name)).strip();
        } catch (IOException e) {
            return "?";
        }
    }

    @Override
    public void close() {
        kernel.close();
    }
}
