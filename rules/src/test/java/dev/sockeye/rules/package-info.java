/// The rules of the house (ARCHITECTURE.md), checked against the classes and sources of every floor.
@NullMarked
package dev.sockeye.rules;

import org.jspecify.annotations.NullMarked;
