package dev.sockeye.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A user and network namespace of one's own, where anybody may make devices. A JVM cannot enter a user namespace
/// itself, as the kernel refuses that to a process with several threads: `unshare` (util-linux) does it, and runs this
/// command again inside.
final class PrivateNetwork {

    private static final List<String> UNSHARE = List.of("unshare", "--user", "--map-root-user", "--net", "--");

    private PrivateNetwork() {}

    /// Looks whether this user may make such namespaces.
    static void check() throws Device.Trouble, IOException, InterruptedException {
        List<String> probe = new ArrayList<>(UNSHARE);
        probe.add("true");
        Process process;
        try {
            process = new ProcessBuilder(probe).redirectErrorStream(true).start();
        } catch (IOException e) {
            throw new Device.Trouble("--private needs the command unshare (Debian: the package util-linux)");
        }
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (process.waitFor() != 0)
            throw new Device.Trouble("this system lets users make no namespaces of their own (" + said
                    + "): use sudo, or look at user.max_user_namespaces and kernel.unprivileged_userns_clone");
    }

    /// The command that runs this process's own command line inside, with one argument more.
    static List<String> again(String argument) throws IOException {
        List<String> command = new ArrayList<>(UNSHARE);
        String line = Files.readString(Path.of("/proc/self/cmdline"));
        List<String> own = List.of(line.substring(0, line.length() - 1).split("\0", -1));
        int at = own.indexOf("up") + 1;
        command.add(OwnJar.java());
        command.addAll(own.subList(1, at));
        command.add(argument);
        command.addAll(own.subList(at, own.size()));
        return command;
    }
}
