package dev.sockeye.metrics;

/// Where the agent says what it does: a line each, seldom.
@FunctionalInterface
public interface AgentLog {

    /// How much it matters, with the number that syslog(3) and the journal have for it.
    enum Level {
        /// It cannot go on, or a part of it cannot.
        ERROR(3),
        /// Something is missing, and it goes on.
        WARNING(4),
        /// It began, it ends.
        INFO(6);

        private final int number;

        Level(int number) {
            this.number = number;
        }

        /// Of syslog(3).
        public int number() {
            return number;
        }
    }

    /// Says it.
    void say(Level level, String line);
}
