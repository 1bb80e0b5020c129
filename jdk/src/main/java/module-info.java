/// The stack under unmodified JDK programs.
module dev.sockeye.jdk {
    requires static transitive org.jspecify;
    requires transitive dev.sockeye.socket;
    requires java.instrument;
    requires jdk.net;
}
