package dev.sockeye.conformance.python;

import dev.sockeye.conformance.python.PythonException.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Runs blocks of Python: assertions, assignments, `print`, `if`, `for` and `while`, over whole and broken
/// numbers, strings, booleans and lists. What one block assigns the next sees. A block is run as it is
/// read.
public final class Python {

    private static final int MOST_ROUNDS = 1_000_000;
    private static final Set<String> BEYOND =
            Set.of("def", "class", "try", "with", "lambda", "return", "yield", "raise", "del", "global", "from");

    private final Map<String, Object> variables = new HashMap<>();
    private final Function<String, @Nullable Object> names;
    private final StringBuilder output = new StringBuilder();

    private List<Token> tokens = List.of();
    private int at;

    /// Where the loop is left or begun anew: null while it runs on.
    private @Nullable String leaving;

    /// An interpreter without variables.
    ///
    /// @param names the value of a name that no block has assigned, or null: a `Long`, `Boolean` or `String`
    public Python(Function<String, @Nullable Object> names) {
        this.names = names;
        variables.put("True", true);
        variables.put("False", false);
        variables.put("None", Values.NONE);
    }

    /// Runs a block.
    ///
    /// @return what it has printed
    public String run(String text) throws PythonException {
        output.setLength(0);
        tokens = Tokens.of(text);
        at = 0;
        while (peek().kind() != Token.Kind.END) statement(true);
        return output.toString();
    }

    // ---------------------------------------------------------------- tokens

    private Token peek() {
        return tokens.get(at);
    }

    private Token next() {
        return tokens.get(at++);
    }

    private boolean take(String text) {
        if (!peek().is(text)) return false;
        at++;
        return true;
    }

    private void require(String text) throws PythonException {
        if (!take(text)) throw error("expected '" + text + "', found " + peek().shown());
    }

    private boolean take(Token.Kind kind) {
        if (peek().kind() != kind) return false;
        at++;
        return true;
    }

    private PythonException error(String message) {
        return new PythonException(Kind.ERROR, peek().line(), message);
    }

    private PythonException unsupported(String what) {
        return new PythonException(Kind.UNSUPPORTED, peek().line(), what);
    }

    // ---------------------------------------------------------------- statements

    /// @param live whether it is run, not only read
    private void statement(boolean live) throws PythonException {
        if (take(Token.Kind.NEWLINE)) return;
        if (take("if")) {
            branches(live);
        } else if (take("while")) {
            whileLoop(live);
        } else if (take("for")) {
            forLoop(live);
        } else {
            simpleLine(live);
        }
    }

    private void simpleLine(boolean live) throws PythonException {
        do {
            if (peek().kind() == Token.Kind.NEWLINE) break;
            simple(live && leaving == null);
        } while (take(";"));
        if (!take(Token.Kind.NEWLINE)) throw error("expected the end of the line, found " + peek().shown());
    }

    private void simple(boolean live) throws PythonException {
        Token first = peek();
        if (first.kind() == Token.Kind.NAME && BEYOND.contains(first.text())) throw unsupported(first.text());
        if (take("pass")) return;
        if (take("import")) {
            while (peek().kind() == Token.Kind.NAME || peek().is(",")) next();
        } else if (take("assert")) {
            assertion(live, first.line());
        } else if (take("break")) {
            if (live) leaving = "break";
        } else if (take("continue")) {
            if (live) leaving = "continue";
        } else if (first.is("print")) {
            next();
            print(live);
        } else if (first.kind() == Token.Kind.NAME && isAssignment(tokens.get(at + 1))) {
            assignment(live);
        } else {
            expressions().value(live);
        }
    }

    private static boolean isAssignment(Token token) {
        return token.kind() == Token.Kind.OPERATOR
                && token.text().endsWith("=")
                && !Set.of("==", "!=", "<=", ">=").contains(token.text());
    }

    private void assignment(boolean live) throws PythonException {
        String name = next().text();
        String operator = next().text();
        Expressions right = expressions();
        Object value = right.value(live);
        if (!live) return;
        if (!operator.equals("=")) {
            String binary = operator.substring(0, operator.length() - 1);
            value = Values.binary(binary, lookup(name), value, this::error);
        }
        variables.put(name, value);
    }

