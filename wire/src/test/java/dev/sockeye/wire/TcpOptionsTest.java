package dev.sockeye.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TcpOptionsTest {

    private static TcpOptions parse(String hex, boolean syn) {
        byte[] bytes = Bytes.hex(hex);
        var options = new TcpOptions();
        // what a last segment left behind must not be seen in the next
        options.mss(1).windowScale(1).sackPermitted().timestamps(1, 1).sack(1, 1);
        options.fastOpen(new byte[16], 16, true).accEcn(172, 3, 1, 1, 1).noteMalformed();
        options.parse(Bytes.nativeCopy(bytes), 0, bytes.length, syn);
        return options;
    }

    private static String written(TcpOptions options) {
        MemorySegment memory = Bytes.nativeCopy(Bytes.random(new Random(1), 80));
        int length = options.write(memory, 1);
        assertThat(length).isEqualTo(options.length());
        return Bytes.hex(memory.asSlice(1, length).toArray(ValueLayout.JAVA_BYTE));
    }

    /// Options in a SYN, and what they mean.
    /// RFC 9293 3.1, MUST-4, MUST-6; RFC 7413 4.1.1, MUST-3, MUST-4
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''                                              | <>",
                "020405b4                                        | <mss 1460>",
                "020405b4 0402080a 00000005 fffffffe 01030307    | <mss 1460,sackOK,TS val 5 ecr 4294967294,wscale 7>",
                "020405b4 01010402 01030307                      | <mss 1460,sackOK,wscale 7>",
                "020405b4 00030307                               | <mss 1460>", // nothing counts behind the end
                "01010101                                        | <>",
                "0204ffff                                        | <mss 65535>",
                "02040000                                        | <mss 0>",
                "020405b4 020401f4                               | <mss 500>", // the last one counts
                "010303ff                                        | <wscale 255>",
                "fd04beef 0303071e 020005b4                      | <wscale 7>", // unknown kinds are passed over
                "22020101                                        | <FO>",
                "220a0102 03040506 07080101                      | <FO 0102030405060708>",
                "22060102 03040101                               | <FO 01020304>",
                "22120102 03040506 0708090a 0b0c0d0e 0f100101    | <FO 0102030405060708090a0b0c0d0e0f10>",
                "2204ffff                                        | <>", // a cookie of 2 bytes
                "220701ff ffffff01                               | <>", // of an odd number
                "22061111 11112204 ffff0101                      | <>", // Linux: as if there were none
                "fe04f989                                        | <FOEXP>",
                "fe08f989 aabbccdd                               | <FOEXP aabbccdd>",
                "fe04f98a                                        | <>", // another experiment
                "fe03f901                                        | <>",
                "ac0b0000 01000002 00000300                      | <accecn0 1 2 3>",
                "ae05ffff ff010101                               | <accecn1 16777215>",
                "ae020101                                        | <accecn1>",
                "ae040101                                        | <accecn1>", // two bytes are no counter
                "ae0e0000 01000002 00000300 0000                 | <accecn1 1 2 3>",
                "13120001 02030405 06070809 0a0b0c0d 0e0f0101    | <md5>",
                "1d040000                                        | <>", // without a MAC
                "1d0c0000 00000000 00000000                      | <tcp-ao>",
                "13040000                                        | <>"
            })
    void inASynAllOptionsCount(String hex, String text) {
        assertThat(parse(hex, true)).hasToString(text);
        assertThat(parse(hex, true).malformed()).isFalse();
    }

    /// Options in another segment.
    /// RFC 9293 3.1, MUST-5; RFC 7323 2.2, MUST-2; RFC 7413 4.1.1, MUST-5; RFC 9293 3.2, MUST-64: also off a word
    /// boundary.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0101080a 00000006 80000001                             | <TS val 6 ecr 2147483649>",
                "080a0000 00068000 00010101                             | <TS val 6 ecr 2147483649>",
                "0101080a 00000006 80000001 00000000                    | <TS val 6 ecr 2147483649>",
                "0101050a 00000001 00000002                             | <sack 1:2>",
                "01010512 00000001 00000002 00000003 ffffffff           | <sack 1:2 3:4294967295>",
                "0101080a 00000006 00000005 0101051a 00000001 00000002 00000003 00000004 00000005 00000006"
                        + " | <TS val 6 ecr 5,sack 1:2 3:4 5:6>",
                "01010522 00000001 00000002 00000003 00000004 00000005 00000006 00000007 00000008"
                        + " | <sack 1:2 3:4 5:6 7:8>",
                "0101050a 00000001 00000002 0101050a 00000003 00000004  | <sack 3:4>",
                "05020101                                               | <>", // no block
                "01010506 00000001                                      | <>", // half a block
                "0506aabb ccdd050a 00000001 00000002 0101               | <sack 1:2>",
                "080b0000 00068000 00010001                             | <>", // a timestamp of another length
                "020405b4 04020101 03030701 22020101                    | <>", // of a SYN only
                "220a0102 03040506 07080101                             | <>",
                "ac050000 01010101                                      | <accecn0 1>"
            })
    void elsewhereThoseCountThatAreNotASynsOnly(String hex, String text) {
        assertThat(parse(hex, false)).hasToString(text);
        assertThat(parse(hex, false).malformed()).isFalse();
    }

    /// A length that makes no sense ends the options; what stood in front of it counts.
    /// RFC 9293 3.1, MUST-7
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "020405b4 fd000402 01030307 | <mss 1460>",
                "020405b4 fd010402 01030307 | <mss 1460>",
                "020405b4 fd0b0402 01030307 | <mss 1460>",
                "020405b4 010101fd          | <mss 1460>",
                "020405b4 01010402 01010303 | <mss 1460,sackOK>",
                "02                         | <>"
            })
    void malformedOptionsEndTheList(String hex, String text) {
        assertThat(parse(hex, true)).hasToString(text);
        assertThat(parse(hex, true).malformed()).isTrue();
    }

    @Test
    void theOrderIsLinuxs() {
        assertThat(written(new TcpOptions())).isEmpty();
        assertThat(written(new TcpOptions()
                        .mss(1460)
                        .sackPermitted()
                        .timestamps(5, 0)
                        .windowScale(7)))
                .isEqualTo("020405b4 0402080a 00000005 00000000 01030307");
        assertThat(written(new TcpOptions().windowScale(7).sackPermitted().mss(1460)))
                .isEqualTo("020405b4 01010402 01030307");
        assertThat(written(new TcpOptions().mss(1460).timestamps(5, 0).windowScale(7)))
                .isEqualTo("020405b4 0101080a 00000005 00000000 01030307");
        assertThat(written(new TcpOptions().mss(1460).windowScale(7))).isEqualTo("020405b4 01030307");
        assertThat(written(new TcpOptions().mss(1460))).isEqualTo("020405b4");
        assertThat(written(new TcpOptions().timestamps(6, 0x80000001))).isEqualTo("0101080a 00000006 80000001");
        assertThat(written(new TcpOptions().timestamps(6, 7).sack(1, 2).sack(3, 4)))
                .isEqualTo("0101080a 00000006 00000007 01010512 00000001 00000002 00000003 00000004");
        assertThat(written(new TcpOptions().sack(1, 2))).isEqualTo("0101050a 00000001 00000002");
    }

    @Test
    void fastOpenIsWrittenLastAndPadded() {
        byte[] cookie = Bytes.hex("0102030405060708");
        assertThat(written(new TcpOptions().mss(1460).fastOpen(cookie, 0, false)))
                .isEqualTo("020405b4 22020101");
        assertThat(written(new TcpOptions().windowScale(7).fastOpen(cookie, 8, false)))
                .isEqualTo("01030307 220a0102 03040506 07080101");
        assertThat(written(new TcpOptions().fastOpen(cookie, 8, true))).isEqualTo("fe0cf989 01020304 05060708");
        assertThat(written(new TcpOptions().fastOpen(cookie, 6, true))).isEqualTo("fe0af989 01020304 05060101");
    }

    @Test
    void accEcnTakesThePlaceOfNoOperationsWhereItCan() {
        assertThat(written(new TcpOptions()
                        .timestamps(6, 7)
                        .accEcn(174, 1, 0xabcdef, 0, 0)
                        .sack(1, 2)))
                .isEqualTo("0101080a 00000006 00000007 ae05abcd ef01050a 00000001 00000002");
        assertThat(written(new TcpOptions().accEcn(172, 3, 1, 2, 3))).isEqualTo("ac0b0000 01000002 00000301");
    }

    @Test
    void aSignatureIsWrittenFirstAndEmpty() {
        assertThat(written(new TcpOptions().mss(1460).windowScale(7).md5()))
                .isEqualTo("01011312 00000000 00000000 00000000 00000000 020405b4 01030307");
        assertThat(written(new TcpOptions().timestamps(6, 7).ao(5, 255, 12)))
                .isEqualTo("1d1005ff 00000000 00000000 00000000 0101080a 00000006 00000007");
        assertThat(written(new TcpOptions().sackPermitted().ao(1, 2, 13)))
                .isEqualTo("1d110102 00000000 00000000 00000000 00010101 01010402");
    }

    @Test
    void aSignatureIsFoundWhereItStands() {
        TcpOptions md5 = parse("020405b4 01011312 01020304 05060708 090a0b0c 0d0e0f10", true);
        assertThat(md5.signatureAt()).isEqualTo(8);
        assertThat(md5.macLength()).isEqualTo(16);
        assertThat(md5.keyId()).isEqualTo(-1);
        TcpOptions ao = parse("0101080a 00000006 00000007 1d1005ff 00000000 00000000 00000000", false);
        assertThat(ao.signatureAt()).isEqualTo(16);
        assertThat(ao.macLength()).isEqualTo(12);
        assertThat(ao.keyId()).isEqualTo(5);
        assertThat(ao.nextKeyId()).isEqualTo(255);
        assertThat(ao.unauthentic()).isFalse();
        assertThat(parse("", false).signatureAt()).isZero();
    }

    /// RFC 5925 2.2, MUST-1, MUST-2
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // docs/linux/signatures.md, `malformed`: what 18 bytes are left behind of matters
                "4d010000 00000000 00000000 00000000 00000000 | true",
                "4d010000 00000000 00000000 00000000          | false",
                "4d1e0000 00000000 00000000 00000000 00000000 | true",
                "020405b4 4d000000 00000000 00000000 00000000 00000000 | true",
                "020405b4 4d000000 00000000 00000000 00000000 | false",
                "1d040101 00000000 00000000 00000000 00000000 | true", // RFC 5925: a MAC is not empty
                "1d100101 00000000 00000000 00000000          | false",
                "01011312 00000000 00000000 00000000 00000000 | false",
                "01011311 00000000 00000000 00000000 00000000 | true",
                "1d100101 00000000 00000000 00000000 1d100101 00000000 00000000 00000000 | true", // two
                "1d100101 00000000 00000000 00000000 01011312 00000000 00000000 00000000 00000000 | true", // one of
                // each
                "01011312 00000000 00000000 00000000 00000000 1d100101 00000000 00000000 00000000 | true",
                "00010101 4d010000 00000000 00000000 00000000 | false" // behind the end
            })
    void senselessSignaturesAreToldFromNone(String hex, boolean unauthentic) {
        assertThat(parse(hex, true).unauthentic()).isEqualTo(unauthentic);
    }

    @Test
    void aFifthSackBlockIsLeftOut() {
        var options = new TcpOptions();
        for (int i = 0; i < 5; i++) options.sack(2 * i, 2 * i + 1);
        assertThat(options).hasToString("<sack 0:1 2:3 4:5 6:7>");
        assertThat(options.length()).isEqualTo(36);
        assertThat(options.clear().sack(8, 9)).hasToString("<sack 8:9>");
    }

    @Test
    void absentOptionsHaveTheValuesOfASegmentWithoutThem() {
        TcpOptions options = parse("", true);
        assertThat(options.present()).isZero();
        assertThat(options.mss()).isZero();
        assertThat(options.windowScale()).isEqualTo(-1);
        assertThat(options.tsVal()).isZero();
        assertThat(options.tsEcr()).isZero();
        assertThat(options.sackBlocks()).isZero();
        assertThat(options.fastOpenLength()).isEqualTo(-1);
        assertThat(options.fastOpenExperimental()).isFalse();
        assertThat(options.accEcnKind()).isZero();
        assertThat(options.accEcnFields()).isZero();
    }

    @Test
    void theyAreFoundBehindAHeader() {
        var options = new TcpOptions();
        options.parse(Bytes.nativeCopy(Golden.SYN), 20);
        assertThat(options).hasToString("<mss 1460,sackOK,TS val 5 ecr 0,wscale 7>");
        options.parse(Bytes.nativeCopy(Golden.SACK), 20);
        assertThat(options).hasToString("<TS val 2147483650 ecr 6,sack 305420032:305420288 305420544:305420801>");
        options.parse(Bytes.nativeCopy(Golden.SYN_ACK_V6), 40);
        assertThat(options).hasToString("<mss 1440,sackOK,wscale 7>");
    }

    /// parse(build(x)) == x, for any options, also more than a header has room for.
    @Test
    void everySetOfOptionsIsReadAsItWasWritten() {
        long seed = 9293;
        var random = new Random(seed);
        MemorySegment memory = Bytes.nativeCopy(new byte[128]);
        var parsed = new TcpOptions();
        for (int i = 0; i < 200_000; i++) {
            TcpOptions built = arbitrary(random);
            int at = random.nextInt(8);
            int length = built.write(memory, at);
            assertThat(length).isEqualTo(built.length());
            assertThat(length % 4).isZero();
            parsed.parse(memory, at, length, true);
            assertThat(parsed.toString()).as("seed %d round %d", seed, i).isEqualTo(built.toString());
            assertThat(parsed.present()).isEqualTo(built.present());
            assertThat(parsed.malformed()).isFalse();
        }
    }

    /// RFC 9293 3.1, MUST-68, MUST-69: what is written is no-operations and options with their length, and never an end
    /// of the list, behind which zeros would have to stand.
    @Test
    void everyOptionIsWrittenWithItsLength() {
        long seed = 68;
        var random = new Random(seed);
        MemorySegment memory = Bytes.nativeCopy(new byte[128]);
        for (int i = 0; i < 10_000; i++) {
            memory.fill((byte) 0xff);
            int length = arbitrary(random).write(memory, 0);
            int at = 0;
            while (at < length) {
                int kind = NetworkOrder.u8(memory, at);
                assertThat(kind).as("seed %d round %d", seed, i).isNotEqualTo(TcpOptions.KIND_END);
                int size = kind == TcpOptions.KIND_NOP ? 1 : NetworkOrder.u8(memory, at + 1);
                assertThat(size).as("seed %d round %d", seed, i).isBetween(kind == TcpOptions.KIND_NOP ? 1 : 2, 40);
                at += size;
            }
            assertThat(at).isEqualTo(length);
        }
    }

    static TcpOptions arbitrary(Random random) {
        var options = new TcpOptions();
        if (random.nextBoolean()) options.mss(random.nextInt(65536));
        if (random.nextBoolean()) options.sackPermitted();
        if (random.nextBoolean()) options.timestamps(random.nextInt(), random.nextInt());
        if (random.nextBoolean()) options.windowScale(random.nextInt(256));
        for (int i = random.nextInt(6); i > 0; i--) options.sack(random.nextInt(), random.nextInt());
        if (random.nextInt(3) == 0) {
            int length = random.nextInt(4) == 0 ? 0 : 4 + 2 * random.nextInt(7);
            options.fastOpen(Bytes.random(random, 16), length, random.nextBoolean());
        }
        if (random.nextInt(3) == 0) {
            int kind = random.nextBoolean() ? TcpOptions.KIND_ACCECN0 : TcpOptions.KIND_ACCECN1;
            options.accEcn(kind, random.nextInt(4), random.nextInt(), random.nextInt(), random.nextInt());
        }
        return options;
    }
}
