/// The same random programs on the stack and on the real kernel, compared.
module dev.sockeye.differential {
    requires static transitive org.jspecify;
    requires transitive dev.sockeye.socket;
    requires dev.sockeye.linux;

    exports dev.sockeye.differential;
}
