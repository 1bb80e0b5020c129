package programs;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/// Only ever writes, once an hour: never learns that the server has closed.
@SuppressWarnings({"AddressSelection", "FutureReturnValueIgnored"}) // as people write it
public final class MetricsSender implements Runnable {

    private final Socket collector;

    private MetricsSender(Socket collector) {
        this.collector = collector;
    }

    public static void main(String[] arguments) throws IOException {
        var sender = new MetricsSender(new Socket("127.0.0.1", Integer.parseInt(arguments[0])));
        sender.run();
        ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
        clock.scheduleAtFixedRate(sender, 1, 1, TimeUnit.HOURS);
        System.out.println("ready");
    }

    @Override
    public void run() {
        try {
            collector.getOutputStream().write("up 1\n".getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
