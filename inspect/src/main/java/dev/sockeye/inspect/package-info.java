/// Every socket seen, and explained in plain words.
@NullMarked
package dev.sockeye.inspect;

import org.jspecify.annotations.NullMarked;
