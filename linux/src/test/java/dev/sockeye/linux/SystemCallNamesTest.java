package dev.sockeye.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// The numbers against the C library's headers, where they are installed.
class SystemCallNamesTest {

    private static final Pattern DEFINITION = Pattern.compile("#define __NR(?:3264)?_(\\w+)\\s+(\\d+)");

    @Test
    void callsHaveTheNumbersOfTheirArchitecture() {
        assertThat(SystemCallNames.of(45, "amd64")).isEqualTo("recvfrom");
        assertThat(SystemCallNames.of(207, "aarch64")).isEqualTo("recvfrom");
        assertThat(SystemCallNames.of(0, "aarch64")).isNull();
        assertThat(SystemCallNames.of(0, "s390x")).isNull();
    }

    @Test
    void thoseOfX86AreTheHeaders() throws IOException {
        compare("/usr/include/x86_64-linux-gnu/asm/unistd_64.h", "amd64");
    }

    @Test
    void thoseOfOtherMachinesAreTheHeaders() throws IOException {
        compare("/usr/include/asm-generic/unistd.h", "aarch64");
    }

    private static void compare(String header, String architecture) throws IOException {
        Path file = Path.of(header);
        assumeTrue(Files.exists(file), header + " is not installed");
        Map<String, Long> defined = new HashMap<>();
        Matcher definition = DEFINITION.matcher(Files.readString(file));
        while (definition.find()) defined.put(definition.group(1), Long.valueOf(definition.group(2)));
        SystemCallNames.numbers(architecture)
                .forEach((number, name) ->
                        assertThat(defined).as("%s of %s", name, architecture).containsEntry(name, number));
    }
}
