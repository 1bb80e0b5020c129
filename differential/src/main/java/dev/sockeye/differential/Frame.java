package dev.sockeye.differential;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A part of a transcript: an input, what was to be seen right after it, and what the host sent until the
/// next.
///
/// @param input  null for what comes before the first
/// @param prompt how many of the departures came at once, before anybody looked
/// @param until  when the next input came
/// @param quietSince when something was on the wire last, before the input
record Frame(
        @Nullable Event input,
        @Nullable Snapshot snapshot,
        List<Event.Went> departures,
        int prompt,
        long until,
        long quietSince) {

    /// When something last was on the wire before a departure: the timer that sent it was set then, or later.
    long quietSince(int departure) {
        if (departure > 0) return departures.get(departure - 1).at();
        return input instanceof Event.Came came ? came.at() : quietSince;
    }

    private long quietAfter() {
        return quietSince(departures.size());
    }

    private static long quietSince(List<Frame> frames) {
        return frames.isEmpty() ? 0 : frames.getLast().quietAfter();
    }

    long at() {
        return input == null ? 0 : input.at();
    }

    static List<Frame> of(Transcript transcript) {
        List<Frame> frames = new ArrayList<>();
        Event input = null;
        Snapshot snapshot = null;
        int prompt = 0;
        List<Event.Went> departures = new ArrayList<>();
        for (Event event : transcript.events()) {
            switch (event) {
                case Event.Went went -> departures.add(went);
                case Event.Looked looked -> {
                    if (snapshot == null) {
                        snapshot = looked.snapshot();
                        prompt = departures.size();
                    } else {
                        // the last look, when nothing comes any more
                        frames.add(new Frame(
                                input, snapshot, List.copyOf(departures), prompt, looked.at(), quietSince(frames)));
                        departures.clear();
                        input = null;
                        snapshot = looked.snapshot();
                        prompt = 0;
                    }
                }
                default -> {
                    frames.add(new Frame(
                            input, snapshot, List.copyOf(departures), prompt, event.at(), quietSince(frames)));
                    departures.clear();
                    input = event;
                    snapshot = null;
                    prompt = 0;
                }
            }
        }
        frames.add(new Frame(input, snapshot, List.copyOf(departures), prompt, transcript.end(), quietSince(frames)));
        return frames;
    }
}
