package dev.sockeye.wire;

/// Why a packet was refused at the border. A `validate` returns one of these, or `null` for a packet whose headers
/// hold together: behind it no accessor of that header can fail.
public enum Malformed {
    /// Fewer bytes than the header has, or says it has (Linux counts these as `InHdrErrors`, `InErrs`).
    SHORT_HEADER,
    /// Fewer bytes arrived than a length field of the packet promises (`InTruncatedPkts`).
    TRUNCATED,
    /// The IP version is not the one that this header has.
    BAD_VERSION,
    /// A header length field below the least that a header has.
    BAD_HEADER_LENGTH,
    /// A total length below the length of the header that carries it.
    BAD_TOTAL_LENGTH,
    /// The checksum does not fit the bytes (`InCsumErrors`).
    BAD_CHECKSUM,
    /// UDP over IPv6 without a checksum (RFC 8200 8.1).
    NO_CHECKSUM,
    /// An option that does not fit into its header, or padding that is not padding (RFC 8200 4.2).
    BAD_OPTION,
    /// An IPv6 option that this host does not know and whose type forbids to skip it (RFC 8200 4.2).
    UNKNOWN_OPTION,
    /// A hop-by-hop options header that is not the first of the extension headers (RFC 8200 4.1).
    MISPLACED_HEADER,
    /// A routing header that is to be processed, of a type that this host does not process (RFC 8200 4.4).
    UNKNOWN_ROUTING,
    /// More extension headers, or options in one, than any honest packet has.
    TOO_MANY_HEADERS,
    /// An ICMP error that quotes too little of the packet it is about to tell whose it was.
    SHORT_QUOTE
}
