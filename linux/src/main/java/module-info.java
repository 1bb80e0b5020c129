/// The kernel's doors: every native call of the product, by `java.lang.foreign`.
module dev.sockeye.linux {
    requires static transitive org.jspecify;
    requires transitive dev.sockeye.wire;

    exports dev.sockeye.linux;
}
