import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.Callable;

/// Prints, as a table, which exception with which text the JDK throws for each failure of a kernel socket. Run by `errors.py java`, which plays
/// the remote peer: 192.0.2.2 port 7001 answers with ICMP host unreachable, port 7002 accepts and then falls silent, all others are silent.
class JavaErrors {
    static final String SILENT = "192.0.2.2";

    public static void main(String[] arguments) throws Exception {
        System.out.println("| what | java.net.Socket | java.nio.channels.SocketChannel |");
        System.out.println("|---|---|---|");
        connecting();
        connected();
        misused();
        binding();
        selecting();
        System.exit(0);
    }

    static void connecting() throws Exception {
        row("connect refused", () -> connect("127.0.0.1", 9), () -> open("127.0.0.1", 9));
        row("connect timed out (ETIMEDOUT)", () -> connect(SILENT, 80), () -> open(SILENT, 80));
        row("connect(address, 300 ms)", () -> {
            var socket = new Socket();
            socket.connect(new InetSocketAddress(SILENT, 80), 300);
            return socket;
        }, () -> {
            SocketChannel.open().socket().connect(new InetSocketAddress(SILENT, 80), 300);
            return "channel.socket()";
        });
        row("ICMP host unreachable", () -> connect(SILENT, 7001), () -> open(SILENT, 7001));
        row("no route", () -> connect("203.0.113.1", 80), () -> open("203.0.113.1", 80));
        row("unreachable route", () -> connect("198.51.100.1", 80), () -> open("198.51.100.1", 80));
        row("broadcast", () -> connect("192.0.2.255", 80), () -> open("192.0.2.255", 80));
        row("port 0", () -> connect("127.0.0.1", 0), () -> open("127.0.0.1", 0));
        row("unresolved name", () -> {
            var socket = new Socket();
            socket.connect(InetSocketAddress.createUnresolved("nowhere.invalid", 80));
            return socket;
        }, () -> SocketChannel.open(InetSocketAddress.createUnresolved("nowhere.invalid", 80)));
        row("address not ours: bind", () -> {
            var socket = new Socket();
            socket.bind(new InetSocketAddress("203.0.113.1", 0));
            return socket;
        }, () -> SocketChannel.open().bind(new InetSocketAddress("203.0.113.1", 0)));
        row("connect twice", () -> {
            var pair = new Pair();
            pair.socket.connect(pair.server.getLocalSocketAddress());
            return "connected again";
        }, () -> {
            var pair = new Pair();
            return pair.channel.connect(pair.server.getLocalSocketAddress());
        });
        row("connect again after refusal", () -> {
            var socket = new Socket();
            try {
                socket.connect(new InetSocketAddress("127.0.0.1", 9));
            } catch (ConnectException expected) {
                // the second attempt is what is asked about
            }
            socket.connect(new InetSocketAddress("127.0.0.1", 9));
            return socket;
        }, () -> {
            var channel = SocketChannel.open();
            try {
                channel.connect(new InetSocketAddress("127.0.0.1", 9));
            } catch (ConnectException expected) {
                // the second attempt is what is asked about
            }
            return channel.connect(new InetSocketAddress("127.0.0.1", 9));
        });
    }

