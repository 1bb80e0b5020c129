/// What carries packets between hosts.
module dev.sockeye.link {
    requires static transitive org.jspecify;
    requires transitive dev.sockeye.host;

    exports dev.sockeye.link;
}
