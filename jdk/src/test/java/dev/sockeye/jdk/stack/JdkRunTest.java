package dev.sockeye.jdk.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sockeye.jdk.JdkRun;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/// `sockeye run -- java ...`: which command becomes of a command, and how its end is passed on.
@Timeout(120)
@EnabledIfSystemProperty(named = "sockeye.agent", matches = ".+")
class JdkRunTest {

    private static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin", "java").toString();

    private static JdkRun run(String options) {
        return new JdkRun("run", Fork.agent(), options);
    }

    private static String refusal(List<String> command, Map<String, String> environment) {
        var refusal = catchThrowableOfType(JdkRun.Refusal.class, () -> run("").command(command, environment));
        return refusal.exitCode() + " " + refusal.getMessage();
    }

    @Test
    void theAgentIsTheFirstArgument() throws Exception {
        assertThat(run("host=a").command(List.of(JAVA, "-jar", "x.jar"), Map.of()))
                .containsExactly(
                        JAVA,
                        "-javaagent:" + Fork.agent() + "=host=a",
                        "--enable-native-access=ALL-UNNAMED",
                        "--add-modules=jdk.net",
                        "-jar",
                        "x.jar");
        assertThat(run("").command(
                                List.of("java", "X"),
                                Map.of("PATH", "/nowhere:" + Path.of(JAVA).getParent())))
                .containsExactly(
                        "java",
                        "-javaagent:" + Fork.agent(),
                        "--enable-native-access=ALL-UNNAMED",
                        "--add-modules=jdk.net",
                        "X");
    }

    @Test
    void whatCannotBeRunIsOneLineAndAnExitCode(@TempDir Path folder) throws Exception {
        assertThat(refusal(List.of(), Map.of())).startsWith("64 run: what?");
        assertThat(refusal(List.of("no-such-command"), Map.of("PATH", "/usr/bin")))
                .isEqualTo("127 run: there is no command no-such-command");
        assertThat(refusal(List.of("/no/java"), Map.of())).isEqualTo("127 run: there is no program /no/java");
        assertThat(refusal(List.of("sh", "-c", "java"), Map.of("PATH", "/bin"))).startsWith("64 run: sh is not java.");
        Path old = Files.createDirectories(folder.resolve("old/bin")).resolve("java");
        Files.writeString(old, "#!/bin/sh\n");
        assertThat(old.toFile().setExecutable(true)).isTrue();
        Files.writeString(folder.resolve("old/release"), "JAVA_VERSION=\"17.0.1\"\n");
        assertThat(refusal(List.of(old.toString()), Map.of()))
                .isEqualTo("69 run: " + old + " is a Java 17; the stack needs 25 or newer");
    }

    /// `sockeye run -- java PROGRAM`, in a process of its own.
    private static List<String> runner(String... programAndArguments) {
        var command = new ArrayList<>(
                Fork.plain("dev.sockeye.jdk.stack.RunMain", Fork.agent().toString(), JAVA));
        command.addAll(Fork.program(programAndArguments));
        return command;
    }

    @Test
    void theExitCodeIsThePrograms() throws Exception {
        assertThat(Fork.run(runner("programs.Silent", "42"))).isEqualTo(new Fork.Result(42, List.of("silent")));
    }

    @Test
    void aSignalReachesTheProgram() throws Exception {
        Process runner = Fork.start(runner("programs.Waiting"));
        try (BufferedReader output = runner.inputReader(StandardCharsets.UTF_8)) {
            assertThat(output.readLine()).isEqualTo("waiting");
            ProcessHandle.of(runner.pid()).orElseThrow().destroy(); // Process.destroy would close its output, too
            assertThat(output.readLine()).isEqualTo("told to end");
            assertThat(runner.waitFor()).isEqualTo(143); // 128 + SIGTERM
        } finally {
            runner.destroyForcibly();
        }
    }
}
