/// As much of a shell as scripts embed: settings, counters, routes of the host under test.
@NullMarked
package dev.sockeye.conformance.shell;

import org.jspecify.annotations.NullMarked;