    private void assertion(boolean live, int line) throws PythonException {
        Object holds = expressions().single(live);
        boolean failed = live && !Values.isTrue(holds);
        Object message = take(",") ? expressions().single(failed) : null;
        if (!failed) return;
        String text = message == null ? "AssertionError" : "AssertionError: " + Values.text(message);
        throw new PythonException(Kind.ASSERTION, line, text);
    }

    /// `print(a, b)` and Python 2's `print a, b`
    private void print(boolean live) throws PythonException {
        List<Object> values = new ArrayList<>();
        if (take("(")) {
            while (!take(")")) {
                values.add(expressions().single(live));
                if (!take(",")) {
                    require(")");
                    break;
                }
            }
        } else if (peek().kind() != Token.Kind.NEWLINE && !peek().is(";")) {
            do values.add(expressions().single(live));
            while (take(","));
        }
        if (!live) return;
        List<String> texts = values.stream().map(Values::text).toList();
        output.append(String.join(" ", texts)).append('\n');
    }

    private void branches(boolean live) throws PythonException {
        boolean open = live && leaving == null;
        boolean taken = Values.isTrue(expressions().single(open)) && open;
        suite(taken);
        while (take("elif")) {
            boolean here = open && !taken;
            here = Values.isTrue(expressions().single(here)) && here;
            suite(here);
            taken |= here;
        }
        if (take("else")) suite(open && !taken);
    }

    private void whileLoop(boolean live) throws PythonException {
        int condition = at;
        boolean open = live && leaving == null;
        for (int round = 0; ; round++) {
            if (round > MOST_ROUNDS) throw error("the loop does not end");
            at = condition;
            boolean again = Values.isTrue(expressions().single(open)) && open;
            suite(again);
            if (!again || endOfRound()) break;
        }
        skipSuiteAgain(condition);
    }

    /// Leaves `at` behind the loop's body, wherever the last round ended.
    private void skipSuiteAgain(int condition) throws PythonException {
        at = condition;
        expressions().single(false);
        suite(false);
    }

    private void forLoop(boolean live) throws PythonException {
        Token name = next();
        if (name.kind() != Token.Kind.NAME) throw error("expected a name, found " + name.shown());
        require("in");
        boolean open = live && leaving == null;
        Object range = expressions().single(open);
        int body = at;
        if (open && range instanceof List<?> elements) {
            for (Object element : elements) {
                at = body;
                variables.put(name.text(), element);
                suite(true);
                if (endOfRound()) break;
            }
        } else if (open) {
            throw error("a for loop goes over a list");
        }
        at = body;
        suite(false);
    }

    /// @return whether the loop is left
    private boolean endOfRound() {
        boolean left = "break".equals(leaving);
        leaving = null;
        return left;
    }

    private void suite(boolean live) throws PythonException {
        require(":");
        if (!take(Token.Kind.NEWLINE)) {
            simpleLine(live);
            return;
        }
        boolean blank;
        do blank = take(Token.Kind.NEWLINE);
        while (blank);
        if (!take(Token.Kind.INDENT)) throw error("expected an indented block");
        while (!take(Token.Kind.DEDENT)) statement(live && leaving == null);
    }

    // ---------------------------------------------------------------- expressions

    private Expressions expressions() {
        return new Expressions();
    }

    private Object lookup(String name) throws PythonException {
        Object value = variables.get(name);
        if (value == null) value = names.apply(name);
        if (value == null) throw error("NameError: name '" + name + "' is not defined");
        return value;
    }

    /// Reads an expression, and works it out where it is live: precedence climbs from `or` to a call.
    private final class Expressions {

        /// One value, or a list where commas stand between several.
        Object value(boolean live) throws PythonException {
            Object first = single(live);
            if (!peek().is(",")) return first;
            List<Object> list = new ArrayList<>(List.of(first));
            while (take(",")) {
                if (peek().kind() == Token.Kind.NEWLINE || peek().is(")")) break;
                list.add(single(live));
            }
            return list;
        }

        Object single(boolean live) throws PythonException {
            Object value = disjunction(live);
            if (!take("if")) return value;
            // The value of a conditional expression stands in front of its condition.
            Object condition = disjunction(live);
            require("else");
            Object otherwise = single(live);
            return !live || Values.isTrue(condition) ? value : otherwise;
        }

