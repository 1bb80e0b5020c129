/// Networks and faults in virtual time.
module dev.sockeye.sim {
    requires static transitive org.jspecify;
    requires transitive dev.sockeye.socket;

    exports dev.sockeye.sim;
}
