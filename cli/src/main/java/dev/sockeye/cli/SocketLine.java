package dev.sockeye.cli;

import dev.sockeye.inspect.Owner;
import dev.sockeye.inspect.SocketSnapshot;
import java.util.ArrayList;
import java.util.List;

/// A socket in a line: state, addresses and who holds it.
final class SocketLine {

    private SocketLine() {}

    /// `CLOSE-WAIT 10.0.0.1:41234 -> 10.0.0.5:5432  java (pid 812, fd=6)`
    static String of(SocketSnapshot socket) {
        return socket.state().ssName() + " " + addresses(socket) + "  " + holders(socket);
    }

    static String addresses(SocketSnapshot socket) {
        return socket.remote() == null ? socket.local().toString() : socket.local() + " -> " + socket.remote();
    }

    /// At most three of those that hold it.
    static String holders(SocketSnapshot socket) {
        List<Owner> owners = socket.owners();
        if (owners.isEmpty()) return "held by nobody that can be seen";
        List<String> shown = new ArrayList<>();
        for (Owner owner : owners.subList(0, Math.min(3, owners.size()))) shown.add(holder(owner));
        if (owners.size() > 3) shown.add("and " + (owners.size() - 3) + " more");
        return String.join(", ", shown);
    }

    private static String holder(Owner owner) {
        return owner.program() + " (pid " + owner.pid() + (owner.handle() == null ? "" : ", " + owner.handle())
                + (owner.container() == null ? "" : ", in " + owner.container()) + ")";
    }
}
