package dev.sockeye.socket;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The options' names, and what the documentation says of them.
class SocketOptionTest {

    @Test
    void isFoundByItsName() {
        assertThat(SocketOption.named("TCP_NODELAY")).isSameAs(SocketOption.TCP_NODELAY);
        assertThat(SocketOption.named("TCP_NO_SUCH")).isNull();
    }

    @Test
    void everyOptionStandsInTheDocumentationAndNoOther() throws IOException {
        String documentation = Files.readString(Path.of("../docs/socket-options.md"));
        var documented = new TreeSet<String>();
        var row = Pattern.compile("^\\| `([A-Z0-9_]+)` \\|", Pattern.MULTILINE).matcher(documentation);
        while (row.find()) documented.add(row.group(1));

        assertThat(documented)
                .isEqualTo(SocketOption.all().stream()
                        .map(SocketOption::name)
                        .collect(Collectors.toCollection(TreeSet::new)));
    }

    /// As getsockopt(TCP_DEFER_ACCEPT) of Linux answers after setsockopt.
    @ParameterizedTest
    @CsvSource({"-1, 0", "0, 0", "1, 1", "2, 3", "3, 3", "4, 7", "10, 15", "60, 63", "128, 247"})
    void deferAcceptIsRoundedUpToTheTimeOfSomeRetransmissions(int set, int read) {
        assertThat(TcpOptionTable.inBackoffs(set)).isEqualTo(read);
    }
}
