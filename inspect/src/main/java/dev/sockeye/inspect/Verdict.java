package dev.sockeye.inspect;

/// Whether somebody has to do something about a socket.
public enum Verdict {
    /// Nothing is wrong.
    HARMLESS,
    /// Nothing is wrong yet, or it cannot be told from here.
    WATCH,
    /// Something is wrong: with the program, with the peer or with the network, as the explanation says.
    FAULT
}
