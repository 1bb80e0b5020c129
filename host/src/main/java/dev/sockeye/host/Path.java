package dev.sockeye.host;

import dev.sockeye.wire.Errno;
import dev.sockeye.wire.IpAddress;
import org.jspecify.annotations.Nullable;

/// How to reach a destination: by which interface, from which address, with which MTU.
///
/// @param error why it cannot be reached; then the rest has no meaning
/// @param mtu   of the path, bytes
record Path(@Nullable Errno error, Interface out, IpAddress source, int mtu) {}
