package dev.sockeye.inspect;

import java.util.List;

/// What a state, or a concrete socket, means to people.
///
/// @param subject what is explained: a state, or a socket's addresses
/// @param verdict whether somebody has to do something
/// @param meaning what it means
/// @param next    whose move is next
/// @param harm    whether it is harmless
/// @param advice  what to do
/// @param facts   what the explanation of a concrete socket stands on, one sentence each; empty for a state
public record Explanation(
        String subject, Verdict verdict, String meaning, String next, String harm, String advice, List<String> facts) {

    public Explanation {
        facts = List.copyOf(facts);
    }
}
