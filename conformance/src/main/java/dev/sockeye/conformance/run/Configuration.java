package dev.sockeye.conformance.run;

import dev.sockeye.conformance.machine.Setup;

/// How a script is run.
///
/// @param setup             the machine it wants
/// @param tolerancePercent  and that many hundredths of the time since the event before
/// @param tickMicros        the unit of the script's timestamps; 0: they are not looked at
/// @param scalesEcho        whether an echo that no line has shown is reckoned from the first
/// @param strictSegments    whether one line means one packet
/// @param strict            whether packets that no line asks for are a failure
/// @param withDefaults      whether the host begins with the settings of `defaults.sh`, not with Linux's
///     own
/// @param verbose           whether to tell of each event
/// @param debug             whether to tell of each packet when it leaves, too
/// @param dryRun            whether to read the script only
public record Configuration(
        Setup setup,
        double tolerancePercent,
        long tickMicros,
        boolean scalesEcho,
        boolean strictSegments,
        boolean strict,
        boolean withDefaults,
        boolean verbose,
        boolean debug,
        boolean dryRun) {

    /// How early or late anything may be.
    public long toleranceNanos() {
        return setup.toleranceNanos();
    }
}
