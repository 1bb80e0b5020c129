package dev.sockeye.inspect.filter;

import org.jspecify.annotations.Nullable;

/// How a number is compared, with all the names that `ss` has for it.
public enum Comparison {
    EQUAL("="),
    NOT_EQUAL("!="),
    LESS("<"),
    LESS_OR_EQUAL("<="),
    GREATER(">"),
    GREATER_OR_EQUAL(">=");

    private final String sign;

    Comparison(String sign) {
        this.sign = sign;
    }

    /// The comparison of this name, null if there is none.
    static @Nullable Comparison find(String name) {
        return switch (name) {
            case "=", "==", "eq" -> EQUAL;
            case "!=", "ne", "neq" -> NOT_EQUAL;
            case "<", "lt" -> LESS;
            case "<=", "le", "leq" -> LESS_OR_EQUAL;
            case ">", "gt" -> GREATER;
            case ">=", "ge", "geq" -> GREATER_OR_EQUAL;
            default -> null;
        };
    }

    /// Whether it holds.
    public boolean holds(long value, long limit) {
        return switch (this) {
            case EQUAL -> value == limit;
            case NOT_EQUAL -> value != limit;
            case LESS -> value < limit;
            case LESS_OR_EQUAL -> value <= limit;
            case GREATER -> value > limit;
            case GREATER_OR_EQUAL -> value >= limit;
        };
    }

    /// As it is written.
    public String sign() {
        return sign;
    }
}
