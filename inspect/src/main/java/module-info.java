/// Every socket seen and explained.
module dev.sockeye.inspect {
    requires static transitive org.jspecify;
    requires transitive dev.sockeye.socket;
    requires transitive dev.sockeye.linux;
    requires transitive com.fasterxml.jackson.core;
    requires jdk.jfr;
    requires static java.instrument; // of what is loaded into other JVMs

    exports dev.sockeye.inspect;
    exports dev.sockeye.inspect.blame;
    exports dev.sockeye.inspect.cure;
    exports dev.sockeye.inspect.doctor;
    exports dev.sockeye.inspect.history;
    exports dev.sockeye.inspect.filter;
    exports dev.sockeye.inspect.kernel;
    exports dev.sockeye.inspect.look;
}
