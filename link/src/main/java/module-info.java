/// What carries packets between hosts.
module dev.sockeye.link {
    requires static transitive org.jspecify;
    requires transitive dev.sockeye.host;
    requires transitive dev.sockeye.linux;

    exports dev.sockeye.link;
}
