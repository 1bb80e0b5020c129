package dev.sockeye.inspect.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// A machine that refuses BPF: a process of root's that has lost the rights to it.
@EnabledOnOs(value = OS.LINUX, disabledReason = "the kernel's sockets are Linux's")
class RefusalTest {

    /// What such a process finds: its method, and a line for each refusal.
    static final class Refused {

        private Refused() {}

        public static void main(String[] arguments) throws IOException {
            try (History history = History.open(HistoryOptions.DEFAULT, _ -> {})) {
                System.out.println(history.method());
                history.refusals().forEach(System.out::println);
            }
        }
    }

    private static List<String> run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return output.lines().toList();
    }

    private static String classPath() {
        return String.join(
                File.pathSeparator,
                Path.of("target/classes").toAbsolutePath().toString(),
                Path.of("target/test-classes").toAbsolutePath().toString(),
                System.getProperty("jdk.module.path", ""),
                System.getProperty("java.class.path", ""));
    }

    @Test
    void theNextWayIsTakenAndTheSentenceSaysWhy() throws Exception {
        String without = "-bpf,-perfmon,-sys_admin";
        try {
            List<String> tried = run("setpriv", "--bounding-set", without, "true");
            assumeTrue(tried.isEmpty(), "rights cannot be given away here: " + tried);
        } catch (IOException e) {
            assumeTrue(false, "there is no setpriv here");
        }
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        List<String> told = run(
                "setpriv",
                "--bounding-set",
                without,
                java,
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                classPath(),
                Refused.class.getName());
        assertThat(told.getFirst()).isIn("TRACEFS", "DUMPS");
        assertThat(told.get(1))
                .isEqualTo("programs in the kernel (BPF) cannot be used: make the BPF map sockeye_events: Operation not"
                        + " permitted (run as root, or with CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN)");
    }
}
