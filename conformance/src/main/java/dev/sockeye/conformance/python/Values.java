package dev.sockeye.conformance.python;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Function;

/// Values of Python: `Long`, `Double`, `Boolean`, `String`, `List` and [#NONE], and what can be done with
/// them.
final class Values {

    /// Python's `None`.
    static final Object NONE = new Object() {
        @Override
        public String toString() {
            return "None";
        }
    };

    private static final int LONGEST_RANGE = 1_000_000;

    private Values() {}

    interface Failure extends Function<String, PythonException> {}

    static boolean isTrue(Object value) {
        return switch (value) {
            case Boolean b -> b;
            case Long l -> l != 0;
            case Double d -> d != 0;
            case String s -> !s.isEmpty();
            case List<?> list -> !list.isEmpty();
            default -> false;
        };
    }

    static String text(Object value) {
        return switch (value) {
            case Boolean b -> b ? "True" : "False";
            case List<?> list -> list.stream().map(Values::shown).toList().toString();
            default -> value.toString();
        };
    }

    private static String shown(Object value) {
        return value instanceof String s ? "'" + s + "'" : text(value);
    }

    static Object number(String text, Failure failure) throws PythonException {
        String lower = text.toLowerCase(Locale.ROOT);
        try {
            if (lower.startsWith("0x")) return Long.parseLong(lower.substring(2), 16);
            if (lower.startsWith("0b")) return Long.parseLong(lower.substring(2), 2);
            if (lower.startsWith("0o")) return Long.parseLong(lower.substring(2), 8);
            if (lower.contains(".") || lower.contains("e")) return Double.parseDouble(lower);
            return Long.parseLong(lower);
        } catch (NumberFormatException e) {
            throw failure.apply("'" + text + "' is not a number");
        }
    }

    private static double real(Object value) {
        return ((Number) value).doubleValue();
    }

    /// A boolean counts as 0 or 1.
    private static Object counted(Object value) {
        return value instanceof Boolean b ? (Object) (b ? 1L : 0L) : value;
    }

    static Object unary(String operator, Object operand, Failure failure) throws PythonException {
        Object value = counted(operand);
        if (operator.equals("+") && value instanceof Number) return value;
        if (operator.equals("-") && value instanceof Long l) return -l;
        if (operator.equals("-") && value instanceof Double d) return -d;
        if (operator.equals("~") && value instanceof Long l) return ~l;
        throw failure.apply("TypeError: bad operand for " + operator + ": " + shown(operand));
    }

    static Object binary(String operator, Object left, Object right, Failure failure) throws PythonException {
        Object a = counted(left);
        Object b = counted(right);
        if (a instanceof Long x && b instanceof Long y) return whole(operator, x, y, failure);
        if (a instanceof Number && b instanceof Number) return broken(operator, real(a), real(b), failure);
        if (a instanceof String x && operator.equals("%")) return format(x, b);
        if (a instanceof String x && b instanceof String y && operator.equals("+")) return x + y;
        if (a instanceof List<?> x && b instanceof List<?> y && operator.equals("+")) {
            List<Object> both = new ArrayList<>(x);
            both.addAll(y);
            return both;
        }
        throw failure.apply("TypeError: bad operands for " + operator + ": " + shown(left) + " and " + shown(right));
    }

    private static Object whole(String operator, long x, long y, Failure failure) throws PythonException {
        try {
            return switch (operator) {
                case "+" -> Math.addExact(x, y);
                case "-" -> Math.subtractExact(x, y);
                case "*" -> Math.multiplyExact(x, y);
                case "/" -> (double) x / nonZero(y, failure);
                case "//" -> Math.floorDiv(x, nonZero(y, failure));
                case "%" -> Math.floorMod(x, nonZero(y, failure));
                case "&" -> x & y;
                case "|" -> x | y;
                case "^" -> x ^ y;
                case "<<" -> x << shift(y, failure);
                case ">>" -> x >> shift(y, failure);
                case "**" -> power(x, y);
                default -> throw failure.apply("there is no operator " + operator);
            };
        } catch (ArithmeticException e) {
            throw failure.apply("OverflowError: the number is too large");
        }
    }

    private static long nonZero(long divisor, Failure failure) throws PythonException {
        if (divisor == 0) throw failure.apply("ZeroDivisionError: division by zero");
        return divisor;
    }

    private static long shift(long bits, Failure failure) throws PythonException {
        if (bits < 0 || bits > 63) throw failure.apply("ValueError: a shift by " + bits);
        return bits;
    }

    private static Object power(long base, long exponent) {
        if (exponent < 0) return Math.pow((double) base, (double) exponent);
        if (base == 0 || base == 1) return exponent == 0 ? 1 : base;
        if (base == -1) return exponent % 2 == 0 ? 1 : base;
        long result = 1;
        for (long i = 0; i < exponent; i++) result = Math.multiplyExact(result, base);
        return result;
    }

    private static Object broken(String operator, double x, double y, Failure failure) throws PythonException {
        return switch (operator) {
            case "+" -> x + y;
            case "-" -> x - y;
            case "*" -> x * y;
            case "/" -> y == 0 ? nonZero(0, failure) : x / y;
            case "//" -> y == 0 ? nonZero(0, failure) : Math.floor(x / y);
            case "%" -> y == 0 ? nonZero(0, failure) : x - y * Math.floor(x / y);
            case "**" -> Math.pow(x, y);
            default -> throw failure.apply("TypeError: bad operands for " + operator);
        };
    }

