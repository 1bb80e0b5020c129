package dev.sockeye.linux;

import dev.sockeye.wire.Errno;
import java.io.IOException;

/// The kernel has refused something. The message says what was attempted, and why in the kernel's words.
public final class SystemCallException extends IOException {

    private static final long serialVersionUID = 1;

    private final int number;

    /// @param result    what the call returned, `-errno`
    /// @param attempted such as `open /dev/net/tun`
    public SystemCallException(int result, String attempted) {
        super(attempted + ": " + text(-result));
        number = -result;
    }

    private static String text(int number) {
        Errno errno = Errno.ofNumber(number);
        return errno == null ? "error " + number : errno.text();
    }

    /// Whether this is the reason.
    public boolean is(Errno errno) {
        return number == errno.number();
    }

    /// The reason in the kernel's words, such as `Operation not permitted`.
    public String reason() {
        return text(number);
    }

    /// The result itself if it is none of an error.
    ///
    /// @param attempted the call and what it was made on
    /// @throws SystemCallException if `result` is `-errno`
    public static int check(int result, String attempted) throws SystemCallException {
        if (result < 0) throw new SystemCallException(result, attempted);
        return result;
    }
}
