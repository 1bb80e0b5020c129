package dev.sockeye.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.Yaml;

/// The dashboard, the alerts and the unit that are shipped: they speak of series that there are, and the programs that
/// they are for take them.
class PackagingTest {

    private static final Pattern NAME = Pattern.compile("\\bsockeye_[a-z_]+");
    private static final Path RULES = Repository.file("packaging/prometheus/sockeye.rules.yml");
    private static final Path RULES_TEST = Repository.file("packaging/prometheus/sockeye.rules.test.yml");
    private static final Path DASHBOARD = Repository.file("packaging/grafana/sockeye.json");
    private static final Path UNIT = Repository.file("packaging/systemd/sockeye-agent.service");

    @TempDir
    Path folder;

    private static Set<String> known() {
        return Arrays.stream(Metric.values()).map(Metric::queried).collect(Collectors.toSet());
    }

    private static Set<String> namesIn(List<String> expressions) {
        Set<String> names = new TreeSet<>();
        for (String expression : expressions) {
            Matcher name = NAME.matcher(expression);
            while (name.find()) names.add(name.group());
        }
        return names;
    }

    /// The texts behind a key, however deep.
    private static List<String> textsOf(Object tree, String key) {
        List<String> texts = new ArrayList<>();
        if (tree instanceof Map<?, ?> map) {
            map.forEach((name, value) -> {
                if (name.equals(key) && value instanceof String text) texts.add(text);
                else texts.addAll(textsOf(value, key));
            });
        } else if (tree instanceof List<?> list) {
            for (Object each : list) texts.addAll(textsOf(each, key));
        }
        return texts;
    }

    private static List<String> dashboardsExpressions() throws IOException {
        List<String> expressions = new ArrayList<>();
        try (JsonParser in = new JsonFactory().createParser(DASHBOARD.toFile())) {
            for (JsonToken token = in.nextToken(); token != null; token = in.nextToken()) {
                if (token != JsonToken.FIELD_NAME) continue;
                String name = in.currentName();
                token = in.nextToken();
                boolean isQuery = name.equals("expr") || name.equals("query");
                if (isQuery && token == JsonToken.VALUE_STRING) expressions.add(in.getText());
            }
        }
        return expressions;
    }

    @Test
    void dashboardAsksForSeriesThatThereAre() throws IOException {
        Set<String> names = namesIn(dashboardsExpressions());
        assertThat(names).hasSizeGreaterThan(20);
        assertThat(known()).containsAll(names);
    }

    @Test
    void rulesAskForSeriesThatThereAre() throws IOException {
        Object rules = new Yaml().load(Files.readString(RULES));
        List<String> expressions = textsOf(rules, "expr");
        assertThat(expressions).hasSize(textsOf(rules, "alert").size()).hasSizeGreaterThan(10);
        assertThat(known()).containsAll(namesIn(expressions));
        assertThat(namesIn(List.of("rate(sockeye_no_such_total[5m])"))).containsExactly("sockeye_no_such_total");
    }

    @Test
    void everyAlertIsTried() throws IOException {
        Object tests = new Yaml().load(Files.readString(RULES_TEST));
        Object rules = new Yaml().load(Files.readString(RULES));
        assertThat(new LinkedHashSet<>(textsOf(tests, "alertname")))
                .containsExactlyInAnyOrderElementsOf(textsOf(rules, "alert"));
        assertThat(known()).containsAll(namesIn(textsOf(tests, "series")));
    }

    // ---------------------------------------------------------------- the programs they are for

    private static void assumeInstalled(String program, String version) throws Exception {
        boolean isThere;
        try {
            isThere = new ProcessBuilder(program, version)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor(20, TimeUnit.SECONDS);
        } catch (IOException e) {
            isThere = false;
        }
        assumeTrue(isThere, program + " is not installed (Debian: the package prometheus, or systemd)");
    }

    private String run(String... command) throws Exception {
        Path output = Files.createTempFile(folder, "output", null);
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        boolean hasEnded = process.waitFor(60, TimeUnit.SECONDS);
        process.destroyForcibly();
        String said = Files.readString(output, StandardCharsets.UTF_8);
        assertThat(hasEnded && process.exitValue() == 0)
                .as("%s: %s", String.join(" ", command), said)
                .isTrue();
        return said;
    }

    @Test
    void promtoolTakesTheRules() throws Exception {
        assumeInstalled("promtool", "--version");
        assertThat(run("promtool", "check", "rules", RULES.toString())).contains("SUCCESS");
    }

    @Test
    void alertsFireWhenTheyShouldAndNotWhenTheyShouldNot() throws Exception {
        assumeInstalled("promtool", "--version");
        assertThat(run("promtool", "test", "rules", RULES_TEST.toString())).contains("SUCCESS");
    }

    /// Dashboard expressions as rules: promtool reads each.
    @Test
    void promtoolTakesWhatTheDashboardAsks() throws Exception {
        assumeInstalled("promtool", "--version");
        var rules = new StringBuilder("groups:\n- name: dashboard\n  rules:\n");
        int count = 0;
        for (String expression : dashboardsExpressions()) {
            if (!expression.contains("sockeye_") || expression.startsWith("label_values")) continue;
            rules.append("  - record: dashboard:").append(count++).append("\n    expr: '");
            rules.append(expression.replace("$instance", "i").replace("$namespace", "n"))
                    .append("'\n");
        }
        assertThat(count).isGreaterThan(20);
        Path file = Files.writeString(
                folder.resolve("dashboard.yml"), rules.toString().replace("dashboard:", "dashboard:r"));
        assertThat(run("promtool", "check", "rules", file.toString())).contains("SUCCESS: " + count);
    }

    @Test
    void systemdTakesTheUnit() throws Exception {
        assumeInstalled("systemd-analyze", "--version");
        // Neither java nor the jar need be where the unit looks for them.
        Path unit = Files.writeString(
                folder.resolve("sockeye-agent.service"),
                Files.readString(UNIT).replace("ExecStart=/usr/bin/java", "ExecStart=/bin/true"));
        assertThat(run("systemd-analyze", "verify", unit.toString())).isEmpty();
    }
}
