package dev.sockeye.inspect.filter;

import dev.sockeye.inspect.KernelDetail;
import dev.sockeye.inspect.SocketSnapshot;

/// `dev NAME` and `dev INDEX`: the socket is bound to this interface.
///
/// @param name  as it was written; a name means the interface of that name in the socket's own namespace
/// @param index the number, 0 where a name was given
public record DeviceCondition(String name, int index) implements Filter.Condition {

    @Override
    public boolean matches(SocketSnapshot socket) {
        KernelDetail kernel = socket.kernel();
        if (kernel == null) return false;
        return index != 0 ? kernel.device() == index : name.equals(kernel.deviceName());
    }

    @Override
    public String toString() {
        return "dev = " + name;
    }
}