    static void connected() throws Exception {
        row("read after the peer's RST", () -> {
            var pair = new Pair();
            pair.reset();
            return pair.socket.getInputStream().read();
        }, () -> {
            var pair = new Pair();
            pair.reset();
            return pair.channel.read(ByteBuffer.allocate(1));
        });
        row("second read after RST", () -> {
            var pair = new Pair();
            pair.reset();
            quietly(() -> pair.socket.getInputStream().read());
            return pair.socket.getInputStream().read();
        }, () -> {
            var pair = new Pair();
            pair.reset();
            quietly(() -> pair.channel.read(ByteBuffer.allocate(1)));
            return pair.channel.read(ByteBuffer.allocate(1));
        });
        row("write after RST", () -> {
            var pair = new Pair();
            pair.reset();
            pair.socket.getOutputStream().write(1);
            return "written";
        }, () -> {
            var pair = new Pair();
            pair.reset();
            return pair.channel.write(ByteBuffer.allocate(1));
        });
        row("second write after RST", () -> {
            var pair = new Pair();
            pair.reset();
            quietly(() -> {
                pair.socket.getOutputStream().write(1);
                return null;
            });
            pair.socket.getOutputStream().write(1);
            return "written";
        }, () -> {
            var pair = new Pair();
            pair.reset();
            quietly(() -> pair.channel.write(ByteBuffer.allocate(1)));
            return pair.channel.write(ByteBuffer.allocate(1));
        });
        row("read at end of stream", () -> {
            var pair = new Pair();
            pair.accepted.close();
            return pair.socket.getInputStream().read();
        }, () -> {
            var pair = new Pair();
            pair.accepted.close();
            return pair.channel.read(ByteBuffer.allocate(1));
        });
        row("second write after the peer closed", () -> {
            var pair = new Pair();
            pair.accepted.close();
            Thread.sleep(50);
            pair.socket.getOutputStream().write(1);
            Thread.sleep(50);
            pair.socket.getOutputStream().write(1);
            return "written";
        }, () -> {
            var pair = new Pair();
            pair.accepted.close();
            Thread.sleep(50);
            pair.channel.write(ByteBuffer.allocate(1));
            Thread.sleep(50);
            return pair.channel.write(ByteBuffer.allocate(1));
        });
        row("read, retransmissions time out", () -> {
            var socket = connect(SILENT, 7002);
            socket.getOutputStream().write(1);
            return socket.getInputStream().read();
        }, () -> {
            var channel = open(SILENT, 7002);
            channel.write(ByteBuffer.allocate(1));
            return channel.read(ByteBuffer.allocate(1));
        });
        row("read with SO_TIMEOUT 100", () -> {
            var pair = new Pair();
            pair.socket.setSoTimeout(100);
            return pair.socket.getInputStream().read();
        }, () -> {
            var pair = new Pair();
            pair.channel.socket().setSoTimeout(100);
            return pair.channel.socket().getInputStream().read();
        });
        row("accept with SO_TIMEOUT 100", () -> {
            var server = new ServerSocket(0);
            server.setSoTimeout(100);
            return server.accept();
        }, () -> {
            var server = ServerSocketChannel.open().bind(null);
            server.socket().setSoTimeout(100);
            return server.socket().accept();
        });
    }

