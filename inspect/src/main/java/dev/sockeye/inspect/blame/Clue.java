package dev.sockeye.inspect.blame;

/// Something that was found out about a socket inside the process that holds it.
///
/// @param kind what it is about
/// @param text one line of plain words
public record Clue(Kind kind, String text) {

    /// The kinds, in the order in which they are told.
    public enum Kind {
        /// What keeps it, in short.
        HELD_BY("held by"),
        /// One step of the chain of references that keeps it, from the root on.
        CHAIN("chain"),
        /// A thread that has it in a variable besides, or is in a call on it.
        IN_USE("in use"),
        /// The line that opened it.
        OPENED("opened at"),
        /// The line that read its end: the program knows that the peer has closed.
        END_READ("end read at"),
        /// A thread of the kernel's that waits for it.
        THREAD("thread"),
        /// What an epoll tells the program of it, and what not.
        WATCH("watched"),
        /// Where a native thread is, line by line, the innermost first.
        FRAME("stack"),
        /// What could not be found out, and why.
        PROBLEM("not seen");

        private final String label;

        Kind(String label) {
            this.label = label;
        }

        /// As it stands before the text.
        public String label() {
            return label;
        }
    }
}
