package dev.sockeye.conformance.shell;

import dev.sockeye.conformance.machine.Disk;
import dev.sockeye.conformance.machine.HostUnderTest;

/// What commands act on.
public record Environment(HostUnderTest machine, Disk disk) {}
