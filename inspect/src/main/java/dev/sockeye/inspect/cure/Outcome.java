package dev.sockeye.inspect.cure;

import dev.sockeye.linux.SystemCallException;
import dev.sockeye.wire.Errno;

/// What has come of a cure.
///
/// @param result in a word
/// @param text   in a sentence: what was done and what will follow, or why nothing was done
public record Outcome(Result result, String text) {

    /// Whether it was done.
    public enum Result {
        /// Yes.
        DONE,
        /// The socket is not there any more; if it was another that was found in its place, that was
        /// left alone.
        GONE,
        /// The kernel does not permit it to this user.
        FORBIDDEN,
        /// It cannot be done to such a socket.
        IMPOSSIBLE
    }

    static Outcome done(String text) {
        return new Outcome(Result.DONE, text);
    }

    static Outcome gone(String text) {
        return new Outcome(Result.GONE, text);
    }

    static Outcome impossible(String text) {
        return new Outcome(Result.IMPOSSIBLE, text);
    }

    static Outcome of(SystemCallException refused) {
        String said = String.valueOf(refused.getMessage());
        if (refused.is(Errno.EPERM) || refused.is(Errno.EACCES))
            return new Outcome(Result.FORBIDDEN, said + "; try again as root");
        if (refused.is(Errno.ESRCH) || refused.is(Errno.EBADF) || refused.is(Errno.ENOENT))
            return gone("it is gone meanwhile (" + said + ")");
        if (refused.is(Errno.ENOSYS) || refused.is(Errno.EOPNOTSUPP))
            return impossible("this kernel cannot do that: " + said);
        return impossible(said);
    }
}
