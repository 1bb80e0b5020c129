package dev.sockeye.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.sockeye.wire.IpAddress;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DeviceAddressesTest {

    private static List<IpAddress> ips(String... texts) {
        return Stream.of(texts).map(IpAddress::parse).toList();
    }

    @Test
    void networksThatTheMachineIsInAreLeftAlone() {
        assertThat(DeviceAddresses.unused(ips("127.0.0.1", "10.0.0.1")))
                .extracting(DeviceAddresses::programCidr)
                .containsExactly("10.78.0.2/30", "fd73:6f63:6b65::2/64");
        assertThat(DeviceAddresses.unused(ips("10.78.0.3", "fd73:6f63:6b65:1::7")))
                .extracting(DeviceAddresses::programCidr)
                .containsExactly("10.78.2.2/30", "fd73:6f63:6b65:2::2/64");
    }

    @ParameterizedTest
    @CsvSource({
        "10.1.2.2/30, 10.1.2.1",
        "10.1.2.1/30, 10.1.2.2",
        "10.1.2.77/24, 10.1.2.1",
        "10.1.2.6/31, 10.1.2.7",
        "10.1.2.7/31, 10.1.2.6",
        "172.16.255.255/12, 172.16.0.1",
        "fd00::2/64, fd00::1",
        "fd00::1/64, fd00::2",
        "fd00::1/127, fd00::"
    })
    void theMachineHasTheNetworksFirstAddressThatIsFree(String cidr, String machine) {
        assertThat(DeviceAddresses.of(List.of(cidr), List.of()))
                .extracting(DeviceAddresses::machine)
                .isEqualTo(ips(machine));
    }

    @Test
    void theMachineHasTheAddressThatIsGiven() {
        assertThat(DeviceAddresses.of(List.of("10.1.2.2/24", "fd00::2/64"), List.of("fd00::99", "10.1.2.8")))
                .extracting(DeviceAddresses::machine)
                .isEqualTo(ips("10.1.2.8", "fd00::99"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "10.1.2.2 | - | --address 10.1.2.2 has no prefix length, as in /30",
                "10.1.2.2/32 | - | --address 10.1.2.2/32 is of no network for two: the prefix length is 1 to 31",
                "10.1.2.2/x | - | --address 10.1.2.2/x is of no network for two: the prefix length is 1 to 31",
                "10.1.2/24 | - | not an IP address: '10.1.2'",
                "10.1.2.2/30 | 10.1.2.9 | --host-address 10.1.2.9 is in the network of no --address",
                "10.1.2.2/30 | 10.1.2.2 | the program and this machine cannot both be 10.1.2.2"
            })
    void whatMakesNoNetworkIsRefused(String cidr, String machine, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DeviceAddresses.of(List.of(cidr), machine == null ? List.of() : List.of(machine)))
                .withMessage(message);
    }
}
