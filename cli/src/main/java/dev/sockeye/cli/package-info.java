/// The command sockeye.
@NullMarked
package dev.sockeye.cli;

import org.jspecify.annotations.NullMarked;
