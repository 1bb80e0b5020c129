package dev.sockeye.differential;

import java.util.List;
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
