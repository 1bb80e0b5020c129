/// The socket calls, and the runtime that drives hosts.
module dev.sockeye.socket {
    requires static transitive org.jspecify;
    requires transitive dev.sockeye.link;

    exports dev.sockeye.socket;
}
