/// One TCP connection, as a function of (state, event, now): no clock, no thread, no input or output. Laid out as
/// RFC 9293 3.10 is, with Linux's behaviour where the two differ.
@NullMarked
package dev.sockeye.tcp;

import org.jspecify.annotations.NullMarked;
