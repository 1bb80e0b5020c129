package programs;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;

/// What listeners on the wildcard do, one line each: the same wherever their connections come from.
final class Wildcard {

    private Wildcard() {}

    public static void main(String[] arguments) throws Exception {
        sockets();
        channels();
        selector();
    }

    private static String outcome(Callable<?> call) {
        try {
            Object result = call.call();
            return result instanceof AutoCloseable ? "accepted" : String.valueOf(result);
        } catch (Exception thrown) {
            return thrown.getClass().getName() + ": " + thrown.getMessage();
        }
    }

    private static CompletableFuture<String> blocked(
            Callable<?> call, CompletableFuture<Thread> thread, boolean virtual) throws InterruptedException {
        var outcome = new CompletableFuture<String>();
        Thread.Builder threads =
                virtual ? Thread.ofVirtual() : Thread.ofPlatform().daemon();
        thread.complete(threads.start(() -> outcome.complete(outcome(call))));
        Thread.sleep(100); // until it waits
        return outcome;
    }

    private static void sockets() throws Exception {
        try (var listener = new ServerSocket(0, 1)) {
            System.out.println("address " + listener.getInetAddress() + " port " + (listener.getLocalPort() > 0));
            listener.setSoTimeout(50);
            System.out.println("timeout " + outcome(listener::accept));
            try (var client = new Socket(InetAddress.getLoopbackAddress(), listener.getLocalPort())) {
                System.out.println("one " + outcome(listener::accept) + " " + client.isConnected());
            }
            System.out.println("taken " + outcome(() -> new ServerSocket(listener.getLocalPort())));
        }
        for (boolean virtual : new boolean[] {false, true}) {
            var closing = new ServerSocket(0, 1);
            var accept = blocked(closing::accept, new CompletableFuture<>(), virtual);
            closing.close();
            System.out.println("closed " + accept.get());
        }
        try (var interrupted = new ServerSocket(0, 1)) {
            var thread = new CompletableFuture<Thread>();
            var accept = blocked(interrupted::accept, thread, true);
            thread.get().interrupt();
            System.out.println("interrupted " + accept.get() + " " + interrupted.isClosed());
        }
    }

    private static void channels() throws Exception {
        try (var listener = ServerSocketChannel.open().bind(new InetSocketAddress(0))) {
            int port = ((InetSocketAddress) listener.getLocalAddress()).getPort();
            listener.socket().setSoTimeout(50);
            System.out.println("timeout " + outcome(() -> listener.socket().accept()));
            try (var client = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))) {
                System.out.println("one " + outcome(listener::accept) + " " + client.isConnected());
            }
            System.out.println("reuse " + listener.getOption(StandardSocketOptions.SO_REUSEADDR));
        }
        for (boolean virtual : new boolean[] {false, true}) {
            var closing = ServerSocketChannel.open().bind(new InetSocketAddress(0));
            var accept = blocked(closing::accept, new CompletableFuture<>(), virtual);
            closing.close();
            System.out.println("closed " + accept.get());
            var interrupted = ServerSocketChannel.open().bind(new InetSocketAddress(0));
            var thread = new CompletableFuture<Thread>();
            var second = blocked(interrupted::accept, thread, virtual);
            thread.get().interrupt();
            System.out.println("interrupted " + second.get() + " " + interrupted.isOpen());
        }
    }

    private static void selector() throws Exception {
        try (var listener = ServerSocketChannel.open().bind(new InetSocketAddress(0));
                var selector = Selector.open()) {
            listener.configureBlocking(false);
            listener.register(selector, SelectionKey.OP_ACCEPT);
            int port = ((InetSocketAddress) listener.getLocalAddress()).getPort();
            System.out.println("now " + selector.selectNow() + " " + listener.accept());
            try (var client = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))) {
                System.out.println("selected " + selector.select(5_000) + " " + outcome(listener::accept) + " "
                        + client.isConnected());
            }
            selector.selectedKeys().clear();
            System.out.println("again " + selector.selectNow() + " " + listener.accept());
        }
    }
}
