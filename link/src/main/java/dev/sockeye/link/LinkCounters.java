package dev.sockeye.link;

/// What an [ImpairedLink] has done, in packets where nothing else is said. At every time
/// `sent + duplicated = delivered + lost + overflowed + tooBig + cut + under way`, fragments aside.
///
/// @param sent       handed to the link
/// @param sentBytes  bytes of those
/// @param delivered  handed on
/// @param lost       by the loss model
/// @param overflowed found the rate's queue full
/// @param tooBig     longer than the MTU
/// @param cut        while the link was cut, or under way when it was
/// @param duplicated copies made
/// @param corrupted  with a bit flipped
/// @param reordered  sent without the delay
public record LinkCounters(
        long sent,
        long sentBytes,
        long delivered,
        long lost,
        long overflowed,
        long tooBig,
        long cut,
        long duplicated,
        long corrupted,
        long reordered) {}
