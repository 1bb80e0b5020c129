package dev.sockeye.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sockeye.host.Host;
import dev.sockeye.host.Sysctl;
import dev.sockeye.link.TunLink;
import dev.sockeye.linux.NetworkNamespace;
import dev.sockeye.linux.Rtnetlink;
import dev.sockeye.linux.SystemCallException;
import dev.sockeye.linux.SystemCalls;
import dev.sockeye.linux.Tun;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.PagePool;

/// A machine of ours, and on the other side of a TUN device the real kernel with its own sockets, in a network
/// namespace of the test's; the test is skipped where the kernel does not permit one.
final class BesideTheKernel {

    private static final int MTU = 1500;

    private final PagePool pool = new PagePool();
    private final RealTime driver = new RealTime("test-timer");

    /// What a test does there.
    interface Body {
        void run(Machine ours) throws Exception;
    }

    /// The kernel is 10.1.2.1 and fd00:1::1, and the body's thread is in its namespace; ours is at .2 and ::2.
    void run(Body body) throws Exception {
        try {
            NetworkNamespace.callInNew(
                    () -> new SystemCalls().close(Tun.open("probe", false).fd()));
        } catch (SystemCallException e) {
            assumeTrue(false, "skipped: this process may not make devices in a network namespace: " + e.getMessage());
        }
        NetworkNamespace.callInNew(() -> {
            Tun tun = Tun.open("eye0", false);
            try (var netlink = new Rtnetlink()) {
                netlink.setTransmitQueue("eye0", 10_000);
                netlink.addAddress("eye0", IpAddress.parse("10.1.2.1"), 30);
                netlink.addAddress("eye0", IpAddress.parse("fd00:1::1"), 64);
                netlink.setUp("eye0", true);
            }
            try (var link = new TunLink(tun, MTU, pool, driver::now, driver::carry);
                    var ours = new Machine(new Host("ours", Sysctl.linux(), pool, 1), driver)) {
                ours.attach("tun0", MTU, link, "10.1.2.2/30", "fd00:1::2/64");
                body.run(ours);
            }
            return null;
        });
        driver.close();
        assertThat(pool.pagesOut()).as("pages that nobody gave back").isZero();
        assertThat(pool.packetsOut()).as("packets that nobody gave back").isZero();
    }
}
