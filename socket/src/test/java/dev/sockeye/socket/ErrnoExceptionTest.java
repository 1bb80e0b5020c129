package dev.sockeye.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sockeye.wire.Errno;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.TransportAddress;
import org.junit.jupiter.api.Test;

/// Results become exceptions.
class ErrnoExceptionTest {

    private static final TransportAddress WEB = new TransportAddress(IpAddress.parse("10.0.0.1"), 80);

    @Test
    void tellsWhatWasAttemptedAndWhyItFailed() {
        assertThatThrownBy(() -> ErrnoException.check(Errno.ECONNREFUSED.asResult(), "connect", WEB))
                .isInstanceOfSatisfying(
                        ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ECONNREFUSED))
                .hasMessage("connect 10.0.0.1:80: Connection refused");
    }

    @Test
    void letsACountThrough() throws ErrnoException {
        assertThat(ErrnoException.check(7, "read")).isEqualTo(7);
    }
}
