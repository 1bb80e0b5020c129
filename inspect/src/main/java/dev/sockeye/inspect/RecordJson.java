package dev.sockeye.inspect;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.SerializedString;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.TransportAddress;
import java.io.IOException;
import java.io.StringWriter;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Records to JSON objects and back. A component `recvQ` is the field `recv_q`; an address is text, a time is ISO 8601,
/// a duration is a number of seconds, and a field that is null is left out. A reader skips the fields it does not know,
/// so that an older one understands a newer writer.
///
/// A record of a machine has millions of fields: what is to be known of a type of records is found once, and its
/// numbers are not made objects to be written.
public final class RecordJson {

    /// How a component is fetched: as the number that it is, or as an object.
    private enum Kind {
        BOOLEAN(boolean.class),
        INT(int.class),
        LONG(long.class),
        OBJECT(Object.class);

        final Class<?> fetched;

        Kind(Class<?> fetched) {
            this.fetched = fetched;
        }

        static Kind of(Class<?> type) {
            if (type == boolean.class) return BOOLEAN;
            if (type == int.class) return INT;
            return type == long.class ? LONG : OBJECT;
        }
    }

    /// One component: its name in JSON, how to get it, and its type.
    private record Field(SerializedString name, Kind kind, MethodHandle getter, Type type) {}

    /// What reading and writing a record needs, found once.
    private record Shape(List<Field> fields, Map<String, Integer> positions, Constructor<?> constructor) {}

    /// Whether numbers that are 0, flags that are false and lists that are empty are written. Who reads takes a field
    /// that is not there for just that.
    enum Zeros {
        WRITTEN,
        LEFT_OUT
    }

    private static final ClassValue<Shape> SHAPES = new ClassValue<>() {
        @Override
        protected Shape computeValue(Class<?> type) {
            return shapeOf(type);
        }
    };

    private RecordJson() {}

    // ---------------------------------------------------------------- writing

    /// A record in one line, without the line's end, with a field before all others that says what it is.
    public static String line(String name, String kind, Record value) throws IOException {
        var line = new StringWriter(512);
        try (JsonGenerator out = SnapshotJson.JSON.createGenerator(line)) {
            out.writeStartObject();
            out.writeStringField(name, kind);
            writeFields(out, value, Zeros.WRITTEN);
            out.writeEndObject();
        }
        return line.toString();
    }

    static void write(JsonGenerator out, Record value) throws IOException {
        write(out, value, Zeros.WRITTEN);
    }

    static void write(JsonGenerator out, Record value, Zeros zeros) throws IOException {
        out.writeStartObject();
        writeFields(out, value, zeros);
        out.writeEndObject();
    }

    private static void writeFields(JsonGenerator out, Record value, Zeros zeros) throws IOException {
        try {
            for (Field field : SHAPES.get(value.getClass()).fields) writeField(out, value, field, zeros);
        } catch (IOException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IOException("cannot read a " + value.getClass().getSimpleName(), e);
        }
    }

    private static void writeField(JsonGenerator out, Record value, Field field, Zeros zeros) throws Throwable {
        boolean all = zeros == Zeros.WRITTEN;
        switch (field.kind) {
            case BOOLEAN -> {
                boolean component = (boolean) field.getter.invokeExact(value);
                if (!component && !all) return;
                out.writeFieldName(field.name);
                out.writeBoolean(component);
            }
            case INT -> {
                int component = (int) field.getter.invokeExact(value);
                if (component == 0 && !all) return;
                out.writeFieldName(field.name);
                out.writeNumber(component);
            }
            case LONG -> {
                long component = (long) field.getter.invokeExact(value);
                if (component == 0 && !all) return;
                out.writeFieldName(field.name);
                out.writeNumber(component);
            }
            case OBJECT -> {
                Object component = (Object) field.getter.invokeExact(value);
                if (component == null || !all && component instanceof List<?> list && list.isEmpty()) return;
                out.writeFieldName(field.name);
                writeValue(out, component, zeros);
            }
        }
    }

    private static void writeValue(JsonGenerator out, Object value, Zeros zeros) throws IOException {
        switch (value) {
            case Boolean b -> out.writeBoolean(b);
            case Integer i -> out.writeNumber(i);
            case Long l -> out.writeNumber(l);
            case Enum<?> e -> out.writeString(e.name());
            case Duration d ->
                out.writeNumber(BigDecimal.valueOf(d.getSeconds())
                        .add(BigDecimal.valueOf(d.getNano(), 9))
                        .stripTrailingZeros()
                        .toPlainString());
            case List<?> list -> {
                out.writeStartArray();
                for (Object element : list) writeValue(out, element, zeros);
                out.writeEndArray();
            }
            case TransportAddress address -> out.writeString(address.toString());
            case Record r -> write(out, r, zeros);
            default -> out.writeString(value.toString());
        }
    }

    // ---------------------------------------------------------------- reading

    /// Reads the object that `in` stands at the beginning of.
    ///
    /// @throws IOException if it is not one of `type`
    static <T extends Record> T read(JsonParser in, Class<T> type) throws IOException {
        if (in.currentToken() != JsonToken.START_OBJECT)
            throw new IOException("expected an object, not " + in.currentToken());
        Shape shape = SHAPES.get(type);
        @Nullable Object[] values = new Object[shape.fields.size()];
        while (in.nextToken() != JsonToken.END_OBJECT) {
            String name = in.currentName();
            in.nextToken();
            Integer position = shape.positions.get(name);
            if (position == null) in.skipChildren();
            else values[position] = readValue(in, shape.fields.get(position).type);
        }
        for (int i = 0; i < values.length; i++) {
            if (values[i] == null) values[i] = absent(shape.fields.get(i).type);
        }
        return construct(type, shape, values);
    }

