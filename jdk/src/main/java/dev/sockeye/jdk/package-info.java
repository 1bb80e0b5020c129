/// The stack under unmodified JDK programs: providers, socket implementations, names, the agent.
@NullMarked
package dev.sockeye.jdk;

import org.jspecify.annotations.NullMarked;
