package dev.sockeye.conformance.python;

/// A token of Python.
///
/// @param text of a [Kind#STRING] its value, else as it stands there
record Token(Kind kind, String text, int line) {

    enum Kind {
        NAME,
        NUMBER,
        STRING,
        OPERATOR,
        NEWLINE,
        INDENT,
        DEDENT,
        END
    }

    boolean is(String operatorOrWord) {
        return (kind == Kind.OPERATOR || kind == Kind.NAME) && text.equals(operatorOrWord);
    }

    String shown() {
        return switch (kind) {
            case NEWLINE, INDENT, DEDENT -> "the end of the line";
            case END -> "the end of the block";
            default -> "'" + text + "'";
        };
    }
}
