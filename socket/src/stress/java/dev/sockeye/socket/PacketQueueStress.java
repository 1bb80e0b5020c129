package dev.sockeye.socket;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.sockeye.wire.Packet;
import dev.sockeye.wire.PagePool;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;

/// Two threads put two packets each, and one of them takes what is there in between: nothing is lost, nothing
/// comes twice, and each thread's packets come in its order.
@JCStressTest
@Outcome(id = "a, bAB|a, AbB|a, ABb", expect = ACCEPTABLE, desc = "before the other's")
@Outcome(id = "aA, bB|aA, Bb|Aa, bB|Aa, Bb", expect = ACCEPTABLE, desc = "one each")
@Outcome(id = "aAB, b|AaB, b|ABa, b", expect = ACCEPTABLE, desc = "after the other's")
@Outcome(expect = FORBIDDEN, desc = "lost, doubled, or out of order")
@State
public class PacketQueueStress {

    private static final PagePool POOL = new PagePool();

    private final PacketQueue queue = new PacketQueue();
    private final Packet[] packets = {POOL.takePacket(), POOL.takePacket(), POOL.takePacket(), POOL.takePacket()};
    private String taken = "";

    private String names(Packet first) {
        var names = new StringBuilder();
        for (Packet packet = first; packet != null; packet = packet.next) {
            for (int i = 0; i < packets.length; i++) if (packets[i] == packet) names.append("abAB".charAt(i));
        }
        return names.toString();
    }

    @Actor
    public void putsAndTakes() {
        queue.put(packets[0]);
        taken = names(queue.takeAll());
        queue.put(packets[1]);
    }

    @Actor
    public void puts() {
        queue.put(packets[2]);
        queue.put(packets[3]);
    }

    @Arbiter
    public void after(LL_Result result) {
        result.r1 = taken;
        result.r2 = names(queue.takeAll());
    }
}
