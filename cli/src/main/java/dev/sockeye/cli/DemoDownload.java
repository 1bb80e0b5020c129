package dev.sockeye.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;

/// A file that is made, served, fetched by the JDK's own `HttpClient`, and compared.
final class DemoDownload {

    private static final int CHUNK = 1 << 16;

    private final AtomicLong received = new AtomicLong();

    /// How a download went.
    record Result(long bytes, Duration time, String sha256) {}

    /// Writes a file of random bytes.
    ///
    /// @return its SHA-256
    static String makeFile(Path file, long size, long seed) throws IOException {
        var random = new SplittableRandom(seed);
        MessageDigest digest = sha256();
        byte[] chunk = new byte[CHUNK];
        try (OutputStream out = new DigestOutputStream(Files.newOutputStream(file), digest)) {
            for (long left = size; left > 0; left -= CHUNK) {
                random.nextBytes(chunk);
                out.write(chunk, 0, (int) Math.min(CHUNK, left));
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java platform has it
        }
    }

    /// Fetches what the URI names into a file.
    Result fetch(HttpClient client, URI uri, Path to) throws IOException, InterruptedException {
        long start = System.nanoTime();
        HttpResponse<InputStream> response =
                client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofInputStream());
        if (response.statusCode() != 200) throw new IOException(uri + " answered " + response.statusCode());
        MessageDigest digest = sha256();
        byte[] chunk = new byte[CHUNK];
        try (InputStream in = response.body();
                OutputStream out = new DigestOutputStream(Files.newOutputStream(to), digest)) {
            for (int count = in.read(chunk); count >= 0; count = in.read(chunk)) {
                out.write(chunk, 0, count);
                received.addAndGet(count);
            }
        }
        Duration time = Duration.ofNanos(System.nanoTime() - start);
        return new Result(received.get(), time, HexFormat.of().formatHex(digest.digest()));
    }

    /// Bytes that have arrived so far.
    long received() {
        return received.get();
    }
}
