package dev.sockeye.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class OutputTest {

    @TempDir
    Path folder;

    @Test
    void whatIsWrittenIsThereAndNothingLost() throws IOException {
        Path file = folder.resolve("file");
        try (var stream = new FileOutputStream(file.toFile());
                var output = new Output(stream.getFD(), -1)) {
            new PrintStream(output, true, StandardCharsets.UTF_8).println("ESTAB");
            output.write('!');
            assertThat(output.loss()).isNull();
        }
        assertThat(Files.readString(file)).isEqualTo("ESTAB\n!");
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "/dev/full is Linux's")
    void aFullDiskIsRemembered() throws IOException {
        try (var full = new FileOutputStream("/dev/full");
                var output = new Output(full.getFD(), -1)) {
            new PrintStream(output, true, StandardCharsets.UTF_8).println("ESTAB");
            assertThat(output.loss()).contains("No space left on device");
        }
    }
}
