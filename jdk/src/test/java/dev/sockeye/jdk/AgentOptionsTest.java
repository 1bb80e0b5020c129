package dev.sockeye.jdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.sockeye.socket.Origin;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AgentOptionsTest {

    @Test
    void withoutOptionsThereIsOneHostAndTheKernelOutside() {
        AgentOptions options = AgentOptions.parse("");
        assertThat(options.hosts()).containsExactly("host");
        assertThat(options.cidrOf(0)).isEqualTo("10.77.0.1/24");
        assertThat(options.outside()).isEqualTo(Placement.Outside.KERNEL);
        assertThat(options.kernelLoopback()).isFalse();
        assertThat(options.kernelPorts()).isEmpty();
        assertThat(options.origin()).isEqualTo(Origin.Detail.NONE);
        assertThat(options.summary()).isFalse();
    }

    @Test
    void everyOptionCanBeSet() {
        AgentOptions options = AgentOptions.parse(
                "host=client+server,net=10.1.2.3/16,outside=unreachable,"
                        + "loopback=kernel,kernel-ports=5432+6379,origin=calls,summary=on,net.ipv4.tcp_fin_timeout=5,x-publish=/tmp/a=b");
        assertThat(options.hosts()).isEqualTo(List.of("client", "server"));
        assertThat(options.cidrOf(0)).isEqualTo("10.1.0.1/16");
        assertThat(options.cidrOf(1)).isEqualTo("10.1.0.2/16");
        assertThat(options.outside()).isEqualTo(Placement.Outside.UNREACHABLE);
        assertThat(options.kernelLoopback()).isTrue();
        assertThat(options.kernelPorts()).isEqualTo(Set.of(5432, 6379));
        assertThat(options.origin()).isEqualTo(Origin.Detail.CALLS);
        assertThat(options.summary()).isTrue();
        assertThat(options.sysctl()).isEqualTo(Map.of("net.ipv4.tcp_fin_timeout", "5"));
        assertThat(options.others()).isEqualTo(Map.of("publish", "/tmp/a=b"));
    }

    @Test
    void aDeviceIsThereWhereADescriptorIsNamed() {
        assertThat(AgentOptions.parse("").device()).isNull();
        assertThat(AgentOptions.parse("tun=5").device())
                .isEqualTo(new AgentOptions.Device(5, 1500, List.of(), List.of()));
        assertThat(AgentOptions.parse("tun=5,mtu=9000,address=10.0.0.2/30+fd00::2/64,route=default+::/0")
                        .device())
                .isEqualTo(new AgentOptions.Device(
                        5, 9000, List.of("10.0.0.2/30", "fd00::2/64"), List.of("default", "::/0")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "hots=a | there is no option 'hots'",
                "host | 'host' is not of the form name=value",
                "host=a b | 'a b' cannot be the name of a host",
                "host=a+a | two hosts have the same name: a+a",
                "net=10.0.0.0 | net=10.0.0.0 has no prefix length, as in /24",
                "net=10.0.0.0/31 | net=10.0.0.0/31 is not an IPv4 network from /8 to /30",
                "net=fd00::/64 | net=fd00::/64 is not an IPv4 network from /8 to /30",
                "net=10.0.0/24 | not an IP address: '10.0.0'",
                "host=a+b+c,net=10.0.0.0/30 | the network has 2 addresses for 3 hosts",
                "outside=nowhere | outside=nowhere: it is one of kernel, unreachable",
                "tun=eye0 | tun: 'eye0' is not a number",
                "tun=1 | tun is 3 to 2147483647, not 1",
                "mtu=67 | mtu is 68 to 65535, not 67",
                "kernel-ports=0 | kernel-ports: no port 0",
                "kernel-ports=x | kernel-ports: 'x' is not a number",
                "summary=yes | summary=yes: it is one of on, off",
            })
    void whatIsWrongIsSaid(String argument, String line) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AgentOptions.parse(argument))
                .withMessage(line);
    }
}
