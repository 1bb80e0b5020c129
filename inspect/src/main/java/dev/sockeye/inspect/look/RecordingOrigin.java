package dev.sockeye.inspect.look;

/// Where and with what a recording was made.
///
/// @param host    the machine's name
/// @param kernel  its kernel's version
/// @param version Sockeye's
public record RecordingOrigin(String host, String kernel, String version) {}
