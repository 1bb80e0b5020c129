package dev.sockeye.inspect;

/// The transport protocol of a socket; `ss` calls it Netid.
public enum Protocol {
    TCP,
    UDP
}
