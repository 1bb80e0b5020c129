package dev.sockeye.inspect;

import java.time.Duration;

/// The timer a socket waits for, as `ss -o` shows it. Linux reports one at most: retransmission before zero-window
/// probes before keepalive.
///
/// @param kind      which
/// @param expiresIn how long until it fires; zero when it is due
/// @param count     how often it has fired in a row: retransmissions, or probes without an answer
public record Timer(Kind kind, Duration expiresIn, int count) {

    /// Which timer, with the name that `ss` prints.
    public enum Kind {
        RETRANSMIT("on"),
        KEEPALIVE("keepalive"),
        TIME_WAIT("timewait"),
        PERSIST("persist"),
        DELAYED_ACK("unknown"),
        FIN_WAIT2("timewait");

        private final String ssName;

        Kind(String ssName) {
            this.ssName = ssName;
        }

        /// How `ss` prints it; it has no name for a delayed acknowledgement.
        public String ssName() {
            return ssName;
        }
    }
}
