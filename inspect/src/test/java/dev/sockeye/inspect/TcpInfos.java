package dev.sockeye.inspect;

import dev.sockeye.tcp.TcpInfo;
import java.lang.reflect.RecordComponent;
import java.util.HashMap;
import java.util.Map;

/// `TCP_INFO` made by hand.
public final class TcpInfos {

    private TcpInfos() {}

    /// `TCP_INFO` in which these fields have these values, and all others 0.
    public static TcpInfo of(Object... namesAndValues) {
        Map<String, Number> values = new HashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            values.put((String) namesAndValues[i], (Number) namesAndValues[i + 1]);
        }
        RecordComponent[] components = TcpInfo.class.getRecordComponents();
        Object[] arguments = new Object[components.length];
        Class<?>[] types = new Class<?>[components.length];
        for (int i = 0; i < components.length; i++) {
            types[i] = components[i].getType();
            Number value = values.remove(components[i].getName());
            Number number = value == null ? 0 : value;
            arguments[i] = types[i] == long.class
                    ? (Object) number.longValue()
                    : types[i] == int.class ? (Object) number.intValue() : (Object) (number.intValue() != 0);
        }
        if (!values.isEmpty()) throw new IllegalArgumentException("no such fields: " + values);
        try {
            return TcpInfo.class.getDeclaredConstructor(types).newInstance(arguments);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
