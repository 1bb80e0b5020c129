package dev.sockeye.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// A real Prometheus scrapes a real agent, with the rules that are shipped.
@EnabledOnOs(value = OS.LINUX, disabledReason = "sock_diag is Linux's")
class PrometheusTest {

    @TempDir
    Path folder;

    @Test
    void prometheusScrapesTheAgentAndKnowsTheAlerts() throws Exception {
        int port = freePort();
        try (Agent agent = Agent.start(AgentTest.settings(0, Duration.ofMinutes(1), null), (level, line) -> {})) {
            Process prometheus = start(port, agent.address().getPort());
            try {
                String up = await(port, "query?query=up", "\"1\"", prometheus);
                assertThat(up).contains("\"job\":\"sockeye\"");
                String states = await(port, "query?query=" + encode("count(sockeye_sockets)"), "\"11\"", prometheus);
                assertThat(states).contains("\"11\"");
                String looks = get(port, "query?query=" + encode("sockeye_looks_total > 0"));
                assertThat(looks).contains("\"__name__\":\"sockeye_looks_total\"");
                // Prometheus 2 knows the family by its name without the suffix, if it was told so by OpenMetrics.
                String metadata =
                        get(port, "metadata?metric=sockeye_looks_total") + get(port, "metadata?metric=sockeye_looks");
                assertThat(metadata).contains("\"type\":\"counter\"");
                assertThat(get(port, "rules"))
                        .contains("SockeyeCloseWaitLeak", "SockeyePortsExhaustedSoon")
                        .doesNotContain("\"health\":\"err\"");
            } finally {
                prometheus.destroy();
                if (!prometheus.waitFor(10, TimeUnit.SECONDS)) prometheus.destroyForcibly();
            }
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            return socket.getLocalPort();
        }
    }

    private Process start(int port, int agentsPort) throws IOException {
        Path config = Files.writeString(folder.resolve("prometheus.yml"), """
                global:
                  scrape_interval: 500ms
                  evaluation_interval: 500ms
                rule_files: ["%s"]
                scrape_configs:
                  - job_name: sockeye
                    static_configs: [{targets: ["127.0.0.1:%d"]}]
                """.formatted(
                        Repository.file("packaging/prometheus/sockeye.rules.yml"), agentsPort));
        try {
            return new ProcessBuilder(
                            "prometheus",
                            "--config.file=" + config,
                            "--storage.tsdb.path=" + folder.resolve("data"),
                            "--web.listen-address=127.0.0.1:" + port)
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("prometheus.log").toFile())
                    .start();
        } catch (IOException e) {
            assumeTrue(false, "prometheus is not installed (Debian: the package prometheus)");
            throw e;
        }
    }

    private String await(int port, String path, String expected, Process prometheus) throws Exception {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        String answer = "";
        while (System.nanoTime() < until && prometheus.isAlive()) {
            try {
                answer = get(port, path);
                if (answer.contains(expected)) return answer;
            } catch (IOException e) {
                answer = e.toString(); // it has not begun yet
            }
            Thread.sleep(50);
        }
        throw new AssertionError("no " + expected + " within 30 s but " + answer + "; Prometheus said: "
                + Files.readString(folder.resolve("prometheus.log")));
    }

    private static String get(int port, String path) throws IOException {
        URI uri = URI.create("http://127.0.0.1:" + port + "/api/v1/" + path);
        var connection = (HttpURLConnection) uri.toURL().openConnection();
        try (InputStream body = connection.getInputStream()) {
            return new String(body.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String encode(String query) {
        return URLEncoder.encode(query, StandardCharsets.UTF_8);
    }
}
