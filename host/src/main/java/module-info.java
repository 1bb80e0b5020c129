/// One machine: interfaces, routes, ports, listeners, ICMP, UDP, timers.
module dev.sockeye.host {
    requires static transitive org.jspecify;
    requires transitive dev.sockeye.tcp;

    exports dev.sockeye.host;
}
