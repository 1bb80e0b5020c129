/// One TCP connection as a function of (state, event, now).
module dev.sockeye.tcp {
    requires static transitive org.jspecify;
    requires transitive dev.sockeye.wire;

    exports dev.sockeye.tcp;
}
