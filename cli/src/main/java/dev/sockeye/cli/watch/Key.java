package dev.sockeye.cli.watch;

import java.io.IOException;
import org.jline.utils.NonBlockingReader;
import org.jspecify.annotations.Nullable;

/// A key that was pressed.
///
/// @param name      which
/// @param character of [Name#CHARACTER]
record Key(Name name, char character) {

    enum Name {
        UP,
        DOWN,
        LEFT,
        RIGHT,
        PAGE_UP,
        PAGE_DOWN,
        HOME,
        END,
        ENTER,
        ESCAPE,
        BACKSPACE,
        CHARACTER,
        /// Something that means nothing here.
        OTHER,
        /// There will be no more.
        END_OF_INPUT
    }

    private static final char ESC = 27;
    /// What follows an escape follows at once; a user is slower.
    private static final long SEQUENCE_MILLIS = 50;

    private static final int LONGEST_SEQUENCE = 8;

    private Key(Name name) {
        this(name, '\0');
    }

    /// The next key.
    ///
    /// @return null if none was pressed for so long
    static @Nullable Key read(NonBlockingReader in, long millis) throws IOException {
        int c = in.read(millis);
        if (c == NonBlockingReader.READ_EXPIRED) return null;
        return switch (c) {
            case NonBlockingReader.EOF -> new Key(Name.END_OF_INPUT);
            case ESC -> new Key(sequence(in));
            case '\r', '\n' -> new Key(Name.ENTER);
            case 8, 127 -> new Key(Name.BACKSPACE);
            case 3 -> new Key(Name.CHARACTER, 'q'); // Ctrl-C, where it makes no signal
            default -> c < ' ' ? new Key(Name.OTHER) : new Key(Name.CHARACTER, (char) c);
        };
    }

    /// What follows an escape, as xterm and those like it send it: `[A`, `OA`, `[5~`, `[1;5A`.
    private static Name sequence(NonBlockingReader in) throws IOException {
        var sequence = new StringBuilder();
        while (sequence.length() < LONGEST_SEQUENCE) {
            int c = in.read(SEQUENCE_MILLIS);
            if (c < 0) break;
            sequence.append((char) c);
            boolean isIntroducer = sequence.length() == 1 && (c == '[' || c == 'O');
            if (!isIntroducer && (Character.isLetter(c) || c == '~')) break;
        }
        return named(sequence.toString());
    }

    private static Name named(String sequence) {
        return switch (sequence) {
            case "" -> Name.ESCAPE;
            case "[A", "OA" -> Name.UP;
            case "[B", "OB" -> Name.DOWN;
            case "[C", "OC" -> Name.RIGHT;
            case "[D", "OD" -> Name.LEFT;
            case "[5~" -> Name.PAGE_UP;
            case "[6~" -> Name.PAGE_DOWN;
            case "[H", "OH", "[1~", "[7~" -> Name.HOME;
            case "[F", "OF", "[4~", "[8~" -> Name.END;
            default -> Name.OTHER;
        };
    }
}
