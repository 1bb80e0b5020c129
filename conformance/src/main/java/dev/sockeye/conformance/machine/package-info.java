/// The machine that a script runs on: one host in virtual time, file descriptors, system calls.
@NullMarked
package dev.sockeye.conformance.machine;

import org.jspecify.annotations.NullMarked;