    static void misused() throws Exception {
        row("read, not connected", () -> new Socket().getInputStream(), () -> SocketChannel.open().read(ByteBuffer.allocate(1)));
        row("write, not connected", () -> new Socket().getOutputStream(), () -> SocketChannel.open().write(ByteBuffer.allocate(1)));
        row("shutdown output, not connected", () -> {
            new Socket().shutdownOutput();
            return "done";
        }, () -> SocketChannel.open().shutdownOutput());
        row("read after shutdownInput", () -> {
            var pair = new Pair();
            pair.socket.shutdownInput();
            return pair.socket.getInputStream().read();
        }, () -> {
            var pair = new Pair();
            pair.channel.shutdownInput();
            return pair.channel.read(ByteBuffer.allocate(1));
        });
        row("write after shutdownOutput", () -> {
            var pair = new Pair();
            pair.socket.shutdownOutput();
            return pair.socket.getOutputStream();
        }, () -> {
            var pair = new Pair();
            pair.channel.shutdownOutput();
            return pair.channel.write(ByteBuffer.allocate(1));
        });
        row("write to a stream got before shutdownOutput", () -> {
            var pair = new Pair();
            var stream = pair.socket.getOutputStream();
            pair.socket.shutdownOutput();
            stream.write(1);
            return "written";
        }, () -> "-");
        row("shutdownOutput twice", () -> {
            var pair = new Pair();
            pair.socket.shutdownOutput();
            pair.socket.shutdownOutput();
            return "done";
        }, () -> {
            var pair = new Pair();
            pair.channel.shutdownOutput();
            pair.channel.shutdownOutput();
            return "done";
        });
        row("shutdownOutput after RST", () -> {
            var pair = new Pair();
            pair.reset();
            pair.socket.shutdownOutput();
            return "done";
        }, () -> {
            var pair = new Pair();
            pair.reset();
            pair.channel.shutdownOutput();
            return "done";
        });
        row("setTcpNoDelay after RST", () -> {
            var pair = new Pair();
            pair.reset();
            pair.socket.setTcpNoDelay(true);
            return "done";
        }, () -> {
            var pair = new Pair();
            pair.reset();
            return pair.channel.setOption(StandardSocketOptions.TCP_NODELAY, true) == null ? "" : "done";
        });
        row("read after own close", () -> {
            var pair = new Pair();
            var stream = pair.socket.getInputStream();
            pair.socket.close();
            return stream.read();
        }, () -> {
            var pair = new Pair();
            pair.channel.close();
            return pair.channel.read(ByteBuffer.allocate(1));
        });
        row("closed by another thread while reading", () -> {
            var pair = new Pair();
            later(() -> pair.socket.close());
            return pair.socket.getInputStream().read();
        }, () -> {
            var pair = new Pair();
            later(() -> pair.channel.close());
            return pair.channel.read(ByteBuffer.allocate(1));
        });
        row("closed by another thread while accepting", () -> {
            var server = new ServerSocket(0);
            later(server::close);
            return server.accept();
        }, () -> {
            var server = ServerSocketChannel.open().bind(null);
            later(server::close);
            return server.accept();
        });
        row("closed by another thread while connecting", () -> {
            var socket = new Socket();
            later(socket::close);
            socket.connect(new InetSocketAddress(SILENT, 80));
            return socket;
        }, () -> {
            var channel = SocketChannel.open();
            later(channel::close);
            return channel.connect(new InetSocketAddress(SILENT, 80));
        });
        row("interrupted while reading", () -> {
            var pair = new Pair();
            interruptLater();
            pair.socket.setSoTimeout(500);
            try {
                return pair.socket.getInputStream().read();
            } finally {
                Thread.interrupted();
            }
        }, () -> {
            var pair = new Pair();
            interruptLater();
            try {
                return pair.channel.read(ByteBuffer.allocate(1));
            } finally {
                Thread.interrupted();
            }
        });
    }

    static void binding() throws Exception {
        row("listen on a port in use", () -> {
            var first = new ServerSocket(0);
            return new ServerSocket(first.getLocalPort());
        }, () -> {
            var first = ServerSocketChannel.open().bind(null);
            return ServerSocketChannel.open().bind(first.getLocalAddress());
        });
        row("client bind to a port in use", () -> {
            var first = new ServerSocket(0);
            var socket = new Socket();
            socket.bind(new InetSocketAddress(first.getLocalPort()));
            return socket;
        }, () -> {
            var first = ServerSocketChannel.open().bind(null);
            return SocketChannel.open().bind(first.getLocalAddress());
        });
        row("bind twice", () -> {
            var socket = new Socket();
            socket.bind(null);
            socket.bind(null);
            return socket;
        }, () -> SocketChannel.open().bind(null).bind(null));
        row("accept, not bound", () -> new ServerSocket().accept(), () -> ServerSocketChannel.open().accept());
        row("accept after own close", () -> {
            var server = new ServerSocket(0);
            server.close();
            return server.accept();
        }, () -> {
            var server = ServerSocketChannel.open().bind(null);
            server.close();
            return server.accept();
        });
    }

