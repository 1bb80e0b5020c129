package dev.sockeye.differential;

import java.util.List;
import java.util.Locale;

/// A random program: which options sockets have before they open, what the peer says in its SYN, and the
/// steps.
///
/// @param seed     that it was made of
/// @param passive  whether the host listens; else it connects
/// @param ground   what it finds
/// @param settings options of the socket that listens or connects, set before
/// @param hello    what the peer's SYN, or SYN-ACK, says
/// @param steps    in their order
record Program(long seed, boolean passive, Ground ground, List<Step.Call> settings, Hello hello, List<Step> steps) {

    /// Options of the peer's SYN, as [ProgramText] reads them.
    ///
    /// @param mss         0 for none
    /// @param windowScale -1 for none
    /// @param window      of the SYN, and of what follows unless it says otherwise
    /// @param cookie      bytes of the Fast Open cookie; 0 to ask for one, -1 for no such option
    record Hello(int mss, int windowScale, boolean sack, boolean timestamps, int window, int cookie) {
        @Override
        public String toString() {
            return "peer mss " + mss + " wscale " + windowScale + " sack " + sack + " ts " + timestamps + " win "
                    + window + (cookie < 0 ? "" : " cookie " + cookie);
        }
    }

    /// How long it takes until its last step, microseconds.
    long micros() {
        return steps.stream().mapToLong(Step::delayMicros).sum();
    }

    Program withSteps(List<Step> others) {
        return new Program(seed, passive, ground, settings, hello, others);
    }

    Program withSettings(List<Step.Call> others) {
        return new Program(seed, passive, ground, others, hello, steps);
    }

    Program withGround(Ground other) {
        return new Program(seed, passive, other, settings, hello, steps);
    }

    Program withHello(Hello other) {
        return new Program(seed, passive, ground, settings, other, steps);
    }

    @Override
    public String toString() {
        var text =
                new StringBuilder("program " + seed + (passive ? ", the host listens" : ", the host connects") + "\n");
        if (!ground.equals(Ground.PLAIN))
            text.append("           ").append(ground).append('\n');
        for (Step.Call setting : settings)
            text.append("           ").append(setting).append('\n');
        text.append("           ").append(hello).append('\n');
        for (Step step : steps)
            text.append(String.format(Locale.ROOT, "%+9.3f  %s%n", step.delayMicros() / 1e3, step.action()));
        return text.toString();
    }
}
