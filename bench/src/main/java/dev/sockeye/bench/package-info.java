/// Benchmarks: what the stack costs, and how it stands beside its peers.
@NullMarked
package dev.sockeye.bench;

import org.jspecify.annotations.NullMarked;
