package dev.sockeye.cli;

import dev.sockeye.linux.Rtnetlink;
import dev.sockeye.linux.SystemCallException;
import dev.sockeye.linux.Tun;
import dev.sockeye.wire.Errno;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Makes the TUN device that joins a program to this machine, and says in plain words what stands in the way.
final class Device {

    /// Packets that wait in the kernel for the program; a long queue, since what is beyond it is lost.
    private static final int TRANSMIT_QUEUE = 10_000;

    private Device() {}

    /// Something stands in the way; the message is one line that says what, and what to do.
    static final class Trouble extends Exception {
        private static final long serialVersionUID = 1;

        Trouble(String line) {
            super(line);
        }
    }

    /// Makes a device that goes with this process, gives it addresses, and sets it up.
    ///
    /// @param inside whether this process is in a namespace of its own already
    static Tun make(String name, int mtu, List<DeviceAddresses> networks, boolean inside) throws Trouble {
        Tun tun = open(name, inside);
        try (var netlink = new Rtnetlink()) {
            netlink.setMtu(tun.name(), mtu);
            netlink.setTransmitQueue(tun.name(), TRANSMIT_QUEUE);
            for (DeviceAddresses network : networks)
                netlink.addAddress(tun.name(), network.machine(), network.prefixLength());
            netlink.setUp(tun.name(), true);
            if (inside) netlink.setUp("lo", true);
            tun.setInheritable(true);
            return tun;
        } catch (SystemCallException e) {
            throw new Trouble("cannot " + e.getMessage());
        }
    }

    private static Tun open(String name, boolean inside) throws Trouble {
        try {
            return Tun.open(name, false);
        } catch (SystemCallException e) {
            throw new Trouble(explain(e, name, inside));
        }
    }

    private static String explain(SystemCallException refusal, String name, boolean inside) {
        if (refusal.is(Errno.ENOENT) || refusal.is(Errno.ENODEV) || refusal.is(Errno.ENXIO))
            return Tun.FILE + " is not there: load the kernel's module (modprobe tun), or give it to the container"
                    + " (--device " + Tun.FILE + ")";
        if (refusal.is(Errno.EACCES))
            return Tun.FILE + " may not be opened by this user: use sudo" + (inside ? "" : ", or --private")
                    + " after 'sudo chmod 0666 " + Tun.FILE + "', which is the usual mode";
        if (refusal.is(Errno.EPERM) && !inside)
            return "only root may make a device on this machine: use sudo, or --private, which makes one in a network"
                    + " namespace of its own";
        if (refusal.is(Errno.EBUSY)) return "the device " + name + " is in use: say another --device";
        if (refusal.is(Errno.EINVAL)) return "there is an interface " + name + " already that is no TUN device";
        return "cannot " + refusal.getMessage();
    }

    /// Whether this machine has IPv6 at all.
    static boolean isIpv6There() {
        return Files.exists(Path.of("/proc/net/if_inet6"));
    }
}
