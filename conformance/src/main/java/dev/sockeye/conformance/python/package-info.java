/// As much of Python as scripts embed: assertions about a socket.
@NullMarked
package dev.sockeye.conformance.python;

import org.jspecify.annotations.NullMarked;
