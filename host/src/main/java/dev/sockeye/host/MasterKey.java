package dev.sockeye.host;

/// A master key of TCP-AO with its algorithms (RFC 5925 3.1, RFC 5926): what the traffic keys of a connection are
/// derived from. It comes from outside: a host has no cryptography of its own. Used under the host's lock.
public interface MasterKey {

    /// Bytes of a whole MAC, of which a segment carries the first.
    int macLength();

    /// Derives a traffic key (RFC 5926 3.1).
    ///
    /// @param context addresses, ports and initial sequence numbers (RFC 5925 5.2)
    /// @return the algorithm's MAC with this traffic key
    KeyedHash derive(byte[] context);
}
