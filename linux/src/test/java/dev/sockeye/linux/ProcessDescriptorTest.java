package dev.sockeye.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sockeye.wire.Errno;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.TransportAddress;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// A process's sockets, borrowed: here this very process's, for which no rights are needed.
@EnabledOnOs(value = OS.LINUX, disabledReason = "pidfd_getfd is Linux's")
class ProcessDescriptorTest {

    private ProcessDescriptor process;
    private KernelSocket socket;

    @BeforeEach
    void open() throws Exception {
        socket = KernelSocket.open(true);
        try {
            process = new ProcessDescriptor((int) ProcessHandle.current().pid());
        } catch (SystemCallException e) {
            assumeTrue(!e.is(Errno.ENOSYS) && !e.is(Errno.EPERM), "skipped: pidfd_open is not there, or forbidden");
            throw e;
        }
    }

    @AfterEach
    void close() {
        if (process != null) process.close();
        socket.close();
    }

    private BorrowedSocket borrow() throws SystemCallException {
        try {
            return process.socket(socket.fd());
        } catch (SystemCallException e) {
            assumeTrue(!e.is(Errno.ENOSYS) && !e.is(Errno.EPERM), "skipped: pidfd_getfd is not there, or forbidden");
            throw e;
        }
    }

    @Test
    void aBorrowedSocketIsTheSameSocket() throws Exception {
        assertThat(socket.bind(new TransportAddress(IpAddress.LOOPBACK_V4, 0))).isZero();
        assertThat(socket.listen(1)).isZero();
        TransportAddress nobody = new TransportAddress(IpAddress.ANY_V4, 0);
        try (var diag = new SockDiag();
                BorrowedSocket borrowed = borrow()) {
            DiagSocket told = Objects.requireNonNull(diag.find(socket.localAddress(), nobody, SockDiag.AF_INET, 0));
            assertThat(borrowed.cookie()).isEqualTo(told.cookie());
        }
        assertThat(socket.localAddress().port()).as("ours is open still").isPositive();
    }

    @Test
    void whatIsSetOnItIsSet() throws Exception {
        try (BorrowedSocket borrowed = borrow()) {
            borrowed.setOption(BorrowedSocket.IPPROTO_TCP, BorrowedSocket.TCP_KEEPIDLE, 17);
            assertThat(borrowed.option(BorrowedSocket.IPPROTO_TCP, BorrowedSocket.TCP_KEEPIDLE))
                    .isEqualTo(17);
            assertThat(borrowed.lingerSeconds()).isEqualTo(-1);
            assertThat(borrowed.congestionControl()).matches("[a-z0-9]+");
            assertThatThrownBy(() -> borrowed.shutdown(BorrowedSocket.SHUT_RDWR))
                    .isInstanceOf(SystemCallException.class)
                    .matches(thrown -> ((SystemCallException) thrown).is(Errno.ENOTCONN));
        }
        try (BorrowedSocket again = borrow()) {
            assertThat(again.option(BorrowedSocket.IPPROTO_TCP, BorrowedSocket.TCP_KEEPIDLE))
                    .isEqualTo(17);
        }
    }

    @Test
    void whatIsNoSocketAndWhatIsNotThere() throws Exception {
        borrow().close();
        int fd = new SystemCalls().open("/dev/null", SystemCalls.O_RDONLY | SystemCalls.O_CLOEXEC);
        try (BorrowedSocket file = process.socket(fd)) {
            assertThatThrownBy(file::cookie).matches(thrown -> ((SystemCallException) thrown).is(Errno.ENOTSOCK));
        }
        new SystemCalls().close(fd);
        assertThatThrownBy(() -> process.socket(100_000))
                .matches(thrown -> ((SystemCallException) thrown).is(Errno.EBADF));
        assertThatThrownBy(() -> new ProcessDescriptor(1 << 22).close())
                .hasMessageStartingWith("take hold of process 4194304: ");
        process.signal(0);
    }
}
