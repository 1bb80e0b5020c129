package dev.sockeye.inspect.look;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LinesTest {

    private static final int LONGEST = 200_000;

    /// A stream that gives as little at a time as it likes.
    private static Lines lines(String text, Random random) {
        InputStream bytes = new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)) {
            @Override
            public synchronized int read(byte[] into, int offset, int length) {
                return super.read(into, offset, Math.min(length, 1 + random.nextInt(1 << random.nextInt(18))));
            }
        };
        return new Lines(bytes, LONGEST);
    }

    private static List<String> all(Lines lines) throws IOException {
        List<String> all = new ArrayList<>();
        for (byte[] line = lines.next(); line != null; line = lines.next())
            all.add(new String(line, StandardCharsets.UTF_8));
        return all;
    }

    @Test
    void linesOfAnyLengthComeAsTheyWereWritten() throws IOException {
        for (int seed = 0; seed < 50; seed++) {
            var random = new Random(seed);
            List<String> written = new ArrayList<>();
            for (int i = 0; i < 50; i++) written.add("ä7".repeat(random.nextInt(1 << random.nextInt(16))));
            String text = String.join("\n", written) + "\n";
            assertThat(all(lines(text, random))).as("seed " + seed).isEqualTo(written);
        }
        assertThat(all(lines("", new Random(0)))).isEmpty();
    }

    @Test
    void aStreamThatEndsWithinALineWasCutOff() throws IOException {
        Lines lines = lines("whole\nhal", new Random(0));
        assertThat(lines.next()).asString(StandardCharsets.UTF_8).isEqualTo("whole");
        assertThatThrownBy(lines::next).isInstanceOf(EOFException.class);
    }

    @Test
    void aLineWithoutEndIsGivenUp() {
        Lines lines = lines("x".repeat(10 * LONGEST), new Random(0));
        assertThatThrownBy(lines::next).isInstanceOf(Lines.TooLong.class);
    }
}
