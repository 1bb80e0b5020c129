/// The sockets of a machine as time series: `sockeye agent`.
@NullMarked
package dev.sockeye.metrics;

import org.jspecify.annotations.NullMarked;
