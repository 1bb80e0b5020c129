/// The packetdrill language: text in, [Script] out.
@NullMarked
package dev.sockeye.conformance.script;

import org.jspecify.annotations.NullMarked;
