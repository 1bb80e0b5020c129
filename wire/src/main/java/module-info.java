/// Bytes in, values out: addresses, headers, options, checksums, captures.
module dev.sockeye.wire {
    requires static transitive org.jspecify;

    exports dev.sockeye.wire;
}
