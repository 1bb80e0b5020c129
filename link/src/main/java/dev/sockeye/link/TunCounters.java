package dev.sockeye.link;

/// What has passed a [TunLink].
///
/// @param sent          packets that the kernel took
/// @param sentBytes     bytes of those
/// @param lost          packets that the kernel refused, as its interface was down, or gone
/// @param received      packets from the kernel
/// @param receivedBytes bytes of those
public record TunCounters(long sent, long sentBytes, long lost, long received, long receivedBytes) {}
