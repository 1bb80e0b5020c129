package dev.sockeye.metrics;

import java.util.ArrayList;
import java.util.List;

/// The table of docs/metrics.md.
final class MetricsPage {

    static final String BEGIN =
            "<!-- the table of Metric.java: metrics/src/test MetricsPageTest writes and checks it -->\n";

    private MetricsPage() {}

    static String table() {
        var table = new StringBuilder("| series | labels | what it tells |\n|---|---|---|\n");
        for (Metric metric : Metric.values()) {
            if (metric.family() != metric) continue;
            String kernel = metric.reason() == null ? "" : " (" + String.join(", ", kernelNames(metric)) + ")";
            table.append("| `").append(metric.queried()).append("` | ");
            List<String> labels = metric.labels();
            table.append(labels.isEmpty() ? "" : "`" + String.join("` `", labels) + "`")
                    .append(" | ");
            table.append(metric.help()).append(kernel).append(" |\n");
        }
        return table.toString();
    }

    private static List<String> kernelNames(Metric family) {
        List<String> names = new ArrayList<>();
        for (Metric metric : Metric.values()) {
            if (metric.family() == family && metric.kernelName() != null) names.add(metric.kernelName());
        }
        return names;
    }
}