    private static <T extends Record> T construct(Class<T> type, Shape shape, @Nullable Object[] values)
            throws IOException {
        try {
            return type.cast(shape.constructor.newInstance(values));
        } catch (InvocationTargetException e) {
            throw new IOException("not a good " + type.getSimpleName() + ": " + e.getCause(), e);
        } catch (ReflectiveOperationException e) {
            throw new IOException("cannot make a " + type.getSimpleName(), e);
        }
    }

    private static @Nullable Object readValue(JsonParser in, Type type) throws IOException {
        if (in.currentToken() == JsonToken.VALUE_NULL) return null;
        if (type instanceof ParameterizedType list) return readList(in, list.getActualTypeArguments()[0]);
        if (type == boolean.class || type == Boolean.class) return in.getBooleanValue();
        if (type == int.class || type == Integer.class) return in.getIntValue();
        if (type == long.class || type == Long.class) return in.getLongValue();
        Class<?> rawType = (Class<?>) type;
        if (rawType.isRecord() && rawType != TransportAddress.class) {
            return read(in, rawType.asSubclass(Record.class));
        }
        if (type == Duration.class) return seconds(decimal(in));
        return parse(in.getText(), rawType);
    }

    private static List<Object> readList(JsonParser in, Type elementType) throws IOException {
        if (in.currentToken() != JsonToken.START_ARRAY)
            throw new IOException("expected a list, not " + in.currentToken());
        List<Object> list = new ArrayList<>();
        while (in.nextToken() != JsonToken.END_ARRAY) {
            Object element = readValue(in, elementType);
            if (element == null) throw new IOException("null in a list");
            list.add(element);
        }
        return list;
    }

    private static Object parse(String text, Class<?> type) throws IOException {
        try {
            if (type == String.class) return text;
            if (type == Instant.class) return Instant.parse(text);
            if (type == TransportAddress.class) return parseAddress(text);
            return constant(text, type);
        } catch (DateTimeException | IllegalArgumentException e) {
            throw new IOException("'" + text + "' is not a " + type.getSimpleName(), e);
        }
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // which enum it is, is known while it runs
    private static Object constant(String name, Class<?> type) {
        return Enum.valueOf((Class) type, name);
    }

    private static BigDecimal decimal(JsonParser in) throws IOException {
        try {
            return in.getDecimalValue();
        } catch (NumberFormatException e) {
            throw new IOException("'" + in.getText() + "' is not a number", e);
        }
    }

    private static Duration seconds(BigDecimal seconds) throws IOException {
        // 1e2147483647 is written quickly and worked out never: look at the exponent before any arithmetic.
        if (Math.abs((long) seconds.precision() - seconds.scale()) > 20 || Math.abs((long) seconds.scale()) > 40) {
            throw new IOException("a number of seconds beyond all reason");
        }
        try {
            return Duration.ofNanos(seconds.movePointRight(9).longValueExact());
        } catch (ArithmeticException e) {
            throw new IOException(seconds + " s is not a duration", e);
        }
    }

    /// The address that [TransportAddress#toString] spells so.
    static TransportAddress parseAddress(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 0) throw new IllegalArgumentException("not an address and port: '" + text + "'");
        String ip = text.substring(0, colon);
        if (ip.startsWith("[") && ip.endsWith("]")) ip = ip.substring(1, ip.length() - 1);
        return new TransportAddress(IpAddress.parse(ip), Integer.parseInt(text.substring(colon + 1)));
    }

    /// What stands for a field that was not there.
    private static @Nullable Object absent(Type type) {
        if (type == boolean.class) return false;
        if (type == int.class) return 0;
        if (type == long.class) return 0L;
        return type instanceof ParameterizedType ? List.of() : null;
    }

    // ---------------------------------------------------------------- shapes

    private static Shape shapeOf(Class<?> type) {
        RecordComponent[] components = type.getRecordComponents();
        List<Field> fields = new ArrayList<>();
        Map<String, Integer> positions = new HashMap<>();
        Class<?>[] rawTypes = new Class<?>[components.length];
        for (RecordComponent component : components) {
            String name = snakeCase(component.getName());
            rawTypes[fields.size()] = component.getType();
            positions.put(name, fields.size());
            Kind kind = Kind.of(component.getType());
            fields.add(new Field(
                    new SerializedString(name), kind, getter(component, kind.fetched), component.getGenericType()));
        }
        try {
            return new Shape(fields, positions, type.getDeclaredConstructor(rawTypes));
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException(e); // every record has its canonical constructor
        }
    }

    private static MethodHandle getter(RecordComponent component, Class<?> fetched) {
        try {
            return MethodHandles.lookup()
                    .unreflect(component.getAccessor())
                    .asType(MethodType.methodType(fetched, Record.class));
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(component + " cannot be seen from here", e);
        }
    }

    private static String snakeCase(String name) {
        return name.replaceAll("([a-z0-9])([A-Z])", "$1_$2").toLowerCase(Locale.ROOT);
    }
}
