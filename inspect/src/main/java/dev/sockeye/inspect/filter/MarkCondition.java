package dev.sockeye.inspect.filter;

import dev.sockeye.inspect.KernelDetail;
import dev.sockeye.inspect.SocketSnapshot;

/// `fwmark MARK/MASK`: the bits of the socket's mark that the mask has are these.
public record MarkCondition(int mark, int mask) implements Filter.Condition {

    @Override
    public boolean matches(SocketSnapshot socket) {
        KernelDetail kernel = socket.kernel();
        Integer own = kernel == null ? null : kernel.mark();
        return kernel != null && ((own == null ? 0 : own) & mask) == mark;
    }

    @Override
    public String toString() {
        return "fwmark = 0x" + Integer.toHexString(mark) + "/0x" + Integer.toHexString(mask);
    }
}
