package dev.sockeye.bench;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The server's side of `iperf3` over TCP, both directions and parallel streams, with `java.net` alone: put on the
/// stack
/// by `sockeye up`, it is what the machine's own iperf3 measures. One test at a time, as there.
///
/// ```
/// sudo ./sockeye up -- java -cp bench/target/classes dev.sockeye.bench.IperfServer
/// iperf3 -c 10.78.0.2 -C cubic [-R] [-P 4]
/// ```
public final class IperfServer {

    private static final int PORT = 5201;
    private static final int COOKIE = 37;

    /// The states that the two tell each other, a byte each.
    private static final int TEST_START = 1, TEST_RUNNING = 2, TEST_END = 4, PARAM_EXCHANGE = 9, CREATE_STREAMS = 10;
    private static final int EXCHANGE_RESULTS = 13, DISPLAY_RESULTS = 14, IPERF_DONE = 16;

    private IperfServer() {}

    /// Serves until it is killed.
    public static void main(String[] arguments) throws IOException {
        int port = arguments.length > 0 ? Integer.parseInt(arguments[0]) : PORT;
        try (var listener = new ServerSocket(port)) {
            System.out.println("listening on " + port);
            for (; ; ) {
                try (Socket control = listener.accept()) {
                    new Test(listener, control).run();
                } catch (IOException | InterruptedException e) {
                    System.err.println("a test ended early: " + e);
                }
            }
        }
    }

    private static final class Test {
        private final ServerSocket listener;
        private final DataInputStream in;
        private final DataOutputStream out;
        private final List<Socket> streams = new ArrayList<>();
        private final List<AtomicLong> counts = new ArrayList<>();
        private volatile boolean over;

        Test(ServerSocket listener, Socket control) throws IOException {
            this.listener = listener;
            control.setTcpNoDelay(true);
            in = new DataInputStream(control.getInputStream());
            out = new DataOutputStream(control.getOutputStream());
        }

        void run() throws IOException, InterruptedException {
            byte[] cookie = in.readNBytes(COOKIE);
            out.writeByte(PARAM_EXCHANGE);
            String parameters = readJson();
            boolean reverse = parameters.contains("\"reverse\":true") || parameters.contains("\"reverse\":1");
            int length = number(parameters, "len", 131_072);
            out.writeByte(CREATE_STREAMS);
            for (int i = 0; i < number(parameters, "parallel", 1); i++) accept(cookie);
            out.writeByte(TEST_START);
            out.writeByte(TEST_RUNNING);
            long start = System.nanoTime();
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < streams.size(); i++) threads.add(start(streams.get(i), counts.get(i), length, reverse));
            int state = in.readByte();
            if (state != TEST_END) throw new IOException("state " + state + " where the end of the test is due");
            double seconds = (System.nanoTime() - start) / 1e9;
            over = true;
            for (Socket stream : streams) if (reverse) stream.shutdownOutput();
            out.writeByte(EXCHANGE_RESULTS);
            readJson();
            writeJson(results(seconds));
            out.writeByte(DISPLAY_RESULTS);
            if (in.readByte() != IPERF_DONE) throw new IOException("the client has not done");
            for (Socket stream : streams) stream.close();
            for (Thread thread : threads) thread.join();
            long total = counts.stream().mapToLong(AtomicLong::get).sum();
            System.out.printf("%s %.2f Gbit/s%n", reverse ? "sent" : "received", total * 8 / seconds / 1e9);
        }

        private void accept(byte[] cookie) throws IOException {
            Socket stream = listener.accept();
            if (!Arrays.equals(stream.getInputStream().readNBytes(COOKIE), cookie)) {
                stream.close();
                throw new IOException("a stream of another test");
            }
            streams.add(stream);
            counts.add(new AtomicLong());
        }

        private Thread start(Socket stream, AtomicLong count, int length, boolean reverse) {
            return Thread.ofPlatform().start(() -> {
                byte[] buffer = new byte[length];
                try {
                    if (reverse) send(stream.getOutputStream(), buffer, count);
                    else receive(stream.getInputStream(), buffer, count);
                } catch (IOException e) {
                    if (!over) System.err.println("a stream ended early: " + e);
                }
            });
        }

        private static void receive(InputStream from, byte[] buffer, AtomicLong count) throws IOException {
            for (int read = from.read(buffer); read >= 0; read = from.read(buffer)) count.addAndGet(read);
        }

        private void send(OutputStream to, byte[] buffer, AtomicLong count) throws IOException {
            while (!over) {
                to.write(buffer);
                count.addAndGet(buffer.length);
            }
        }

        private String results(double seconds) {
            var text = new StringBuilder("{\"cpu_util_total\":0,\"cpu_util_user\":0,\"cpu_util_system\":0,");
            text.append("\"sender_has_retransmits\":0,\"streams\":[");
            for (int i = 0; i < counts.size(); i++) {
                if (i > 0) text.append(',');
                // the numbers of iperf3's streams are 1, 3, 4, 5 ...
                text.append("{\"id\":")
                        .append(i == 0 ? 1 : i + 2)
                        .append(",\"bytes\":")
                        .append(counts.get(i));
                text.append(
                        ",\"retransmits\":0,\"jitter\":0,\"errors\":0,\"packets\":0,\"start_time\":0,\"end_time\":");
                text.append(seconds).append('}');
            }
            return text.append("]}").toString();
        }

        private String readJson() throws IOException {
            return new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8);
        }

        private void writeJson(String json) throws IOException {
            byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
            out.writeInt(bytes.length);
            out.write(bytes);
        }

        private static int number(String json, String name, int otherwise) {
            Matcher matcher = Pattern.compile('"' + name + "\":(\\d+)").matcher(json);
            return matcher.find() ? Integer.parseInt(matcher.group(1)) : otherwise;
        }
    }
}
