package dev.sockeye.jdk.stack;

import dev.sockeye.jdk.JdkRun;
import java.nio.file.Path;
import java.util.List;

/// `sockeye run`, without the rest of the command: the agent's jar, and the program's command line.
final class RunMain {

    private RunMain() {}

    public static void main(String[] arguments) throws Exception {
        List<String> all = List.of(arguments);
        System.exit(new JdkRun("run", Path.of(all.getFirst()), "").run(all.subList(1, all.size())));
    }
}
