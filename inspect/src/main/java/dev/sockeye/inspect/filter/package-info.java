/// Which sockets somebody wants to see: `ss`'s grammar of filters and more, what of it the kernel itself can decide,
/// and the decision on a snapshot.
@NullMarked
package dev.sockeye.inspect.filter;

import org.jspecify.annotations.NullMarked;