    /// `'%d of %s' % (a, b)`: each directive takes the next value, whatever its letter.
    private static String format(String format, Object arguments) {
        List<?> values = arguments instanceof List<?> list ? list : List.of(arguments);
        var text = new StringBuilder();
        int next = 0;
        for (int i = 0; i < format.length(); i++) {
            char c = format.charAt(i);
            if (c != '%' || i + 1 >= format.length()) {
                text.append(c);
                continue;
            }
            char directive = format.charAt(++i);
            if (directive == '%') text.append('%');
            else if (next >= values.size()) text.append('%').append(directive);
            else if (directive == 'x' && values.get(next) instanceof Long l) {
                text.append(Long.toHexString(l));
                next++;
            } else text.append(text(values.get(next++)));
        }
        return text.toString();
    }

    static boolean compare(String operator, Object left, Object right, Failure failure) throws PythonException {
        Object a = counted(left);
        Object b = counted(right);
        return switch (operator) {
            case "==", "is" -> areEqual(a, b);
            case "!=", "<>", "is not" -> !areEqual(a, b);
            case "in", "not in" -> contains(b, a, failure) == operator.equals("in");
            case "<" -> order(a, b, failure) < 0;
            case "<=" -> order(a, b, failure) <= 0;
            case ">" -> order(a, b, failure) > 0;
            default -> order(a, b, failure) >= 0;
        };
    }

    private static boolean contains(Object container, Object value, Failure failure) throws PythonException {
        if (!(container instanceof List<?> list)) throw failure.apply("TypeError: 'in' looks into a list");
        return list.stream().anyMatch(each -> areEqual(counted(each), value));
    }

    private static boolean areEqual(Object a, Object b) {
        if (a instanceof Number && b instanceof Number && !a.getClass().equals(b.getClass())) return real(a) == real(b);
        return Objects.equals(a, b);
    }

    private static int order(Object a, Object b, Failure failure) throws PythonException {
        if (a instanceof Long x && b instanceof Long y) return Long.compare(x, y);
        if (a instanceof Number && b instanceof Number) return Double.compare(real(a), real(b));
        if (a instanceof String x && b instanceof String y) return x.compareTo(y);
        throw failure.apply("TypeError: " + shown(a) + " and " + shown(b) + " have no order");
    }

    static Object call(String function, List<Object> arguments, Failure failure) throws PythonException {
        Object first = arguments.isEmpty() ? NONE : counted(arguments.getFirst());
        Object result = switch (function) {
            case "abs" ->
                first instanceof Long l ? (Object) Math.abs(l) : first instanceof Double d ? Math.abs(d) : NONE;
            case "int" -> first instanceof Number n ? (Object) n.longValue() : NONE;
            case "float" -> first instanceof Number n ? (Object) n.doubleValue() : NONE;
            case "round" -> first instanceof Number n ? (Object) Math.round(n.doubleValue()) : NONE;
            case "bool" -> isTrue(first);
            case "str", "repr" -> text(arguments.isEmpty() ? "" : arguments.getFirst());
            case "hex" -> first instanceof Long l ? (Object) ("0x" + Long.toHexString(l)) : NONE;
            case "len" -> length(first);
            case "min", "max" -> arguments.isEmpty() ? NONE : extreme(function, arguments, failure);
            case "range" -> range(arguments, failure);
            default -> throw failure.apply("NameError: name '" + function + "' is not defined");
        };
        if (result == NONE) throw failure.apply("TypeError: " + function + " of " + shown(first));
        return result;
    }

    private static Object length(Object value) {
        return value instanceof List<?> list
                ? (Object) (long) list.size()
                : value instanceof String s ? (Object) (long) s.length() : NONE;
    }

    private static Object extreme(String function, List<Object> arguments, Failure failure) throws PythonException {
        List<?> values = arguments.getFirst() instanceof List<?> list && arguments.size() == 1 ? list : arguments;
        if (values.isEmpty()) throw failure.apply("ValueError: " + function + " of nothing");
        Object best = values.getFirst();
        for (Object each : values) {
            int order = order(counted(each), counted(best), failure);
            if (function.equals("min") ? order < 0 : order > 0) best = each;
        }
        return best;
    }

    private static List<Object> range(List<Object> arguments, Failure failure) throws PythonException {
        long[] numbers = new long[arguments.size()];
        for (int i = 0; i < numbers.length; i++) {
            if (!(arguments.get(i) instanceof Long l)) throw failure.apply("TypeError: range takes whole numbers");
            numbers[i] = l;
        }
        if (numbers.length == 0 || numbers.length > 3) throw failure.apply("TypeError: range takes 1 to 3 numbers");
        long from = numbers.length == 1 ? 0 : numbers[0];
        long to = numbers[numbers.length == 1 ? 0 : 1];
        long step = numbers.length == 3 ? numbers[2] : 1;
        if (step == 0) throw failure.apply("ValueError: range with a step of 0");
        List<Object> list = new ArrayList<>();
        for (long i = from; step > 0 ? i < to : i > to; i += step) {
            if (list.size() > LONGEST_RANGE) throw failure.apply("the range is too long");
            list.add(i);
        }
        return list;
    }
}
