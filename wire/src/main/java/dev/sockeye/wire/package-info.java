/// Bytes in, values out: addresses, headers, options, checksums, captures, and the memory that packets live in.
@NullMarked
package dev.sockeye.wire;

import org.jspecify.annotations.NullMarked;
