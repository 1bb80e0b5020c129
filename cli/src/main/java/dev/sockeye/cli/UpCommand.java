package dev.sockeye.cli;

import dev.sockeye.jdk.JdkRun;
import dev.sockeye.linux.SystemCallException;
import dev.sockeye.linux.SystemCalls;
import dev.sockeye.linux.Tun;
import dev.sockeye.wire.IpAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/// `sockeye up`. The device is made and set up here, and then this process becomes the program: so there is
/// nobody between the program and who waits for it or sends it signals, and the device, whose only descriptor
/// the program inherits, is gone when the program is, whatever ends it.
@Command(
        name = "up",
        header = "Runs an unmodified Java program on the stack, where this machine's other programs reach it.",
        description = {
            "",
            "The program's host gets a TUN device to this machine's kernel: curl, nc and all others reach the program at"
                    + " its own address, and it reaches them at this machine's. All its sockets are Sockeye's. The device"
                    + " is gone when the program ends. Needs root, or --private.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  sudo sockeye up -- java -jar server.jar         # and then: curl http://10.78.0.2:8080/",
            "  sudo sockeye up --address 10.9.9.2/24 -- java -cp classes Main",
            "  sockeye up --private -- java -jar server.jar"
        })
@SuppressWarnings("NullAway.Init") // picocli fills the fields in
final class UpCommand implements Callable<Integer> {

    private static final int LEAST_MTU = 68;
    private static final int LEAST_MTU_V6 = 1280;
    private static final int LARGEST_MTU = 65_535;
    private static final String INSIDE = "--inside-private-network";

    @ParentCommand
    private Sockeye sockeye;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--device",
            paramLabel = "NAME",
            defaultValue = "sockeye%d",
            description = "The device's name; %%d stands for the first free number. Default: ${DEFAULT-VALUE}.")
    private String device;

    @Option(
            names = "--address",
            paramLabel = "CIDR",
            description =
                    "The program's address, such as 10.1.2.2/30 or fd00::2/64. May be repeated. Default: an unused"
                            + " network each of IPv4 and IPv6, the first being 10.78.0.2/30 and fd73:6f63:6b65::2/64.")
    private List<String> addresses = new ArrayList<>();

    @Option(
            names = "--host-address",
            paramLabel = "IP",
            description = "This machine's address in the network of an --address. Default: the network's first. May be"
                    + " repeated.")
    private List<String> hostAddresses = new ArrayList<>();

    @Option(
            names = "--mtu",
            paramLabel = "BYTES",
            defaultValue = "1500",
            description = "The longest packet. Default: ${DEFAULT-VALUE}.")
    private int mtu;

    @Option(
            names = "--outside",
            paramLabel = "device|kernel",
            defaultValue = "device",
            description =
                    "Addresses that are neither the program's nor this machine's: the device leads to them too, and"
                            + " this machine forwards if it is set up to; or the program's sockets to them are the kernel's."
                            + " Default: ${DEFAULT-VALUE}.")
    private Outside outside;

    @Option(
            names = "--private",
            description =
                    "In a user and network namespace of its own, which needs no root. Only programs inside reach it:"
                            + " a line tells how to get there.")
    private boolean isPrivate;

    @Option(names = INSIDE, hidden = true)
    private boolean inside;

    @Mixin
    private ProgramOptions program;

    private enum Outside {
        device,
        kernel
    }

    @Override
    public Integer call() throws Exception {
        checkMtu();
        try {
            if (!SystemCalls.areThere()) throw new Device.Trouble("only Linux has devices of this kind");
            List<DeviceAddresses> networks = networks();
            withAgent(""); // what cannot run is refused before anything is made
            if (isPrivate && !inside) return enterPrivateNetwork();
            Tun tun = Device.make(device, mtu, networks, inside);
            tell(tun, networks);
            return become(withAgent(agentOptions(tun, networks)));
        } catch (JdkRun.Refusal refusal) {
            sockeye.complain(String.valueOf(refusal.getMessage()));
            return refusal.exitCode();
        } catch (Device.Trouble trouble) {
            sockeye.complain("up: " + trouble.getMessage());
            return ExitCode.UNAVAILABLE;
        }
    }

    private void checkMtu() {
        if (mtu < LEAST_MTU || mtu > LARGEST_MTU)
            throw new ParameterException(spec.commandLine(), "--mtu is " + LEAST_MTU + " to " + LARGEST_MTU);
        if (device.isEmpty() || device.length() > Tun.LONGEST_NAME || !device.matches("[A-Za-z0-9_.%-]+"))
            throw new ParameterException(spec.commandLine(), "'" + device + "' cannot be the name of a device");
    }

    private List<DeviceAddresses> networks() {
        List<DeviceAddresses> networks;
        try {
            if (addresses.isEmpty() && hostAddresses.isEmpty()) networks = DeviceAddresses.unused(addressesHere());
            else networks = DeviceAddresses.of(addresses, hostAddresses);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()));
        }
        if (addresses.isEmpty() && (mtu < LEAST_MTU_V6 || !Device.isIpv6There())) return List.of(networks.getFirst());
        if (mtu < LEAST_MTU_V6
                && networks.stream().anyMatch(each -> !each.program().isV4()))
            throw new ParameterException(spec.commandLine(), "IPv6 needs an --mtu of " + LEAST_MTU_V6 + " or more");
        return networks;
    }

    private static List<IpAddress> addressesHere() {
        List<IpAddress> here = new ArrayList<>();
        try {
            for (NetworkInterface each : NetworkInterface.networkInterfaces().toList())
                for (InetAddress address : each.inetAddresses().toList()) here.add(IpAddress.of(address.getAddress()));
        } catch (SocketException e) {
            // the JDK's way to say that there is no interface with an address
        }
        return here;
    }

    private List<String> withAgent(String options) throws JdkRun.Refusal {
        return new JdkRun("up", OwnJar.path(), options)
                .command(OwnJar.withFittingJava(program.command()), System.getenv());
    }

    private String agentOptions(Tun tun, List<DeviceAddresses> networks) {
        List<String> options = new ArrayList<>();
        options.add("tun=" + tun.fd());
        options.add("mtu=" + mtu);
        options.add("address="
                + join(networks.stream().map(DeviceAddresses::programCidr).toList()));
        if (outside == Outside.device) {
            List<String> everything = networks.stream()
                    .map(network -> network.program().isV4() ? "default" : "::/0")
                    .distinct()
                    .toList();
            options.add("route=" + join(everything));
            options.add("outside=unreachable");
        }
        return program.agentOptions(options, spec);
    }

    private static String join(List<String> list) {
        return String.join("+", list);
    }

    private void tell(Tun tun, List<DeviceAddresses> networks) {
        String programs = String.join(
                " and ", networks.stream().map(n -> n.program().toString()).toList());
        String machines = String.join(
                " and ", networks.stream().map(n -> n.machine().toString()).toList());
        sockeye.note(tun.name() + ": the program is " + programs + ", this machine is " + machines);
        if (inside)
            sockeye.note("to reach it: nsenter --preserve-credentials --user --net --target "
                    + ProcessHandle.current().pid() + " curl http://"
                    + networks.getFirst().program() + ":PORT/");
    }

    private int enterPrivateNetwork() throws Device.Trouble, IOException, InterruptedException {
        PrivateNetwork.check();
        return become(PrivateNetwork.again(INSIDE));
    }

    /// Goes on as another program, in this process.
    private int become(List<String> next) throws SystemCallException {
        sockeye.out().flush();
        int result = new SystemCalls().exec(next);
        throw new SystemCallException(result, "start " + next.getFirst());
    }
}
