package dev.sockeye.inspect;

import dev.sockeye.tcp.Journal;
import dev.sockeye.tcp.Segment;
import java.time.Duration;
import java.util.Locale;

/// Durations, counts and causes as people say them.
public final class PlainWords {

    private static final String[] FLAGS = {"FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR", "AE"};

    private PlainWords() {}

    /// A duration in at most two units: `250 ms`, `3.2 s`, `14 min`, `2 h 5 min`, `3 days 4 h`.
    public static String duration(Duration duration) {
        long millis = duration.toMillis();
        if (millis < 1) return "less than 1 ms";
        if (millis < 1000) return millis + " ms";
        long seconds = millis / 1000;
        if (seconds < 10) return seconds + "." + millis % 1000 / 100 + " s";
        if (seconds < 60) return seconds + " s";
        long minutes = seconds / 60;
        if (minutes < 10) return two(minutes, "min", seconds % 60, "s");
        if (minutes < 60) return minutes + " min";
        long hours = minutes / 60;
        if (hours < 48) return two(hours, "h", minutes % 60, "min");
        return two(hours / 24, "days", hours % 24, "h");
    }

    private static String two(long large, String largeUnit, long small, String smallUnit) {
        String text = large + " " + largeUnit;
        return small == 0 ? text : text + " " + small + " " + smallUnit;
    }

    /// `1 byte`, `12 345 bytes`
    public static String count(long number, String one, String many) {
        return grouped(number) + " " + (number == 1 ? one : many);
    }

    /// An amount of data in the largest fitting decimal unit: `812 bytes`, `4.2 kB`, `37 MB`.
    public static String bytes(long bytes) {
        if (bytes < 1000) return count(bytes, "byte", "bytes");
        double amount = bytes;
        int unit = -1;
        for (; amount >= 999.5; unit++) amount /= 1000;
        return String.format(Locale.ROOT, amount < 9.95 ? "%.1f %sB" : "%.0f %sB", amount, "kMGTPE".charAt(unit));
    }

    /// A number in groups of three digits: `104 857 600`.
    public static String grouped(long number) {
        return String.format(Locale.ROOT, "%,d", number).replace(',', ' ');
    }

    /// Flags of a segment as text: `SYN ACK`.
    ///
    /// @param flags bits of [Segment]
    public static String flags(int flags) {
        var text = new StringBuilder();
        for (int bit : new int[] {1, 0, 2, 4, 3, 5, 6, 7, 8}) { // SYN, FIN and RST before ACK, as people say it
            if ((flags & 1 << bit) == 0) continue;
            if (!text.isEmpty()) text.append(' ');
            text.append(FLAGS[bit]);
        }
        return text.toString();
    }

    /// What moved a socket, in one word for lists: `close()`, `FIN,ACK` (a segment of the peer's), `keepalive-timeout`.
    public static String mover(JournalEntry entry) {
        return switch (entry.cause()) {
            case CALL_LISTEN -> "listen()";
            case CALL_CONNECT -> "connect()";
            case CALL_SHUTDOWN -> "shutdown()";
            case CALL_CLOSE -> "close()";
            case CALL_ABORT -> "abort";
            case SEGMENT -> entry.flags() == 0 ? "peer" : flags(entry.flags()).replace(' ', ',');
            case TIMER_RETRANSMIT -> "retransmission-timeout";
            case TIMER_KEEPALIVE -> "keepalive-timeout";
            case TIMER_FIN_WAIT2 -> "fin-timeout";
            case TIMER_TIME_WAIT -> "time-wait-timeout";
            case TIMER_USER -> "user-timeout";
            case TIMER_LINGER -> "linger-timeout";
            case ICMP -> "icmp";
            case RESOURCES -> "resources";
            case KILLED -> "killed";
        };
    }

    /// What moved a socket, as the end of a sentence: `the program called close()`.
    public static String cause(JournalEntry entry) {
        return cause(entry.cause(), entry.flags(), entry.who() == null ? "the program" : entry.who());
    }

    private static String cause(Journal.Cause cause, int flags, String program) {
        return switch (cause) {
            case CALL_LISTEN -> program + " called listen()";
            case CALL_CONNECT -> program + " called connect()";
            case CALL_SHUTDOWN -> program + " called shutdown()";
            case CALL_CLOSE -> program + " called close()";
            case CALL_ABORT -> program + " closed it with a reset";
            case SEGMENT -> segment(flags);
            case TIMER_RETRANSMIT -> "the peer did not answer any retransmission";
            case TIMER_KEEPALIVE -> "the peer did not answer any keepalive probe";
            case TIMER_FIN_WAIT2 -> "the peer's FIN did not come in time";
            case TIMER_TIME_WAIT -> "its time in TIME_WAIT was over";
            case TIMER_USER -> "the program's own time limit (TCP_USER_TIMEOUT) was over";
            case TIMER_LINGER -> "the program's linger time was over";
            case ICMP -> "the network said that the peer cannot be reached";
            case RESOURCES -> "the host had too many such sockets, or no memory";
            case KILLED -> "somebody ended it from outside (SOCK_DESTROY)";
        };
    }

    private static String segment(int flags) {
        if ((flags & Segment.RST) != 0) return "the peer sent a reset (RST)";
        if ((flags & (Segment.SYN | Segment.ACK)) == (Segment.SYN | Segment.ACK))
            return "the peer answered with SYN ACK";
        if ((flags & Segment.SYN) != 0) return "the peer sent a SYN";
        if ((flags & Segment.FIN) != 0) return "the peer closed (FIN)";
        return "the peer acknowledged";
    }
}
