package dev.sockeye.conformance.run;

/// An event did not go as the script says.
final class Failure extends Exception {

    private static final long serialVersionUID = 1;

    /// Whose fault it is.
    enum Kind {
        /// The host did something else.
        HOST,
        /// The script makes no sense.
        SCRIPT
    }

    private final Kind kind;

    private Failure(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    static Failure host(String message) {
        return new Failure(Kind.HOST, message);
    }

    static Failure script(String message) {
        return new Failure(Kind.SCRIPT, message);
    }

    Kind kind() {
        return kind;
    }
}
