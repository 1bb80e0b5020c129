package dev.sockeye.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// A BPF program being written: each method appends one instruction (RFC 9669), jumps go to labels by
/// name, and [#listing] shows the whole in the notation of the kernel's verifier.
///
/// ```
/// code.copy(R6, R1).load(8, R7, R6, 0).load(2, R2, R7, protocol).jumpIfNot(R2, 6, "out")
/// ```
public final class BpfCode {

    /// The machine's registers.
    public enum Register {
        /// What a call returned; what the program returns.
        R0,
        /// The first argument of a call, and of the program; a call destroys it and the next four.
        R1,
        /// The second argument.
        R2,
        /// The third argument.
        R3,
        /// The fourth argument.
        R4,
        /// The fifth argument.
        R5,
        /// Kept across calls, as the next three are.
        R6,
        /// Kept across calls.
        R7,
        /// Kept across calls.
        R8,
        /// Kept across calls.
        R9,
        /// The end of the stack, 512 bytes that grow down from here; it cannot be written.
        R10;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// Functions of the kernel that a program may call, by their numbers (`enum bpf_func_id`,
    /// linux/bpf.h).
    public enum Helper {
        MAP_LOOKUP_ELEM(1),
        KTIME_GET_NS(5),
        GET_CURRENT_PID_TGID(14),
        GET_CURRENT_COMM(16),
        GET_SOCKET_COOKIE(46),
        SK_STORAGE_GET(107),
        SEQ_WRITE(127),
        RINGBUF_OUTPUT(130),
        SKC_TO_TCP_SOCK(137),
        GET_CURRENT_TASK_BTF(158),
        TASK_PT_REGS(175);

        private final int number;

        Helper(int number) {
            this.number = number;
        }
    }

    private static final int INSTRUCTION = 8, MOST = 4096;

    /// Classes and modes of instructions, RFC 9669 section 4 and 5.
    private static final int LOAD_WIDE = 0x18, LOAD = 0x61, STORE = 0x63, STORE_NUMBER = 0x62, ATOMIC = 0xdb;
    private static final int ADD = 0x07, AND = 0x57, SHIFT_RIGHT = 0x77, MOVE_NUMBER = 0xb7, MOVE = 0xbf;
    private static final int JUMP = 0x05, JUMP_EQUAL = 0x15, JUMP_NOT_EQUAL = 0x55, JUMP_BELOW = 0xa5;
    private static final int JUMP_SIGNED_BELOW = 0xc5, CALL = 0x85, EXIT = 0x95;
    private static final int MAP_BY_FD = 1;

    private record Jump(int at, String label) {}

    private final ByteBuffer code = ByteBuffer.allocate(INSTRUCTION * MOST).order(ByteOrder.nativeOrder());
    private final List<String> lines = new ArrayList<>();
    private final Map<String, Integer> labels = new HashMap<>();
    private final List<Jump> jumps = new ArrayList<>();

    /// An empty program.
    public BpfCode() {}

    private BpfCode put(int operation, int target, int source, int offset, int number, String line) {
        code.put((byte) operation).put((byte) (target | source << 4)).putShort((short) offset);
        code.putInt(number);
        lines.add(line);
        return this;
    }

    // ---------------------------------------------------------------- values

    /// `target = source`
    public BpfCode copy(Register target, Register source) {
        return put(MOVE, target.ordinal(), source.ordinal(), 0, 0, target + " = " + source);
    }

    /// `target = number`
    public BpfCode set(Register target, int number) {
        return put(MOVE_NUMBER, target.ordinal(), 0, 0, number, target + " = " + number);
    }

    /// `target += number`
    public BpfCode add(Register target, int number) {
        return put(ADD, target.ordinal(), 0, 0, number, target + " += " + number);
    }

    /// `target &= number`
    public BpfCode and(Register target, int number) {
        return put(AND, target.ordinal(), 0, 0, number, target + " &= " + number);
    }

    /// `target >>= bits`, filled with zeros
    public BpfCode shiftRight(Register target, int bits) {
        return put(SHIFT_RIGHT, target.ordinal(), 0, 0, bits, target + " >>= " + bits);
    }

    /// `target = address of the map`
    public BpfCode map(Register target, int mapFd) {
        put(LOAD_WIDE, target.ordinal(), MAP_BY_FD, 0, mapFd, target + " = map[fd " + mapFd + "]");
        return put(0, 0, 0, 0, 0, "(its second half)");
    }

    // ---------------------------------------------------------------- memory

    /// `target = *(base + offset)`, of 1, 2, 4 or 8 bytes.
    public BpfCode load(int bytes, Register target, Register base, int offset) {
        String line = target + " = " + place(bytes, base, offset);
        return put(LOAD | size(bytes), target.ordinal(), base.ordinal(), offset, 0, line);
    }

