package dev.sockeye.conformance.script;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// An argument or a result of a system call.
public sealed interface Expression {

    /// `...`: a default, or whatever comes.
    record Anything() implements Expression {
        @Override
        public String toString() {
            return "...";
        }
    }

    /// `17`, `-1`, `0x11`
    record Numeral(long value) implements Expression {
        @Override
        public String toString() {
            return Long.toString(value);
        }
    }

    /// `"cubic"`
    record Text(String value) implements Expression {
        @Override
        public String toString() {
            return '"' + value + '"';
        }
    }

    /// A constant by its name: `SOL_SOCKET`
    record Name(String name) implements Expression {
        @Override
        public String toString() {
            return name;
        }
    }

    /// `O_RDWR|O_NONBLOCK`
    record Or(List<Expression> parts) implements Expression {
        @Override
        public String toString() {
            return String.join("|", parts.stream().map(Object::toString).toList());
        }
    }

    /// `[1, 2]`: a value by reference, or several.
    record Array(List<Expression> elements) implements Expression {
        @Override
        public String toString() {
            return elements.toString();
        }
    }

    /// `{events=EPOLLIN, fd=4}`, `{..., 1000}`: a struct.
    record Struct(List<Field> fields) implements Expression {

        /// The value of a field, or null.
        public @Nullable Expression field(String name) {
            for (Field field : fields) if (name.equals(field.name)) return field.value;
            return null;
        }

        @Override
        public String toString() {
            return "{" + String.join(", ", fields.stream().map(Field::toString).toList()) + "}";
        }
    }

    /// `htons(8080)`
    record Call(String name, List<Expression> arguments) implements Expression {
        @Override
        public String toString() {
            return name + "("
                    + String.join(", ", arguments.stream().map(Object::toString).toList()) + ")";
        }
    }

    /// A field of a struct.
    ///
    /// @param name     null where there is none
    /// @param argument what stands in parentheses behind the name, as in `msg_iov(1)=...`
    record Field(@Nullable String name, @Nullable Expression argument, Expression value) {
        @Override
        public String toString() {
            if (name == null) return value.toString();
            return name + (argument == null ? "" : "(" + argument + ")") + "=" + value;
        }
    }
}
