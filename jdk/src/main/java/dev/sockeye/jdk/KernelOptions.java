package dev.sockeye.jdk;

import dev.sockeye.host.Family;
import java.io.IOException;
import java.net.ProtocolFamily;
import java.net.SocketOption;
import java.net.SocketOptions;
import java.net.StandardProtocolFamily;
import java.nio.channels.NetworkChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;

/// Options of the kernel's part of a socket. All but one are set as they are: the JDK keeps SO_OOBINLINE to itself.
final class KernelOptions {

    private KernelOptions() {}

    static ProtocolFamily family(Family family) {
        return family == Family.INET ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6;
    }

    @SuppressWarnings("unchecked") // the value was checked to be of the option's type
    static void set(NetworkChannel kernel, SocketOption<?> option, Object value) throws IOException {
        if (!option.equals(TcpOptions.SO_OOBINLINE)) kernel.setOption((SocketOption<Object>) option, value);
        else if (kernel instanceof SocketChannel stream) stream.socket().setOOBInline((Boolean) value);
    }

    @SuppressWarnings("unchecked") // it is a Boolean option
    static <T> T get(SocketChannel kernel, SocketOption<T> option) throws IOException {
        if (!option.equals(TcpOptions.SO_OOBINLINE)) return kernel.getOption(option);
        return (T) Boolean.valueOf(kernel.socket().getOOBInline());
    }

    static void set(KernelSocketImpl kernel, SocketOption<?> option, Object value) throws IOException {
        if (option.equals(TcpOptions.SO_OOBINLINE)) kernel.numbered().setOption(SocketOptions.SO_OOBINLINE, value);
        else kernel.set(option, value);
    }

    static Object get(KernelSocketImpl kernel, SocketOption<?> option) throws IOException {
        if (option.equals(TcpOptions.SO_OOBINLINE)) return kernel.numbered().getOption(SocketOptions.SO_OOBINLINE);
        return kernel.get(option);
    }

    /// A timeout in the JDK's unit, rounded up: 0 is for ever, and 1 ns is not.
    static int toMillis(long nanos) {
        return (int) Math.min(Integer.MAX_VALUE, TimeUnit.NANOSECONDS.toMillis(nanos + 999_999));
    }
}