        private Object disjunction(boolean live) throws PythonException {
            Object left = conjunction(live);
            while (take("or")) {
                boolean decided = live && Values.isTrue(left);
                Object right = conjunction(live && !decided);
                if (!decided) left = right;
            }
            return left;
        }

        private Object conjunction(boolean live) throws PythonException {
            Object left = negation(live);
            while (take("and")) {
                boolean open = live && Values.isTrue(left);
                Object right = negation(open);
                if (open) left = right;
            }
            return left;
        }

        private Object negation(boolean live) throws PythonException {
            if (!take("not")) return comparison(live);
            Object value = negation(live);
            return live ? (Object) !Values.isTrue(value) : value;
        }

        /// `a < b <= c`
        private Object comparison(boolean live) throws PythonException {
            Object left = binary(live, 0);
            Object result = left;
            boolean holds = true;
            for (String operator = comparator(); operator != null; operator = comparator()) {
                Object right = binary(live, 0);
                if (live && holds) holds = Values.compare(operator, left, right, Python.this::error);
                left = right;
                result = holds;
            }
            return result;
        }

        private @Nullable String comparator() throws PythonException {
            for (String each : List.of("==", "!=", "<>", "<=", ">=", "<", ">", "in", "is")) {
                if (!take(each)) continue;
                return each.equals("is") && take("not") ? "is not" : each;
            }
            if (peek().is("not") && tokens.get(at + 1).is("in")) {
                at += 2;
                return "not in";
            }
            return null;
        }

        private static final List<List<String>> LEVELS = List.of(
                List.of("|"),
                List.of("^"),
                List.of("&"),
                List.of("<<", ">>"),
                List.of("+", "-"),
                List.of("*", "//", "/", "%"));

        private Object binary(boolean live, int level) throws PythonException {
            if (level == LEVELS.size()) return unary(live);
            Object left = binary(live, level + 1);
            while (true) {
                Token operator = peek();
                if (operator.kind() != Token.Kind.OPERATOR || !LEVELS.get(level).contains(operator.text())) return left;
                next();
                Object right = binary(live, level + 1);
                if (live) left = Values.binary(operator.text(), left, right, Python.this::error);
            }
        }

        private Object unary(boolean live) throws PythonException {
            for (String operator : List.of("-", "+", "~")) {
                if (!take(operator)) continue;
                Object value = unary(live);
                return live ? Values.unary(operator, value, Python.this::error) : value;
            }
            Object base = postfix(live);
            if (!take("**")) return base;
            Object exponent = unary(live);
            return live ? Values.binary("**", base, exponent, Python.this::error) : base;
        }

        private Object postfix(boolean live) throws PythonException {
            Token token = next();
            return switch (token.kind()) {
                case NUMBER -> Values.number(token.text(), Python.this::error);
                case STRING -> token.text();
                case NAME -> named(token.text(), live);
                default -> bracketed(token, live);
            };
        }

        private Object named(String name, boolean live) throws PythonException {
            if (BEYOND.contains(name)) throw unsupported(name);
            if (take("(")) return call(name, live);
            if (peek().is(".")) throw unsupported("attributes");
            return live ? lookup(name) : 0L;
        }

        private Object bracketed(Token token, boolean live) throws PythonException {
            if (token.is("(")) return closed(")", live);
            if (token.is("[")) return list(live);
            at--;
            throw error("expected a value, found " + token.shown());
        }

        private Object closed(String close, boolean live) throws PythonException {
            Object value = value(live);
            require(close);
            return value;
        }

        private List<Object> list(boolean live) throws PythonException {
            List<Object> elements = new ArrayList<>();
            while (!take("]")) {
                elements.add(single(live));
                if (!take(",")) {
                    require("]");
                    break;
                }
            }
            return elements;
        }

        private Object call(String function, boolean live) throws PythonException {
            List<Object> arguments = new ArrayList<>();
            while (!take(")")) {
                arguments.add(single(live));
                if (!take(",")) {
                    require(")");
                    break;
                }
            }
            return live ? Values.call(function, arguments, Python.this::error) : 0L;
        }
    }
}
