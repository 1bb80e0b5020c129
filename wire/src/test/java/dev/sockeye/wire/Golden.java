package dev.sockeye.wire;

import java.util.List;

/// Packets made by hand, by another program than the one under test, and seen by Wireshark to be right, checksums
/// included. 192.0.2.1 and 2001:db8::1 are the client's, 198.51.100.2 and 2001:db8:0:1::2 the server's.
final class Golden {

    /// `192.0.2.1:54321 > 198.51.100.2:80 [S] seq 0x12345678 win 64240 <mss 1460,sackOK,TS val 5 ecr 0,nop,wscale 7>`
    static final byte[] SYN = Bytes.hex("""
            4500003c beef4000 40068f95 c0000201 c6336402
            d4310050 12345678 00000000 a002faf0 23a50000
            020405b4 0402080a 00000005 00000000 01030307""");

    /// Over IPv6, ECN, flow label 0xabcde: `80 > 54321 [SE.] <mss 1440,nop,nop,sackOK,nop,wscale 7>`
    static final byte[] SYN_ACK_V6 = Bytes.hex("""
            602abcde 00200640 20010db8 00000000 00000000 00000001 20010db8 00000001 00000000 00000002
            0050d431 fffffff0 12345679 8052fe88 d7b60000
            020405a0 01010402 01030307""");

    /// `54321 > 80 [P.] "GET /"`, ECT(0), `<nop,nop,TS val 6 ecr 2147483649>`: 5 bytes of payload, an odd number
    static final byte[] DATA = Bytes.hex("""
            45020039 bef04000 40068f95 c0000201 c6336402
            d4310050 12345679 fffffff1 801801f6 00f50000
            0101080a 00000006 80000001
            47455420 2f""");

    /// `80 > 54321 [.] <nop,nop,TS,nop,nop,sack 2 {0x12345700:0x12345800}{0x12345900:0x12345a01}>`
    static final byte[] SACK = Bytes.hex("""
            45000048 00014000 40064e78 c0000201 c6336402
            0050d431 fffffff1 1234567e d01001f5 ca680000
            0101080a 80000002 00000006 01010512 12345700 12345800 12345900 12345a01""");

    /// `5353 > 53 "abc"`
    static final byte[] UDP = Bytes.hex("""
            4500001f 00070000 40118e90 c0000201 c6336402
            14e90035 000b3a20 616263""");

    /// `5353 > 53 "ab"`
    static final byte[] UDP_V6 = Bytes.hex("""
            60000000 000a1140 20010db8 00000000 00000000 00000001 20010db8 00000001 00000000 00000002
            14e90035 000a2de4 6162""");

    /// Echo request, id 0x1234, seq 1, "ping"
    static final byte[] ECHO = Bytes.hex("""
            45000020 00000000 40018ea6 c0000201 c6336402
            080006fa 12340001 70696e67""");

    /// Fragmentation needed, MTU 1400, about [#SYN]
    static final byte[] FRAGMENTATION_NEEDED = Bytes.hex("""
            45c00038 00000000 40018dce c6336402 c0000201
            0304ba55 00000578
            4500003c beef4000 40068f95 c0000201 c6336402 d4310050 12345678""");

    /// Packet too big, MTU 1280, about an ACK
    static final byte[] PACKET_TOO_BIG = Bytes.hex("""
            60000000 00443aff 20010db8 00000001 00000000 00000002 20010db8 00000000 00000000 00000001
            020036d1 00000500
            60000000 00140640 20010db8 00000000 00000000 00000001 20010db8 00000001 00000000 00000002
            0050d431 00000001 00000002 50100064 7f760000""");

    /// Destination options (padding), a fragment header of a whole datagram, then [#UDP_V6]'s datagram
    static final byte[] EXTENDED = Bytes.hex("""
            60000000 001a3c40 20010db8 00000000 00000000 00000001 20010db8 00000001 00000000 00000002
            2c000104 00000000
            11000000 00000007
            14e90035 000a2de4 6162""");

    /// As many extension headers as are borne, each with as many options, then [#UDP_V6]'s datagram
    static final byte[] LONG_CHAIN =
            Bytes.hex("""
            60000000 009a3c40 20010db8 00000000 00000000 00000001 20010db8 00000001 00000000 00000002
            3c020200 02000200 02000200 02000200 02000104 00000000""" + "3c000104 00000000".repeat(14) + "11000104 00000000" + "14e90035 000a2de4 6162");

    static final List<byte[]> ALL = List.of(
            SYN, SYN_ACK_V6, DATA, SACK, UDP, UDP_V6, ECHO, FRAGMENTATION_NEEDED, PACKET_TOO_BIG, EXTENDED, LONG_CHAIN);

    static final IpAddress CLIENT = IpAddress.parse("192.0.2.1");
    static final IpAddress SERVER = IpAddress.parse("198.51.100.2");
    static final IpAddress CLIENT_V6 = IpAddress.parse("2001:db8::1");
    static final IpAddress SERVER_V6 = IpAddress.parse("2001:db8:0:1::2");

    private Golden() {}
}