    /// `*(base + offset) = source`, of 1, 2, 4 or 8 bytes.
    public BpfCode store(int bytes, Register base, int offset, Register source) {
        String line = place(bytes, base, offset) + " = " + source;
        return put(STORE | size(bytes), base.ordinal(), source.ordinal(), offset, 0, line);
    }

    /// `*(base + offset) = number`, of 1, 2, 4 or 8 bytes.
    public BpfCode storeNumber(int bytes, Register base, int offset, int number) {
        String line = place(bytes, base, offset) + " = " + number;
        return put(STORE_NUMBER | size(bytes), base.ordinal(), 0, offset, number, line);
    }

    /// `lock *(base + offset) += source`, of 8 bytes.
    public BpfCode addAtomically(Register base, int offset, Register source) {
        String line = "lock " + place(8, base, offset) + " += " + source;
        return put(ATOMIC, base.ordinal(), source.ordinal(), offset, 0, line);
    }

    private static int size(int bytes) {
        return switch (bytes) {
            case 1 -> 0x10;
            case 2 -> 0x08;
            case 4 -> 0x00;
            case 8 -> 0x18;
            default -> throw new IllegalArgumentException("1, 2, 4 or 8 bytes, not " + bytes);
        };
    }

    private static String place(int bytes, Register base, int offset) {
        return "*(u" + 8 * bytes + " *)(" + base + (offset < 0 ? " - " : " + ") + Math.abs(offset) + ")";
    }

    // ---------------------------------------------------------------- ways

    /// Names the place of the next instruction.
    public BpfCode label(String name) {
        if (labels.putIfAbsent(name, lines.size()) != null) throw new IllegalArgumentException("twice: " + name);
        return this;
    }

    /// Goes to the label.
    public BpfCode jump(String label) {
        return jump(JUMP, 0, 0, "goto " + label, label);
    }

    /// Goes to the label if `register == number`.
    public BpfCode jumpIf(Register register, int number, String label) {
        return jump(
                JUMP_EQUAL, register.ordinal(), number, "if " + register + " == " + number + " goto " + label, label);
    }

    /// Goes to the label if `register != number`.
    public BpfCode jumpIfNot(Register register, int number, String label) {
        String line = "if " + register + " != " + number + " goto " + label;
        return jump(JUMP_NOT_EQUAL, register.ordinal(), number, line, label);
    }

    /// Goes to the label if `register < number`, both without sign.
    public BpfCode jumpIfBelow(Register register, int number, String label) {
        return jump(
                JUMP_BELOW, register.ordinal(), number, "if " + register + " < " + number + " goto " + label, label);
    }

    /// Goes to the label if `register < 0`.
    public BpfCode jumpIfNegative(Register register, String label) {
        return jump(JUMP_SIGNED_BELOW, register.ordinal(), 0, "if " + register + " s< 0 goto " + label, label);
    }

    private BpfCode jump(int operation, int register, int number, String line, String label) {
        jumps.add(new Jump(lines.size(), label));
        return put(operation, register, 0, 0, number, line);
    }

    /// Calls a function of the kernel with R1 to R5, which are gone afterwards; R0 is what it returned.
    public BpfCode call(Helper helper) {
        return put(CALL, 0, 0, 0, helper.number, "call bpf_" + helper.name().toLowerCase(Locale.ROOT));
    }

    /// Ends the program with what is in R0.
    public BpfCode exit() {
        return put(EXIT, 0, 0, 0, 0, "exit");
    }

    // ---------------------------------------------------------------- the whole

    /// How many instructions there are.
    public int size() {
        return lines.size();
    }

    /// The program, a line an instruction, with its labels.
    public String listing() {
        var text = new StringBuilder();
        for (int i = 0; i < lines.size(); i++) {
            for (Map.Entry<String, Integer> label : labels.entrySet()) {
                if (label.getValue() == i) text.append(label.getKey()).append(":\n");
            }
            text.append(String.format("%5d: %s%n", i, lines.get(i)));
        }
        return text.toString();
    }

    /// The instructions, as `bpf(BPF_PROG_LOAD)` takes them.
    ///
    /// @throws IllegalStateException if a jump leads nowhere
    byte[] assemble() {
        byte[] program = new byte[INSTRUCTION * lines.size()];
        code.get(0, program);
        ByteBuffer fields = ByteBuffer.wrap(program).order(ByteOrder.nativeOrder());
        for (Jump jump : jumps) {
            Integer target = labels.get(jump.label);
            if (target == null) throw new IllegalStateException("there is no label " + jump.label);
            fields.putShort(INSTRUCTION * jump.at + 2, (short) (target - jump.at - 1));
        }
        return program;
    }
}
