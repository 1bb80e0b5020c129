package dev.sockeye.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// docs/metrics.md lists the series that there are; `-Dsockeye.write=true` writes its table anew.
class MetricsPageTest {

    @Test
    void pageListsEverySeries() throws IOException {
        Path page = Repository.file("docs/metrics.md");
        String text = Files.readString(page);
        int begin = text.indexOf(MetricsPage.BEGIN) + MetricsPage.BEGIN.length();
        int end = text.indexOf("\n\n", begin) + 1;
        if (Boolean.getBoolean("sockeye.write")) {
            text = text.substring(0, begin) + MetricsPage.table() + text.substring(end);
            Files.writeString(page, text);
            end = text.indexOf("\n\n", begin) + 1;
        }
        assertThat(text.substring(begin, end)).isEqualTo(MetricsPage.table());
    }

    @Test
    void namesFollowPrometheussConventions() {
        for (Metric metric : Metric.values()) {
            assertThat(metric.base())
                    .matches("sockeye_[a-z][a-z_]*[a-z]")
                    .doesNotEndWith("_total")
                    .doesNotContain("__");
            assertThat(metric.help()).matches(".*[.)]").doesNotContain("\n");
        }
    }
}
