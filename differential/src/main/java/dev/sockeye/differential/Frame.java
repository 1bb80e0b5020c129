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
record Frame(@Nullable Event input, @Nullable Snapshot snapshot, List<Event.Went> departures, int prompt, long until) {

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
                        frames.add(new Frame(input, snapshot, List.copyOf(departures), prompt, looked.at()));
                        departures.clear();
                        input = null;
                        snapshot = looked.snapshot();
                        prompt = 0;
                    }
                }
                default -> {
                    frames.add(new Frame(input, snapshot, List.copyOf(departures), prompt, event.at()));
                    departures.clear();
                    input = event;
                    snapshot = null;
                    prompt = 0;
                }
            }
        }
        frames.add(new Frame(input, snapshot, List.copyOf(departures), prompt, transcript.end()));
        return frames;
    }
}
