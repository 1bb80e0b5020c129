package dev.sockeye.conformance.script;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads a system call: `name(arguments) = result [errno] [(note)]`.
final class CallParser {

    private final Scanner in;

    CallParser(Scanner in) {
        this.in = in;
    }

    Action.SystemCall call(@Nullable EventTime end) throws ScriptException {
        String name = in.word("a system call");
        in.require("(");
        List<Expression> arguments = list(")");
        in.require("=");
        Expression result = expression();
        String errno = Scanner.isWordStart(in.skipSpace().peek()) ? in.word("an error") : null;
        if (errno != null && !errno.startsWith("E")) throw in.error("'" + errno + "' is not the name of an error");
        if (in.skipSpace().peek() == '(') note();
        return new Action.SystemCall(name, arguments, result, errno, end);
    }

    /// What stands in parentheses behind a result is for people.
    private void note() throws ScriptException {
        in.require("(");
        for (int depth = 1; depth > 0; ) {
            if (in.atEnd()) throw in.error("the note has no end: there is no )");
            char c = in.next();
            if (c == '(') depth++;
            if (c == ')') depth--;
        }
    }

    /// Expressions up to the closing bracket.
    private List<Expression> list(String close) throws ScriptException {
        List<Expression> elements = new ArrayList<>();
        if (in.take(close)) return elements;
        do {
            elements.add(expression());
        } while (in.take(","));
        in.require(close);
        return elements;
    }

    private Expression expression() throws ScriptException {
        Expression first = primary();
        if (in.skipSpace().peek() != '|') return first;
        List<Expression> parts = new ArrayList<>(List.of(first));
        while (in.take("|")) parts.add(primary());
        return new Expression.Or(List.copyOf(parts));
    }

    private Expression primary() throws ScriptException {
        char c = in.skipSpace().peek();
        if (in.take("...")) return new Expression.Anything();
        if (in.take("[")) return new Expression.Array(List.copyOf(list("]")));
        if (in.take("{")) return struct();
        if (c == '"') return text();
        if (Character.isDigit(c) || c == '-') return new Expression.Numeral(in.integer("a number"));
        if (!Scanner.isWordStart(c)) throw in.expected("an argument");
        String name = in.word("a name");
        if (in.skipSpace().peek() != '(') return new Expression.Name(name);
        in.require("(");
        return new Expression.Call(name, List.copyOf(list(")")));
    }

    private Expression text() throws ScriptException {
        in.require("\"");
        return new Expression.Text(in.until("\"", "the string"));
    }

    private Expression struct() throws ScriptException {
        List<Expression.Field> fields = new ArrayList<>();
        if (in.take("}")) return new Expression.Struct(List.of());
        do {
            fields.add(field());
        } while (in.take(","));
        in.require("}");
        return new Expression.Struct(List.copyOf(fields));
    }

    private Expression.Field field() throws ScriptException {
        Expression first = expression();
        if (!in.take("=")) return new Expression.Field(null, null, first);
        return switch (first) {
            case Expression.Name(String name) -> new Expression.Field(name, null, expression());
            case Expression.Call(String name, List<Expression> arguments)
            when arguments.size() == 1 -> new Expression.Field(name, arguments.getFirst(), expression());
            default -> throw in.error("'" + first + "' is not a field's name");
        };
    }
}
