package programs;

import dev.sockeye.jdk.AgentExtension;
import dev.sockeye.socket.Machine;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;

/// Goes along with a program, and says so if it is asked to; it uses the network itself.
public final class Greeting implements AgentExtension {

    @Override
    public void start(List<Machine> hosts, Map<String, String> options) {
        String word = options.get("greeting");
        if (word == null) return;
        boolean resolves = InetAddress.getLoopbackAddress().isLoopbackAddress();
        try (var selector = java.nio.channels.Selector.open();
                var channel = java.nio.channels.SocketChannel.open()) {
            System.out.println(word + " from " + hosts.getFirst().name() + ": "
                    + (resolves && selector.isOpen() && channel.isOpen()));
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
