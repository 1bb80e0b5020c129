package dev.sockeye.differential;

import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A transcript as people read it, up to where it differs.
final class Dialogue {

    private Dialogue() {}

    /// What happened on the kernel until a difference, and the difference.
    static String of(Transcript kernel, @Nullable Difference difference) {
        var text = new StringBuilder("program " + kernel.program().seed());
        text.append(kernel.program().passive() ? ", the host listens\n" : ", the host connects\n");
        for (Step.Call setting : kernel.program().settings())
            text.append("           ").append(setting).append('\n');
        List<Frame> frames = Frame.of(kernel);
        int last = difference == null ? frames.size() - 1 : difference.frame();
        for (int i = 0; i <= last; i++) {
            Frame frame = frames.get(i);
            if (frame.input() != null) text.append(line(frame.input()));
            if (i < last || difference == null) for (Event.Went went : frame.departures()) text.append(line(went));
        }
        if (difference != null) text.append("differs in ").append(difference).append('\n');
        return text.toString();
    }

    /// What happened on both: first what came and what the kernel did, and then, where it is not the same, what ours
    /// did.
    static String sideBySide(Transcript kernel, Transcript stack) {
        var text = new StringBuilder();
        List<Frame> kernels = Frame.of(kernel);
        List<Frame> ours = Frame.of(stack);
        for (int i = 0; i < Math.min(kernels.size(), ours.size()); i++) {
            Frame k = kernels.get(i);
            Frame s = ours.get(i);
            if (k.input() != null) text.append(line(k.input()));
            k.departures().forEach(each -> text.append(line(each)));
            if (s.input() instanceof Event.Called called
                    && k.input() instanceof Event.Called same
                    && !line(called).equals(line(same)))
                text.append("    ours:  ").append(line(called));
            boolean alike = s.departures().size() == k.departures().size();
            for (int j = 0; alike && j < s.departures().size(); j++) {
                Event.Went one = s.departures().get(j);
                Event.Went other = k.departures().get(j);
                alike = one.segment().toString().equals(other.segment().toString())
                        && Math.abs(one.at() - other.at()) < 5_000_000;
            }
            if (!alike) {
                text.append("    ours:").append(s.departures().isEmpty() ? "  nothing\n" : "\n");
                s.departures().forEach(each -> text.append("  ").append(line(each)));
            }
            text.append(values(k.snapshot(), s.snapshot()));
        }
        return text.toString();
    }

    /// The values that differ.

    private static String values(@Nullable Snapshot kernel, @Nullable Snapshot stack) {
        if (kernel == null || stack == null) return "";
        var text = new StringBuilder();
        new TreeMap<>(stack.values()).forEach((name, ours) -> {
            Long kernels = kernel.values().get(name);
            if (kernels != null && !kernels.equals(ours))
                text.append(' ')
                        .append(name)
                        .append(' ')
                        .append(kernels)
                        .append('/')
                        .append(ours);
        });
        return text.isEmpty()
                ? ""
                : "                 ".concat(text.append('\n').toString());
    }

    private static String line(Event event) {
        String what = switch (event) {
            case Event.Called called -> called.call() + " = " + Comparison.text(called.result());
            case Event.Came came -> came.arrival().toString();
            case Event.Went went -> "> " + went.segment();
            case Event.Looked looked -> "looked";
        };
        return String.format("%9.3f  %s%n", event.at() / 1e6, what);
    }
}
