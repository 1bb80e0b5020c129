package dev.sockeye.conformance.shell;

/// What stands in `$((...))`: whole numbers with `+ - * / % << >>` and parentheses.
final class Arithmetic {

    private final String text;
    private int at;

    private Arithmetic(String text) {
        this.text = text.replaceAll("\\s", "");
    }

    static long value(String text) throws ShellException {
        var arithmetic = new Arithmetic(text);
        long value = arithmetic.shift();
        if (arithmetic.at < arithmetic.text.length()) throw arithmetic.bad();
        return value;
    }

    private ShellException bad() {
        return new ShellException("'" + text + "' is no arithmetic");
    }

    private boolean take(String operator) {
        if (!text.startsWith(operator, at)) return false;
        at += operator.length();
        return true;
    }

    private long shift() throws ShellException {
        long value = sum();
        while (true) {
            if (take("<<")) value <<= sum();
            else if (take(">>")) value >>= sum();
            else return value;
        }
    }

    private long sum() throws ShellException {
        long value = product();
        while (true) {
            if (take("+")) value += product();
            else if (take("-")) value -= product();
            else return value;
        }
    }

    private long product() throws ShellException {
        long value = power();
        while (true) {
            if (take("*")) value *= power();
            else if (take("/")) value /= nonZero(power());
            else if (take("%")) value %= nonZero(power());
            else return value;
        }
    }

    private long nonZero(long divisor) throws ShellException {
        if (divisor == 0) throw bad();
        return divisor;
    }

    private long power() throws ShellException {
        long base = atom();
        if (!take("**")) return base;
        long exponent = power();
        long value = 1;
        for (long i = 0; i < Math.min(exponent, 64); i++) value *= base;
        return value;
    }

    private long atom() throws ShellException {
        if (take("(")) {
            long value = shift();
            if (!take(")")) throw bad();
            return value;
        }
        if (take("-")) return -atom();
        int start = at;
        while (at < text.length() && Character.isLetterOrDigit(text.charAt(at))) at++;
        try {
            return Long.decode(text.substring(start, at));
        } catch (NumberFormatException e) {
            throw bad();
        }
    }
}
