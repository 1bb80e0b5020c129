package dev.sockeye.cli;

import dev.sockeye.wire.IpAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/// The network between a program and this machine, of one family: the two addresses at the ends of a device.
///
/// @param program      the program's
/// @param machine      this machine's
/// @param prefixLength of the network that they share
record DeviceAddresses(IpAddress program, IpAddress machine, int prefixLength) {

    private static final int NETWORKS = 256;

    /// The first networks that none of this machine's addresses is in, of both families: 10.78.N.0/30 and
    /// fd73:6f63:6b65:N::/64, this machine having the first address and the program the second.
    ///
    /// @param taken this machine's addresses
    static List<DeviceAddresses> unused(Collection<IpAddress> taken) {
        for (int n = 0; n < NETWORKS; n++) {
            var v4 =
                    new DeviceAddresses(IpAddress.parse("10.78." + n + ".2"), IpAddress.parse("10.78." + n + ".1"), 30);
            String network = "fd73:6f63:6b65:" + Integer.toHexString(n);
            var v6 = new DeviceAddresses(IpAddress.parse(network + "::2"), IpAddress.parse(network + "::1"), 64);
            if (taken.stream().noneMatch(ip -> v4.contains(ip) || v6.contains(ip))) return List.of(v4, v6);
        }
        throw new IllegalArgumentException("every network that sockeye would choose is taken: say --address");
    }

    /// The networks of addresses that a user has chosen.
    ///
    /// @param cidrs    the program's addresses, such as `10.1.2.2/30`
    /// @param machines this machine's, at most one for each of those; without one it is the network's first
    ///     address, or its second if the program has that
    static List<DeviceAddresses> of(List<String> cidrs, List<String> machines) {
        List<IpAddress> left = new ArrayList<>();
        for (String machine : machines) left.add(IpAddress.parse(machine));
        List<DeviceAddresses> all = new ArrayList<>();
        for (String cidr : cidrs) all.add(of(cidr, left));
        if (!left.isEmpty())
            throw new IllegalArgumentException(
                    "--host-address " + left.getFirst() + " is in the network of no --address");
        return all;
    }

    private static DeviceAddresses of(String cidr, List<IpAddress> machines) {
        int slash = cidr.indexOf('/');
        if (slash < 0) throw new IllegalArgumentException("--address " + cidr + " has no prefix length, as in /30");
        IpAddress program = IpAddress.parse(cidr.substring(0, slash));
        int bits = program.isV4() ? 32 : 128;
        int length = prefixLength(cidr, slash, bits);
        Optional<IpAddress> given =
                machines.stream().filter(ip -> ip.isIn(program, length)).findFirst();
        given.ifPresent(machines::remove);
        IpAddress machine = given.orElseGet(() -> neighbour(program, length, bits));
        if (machine.equals(program))
            throw new IllegalArgumentException("the program and this machine cannot both be " + program);
        return new DeviceAddresses(program, machine, length);
    }

    private static int prefixLength(String cidr, int slash, int bits) {
        try {
            int length = Integer.parseInt(cidr.substring(slash + 1));
            if (length >= 1 && length < bits) return length;
        } catch (NumberFormatException e) {
            // said below
        }
        throw new IllegalArgumentException(
                "--address " + cidr + " is of no network for two: the prefix length is 1 to " + (bits - 1));
    }

    /// The network's first address that is a host's, other than the program's. A network of two has no address that
    /// is its own (RFC 3021, RFC 6164).
    private static IpAddress neighbour(IpAddress program, int length, int bits) {
        int first = length == bits - 1 ? 0 : 1;
        IpAddress candidate = inNetwork(program, length, bits, first);
        return candidate.equals(program) ? inNetwork(program, length, bits, first + 1) : candidate;
    }

    private static IpAddress inNetwork(IpAddress program, int length, int bits, int number) {
        byte[] bytes = program.toBytes();
        for (int bit = length; bit < bits; bit++) bytes[bit / 8] &= (byte) ~(0x80 >>> bit % 8);
        bytes[bytes.length - 1] |= (byte) number;
        return IpAddress.of(bytes);
    }

    boolean contains(IpAddress ip) {
        return ip.isV4() == program.isV4() && ip.isIn(program, prefixLength);
    }

    /// The program's address with the network's length.
    String programCidr() {
        return program + "/" + prefixLength;
    }
}
