/// What is loaded into another program's JVM on request, so that it notes where sockets are opened. It
/// uses nothing of ours and nothing but the JDK, and it changes nothing that the program could notice.
@NullMarked
package dev.sockeye.inspect.openings;

import org.jspecify.annotations.NullMarked;
