package dev.sockeye.socket;

/// TCP-AO on a socket: `struct tcp_ao_info_opt`, the value of [SocketOption#TCP_AO_INFO].
///
/// @param currentKey   SendID of the key that is signed with; -1: none yet, or in setting, as it is
/// @param nextKey      RecvID of the key that the peer is asked to sign with; -1: none yet, or as it is
/// @param required     whether peers without a key are turned away
/// @param acceptIcmps  whether hard ICMP errors end a connection, which TCP-AO otherwise prevents (RFC 5925 7.8)
/// @param setCounters  in setting: whether the counters are set
/// @param good         segments whose MAC was right
/// @param bad          segments whose MAC was wrong
/// @param keyNotFound  segments with a KeyID of no key
/// @param aoRequired   segments without TCP-AO that should have had it
/// @param droppedIcmp  ICMP errors that were passed over
public record TcpAoInfo(
        int currentKey,
        int nextKey,
        boolean required,
        boolean acceptIcmps,
        boolean setCounters,
        long good,
        long bad,
        long keyNotFound,
        long aoRequired,
        long droppedIcmp) {

    /// Settings, with all else as it is.
    public TcpAoInfo(int currentKey, int nextKey, boolean required, boolean acceptIcmps) {
        this(currentKey, nextKey, required, acceptIcmps, false, 0, 0, 0, 0, 0);
    }
}
