/// The command sockeye.
module dev.sockeye.cli {
    requires static transitive org.jspecify;
    requires transitive dev.sockeye.jdk;
    requires transitive dev.sockeye.inspect;
    requires dev.sockeye.metrics;
    requires dev.sockeye.linux;
    requires transitive dev.sockeye.conformance;
    requires info.picocli;
    requires org.jline.terminal;
    requires java.net.http;
    requires jdk.httpserver;

    opens dev.sockeye.cli to
            info.picocli;

    provides dev.sockeye.jdk.AgentExtension with
            dev.sockeye.cli.PublishExtension;
}
