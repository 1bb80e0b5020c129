package dev.sockeye.conformance.machine;

import dev.sockeye.conformance.script.Expression;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.TransportAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The arguments of a call, worked out: names become numbers, `...` becomes the default.
final class Arguments {

    private final String call;
    private final List<Expression> expressions;
    private final Setup setup;

    Arguments(String call, List<Expression> expressions, Setup setup) {
        this.call = call;
        this.expressions = expressions;
        this.setup = setup;
    }

    /// How many there are.
    int count() {
        return expressions.size();
    }

    void require(int count) throws BadCall {
        if (expressions.size() != count) {
            throw new BadCall(call + " has " + count + " arguments, not " + expressions.size());
        }
    }

    Expression get(int i) throws BadCall {
        if (i >= expressions.size()) throw new BadCall(call + " has too few arguments");
        return expressions.get(i);
    }

    boolean isAnything(int i) throws BadCall {
        return get(i) instanceof Expression.Anything;
    }

    long number(int i) throws BadCall {
        return number(get(i));
    }

    int integer(int i) throws BadCall {
        return (int) number(i);
    }

    /// A number, or the default where it is `...`.
    int integer(int i, int otherwise) throws BadCall {
        return isAnything(i) ? otherwise : integer(i);
    }

    /// What a number's expression stands for: also the one element of an array.
    long number(Expression expression) throws BadCall {
        return switch (expression) {
            case Expression.Numeral(long value) -> value;
            case Expression.Name(String name) -> named(name);
            case Expression.Or(List<Expression> parts) -> {
                long bits = 0;
                for (Expression part : parts) bits |= number(part);
                yield bits;
            }
            case Expression.Array(List<Expression> elements) when elements.size() == 1 -> number(elements.getFirst());
            case Expression.Call(String name, List<Expression> of)
            when name.matches("[hn]to[hn][sl]") && of.size() == 1 -> number(of.getFirst());
            default -> throw new BadCall(call + ": " + expression + " is not a number");
        };
    }

    private long named(String name) throws BadCall {
        String defined = setup.definitions().get(name);
        String meant = defined == null ? name : defined;
        Long number = Constants.number(meant);
        if (number != null) return number;
        try {
            return Long.decode(meant);
        } catch (NumberFormatException e) {
            throw new BadCall(call + ": nothing is known of the name '" + name + "'");
        }
    }

    /// A string as bytes, with C's escapes.
    byte[] text(int i) throws BadCall {
        if (!(get(i) instanceof Expression.Text(String text)))
            throw new BadCall(call + ": " + get(i) + " is no string");
        return unescape(text);
    }

    boolean isText(int i) throws BadCall {
        return get(i) instanceof Expression.Text;
    }

    private static byte[] unescape(String text) {
        var bytes = new java.io.ByteArrayOutputStream();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\' && i + 3 < text.length() && text.charAt(i + 1) == 'x') {
                bytes.write(Integer.parseInt(text.substring(i + 2, i + 4), 16));
                i += 3;
            } else if (c == '\\' && i + 1 < text.length()) {
                char escaped = text.charAt(++i);
                bytes.write(escaped == 'n' ? '\n' : escaped == '0' ? 0 : escaped);
            } else {
                bytes.writeBytes(String.valueOf(c).getBytes(StandardCharsets.UTF_8));
            }
        }
        return bytes.toByteArray();
    }

    Expression.Struct struct(int i) throws BadCall {
        return struct(get(i));
    }

    Expression.Struct struct(Expression expression) throws BadCall {
        if (expression instanceof Expression.Struct struct) return struct;
        throw new BadCall(call + ": " + expression + " is not a struct");
    }

    List<Expression> array(Expression expression) throws BadCall {
        if (expression instanceof Expression.Array(List<Expression> elements)) return elements;
        throw new BadCall(call + ": " + expression + " is not an array");
    }

    /// Bytes in all buffers of an `iovec` array, whose elements are `{..., length}`.
    int vectorLength(Expression vector) throws BadCall {
        long total = 0;
        for (Expression element : array(vector)) {
            Expression.Struct buffer = struct(element);
            if (buffer.fields().size() != 2) throw new BadCall(call + ": " + element + " is not {buffer, length}");
            total += number(buffer.fields().get(1).value());
        }
        return (int) Math.min(total, Integer.MAX_VALUE);
    }

    /// An address: `...` for the default, `AF_UNSPEC`, or a `sockaddr`.
    ///
    /// @return null for AF_UNSPEC
    @Nullable
    TransportAddress address(int i, TransportAddress otherwise) throws BadCall {
        return address(get(i), otherwise);
    }

    @Nullable
    TransportAddress address(Expression expression, TransportAddress otherwise) throws BadCall {
        if (expression instanceof Expression.Anything) return otherwise;
        if (expression instanceof Expression.Name(String name) && name.equals("AF_UNSPEC")) return null;
        Expression.Struct struct = struct(expression);
        Expression family = struct.field("sa_family");
        if (family != null && number(family) == Constants.AF_UNSPEC) return null;
        Expression port = first(struct, "sin_port", "sin6_port");
        Expression ip = first(struct, "sin_addr", "sin6_addr");
        int portNumber = port == null ? otherwise.port() : (int) number(port);
        return new TransportAddress(ip == null ? otherwise.ip() : ip(ip), portNumber & 0xffff);
    }

    private static @Nullable Expression first(Expression.Struct struct, String name, String otherName) {
        Expression field = struct.field(name);
        return field == null ? struct.field(otherName) : field;
    }

    private IpAddress ip(Expression expression) throws BadCall {
        if (expression instanceof Expression.Call(String name, List<Expression> of)
                && name.startsWith("inet_")
                && !of.isEmpty()
                && of.getLast() instanceof Expression.Text(String text)) {
            try {
                return IpAddress.parse(text);
            } catch (IllegalArgumentException e) {
                throw new BadCall(call + ": " + e.getMessage());
            }
        }
        return IpAddress.v4((int) number(expression));
    }
}
