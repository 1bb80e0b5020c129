/// The socket calls, and the runtime that drives hosts.
@NullMarked
package dev.sockeye.socket;

import org.jspecify.annotations.NullMarked;
