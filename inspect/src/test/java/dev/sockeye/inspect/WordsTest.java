package dev.sockeye.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.inspect.Words.Part;
import dev.sockeye.tcp.TcpState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// Nothing is missing in the files of words, and nothing in them is unused.
class WordsTest {

    private static final Pattern BRACES = Pattern.compile("\\{([^}]*)}");

    private final Words states = Words.load("states.md");
    private final Words situations = Words.load("situations.md");

    @Test
    void everyStateHasAllFourParts() {
        for (TcpState state : TcpState.values()) {
            for (Part part : Part.values()) {
                assertThat(states.get(state.name(), part))
                        .as("%s, %s", state, part.label)
                        .isNotBlank();
            }
        }
    }

    @Test
    void theStatesAreTheElevenOfTheProtocol() {
        assertThat(states.subjects())
                .containsExactlyInAnyOrderElementsOf(
                        Arrays.stream(TcpState.values()).map(Enum::name).toList());
    }

    @Test
    void everySituationInTheFileExists() {
        assertThat(situations.subjects())
                .isSubsetOf(Arrays.stream(Situation.values()).map(Enum::name).toList());
    }

    /// Two situations are no more than their state: their words are the state's.
    @Test
    void everyOtherSituationSaysWhatItMeans() {
        List<String> silent = new ArrayList<>();
        for (Situation situation : Situation.values()) {
            if (situations.get(situation.name(), Part.MEANING) == null) silent.add(situation.name());
        }
        assertThat(silent).containsExactly("BOTH_CLOSING", "LAST_ACK_WAITING");
    }

    @Test
    void whateverIsAFaultSaysWhoHasToDoWhat() {
        for (Situation situation : Situation.values()) {
            if (situation.verdict() != Verdict.FAULT || situation == Situation.CONNECTING_NO_ANSWER) continue;
            if (situation == Situation.CLOSE_WAIT_USE_UNKNOWN) continue; // knows no more than the state
            for (Part part : Part.values()) {
                assertThat(situations.get(situation.name(), part))
                        .as("%s, %s", situation, part.label)
                        .isNotBlank();
            }
        }
    }

    @Test
    void everyBraceCanBeFilledInAndEveryFillingIsUsed() {
        Set<String> known = Blanks.of(Sockets.closeWait(Duration.ZERO).build()).names();
        Set<String> used = new HashSet<>();
        for (String situation : situations.subjects()) {
            for (Part part : Part.values()) {
                String words = situations.get(situation, part);
                if (words == null) continue;
                Matcher braces = BRACES.matcher(words);
                while (braces.find()) used.add(braces.group(1));
            }
        }
        assertThat(used).containsExactlyInAnyOrderElementsOf(known);
        for (String state : states.subjects()) {
            for (Part part : Part.values()) assertThat(states.get(state, part)).doesNotContain("{", "[");
        }
    }

    @Test
    void linesOfAParagraphAreJoined() {
        Words words = Words.parse(List.of(
                "# For whoever edits this",
                "Whose move: nobody's",
                "## A",
                "",
                "What it means: one",
                "two",
                "",
                "Whose move:",
                "three"));
        assertThat(words.get("A", Part.MEANING)).isEqualTo("one two");
        assertThat(words.get("A", Part.NEXT)).isEqualTo("three");
        assertThat(words.get("A", Part.HARM)).isNull();
    }
}
