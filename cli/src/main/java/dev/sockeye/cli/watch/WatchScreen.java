package dev.sockeye.cli.watch;

import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.inspect.Surroundings;
import dev.sockeye.inspect.look.Look;
import java.io.IOException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jline.terminal.Attributes;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStyle;
import org.jline.utils.Display;
import org.jline.utils.InfoCmp.Capability;
import org.jspecify.annotations.Nullable;

/// The full screen: draws what is known, and does what the keys say. Looks are taken by a thread of their own, so that
/// keys are answered at once however long a look takes.
public final class WatchScreen {

    private static final long KEY_MILLIS = 100;

    private static final List<String> HELP = List.of(
            "Up Down PgUp PgDn Home End   choose a socket",
            "Enter                        open its page: what it is about, what has happened, its figures",
            "Esc                          back",
            "/                            filter, as in ss and 'sockeye ss': state close-wait, dport = :443,",
            "                             dst 10.0.0.0/8, pid = 812, comm nginx, rtt > 100ms, and or not ( )",
            "< >  or  Left Right          sort by another column",
            "r                            reverse the order",
            "t                            trouble first",
            "p                            pause, or go on",
            "q                            quit",
            "",
            "Red is a fault, yellow is worth a look; the page of the socket says why.",
            "In/s and Out/s are bytes per second between the last two looks, Out/s with what was sent again.",
            "A time in state with > is known to be longer: the socket was in it when watching began.");

    private final Terminal terminal;
    private final String title;
    private final Duration interval;
    private final Looks looks;
    private final Function<String, Predicate<SocketSnapshot>> filters;
    private final WatchModel model;
    private final ListView list;
    private final PageView page;
    private final SynchronousQueue<Object> taken = new SynchronousQueue<>();
    private final AtomicBoolean isQuit = new AtomicBoolean();
    private final AtomicBoolean isResized = new AtomicBoolean(true);

    private @Nullable Watched open;
    private boolean isHelp;
    private @Nullable StringBuilder typed;
    private String typingError = "";
    private @Nullable IOException failed;

    /// What stands in place of a look when there will be no more.
    private static final Object NO_MORE = new Object();

    /// @param title       of the first line
    /// @param interval    from look to look
    /// @param filters     makes a filter of text; `IllegalArgumentException` with a line for the user if it cannot
    /// @param filter      the text of the first one, empty for all
    /// @param explanation of a socket among others, in lines with ANSI colours
    /// @param unicode     whether the terminal shows more than ASCII
    public WatchScreen(
            Terminal terminal,
            String title,
            Duration interval,
            Looks looks,
            Function<String, Predicate<SocketSnapshot>> filters,
            String filter,
            BiFunction<SocketSnapshot, Surroundings, List<String>> explanation,
            boolean unicode) {
        this.terminal = terminal;
        this.title = title;
        this.interval = interval;
        this.looks = looks;
        this.filters = filters;
        this.model = new WatchModel(filters.apply(filter), filter);
        this.list = new ListView(model, ZoneId.systemDefault());
        this.page = new PageView(explanation, ZoneId.systemDefault(), unicode);
    }

    /// Shows it until the user has seen enough.
    ///
    /// @throws IOException if no look can be taken
    public void run() throws IOException {
        Attributes before = terminal.enterRawMode();
        terminal.handle(Terminal.Signal.WINCH, signal -> isResized.set(true));
        terminal.handle(Terminal.Signal.INT, signal -> isQuit.set(true));
        terminal.puts(Capability.enter_ca_mode);
        terminal.puts(Capability.cursor_invisible);
        terminal.flush();
        Thread looker = Thread.ofPlatform().name("sockeye-look").daemon().start(this::takeLooks);
        try {
            answerKeys();
        } finally {
            isQuit.set(true);
            looker.interrupt();
            terminal.puts(Capability.cursor_visible);
            terminal.puts(Capability.exit_ca_mode);
            terminal.setAttributes(before);
            terminal.flush();
        }
        if (failed != null) throw failed;
    }

    // ---------------------------------------------------------------- looks

    private void takeLooks() {
        try {
            long next = System.nanoTime();
            while (!isQuit.get()) {
                Look look = looks.next();
                taken.put(look == null ? NO_MORE : look);
                if (look == null) return;
                next = Math.max(next + interval.toNanos(), System.nanoTime());
                TimeUnit.NANOSECONDS.sleep(next - System.nanoTime());
            }
        } catch (IOException e) {
            offer(e);
        } catch (InterruptedException e) {
            // The user has quit.
        }
    }

    private void offer(IOException e) {
        try {
            taken.put(e);
        } catch (InterruptedException quit) {
            // The user has quit, and need not know.
        }
    }

