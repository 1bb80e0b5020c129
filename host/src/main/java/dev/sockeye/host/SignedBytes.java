package dev.sockeye.host;

import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.IpProtocol;
import dev.sockeye.wire.Packet;
import dev.sockeye.wire.TcpHeader;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Feeds a segment to a [KeyedHash], part by part, as the signatures of TCP want it: pseudo-header, header, payload.
/// One for a host's whole shard, so that nothing is allocated for a segment.
final class SignedBytes {

    private static final int CHUNK = 4096;

    private final byte[] buffer = new byte[CHUNK];

    /// What a hash is finished into.
    private final byte[] mac = new byte[64];

    /// The pseudo-header of RFC 9293 3.1, or of RFC 8200 8.1.
    ///
    /// @param length of TCP header and data, bytes
    void pseudoHeader(KeyedHash hash, IpAddress source, IpAddress destination, int length) {
        int at = address(source, 0);
        at = address(destination, at);
        if (source.isV4()) {
            buffer[at++] = 0;
            buffer[at++] = IpProtocol.TCP;
        } else {
            buffer[at++] = (byte) (length >> 24);
            buffer[at++] = (byte) (length >> 16);
        }
        buffer[at++] = (byte) (length >> 8);
        buffer[at++] = (byte) length;
        if (!source.isV4()) {
            for (int i = 0; i < 3; i++) buffer[at++] = 0;
            buffer[at++] = IpProtocol.TCP;
        }
        hash.update(buffer, 0, at);
    }

    private int address(IpAddress ip, int at) {
        if (ip.isV4()) return number(ip.v4Bits(), 4, at);
        return number(ip.low(), 8, number(ip.high(), 8, at));
    }

    /// A number of so many bytes, big-endian.
    private int number(long value, int bytes, int at) {
        for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) buffer[at++] = (byte) (value >> shift);
        return at;
    }

    /// A number of four bytes, big-endian.
    void number(KeyedHash hash, int value) {
        hash.update(buffer, 0, number(value, 4, 0));
    }

    /// The first `length` bytes of the TCP header, with a checksum of zero, and zeros from `macAt` on for `macLength`
    /// bytes.
    void header(KeyedHash hash, Packet packet, int transport, int length, int macAt, int macLength) {
        copy(packet.memory(0), packet.offset(0) + transport, length);
        buffer[TcpHeader.CHECKSUM_OFFSET] = buffer[TcpHeader.CHECKSUM_OFFSET + 1] = 0;
        for (int i = macAt; i < macAt + macLength; i++) buffer[i] = 0;
        hash.update(buffer, 0, length);
    }

    /// A part of the TCP header that holds a MAC, which counts as zeros.
    void option(KeyedHash hash, Packet packet, int transport, int from, int length, int macLength) {
        copy(packet.memory(0), packet.offset(0) + transport + from, length);
        for (int i = length - macLength; i < length; i++) buffer[i] = 0;
        hash.update(buffer, 0, length);
    }

    /// All that is behind the packet's first `skip` bytes.
    void payload(KeyedHash hash, Packet packet, int skip) {
        for (int i = 0; i < packet.slices(); i++) {
            int length = packet.length(i);
            for (int at = skip; at < length; at += CHUNK) {
                int count = Math.min(CHUNK, length - at);
                copy(packet.memory(i), packet.offset(i) + at, count);
                hash.update(buffer, 0, count);
            }
            skip = Math.max(0, skip - length);
        }
    }

    private void copy(MemorySegment memory, long from, int count) {
        MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, from, buffer, 0, count);
    }

    /// Ends the hash and writes its first bytes into the packet's first slice.
    void write(KeyedHash hash, Packet packet, int at, int length) {
        hash.finish(mac);
        MemorySegment.copy(mac, 0, packet.memory(0), ValueLayout.JAVA_BYTE, packet.offset(0) + at, length);
    }

    /// Ends the hash, and compares its first bytes with those in the packet's first slice, in a time that does not
    /// tell where they differ.
    boolean matches(KeyedHash hash, Packet packet, int at, int length) {
        hash.finish(mac);
        int difference = 0;
        for (int i = 0; i < length; i++) {
            byte theirs = packet.memory(0).get(ValueLayout.JAVA_BYTE, packet.offset(0) + (long) at + i);
            difference |= mac[i] ^ theirs;
        }
        return difference == 0;
    }
}
