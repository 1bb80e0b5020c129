package dev.sockeye.inspect.doctor;

import dev.sockeye.inspect.SocketSnapshot;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Something that somebody should know of: one for all the sockets that are the same case.
///
/// @param rule      which rule found it: `close-wait-eof-read`
/// @param severity  how bad it is
/// @param namespace where
/// @param party     whose sockets these are; null if nobody's, or if that is not known
/// @param title     the matter in some words
/// @param what      the matter in a sentence or two
/// @param next      whose move it is
/// @param harmless  whether it is, in words
/// @param isHarmless whether it is
/// @param evidence  what was seen
/// @param now       what to do now, in words
/// @param commands  what to type; `#` begins a comment
/// @param cure      how to mend the program or the machine for good; empty where there is nothing to
///     mend
/// @param age       how long the oldest has been so; null where that has no meaning
/// @param sockets   how many sockets
/// @param examples  the oldest of them
public record Finding(
        String rule,
        Severity severity,
        String namespace,
        @Nullable Party party,
        String title,
        String what,
        String next,
        String harmless,
        boolean isHarmless,
        List<String> evidence,
        String now,
        List<String> commands,
        String cure,
        @Nullable Age age,
        int sockets,
        List<SocketSnapshot> examples) {

    public Finding {
        evidence = List.copyOf(evidence);
        commands = List.copyOf(commands);
        examples = List.copyOf(examples);
    }

    /// The same with something more that was found out.
    ///
    /// @param sentence put behind what is the matter
    /// @param facts    put behind what was seen
    public Finding with(String sentence, List<String> facts) {
        List<String> all = new ArrayList<>(evidence);
        all.addAll(facts);
        return new Finding(
                rule,
                severity,
                namespace,
                party,
                title,
                what + " " + sentence,
                next,
                harmless,
                isHarmless,
                all,
                now,
                commands,
                cure,
                age,
                sockets,
                examples);
    }
}
