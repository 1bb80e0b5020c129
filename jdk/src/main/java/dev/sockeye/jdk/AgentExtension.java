package dev.sockeye.jdk;

import dev.sockeye.socket.Machine;
import java.util.List;
import java.util.Map;

/// Something that goes along with the stack in a program's JVM, such as what shows its sockets to other processes. The
/// agent finds it by its service file in the agent's jar, and starts it when the hosts run, before `main`.
@FunctionalInterface
public interface AgentExtension {

    /// The hosts run. Must return soon, and start no thread that keeps the JVM alive.
    ///
    /// @param options the agent's options that start with `x-`, without that
    void start(List<Machine> hosts, Map<String, String> options);
}
