package dev.sockeye.linux;

import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/// A TUN device (linux/if_tun.h): a network interface of the kernel whose other side is a file descriptor.
/// Each read takes one IP packet that the kernel has sent by the interface; each write lets the kernel
/// receive one.
///
/// A device that this made is gone when its last descriptor is closed, and so whenever its process ends.
///
/// @param fd   the descriptor: non-blocking, and closed when the process becomes another program
/// @param name of the interface
public record Tun(int fd, String name) {

    /// The file that is opened.
    public static final String FILE = "/dev/net/tun";

    /// The longest name of an interface, bytes.
    public static final int LONGEST_NAME = 15;

    /// What to do for the kernel, of [#setOffload]: complete checksums, and cut TCP segments of IPv4 and
    /// IPv6.
    public static final int TUN_F_CSUM = 1, TUN_F_TSO4 = 2, TUN_F_TSO6 = 4;
    private static final int IFF_TUN = 0x1, IFF_NO_PI = 0x1000, IFF_VNET_HDR = 0x4000;
    private static final long TUNSETIFF = 0x400454caL, TUNGETIFF = 0x800454d2L, TUNSETOFFLOAD = 0x400454d0L;

    /// `struct ifreq` (linux/if.h): the name, and behind it what a call is about.
    private static final int IFREQ = 40, IFR_FLAGS = 16;

    /// Makes a device in the calling thread's network namespace, or joins one that is there and has no
    /// other user.
    ///
    /// @param name        of the interface; a `%d` in it stands for the first free number
    /// @param vnetHeaders whether a `struct virtio_net_hdr` stands before each packet
    public static Tun open(String name, boolean vnetHeaders) throws SystemCallException {
        var calls = new SystemCalls();
        int flags = SystemCalls.O_RDWR | SystemCalls.O_NONBLOCK | SystemCalls.O_CLOEXEC;
        int fd = SystemCallException.check(calls.open(FILE, flags), "open " + FILE);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = arena.allocate(IFREQ);
            MemorySegment.copy(MemorySegment.ofArray(nameBytes(name)), 0, request, 0, name.length());
            request.set(JAVA_SHORT, IFR_FLAGS, (short) (IFF_TUN | IFF_NO_PI | (vnetHeaders ? IFF_VNET_HDR : 0)));
            SystemCallException.check(calls.ioctl(fd, TUNSETIFF, request), "make the device " + name);
            return new Tun(fd, request.getString(0));
        } catch (SystemCallException | RuntimeException refused) {
            calls.close(fd);
            throw refused;
        }
    }

    private static byte[] nameBytes(String name) {
        byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
        if (bytes.length == 0
                || bytes.length > LONGEST_NAME
                || !new String(bytes, StandardCharsets.US_ASCII).equals(name))
            throw new IllegalArgumentException("'" + name + "' cannot be the name of an interface");
        return bytes;
    }

    /// A device that another program has opened and has left to this one, by becoming it.
    ///
    /// @throws SystemCallException if the descriptor is not of a TUN device
    public static Tun inherited(int fd) throws SystemCallException {
        var calls = new SystemCalls();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = arena.allocate(IFREQ);
            SystemCallException.check(calls.ioctl(fd, TUNGETIFF, request), "use the descriptor " + fd + " as a device");
            var device = new Tun(fd, request.getString(0));
            device.setInheritable(false);
            return device;
        }
    }

    /// Whether the device goes with the process when it becomes another program.
    public void setInheritable(boolean inheritable) throws SystemCallException {
        int flags = inheritable ? 0 : SystemCalls.FD_CLOEXEC;
        SystemCallException.check(new SystemCalls().fcntl(fd, SystemCalls.F_SETFD, flags), "fcntl " + name);
    }

    /// `TUNSETOFFLOAD`: what this side does for the kernel; only with headers.
    ///
    /// @param features `TUN_F_...`
    public void setOffload(int features) throws SystemCallException {
        SystemCallException.check(new SystemCalls().ioctl(fd, TUNSETOFFLOAD, features), "set the offload of " + name);
    }
}
