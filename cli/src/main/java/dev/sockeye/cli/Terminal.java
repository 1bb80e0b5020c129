package dev.sockeye.cli;

import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;

/// Where the output goes, and what can be shown there. The launcher says whether it is a terminal and how wide
/// (`sockeye.terminal.columns`), as the JDK cannot tell for the output alone.
///
/// @param isTerminal whether somebody is looking: only then are there colours
/// @param columns    its width
/// @param unicode    whether it shows characters beyond ASCII
/// @param colour     whether it shows colours
record Terminal(boolean isTerminal, int columns, boolean unicode, boolean colour) {

    /// The width of text where there is no terminal to ask, and the most that is comfortable to read.
    static final int COMFORTABLE = 100;

    /// The ways of marking text, as codes of ECMA-48.
    enum Mark {
        BOLD("1"),
        DIM("2"),
        RED("31"),
        GREEN("32"),
        YELLOW("33"),
        CYAN("36");

        private final String code;

        Mark(String code) {
            this.code = code;
        }
    }

    /// What this process writes to.
    static Terminal ofProcess() {
        return of(System.getenv(), Integer.getInteger("sockeye.terminal.columns", 0));
    }

    /// @param columns 0 where the output is no terminal
    static Terminal of(Map<String, String> environment, int columns) {
        boolean isTerminal = columns > 0;
        boolean wantsColour = !environment.containsKey("NO_COLOR") && !"dumb".equals(environment.get("TERM"));
        return new Terminal(
                isTerminal, isTerminal ? columns : COMFORTABLE, speaksUnicode(environment), isTerminal && wantsColour);
    }

    /// By the rules of locale(7); where nothing is said, UTF-8 is what nearly every terminal speaks.
    private static boolean speaksUnicode(Map<String, String> environment) {
        for (String variable : new String[] {"LC_ALL", "LC_CTYPE", "LANG"}) {
            String locale = environment.get(variable);
            if (locale == null || locale.isEmpty()) continue;
            String lower = locale.toLowerCase(Locale.ROOT);
            return lower.contains("utf-8") || lower.contains("utf8");
        }
        return true;
    }

    /// The process's output in the terminal's character set.
    PrintStream open(Output output) {
        Charset charset = unicode ? StandardCharsets.UTF_8 : StandardCharsets.US_ASCII;
        return new PrintStream(output, true, charset);
    }

    /// Ends what [#start] began.
    static final String END = "\u001b[0m";

    /// Begins text that is marked where the terminal can show it; empty where it cannot.
    String start(Mark mark) {
        return colour ? "\u001b[" + mark.code + "m" : "";
    }

    /// The text, marked where the terminal can show it.
    String mark(String text, Mark... marks) {
        if (!colour || text.isEmpty()) return text;
        var start = new StringBuilder("\u001b[");
        for (Mark mark : marks) start.append(start.length() == 2 ? "" : ";").append(mark.code);
        return start.append('m').append(text).append("\u001b[0m").toString();
    }

    /// The width of running text.
    int textWidth() {
        return Math.clamp(columns, 60, COMFORTABLE);
    }
}
