package dev.sockeye.tcp;

/// Urgent data (RFC 9293 3.8.5), as Linux has it: one byte, taken out of the stream unless `SO_OOBINLINE` is set,
/// and a mark where it stood.
final class UrgentData {

    /// Of a connection that has had no urgent data; nobody writes to it.
    static final UrgentData NONE = new UrgentData();

    /// The mark is known, and its byte not read yet.
    boolean pending;
    /// The byte has arrived.
    boolean arrived;
    /// The byte was read already; the mark may still lie ahead in the stream.
    boolean taken;
    /// Its sequence number.
    int seq;

    private byte value;

    byte value() {
        return value;
    }

    void set(int markSeq) {
        pending = true;
        arrived = taken = false;
        seq = markSeq;
    }

    void arrive(byte urgent) {
        arrived = true;
        value = urgent;
    }

    /// The program has read the byte.
    void take() {
        arrived = false;
        taken = true;
    }

    /// The reader has passed the mark, or taken the byte.
    void clear() {
        pending = arrived = taken = false;
    }
}
