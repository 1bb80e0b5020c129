/// What carries packets between hosts: memory, impairment, capture.
@NullMarked
package dev.sockeye.link;

import org.jspecify.annotations.NullMarked;
