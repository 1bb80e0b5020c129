package dev.sockeye.host;

/// A hash with a key in it, such as the MD5 of a segment and a password. It comes from outside: a host has no
/// cryptography of its own. Used under the host's lock; whoever has begun with [#update] ends with [#finish] before
/// another begins.
public interface KeyedHash {

    /// Bytes that [#finish] writes.
    int length();

    /// Takes in more of what is hashed.
    void update(byte[] bytes, int offset, int count);

    /// Writes the hash of what was taken in to the begin of `to`, and begins anew.
    void finish(byte[] to);
}