    static void selecting() throws Exception {
        System.out.println();
        System.out.println("Non-blocking SocketChannel with a Selector:");
        System.out.println();
        System.out.println("| what | ready | then |");
        System.out.println("|---|---|---|");
        for (Object[] target : new Object[][] {{"refused", "127.0.0.1", 9}, {"ICMP host unreachable", SILENT, 7001}, {"timed out", SILENT, 80}}) {
            try (var selector = Selector.open(); var channel = SocketChannel.open()) {
                channel.configureBlocking(false);
                var attempt = outcome(() -> channel.connect(new InetSocketAddress((String) target[1], (Integer) target[2])));
                var key = channel.isOpen() ? channel.register(selector, SelectionKey.OP_CONNECT) : null;
                var count = key == null ? -1 : selector.select(8000);
                System.out.println("| connect, " + target[0] + " | connect: " + attempt + "; select: " + count + ", ready "
                        + (key != null && key.isValid() ? key.readyOps() : "-") + " | finishConnect: " + outcome(channel::finishConnect) + "; open "
                        + channel.isOpen() + "; finishConnect again: " + outcome(channel::finishConnect) + " |");
            }
        }
        try (var selector = Selector.open()) {
            var pair = new Pair();
            pair.channel.configureBlocking(false);
            var key = pair.channel.register(selector, SelectionKey.OP_READ | SelectionKey.OP_WRITE);
            pair.reset();
            selector.select(1000);
            System.out.println("| peer's RST | ready " + key.readyOps() + " | read: " + outcome(() -> pair.channel.read(ByteBuffer.allocate(1)))
                    + "; again: " + outcome(() -> pair.channel.read(ByteBuffer.allocate(1))) + "; write: "
                    + outcome(() -> pair.channel.write(ByteBuffer.allocate(1))) + " |");
        }
        try (var selector = Selector.open()) {
            var pair = new Pair();
            pair.channel.configureBlocking(false);
            var key = pair.channel.register(selector, SelectionKey.OP_READ);
            pair.accepted.close();
            selector.select(1000);
            System.out.println("| peer's FIN | ready " + key.readyOps() + " | read: " + outcome(() -> pair.channel.read(ByteBuffer.allocate(1))) + " |");
        }
        try (var channel = SocketChannel.open()) {
            channel.configureBlocking(false);
            channel.connect(new InetSocketAddress(SILENT, 80));
            System.out.println("| connection pending | - | connect: " + outcome(() -> channel.connect(new InetSocketAddress(SILENT, 80))) + "; read: "
                    + outcome(() -> channel.read(ByteBuffer.allocate(1))) + "; write: " + outcome(() -> channel.write(ByteBuffer.allocate(1)))
                    + "; finishConnect: " + outcome(channel::finishConnect) + " |");
        }
        try (var channel = SocketChannel.open()) {
            System.out.println("| nothing pending | - | finishConnect: " + outcome(channel::finishConnect) + " |");
        }
    }

    /// A connected pair on loopback. `socket` and `channel` are each connected to the same server; `accepted` and `peer` are their other ends.
    static final class Pair {
        final ServerSocket server = new ServerSocket(0, 5, InetAddress.getByName("127.0.0.1"));
        final Socket socket = new Socket("127.0.0.1", server.getLocalPort());
        final Socket first = server.accept();
        final SocketChannel channel = SocketChannel.open(server.getLocalSocketAddress());
        final Socket second = server.accept();
        final Both accepted = new Both();

        Pair() throws IOException {}

        void reset() throws Exception {
            first.setSoLinger(true, 0);
            second.setSoLinger(true, 0);
            accepted.close();
            Thread.sleep(50);
        }

        final class Both {
            void close() throws IOException {
                first.close();
                second.close();
            }
        }
    }

    interface Action {
        void run() throws Exception;
    }

    static Socket connect(String address, int port) throws IOException {
        return new Socket(address, port);
    }

    static SocketChannel open(String address, int port) throws IOException {
        return SocketChannel.open(new InetSocketAddress(address, port));
    }

    static void later(Action action) {
        Thread.ofPlatform().daemon().start(() -> {
            try {
                Thread.sleep(100);
                action.run();
            } catch (Exception failure) {
                System.out.println(failure);
            }
        });
    }

    static void interruptLater() {
        var target = Thread.currentThread();
        later(target::interrupt);
    }

    static void quietly(Callable<?> call) {
        outcome(call);
    }

    static void row(String what, Callable<?> socket, Callable<?> channel) {
        System.out.println("| " + what + " | " + outcome(socket) + " | " + outcome(channel) + " |");
    }

    static String outcome(Callable<?> call) {
        try {
            var result = call.call();
            var text = result instanceof Socket || result instanceof SocketChannel || result instanceof ServerSocket ? "no exception" : String.valueOf(result);
            return text.startsWith("java.") || text.startsWith("sun.") ? "no exception" : text;
        } catch (Exception failure) {
            return "`" + failure.getClass().getName().replaceAll(".*\\.", "") + ": " + failure.getMessage() + "`";
        }
    }
}
