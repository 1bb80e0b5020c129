package dev.sockeye.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// The AccECN option beside SACK blocks and timestamps (docs/linux/ecn.md, "room"): as many counters as fit; where
/// those
/// that have changed do not, the last SACK blocks but two give way, and if that is not enough there is no option. Data
/// makes room for both.
class AccEcnOptionTest {

    /// Four holes, then the last block again.
    private static void check(String synOptions, String mark, String... told) {
        boolean timestamps = synOptions.contains("TS");
        Peer peer = AccEcn.primed(synOptions);
        int i = 0;
        for (int from : new int[] {2001, 4001, 6001, 8001, 10_001, 10_001}) {
            peer.elapse(4);
            peer.send("[" + mark + "] 5. " + from + ":" + (from + 1000) + "(1000) ack 1001 win 65535"
                    + (timestamps ? " <TS>" : ""));
            // The fourth ACK and those after it are put off, to be one for several.
            peer.elapse(1);
            peer.expectMarked("[ect0] " + told[i++]);
        }
        peer.write(1000);
        peer.expect(told[i++]).expect(told[i]).expectNothing();
        peer.checkReleased();
    }

    @Test
    void withoutTimestamps() {
        check(
                "<mss 1012,sackOK>",
                "ect0",
                "EA. 1001:1001(0) ack 1 <ECN e1b 1 ceb 0 e0b 1001,sack 2001:3001>",
                "EA. 1001:1001(0) ack 1 <ECN e1b 1 ceb 0 e0b 2001,sack 4001:5001 2001:3001>",
                "EA. 1001:1001(0) ack 1 <ECN e1b 1 ceb 0 e0b 3001,sack 6001:7001 4001:5001 2001:3001>",
                "EA. 1001:1001(0) ack 1 <ECN e1b 1 ceb 0 e0b 4001,sack 8001:9001 6001:7001 4001:5001>",
                "EA. 1001:1001(0) ack 1 <ECN e1b 1 ceb 0 e0b 5001,sack 10001:11001 8001:9001 6001:7001>",
                "EA. 1001:1001(0) ack 1 <ECN e1b 1 ceb 0 e0b 6001,sack 10001:11001 10001:11001 8001:9001>",
                "EA. 1001:1973(972) ack 1 <ECN e1b 1,sack 10001:11001 8001:9001 6001:7001 4001:5001>",
                "PEA. 1973:2001(28) ack 1 <ECN e1b 1,sack 10001:11001 8001:9001 6001:7001 4001:5001>");
        check(
                "<mss 1012,sackOK>",
                "ect1",
                "EA. 1001:1001(0) ack 1 <ECN e1b 1001 ceb 0 e0b 1,sack 2001:3001>",
                "EA. 1001:1001(0) ack 1 <ECN e1b 2001 ceb 0 e0b 1,sack 4001:5001 2001:3001>",
                "EA. 1001:1001(0) ack 1 <ECN e1b 3001 ceb 0 e0b 1,sack 6001:7001 4001:5001 2001:3001>",
                "EA. 1001:1001(0) ack 1 <ECN e1b 4001,sack 8001:9001 6001:7001 4001:5001 2001:3001>",
                "EA. 1001:1001(0) ack 1 <ECN e1b 5001,sack 10001:11001 8001:9001 6001:7001 4001:5001>",
                "EA. 1001:1001(0) ack 1 <ECN e1b 6001,sack 10001:11001 10001:11001 8001:9001 6001:7001>",
                "EA. 1001:1973(972) ack 1 <ECN e1b 6001,sack 10001:11001 8001:9001 6001:7001 4001:5001>",
                "PEA. 1973:2001(28) ack 1 <ECN e1b 6001,sack 10001:11001 8001:9001 6001:7001 4001:5001>");
    }

    /// A SYN-ACK with all that it can have: 4 bytes MSS, 12 timestamps and SACK-permitted, 4 window scale, and a
    /// cookie.
    @Test
    void besideAFastOpenCookie() {
        int[][] cookieAndFields = {{-1, 3}, {4, 3}, {6, 3}, {8, 2}, {10, 2}, {12, 1}, {14, 1}, {16, -1}};
        for (int[] each : cookieAndFields) {
            var synAck = new Segment();
            synAck.mss = 1460;
            synAck.timestamps = synAck.sackPermitted = true;
            synAck.windowScale = 8;
            synAck.fastOpenLength = each[0];
            AccEcnOption.writeToSynAck(synAck, TcpSysctl.linux());
            assertThat(synAck.accEcnKind == 0 ? -1 : synAck.accEcnFields)
                    .as("cookie of " + each[0])
                    .isEqualTo(each[1]);
        }
    }

    @Test
    void withTimestamps() {
        check(
                "<mss 1024,sackOK,TS>",
                "ect0",
                "EA. 1001:1001(0) ack 1 <ECN e1b 1 ceb 0 e0b 1001,sack 2001:3001>",
                "EA. 1001:1001(0) ack 1 <sack 4001:5001 2001:3001>",
                "EA. 1001:1001(0) ack 1 <sack 6001:7001 4001:5001 2001:3001>",
                "EA. 1001:1001(0) ack 1 <sack 8001:9001 6001:7001 4001:5001>",
                "EA. 1001:1001(0) ack 1 <sack 10001:11001 8001:9001 6001:7001>",
                "EA. 1001:1001(0) ack 1 <sack 10001:11001 10001:11001 8001:9001>",
                "EA. 1001:1985(984) ack 1 <sack 10001:11001 8001:9001 6001:7001>",
                "PEA. 1985:2001(16) ack 1 <sack 10001:11001 8001:9001 6001:7001>");
        check(
                "<mss 1024,sackOK,TS>",
                "ce",
                "WA. 1001:1001(0) ack 1 <ECN e1b 1 ceb 1000 e0b 1,sack 2001:3001>",
                "EWA. 1001:1001(0) ack 1 <ECN e1b 1 ceb 2000,sack 4001:5001 2001:3001>",
                ". 1001:1001(0) ack 1 <ECN e1b 1 ceb 3000,sack 6001:7001 4001:5001>",
                "E. 1001:1001(0) ack 1 <ECN e1b 1 ceb 4000,sack 8001:9001 6001:7001>",
                "W. 1001:1001(0) ack 1 <ECN e1b 1 ceb 5000,sack 10001:11001 8001:9001>",
                "EW. 1001:1001(0) ack 1 <ECN e1b 1 ceb 6000,sack 10001:11001 10001:11001>",
                "EW. 1001:1985(984) ack 1 <ECN,sack 10001:11001 8001:9001 6001:7001>",
                "PEW. 1985:2001(16) ack 1 <ECN,sack 10001:11001 8001:9001 6001:7001>");
    }
}
