package dev.sockeye.cli;

import dev.sockeye.inspect.history.HistoryEvent;

/// What a line of `sockeye trace` can be about.
enum EventKind {
    CHANGE,
    RETRANSMIT,
    RESET,
    DROP,
    END,
    ALL;

    static EventKind of(HistoryEvent event) {
        return switch (event) {
            case HistoryEvent.Transition _ -> CHANGE;
            case HistoryEvent.Retransmission _ -> RETRANSMIT;
            case HistoryEvent.ResetSent _, HistoryEvent.ResetReceived _ -> RESET;
            case HistoryEvent.Dropped _ -> DROP;
            case HistoryEvent.Destroyed _ -> END;
        };
    }

    /// What an event is called in JSON.
    static String jsonName(HistoryEvent event) {
        return switch (event) {
            case HistoryEvent.Transition _ -> "transition";
            case HistoryEvent.Retransmission _ -> "retransmission";
            case HistoryEvent.ResetSent _ -> "reset_sent";
            case HistoryEvent.ResetReceived _ -> "reset_received";
            case HistoryEvent.Dropped _ -> "dropped";
            case HistoryEvent.Destroyed _ -> "destroyed";
        };
    }
}
