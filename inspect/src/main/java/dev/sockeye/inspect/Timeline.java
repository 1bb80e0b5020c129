package dev.sockeye.inspect;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What happened to a connection, in order: what its two sides did, and the segments between them, with long runs of
/// data and acknowledgements folded.
final class Timeline {

    /// Something that happened at one side.
    record SideEvent(Instant at, boolean fromLeft, String label) {}

    /// One line of the story.
    sealed interface Moment permits Step, Fold {
        Instant at();
    }

    /// Something at a side, a segment, or a segment with what its sender did as he sent it.
    record Step(
            Instant at, @Nullable SideEvent event, @Nullable SegmentSeen segment) implements Moment {}

    /// Many segments that only carry data and acknowledge.
    record Fold(Instant at, Instant end, Flow toRight, Flow toLeft) implements Moment {}

    /// What went in one direction.
    ///
    /// @param segments with data, in `packets` packets
    /// @param bytes    of data, those sent again counted again
    /// @param acks     segments without data
    /// @param lost     segments that never arrived
    /// @param again    data segments that had been sent before
    record Flow(long segments, long packets, long bytes, long acks, long lost, long again) {}

    /// In a run of more plain segments than these, only the first and the last are shown.
    private static final int SHOWN_FIRST = 4, SHOWN_LAST = 2;

    /// What a side does and the segment it sends are one step when they are no further apart than this, and nothing is
    /// between them: a first segment waits until its classes are loaded.
    private static final Duration TOGETHER = Duration.ofMillis(20);

    private final List<SideEvent> events;
    private final List<SegmentSeen> segments;
    private final SentBefore sentBefore = new SentBefore();

    private Timeline(List<SideEvent> events, List<SegmentSeen> segments) {
        this.events = new ArrayList<>(events);
        this.events.sort(Comparator.comparing(SideEvent::at));
        this.segments = segments;
    }

    /// The story of these events and segments; the segments in the order they were sent.
    static List<Moment> of(List<SideEvent> events, List<SegmentSeen> segments) {
        var timeline = new Timeline(events, segments);
        return timeline.fold(timeline.steps());
    }

    // ---------------------------------------------------------------- in order

    private List<Step> steps() {
        List<Step> steps = new ArrayList<>(events.size() + segments.size());
        int event = 0;
        for (SegmentSeen segment : segments) {
            boolean isDrawn = false;
            while (event < events.size() && !events.get(event).at.isAfter(segment.at())) {
                SideEvent side = events.get(event++);
                boolean isLast = event == events.size() || events.get(event).at.isAfter(segment.at());
                if (isLast && belongTogether(side, segment)) {
                    steps.add(new Step(side.at, side, segment));
                    isDrawn = true;
                    break;
                }
                steps.add(new Step(side.at, side, null));
            }
            if (!isDrawn) steps.add(new Step(segment.at(), null, segment));
        }
        while (event < events.size()) {
            SideEvent side = events.get(event++);
            steps.add(new Step(side.at, side, null));
        }
        return steps;
    }

    private static boolean belongTogether(SideEvent event, SegmentSeen segment) {
        return event.fromLeft == segment.fromLeft()
                && Duration.between(event.at, segment.at()).compareTo(TOGETHER) <= 0;
    }

    // ---------------------------------------------------------------- folded

    private List<Moment> fold(List<Step> steps) {
        List<Moment> moments = new ArrayList<>();
        int i = 0;
        while (i < steps.size()) {
            int end = endOfRun(steps, i);
            addRun(moments, steps.subList(i, end));
            i = end;
            if (i < steps.size()) moments.add(noted(steps.get(i++)));
        }
        return moments;
    }

    private static int endOfRun(List<Step> steps, int from) {
        int end = from;
        while (end < steps.size() && isPlain(steps.get(end))) end++;
        return end;
    }

    private static boolean isPlain(Step step) {
        return step.event == null && step.segment != null && step.segment.isPlain();
    }

    private void addRun(List<Moment> moments, List<Step> run) {
        boolean isLong = run.size() > SHOWN_FIRST + SHOWN_LAST + 2;
        int first = isLong ? SHOWN_FIRST : run.size();
        int last = isLong ? run.size() - SHOWN_LAST : run.size();
        for (Step step : run.subList(0, first)) moments.add(noted(step));
        if (isLong) moments.add(foldOf(run.subList(first, last)));
        for (Step step : run.subList(last, run.size())) moments.add(noted(step));
    }

    private Step noted(Step step) {
        if (step.segment != null) sentBefore.note(step.segment);
        return step;
    }

    private Fold foldOf(List<Step> run) {
        return new Fold(run.getFirst().at, run.getLast().at, flow(run, true), flow(run, false));
    }

    private Flow flow(List<Step> run, boolean fromLeft) {
        long data = 0;
        long packets = 0;
        long bytes = 0;
        long acks = 0;
        long lost = 0;
        long again = 0;
        for (Step step : run) {
            SegmentSeen segment = step.segment;
            if (segment == null || segment.fromLeft() != fromLeft) continue;
            if (segment.lost()) lost++;
            if (segment.length() == 0) {
                acks++;
                continue;
            }
            data++;
            packets += segment.packets();
            bytes += segment.length();
            if (sentBefore.note(segment)) again++;
        }
        return new Flow(data, packets, bytes, acks, lost, again);
    }

    /// Tells data that is sent again from data that is new.
    private static final class SentBefore {

        private final int[] end = new int[2];
        private final boolean[] any = new boolean[2];

        /// Whether the segment carries data that its sender has sent before.
        boolean note(SegmentSeen segment) {
            if (segment.length() == 0) return false;
            int side = segment.fromLeft() ? 0 : 1;
            int segmentEnd = segment.seq() + segment.length();
            boolean again = any[side] && segmentEnd - end[side] <= 0;
            if (!again) end[side] = segmentEnd;
            any[side] = true;
            return again;
        }
    }
}
