/// Networks and faults in virtual time.
module dev.sockeye.sim {
    requires static transitive org.jspecify;
    requires static org.junit.jupiter.api;
    requires transitive dev.sockeye.socket;

    exports dev.sockeye.sim;
    exports dev.sockeye.sim.junit;
}
