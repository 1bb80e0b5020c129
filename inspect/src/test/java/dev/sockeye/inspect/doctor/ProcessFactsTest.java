package dev.sockeye.inspect.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessFactsTest {

    @TempDir
    private Path proc;

    private static String program(String command, String... arguments) {
        String program = ProcessFacts.programOf(List.of(arguments));
        return program == null ? command : program;
    }

    @Test
    void peopleCallAProgramByWhatTheInterpreterRuns() {
        assertThat(program("java", "/usr/bin/java", "-Xmx1g", "-jar", "/srv/backend.jar", "--port", "1"))
                .isEqualTo("backend");
        assertThat(program("java", "java", "-cp", "a:b", "com.acme.Main", "x")).isEqualTo("Main");
        assertThat(program("java", "java", "-m", "com.acme/com.acme.Shop")).isEqualTo("Shop");
        assertThat(program("java", "java", "@arguments", "Leak.java")).isEqualTo("Leak.java");
        assertThat(program("java", "java", "-version")).isEqualTo("java");
        assertThat(program("python3", "/usr/bin/python3", "-u", "/srv/crawler.py"))
                .isEqualTo("crawler.py");
        assertThat(program("python3.11", "python3.11", "-c", "import socket\n" + "x = 1 ".repeat(40)))
                .isEqualTo("python3.11");
        assertThat(program("nginx", "nginx: worker process")).isEqualTo("nginx");
        assertThat(program("redis-server", "redis-server 127.0.0.1:6379")).isEqualTo("redis-server");
        assertThat(program("kworker/0:1")).isEqualTo("kworker/0:1");
    }

    @Test
    void aDebuggersDoorIsFound() {
        assertThat(ProcessFacts.debuggerPortOf(
                        List.of("java", "-agentlib:jdwp=transport=dt_socket,server=y,address=*:5005")))
                .isEqualTo(5005);
        assertThat(ProcessFacts.debuggerPortOf(List.of("java", "-Xrunjdwp:transport=dt_socket,address=8000,server=y")))
                .isEqualTo(8000);
        assertThat(ProcessFacts.debuggerPortOf(List.of("java", "-jar", "address=5005")))
                .isZero();
    }

    @Test
    void whatProcTells() throws IOException {
        Path process = Files.createDirectory(proc.resolve("77"));
        Files.writeString(process.resolve("cmdline"), "java\0-jar\0backend.jar\0");
        Files.writeString(process.resolve("limits"), """
                Limit                     Soft Limit           Hard Limit           Units
                Max cpu time              unlimited            unlimited            seconds
                Max open files            1024                 20000                files
                """);
        assertThat(ProcessFacts.read(proc, 77)).isEqualTo(new ProcessFacts(77, "backend", 0, 1024));
        assertThat(ProcessFacts.read(proc, 78)).isEqualTo(ProcessFacts.unknown(78));
    }
}
