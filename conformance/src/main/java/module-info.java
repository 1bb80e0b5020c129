/// Scripts in the packetdrill language, run against the stack in virtual time.
module dev.sockeye.conformance {
    requires static transitive org.jspecify;
    requires transitive dev.sockeye.socket;

    exports dev.sockeye.conformance;
}
