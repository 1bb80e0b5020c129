/// One machine, without input or output: interfaces, routes, ports, listeners, ICMP, UDP, timers.
@NullMarked
package dev.sockeye.host;

import org.jspecify.annotations.NullMarked;
