package dev.sockeye.cli;

/// What the command ends with: 0, 1 for "nothing found", and the codes of sysexits.h. After Ctrl-C or SIGTERM it is 128
/// and the number of the signal, as shells expect it (130, 143), also of `trace` and `record`, which finish what they
/// have begun; `watch` and `agent`, which end in no other way, have 0.
final class ExitCode {

    static final int OK = 0;

    /// What was asked for is not there.
    static final int NOT_FOUND = 1;

    /// Something was tried and did not go as it should.
    static final int FAILED = 1;

    /// The doctor has found something that is wrong, and the service still works. As monitoring plugins say it.
    static final int WARNING = 1;

    /// The doctor has found that connections fail now, or will soon.
    static final int CRITICAL = 2;

    /// EX_USAGE: the command line is wrong.
    static final int USAGE = 64;

    /// EX_UNAVAILABLE: something that is needed is missing.
    static final int UNAVAILABLE = 69;

    /// EX_SOFTWARE: a fault of ours.
    static final int INTERNAL = 70;

    /// EX_IOERR: a file or another process could not be read.
    static final int IO = 74;

    private ExitCode() {}
}
