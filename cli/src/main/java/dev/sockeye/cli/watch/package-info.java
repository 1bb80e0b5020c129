/// The full screen of `sockeye watch`: what is known of the sockets over time, and how it is drawn.
@NullMarked
package dev.sockeye.cli.watch;

import org.jspecify.annotations.NullMarked;
