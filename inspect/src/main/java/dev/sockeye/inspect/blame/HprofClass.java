package dev.sockeye.inspect.blame;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A class in a heap dump.
///
/// @param id      its own, as objects have it
/// @param superId of the class that it extends; 0 for none
/// @param fields  of its instances, in the order in which their values stand there: its own, before
///     those of its superclass
/// @param statics those of its static fields that hold objects
record HprofClass(long id, long superId, List<Field> fields, List<Static> statics) {

    /// A basic type of the format that is an object's id.
    static final int OBJECT = 2;

    /// @param nameSymbol the name
    /// @param type       a basic type of the format
    record Field(long nameSymbol, int type) {}

    /// @param nameSymbol the name
    /// @param value      the id of what it holds
    record Static(long nameSymbol, long value) {}

    /// Bytes of a value of a basic type.
    ///
    /// @throws IllegalArgumentException for a number that is none
    static int size(int type, int idSize) {
        return switch (type) {
            case OBJECT -> idSize;
            case 4, 8 -> 1; // boolean, byte
            case 5, 9 -> 2; // char, short
            case 6, 10 -> 4; // float, int
            case 7, 11 -> 8; // double, long
            default -> throw new IllegalArgumentException("no basic type has the number " + type);
        };
    }

    /// A class with the fields of its superclasses, laid out as its instances are.
    ///
    /// @param name       as in Java: `java.util.HashMap$Node`
    /// @param superclass null for `java.lang.Object`
    /// @param references offsets of those fields that hold objects and keep them alive
    /// @param names      the fields' names, one for each reference
    /// @param declaring  the class that declares each
    /// @param all        every field
    @SuppressWarnings("ArrayRecordComponent") // they are read a million times, and compared by nobody
    record Layout(
            String name,
            @Nullable Layout superclass,
            int[] references,
            String[] names,
            Layout[] declaring,
            List<Slot> all) {

        /// The first field of this name, the most derived class's; null if there is none.
        @Nullable
        Slot find(String field) {
            for (Slot slot : all) {
                if (slot.name.equals(field)) return slot;
            }
            return null;
        }

        /// Whether it is the class, or extends it.
        boolean isA(String wanted) {
            for (Layout each = this; each != null; each = each.superclass) {
                if (each.name.equals(wanted)) return true;
            }
            return false;
        }
    }

    /// A field and where its value stands in an instance.
    record Slot(String name, int type, int offset) {}
}
