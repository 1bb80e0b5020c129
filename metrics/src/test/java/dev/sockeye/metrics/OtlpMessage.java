package dev.sockeye.metrics;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ObjIntConsumer;

/// An `ExportMetricsServiceRequest` of OTLP, read with as much of protobuf as it needs: what the resource is, and the
/// points of each metric by their attributes, in alphabetical order.
record OtlpMessage(Map<String, String> resource, Map<String, Told> metrics) {

    /// @param isMonotonic whether it is a cumulative sum that only grows
    record Told(boolean isMonotonic, Map<String, Double> points) {}

    static OtlpMessage read(byte[] message) {
        var read = new OtlpMessage(new TreeMap<>(), new TreeMap<>());
        fields(buffer(message), (resourceMetrics, one) -> {
            if (one == 1) fields(resourceMetrics, read::resourceMetrics);
        });
        return read;
    }

    private void resourceMetrics(ByteBuffer value, int field) {
        if (field == 1)
            fields(value, (attribute, one) -> {
                if (one == 1) attribute(attribute, resource);
            });
        if (field == 2)
            fields(value, (metric, two) -> {
                if (two == 2) metric(metric);
            });
    }

    private void metric(ByteBuffer message) {
        var name = new String[1];
        var isMonotonic = new boolean[1];
        Map<String, Double> points = new TreeMap<>();
        fields(message, (value, field) -> {
            if (field == 1) name[0] = text(value);
            if (field == 5 || field == 7)
                fields(value, (part, number) -> {
                    if (number == 1) point(part, points);
                    if (number == 3) isMonotonic[0] = part.getLong(0) == 1;
                });
        });
        metrics.put(name[0], new Told(isMonotonic[0], points));
    }

    private static void point(ByteBuffer message, Map<String, Double> to) {
        Map<String, String> attributes = new TreeMap<>();
        var number = new double[1];
        fields(message, (value, field) -> {
            if (field == 4) number[0] = value.getDouble(0);
            if (field == 7) attribute(value, attributes);
        });
        var labels = new StringBuilder();
        attributes.forEach((key, value) -> labels.append(labels.isEmpty() ? "" : " ")
                .append(key)
                .append('=')
                .append(value));
        to.put(labels.toString(), number[0]);
    }

    private static void attribute(ByteBuffer message, Map<String, String> to) {
        var pair = new String[2];
        fields(message, (value, field) -> {
            if (field == 1) pair[0] = text(value);
            if (field == 2) fields(value, (text, one) -> pair[1] = text(text));
        });
        to.put(pair[0], pair[1]);
    }

    // ---------------------------------------------------------------- protobuf

    /// Numbers are handed on as eight bytes.
    private static void fields(ByteBuffer message, ObjIntConsumer<ByteBuffer> to) {
        while (message.hasRemaining()) {
            long tag = varint(message);
            ByteBuffer value = switch ((int) tag & 7) {
                case 0 -> buffer(new byte[8]).putLong(0, varint(message));
                case 1 -> piece(message, 8);
                case 2 -> piece(message, (int) varint(message));
                case 5 -> piece(message, 4);
                default -> throw new IllegalArgumentException("wire type " + (tag & 7));
            };
            to.accept(value, (int) (tag >>> 3));
        }
    }

    private static long varint(ByteBuffer from) {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            byte next = from.get();
            value |= (next & 0x7fL) << shift;
            if (next >= 0) return value;
        }
    }

    private static ByteBuffer piece(ByteBuffer of, int length) {
        ByteBuffer piece = of.slice(of.position(), length).order(ByteOrder.LITTLE_ENDIAN);
        of.position(of.position() + length);
        return piece;
    }

    private static ByteBuffer buffer(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static String text(ByteBuffer value) {
        return StandardCharsets.UTF_8.decode(value.duplicate()).toString();
    }
}
