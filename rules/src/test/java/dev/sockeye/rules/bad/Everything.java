package dev.sockeye.rules.bad;

import dev.sockeye.wire.IpAddress;
import java.io.IOException;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Random;
import java.util.concurrent.locks.ReentrantLock;
import java.util.logging.Logger;

/// Does everything that a floor without I/O must not do: what the rules are tried on.
final class Everything {

    final ReentrantLock lock = new ReentrantLock();
    final Random unseeded = new Random();
    final Random seeded = new Random(1);

    Socket connect() throws IOException {
        Thread.currentThread().interrupt();
        Logger.getLogger("bad").info(Path.of("bad").toString());
        return SocketChannel.open().socket();
    }

    IpAddress askAFloor() {
        return IpAddress.LOOPBACK_V4;
    }

    String askTheWorld() {
        System.out.println(Math.random());
        return System.nanoTime() + " " + Instant.now();
    }
}