    /// Takes what the looking thread has for us.
    ///
    /// @return whether that changes what is to be seen
    private boolean takeLook() {
        if (model.isPaused()) return false;
        return switch (taken.poll()) {
            case Look look -> {
                model.add(look);
                yield true;
            }
            case IOException e -> {
                failed = e;
                isQuit.set(true);
                yield false;
            }
            case null -> false;
            default -> {
                model.pause(true);
                yield true;
            }
        };
    }

    // ---------------------------------------------------------------- the screen

    private void answerKeys() throws IOException {
        var display = new Display(terminal, true);
        boolean isDirty = true;
        while (!isQuit.get()) {
            isDirty |= takeLook();
            if (isResized.getAndSet(false)) {
                display.resize(Size.of(Math.max(20, terminal.getColumns()), Math.max(6, terminal.getRows())));
                display.clear();
                terminal.puts(Capability.clear_screen);
                isDirty = true;
            }
            if (isDirty) display.update(screen(display.getColumns(), display.getRows()), 0);
            Key key = Key.read(terminal.reader(), KEY_MILLIS);
            isDirty = key != null;
            if (key != null) press(key);
        }
    }

    private List<AttributedString> screen(int width, int height) {
        if (isHelp) return help(width, height);
        Watched chosen = open;
        if (chosen == null) return list.lines(width, height, title, prompt());
        boolean isGone = model.shown().stream().noneMatch(watched -> watched.key.equals(chosen.key));
        return page.lines(chosen, model.around(), isGone, width, height);
    }

    private @Nullable String prompt() {
        if (typed == null) return null;
        return "Filter: " + typed + "_"
                + (typingError.isEmpty() ? "   Enter applies, Esc leaves it" : "   " + typingError);
    }

    private static List<AttributedString> help(int width, int height) {
        List<AttributedString> lines = new ArrayList<>();
        lines.add(new AttributedString("Keys", AttributedStyle.BOLD));
        for (String line : HELP) lines.add(ListView.fit(new AttributedString("  " + line), width));
        while (lines.size() < height) lines.add(AttributedString.EMPTY);
        return lines.subList(0, height);
    }

    // ---------------------------------------------------------------- keys

    private void press(Key key) {
        if (key.name() == Key.Name.END_OF_INPUT) isQuit.set(true);
        else if (isHelp) isHelp = false;
        else if (typed != null) type(key, typed);
        else if (open != null) pressOnPage(key);
        else pressOnList(key);
    }

    private void pressOnList(Key key) {
        int screenful = Math.max(1, terminal.getRows() - ListView.HEAD - ListView.FOOT);
        switch (key.name()) {
            case UP -> model.move(-1);
            case DOWN -> model.move(1);
            case PAGE_UP -> model.move(-screenful);
            case PAGE_DOWN -> model.move(screenful);
            case HOME -> model.move(-1_000_000_000);
            case END -> model.move(1_000_000_000);
            case LEFT -> model.orderBy(model.order().previous());
            case RIGHT -> model.orderBy(model.order().next());
            case ENTER -> {
                open = model.chosen();
                page.rewind();
            }
            case CHARACTER -> pressOnList(key.character());
            default -> {}
        }
    }

    private void pressOnList(char key) {
        switch (key) {
            case 'q' -> isQuit.set(true);
            case 'k' -> model.move(-1);
            case 'j' -> model.move(1);
            case '<' -> model.orderBy(model.order().previous());
            case '>' -> model.orderBy(model.order().next());
            case 't' -> model.orderBy(Order.TROUBLE);
            case 'r' -> model.reverse();
            case 'p', ' ' -> model.pause(!model.isPaused());
            case 'h', '?' -> isHelp = true;
            case '/' -> {
                typed = new StringBuilder(model.filterText());
                typingError = "";
            }
            default -> {}
        }
    }

    private void pressOnPage(Key key) {
        switch (key.name()) {
            case UP -> page.scroll(-1);
            case DOWN -> page.scroll(1);
            case PAGE_UP -> page.scroll(1 - terminal.getRows());
            case PAGE_DOWN -> page.scroll(terminal.getRows() - 1);
            case HOME -> page.rewind();
            case ESCAPE, BACKSPACE, LEFT -> open = null;
            case CHARACTER -> {
                if (key.character() == 'q') isQuit.set(true);
                if (key.character() == 'p' || key.character() == ' ') model.pause(!model.isPaused());
                if (key.character() == 'h' || key.character() == '?') isHelp = true;
            }
            default -> {}
        }
    }

    private void type(Key key, StringBuilder text) {
        switch (key.name()) {
            case CHARACTER -> text.append(key.character());
            case BACKSPACE -> text.setLength(Math.max(0, text.length() - 1));
            case ESCAPE -> typed = null;
            case ENTER -> {
                apply(text.toString().strip());
                return;
            }
            default -> {}
        }
        typingError = "";
    }

    private void apply(String text) {
        try {
            model.filter(filters.apply(text), text);
            typed = null;
        } catch (IllegalArgumentException e) {
            typingError = String.valueOf(e.getMessage()).lines().findFirst().orElse("no such filter");
        }
    }
}
