package dev.sockeye.metrics;

import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// How the agent works.
///
/// @param listen        where Prometheus may ask; port 0 for any
/// @param interval      from look to look, at least
/// @param share         of a core that all its work may take: where looks are dear they are rarer
/// @param allNamespaces whether every network namespace that may be entered is looked into
/// @param findings      from check-up to check-up, at least; zero for none
/// @param otlp          collector that is sent the same; null for none
/// @param otlpInterval  how often
/// @param bounds        how many series there may be
/// @param version       of this build
public record AgentSettings(
        InetSocketAddress listen,
        Duration interval,
        double share,
        boolean allNamespaces,
        Duration findings,
        @Nullable URI otlp,
        Duration otlpInterval,
        Bounds bounds,
        String version) {}
