package dev.sockeye.link;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.wire.Packet;
import dev.sockeye.wire.PagePool;
import java.util.HexFormat;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
class PacketTextTest {

    private final PagePool pool = new PagePool();
    private final PacketText text = new PacketText();

    private String of(String hex) {
        Packet packet = Packet.of(HexFormat.of().parseHex(hex.replaceAll("\\s", "")), pool);
        String words = text.of(packet);
        packet.release(pool);
        return words;
    }

    @Test
    void sequenceNumbersCountFromTheSyn() {
        String addresses = "0a000001 0a000002";
        String back = "0a000002 0a000001";
        assertThat(of("45000030 00004000 4006 26c6" + addresses + "10920050 00001000 00000000 7002 fff0 0000 0000"
                        + "020405b4 01010402"))
                .isEqualTo("10.0.0.1:4242 > 10.0.0.2:80 S 0:0(0) win 65520 <mss 1460,sackOK>");
        assertThat(of("4500002c 00004000 4006 26ca" + back + "00501092 00002000 00001001 6012 fff0 0000 0000"
                        + "020405b4"))
                .isEqualTo("10.0.0.2:80 > 10.0.0.1:4242 S. 0:0(0) ack 1 win 65520 <mss 1460>");
        assertThat(of("4500002a 00004000 4006 26cc" + addresses + "10920050 00001001 00002001 5019 fff0 0000 0000"
                        + "6869"))
                .isEqualTo("10.0.0.1:4242 > 10.0.0.2:80 FP. 1:3(2) ack 1 win 65520");
    }

    @Test
    void otherPacketsAreNamed() {
        assertThat(of("4500001e 00000000 4011 66cd 0a000001 0a000002 10920035 000a0000 6869"))
                .isEqualTo("10.0.0.1:4242 > 10.0.0.2:53 UDP 2");
        assertThat(of("60000000 00083a40 fd000000 00000000 00000000 00000001 fd000000 00000000 00000000 00000002"
                        + "80000000 00010001"))
                .isEqualTo("fd00::1 > fd00::2 ICMP 8");
        assertThat(of("45")).isEqualTo("malformed, 1 bytes");
    }
}
