package dev.sockeye.inspect.kernel;

/// A network namespace of this machine.
///
/// @param inode its number, the one in `/proc/PID/ns/net`
/// @param name  what `ip netns` calls it; else by whom it is used
/// @param file  stands for it: to open it by
/// @param pid   a process that is in it; 0 if there is none
/// @param isOwn whether it is the one of this process
public record Namespace(long inode, String name, String file, long pid, boolean isOwn) {}
