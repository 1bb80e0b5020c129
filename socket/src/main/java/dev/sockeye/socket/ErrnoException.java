package dev.sockeye.socket;

import dev.sockeye.wire.Errno;
import java.io.IOException;

/// A call that failed, with Linux's error number and what was attempted: `connect 10.0.0.1:80: Connection
/// refused`. The calls of this floor return `-errno`; this is for the shells that throw.
public final class ErrnoException extends IOException {

    private static final long serialVersionUID = 1;

    private final Errno errno;

    /// The failure of an attempt.
    ///
    /// @param attempted the call and what it was made on, such as `connect 10.0.0.1:80`
    public ErrnoException(Errno errno, String attempted) {
        super(attempted + ": " + errno.text());
        this.errno = errno;
    }

    /// The error number.
    public Errno errno() {
        return errno;
    }

    /// The result itself if it is none of an error.
    ///
    /// @param attempted the call, such as `connect`
    /// @param on        what it was made on, such as an address; its text is only made when the call has failed
    /// @throws ErrnoException if `result` is `-errno`
    public static int check(int result, String attempted, Object on) throws ErrnoException {
        if (result < 0) throw new ErrnoException(Errno.ofResult(result), attempted + " " + on);
        return result;
    }

    /// As [#check(int, String, Object)] for a call that is made on nothing in particular.
    public static int check(int result, String attempted) throws ErrnoException {
        if (result < 0) throw new ErrnoException(Errno.ofResult(result), attempted);
        return result;
    }
}
