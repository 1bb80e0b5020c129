package dev.sockeye.inspect.blame;

import dev.sockeye.inspect.blame.HprofClass.Layout;
import dev.sockeye.inspect.blame.HprofClass.Slot;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Values of a few objects, as a person would write them: strings, numbers, constants of enums, names
/// of threads. What an object's value stands in is another object, so it takes two or three passes.
final class HeapFacts implements HprofVisitor {

    private static final int LONGEST = 60;

    private final HeapModel model;
    private final Set<Long> wanted = new HashSet<>();
    private final Map<Long, String> types = new HashMap<>();
    /// Whose text is another's.
    private final Map<Long, Long> textOf = new HashMap<>();

    private final Map<Long, Boolean> isLatin1 = new HashMap<>();
    private final Map<Long, byte[]> arrays = new HashMap<>();
    private final Map<Long, Integer> arrayTypes = new HashMap<>();
    private final Map<Long, String> texts = new HashMap<>();
    private final Set<Long> strings = new HashSet<>();

    HeapFacts(HeapModel model) {
        this.model = model;
    }

    /// Something is to be known about this object.
    void want(long id) {
        if (id != 0) wanted.add(id);
    }

    /// Whether another pass would tell more.
    boolean wantsPass() {
        return !wanted.isEmpty();
    }

    /// Before each pass, with what it is about.
    Set<Long> beginPass() {
        return Set.copyOf(wanted);
    }

    /// After each pass: what was not found in it is not there.
    void endPass(Set<Long> asked) {
        wanted.removeAll(asked);
    }

    @Override
    public void instance(long id, long classId, byte[] bytes, int at) {
        if (wanted.isEmpty() || !wanted.remove(id)) return;
        int index = model.classIndex(classId);
        if (index == LongIntMap.NONE) return;
        Layout type = model.layout(index);
        types.put(id, type.name());
        if (type.name().equals("java.lang.String")) {
            strings.add(id);
            Slot coder = type.find("coder");
            long value = reference(type, "value", bytes, at);
            isLatin1.put(value, coder != null && bytes[at + coder.offset()] == 0);
            follow(id, value);
        } else if (type.isA("java.lang.Thread") || type.isA("java.lang.Enum")) {
            follow(id, reference(type, "name", bytes, at));
        } else {
            String number = number(type, bytes, at);
            if (number != null) texts.put(id, number);
        }
    }

    private void follow(long id, long to) {
        if (to == 0) return;
        textOf.put(id, to);
        if (!textOf.containsKey(to) && !arrays.containsKey(to)) wanted.add(to);
    }

    private long reference(Layout type, String field, byte[] bytes, int at) {
        Slot slot = type.find(field);
        if (slot == null || slot.type() != HprofClass.OBJECT) return 0;
        int place = at + slot.offset();
        return model.idSize() == 8 ? HprofBuffer.u8(bytes, place) : HprofBuffer.u4(bytes, place) & 0xffff_ffffL;
    }

    private static @Nullable String number(Layout type, byte[] bytes, int at) {
        Slot value = type.find("value");
        if (value == null
                || !type.name().startsWith("java.lang.") && !type.name().startsWith("java.util.conc")) return null;
        int place = at + value.offset();
        return switch (value.type()) {
            case 4 -> bytes[place] == 0 ? "false" : "true";
            case 5 -> "'" + (char) HprofBuffer.u2(bytes, place) + "'";
            case 6 -> String.valueOf(Float.intBitsToFloat(HprofBuffer.u4(bytes, place)));
            case 7 -> String.valueOf(Double.longBitsToDouble(HprofBuffer.u8(bytes, place)));
            case 8 -> String.valueOf(bytes[place]);
            case 9 -> String.valueOf((short) HprofBuffer.u2(bytes, place));
            case 10 -> String.valueOf(HprofBuffer.u4(bytes, place));
            case 11 -> String.valueOf(HprofBuffer.u8(bytes, place));
            default -> null;
        };
    }

    @Override
    public void primitiveArray(long id, int type, int count, HprofBuffer in) throws IOException {
        if (wanted.isEmpty() || !wanted.remove(id)) return;
        int shown = Math.min(count, LONGEST + 1);
        arrays.put(id, in.take(shown * HprofClass.size(type, in.idSize())));
        arrayTypes.put(id, type);
    }

    @Override
    public void objectArray(long id, long classId, int count, HprofBuffer in) {
        if (wanted.remove(id)) types.put(id, "an array");
    }

    // ---------------------------------------------------------------- asking

    /// A string in quotes, a number as it is, a constant's name; for anything else what it is.
    String value(long id) {
        String text = text(id);
        if (text != null) return strings.contains(id) ? "\"" + text + "\"" : text;
        String type = types.get(id);
        return type == null ? "null" : "of class " + type;
    }

    /// A string's characters, or a thread's name; null if there are none.
    @Nullable
    String text(long id) {
        String known = texts.get(id);
        if (known != null) return known;
        Long of = textOf.get(id);
        if (of == null) return null;
        byte[] array = arrays.get(of);
        if (array == null) return text(of);
        String text = decode(of, array);
        return text.length() > LONGEST ? text.substring(0, LONGEST) + "..." : text;
    }

    private String decode(long id, byte[] array) {
        if (arrayTypes.getOrDefault(id, 8) == 5) return new String(array, StandardCharsets.UTF_16BE); // char[], JDK 8
        if (isLatin1.getOrDefault(id, true)) return new String(array, StandardCharsets.ISO_8859_1);
        // The bytes of a string are in the machine's order.
        return new String(array, 0, array.length & ~1, StandardCharsets.UTF_16LE);
    }

    /// The object's class, as far as it was asked for.
    @Nullable
    String type(long id) {
        return types.get(id);
    }
}
