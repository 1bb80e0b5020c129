package dev.sockeye.inspect.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.inspect.doctor.FindingWords.Part;
import dev.sockeye.inspect.doctor.Gallery.Scene;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every rule finds what it should, and nothing where nothing is the matter.
class GalleryTest {

    private final Doctor doctor = new Doctor();
    private final FindingWords words = FindingWords.load();

    static List<Scene> scenes() {
        return Gallery.scenes();
    }

    @ParameterizedTest
    @MethodSource("scenes")
    void whatIsTheMatterIsFoundAndNothingElse(Scene scene) {
        List<Finding> findings = doctor.examine(scene.now(), scene.before());
        assertThat(Patients.summary(findings)).isEqualTo(scene.expected());
    }

    /// No sentence is empty or has a brace left, whoever edits them.
    @ParameterizedTest
    @MethodSource("scenes")
    void everySentenceCanBeFilledIn(Scene scene) throws IOException {
        for (Finding finding : doctor.examine(scene.now(), scene.before())) {
            assertThat(List.of(finding.title(), finding.what(), finding.next(), finding.harmless(), finding.now()))
                    .allSatisfy(sentence -> assertThat(sentence).isNotBlank().doesNotContain("{", "null"));
            assertThat(finding.evidence()).isNotEmpty().noneMatch(fact -> fact.contains("null"));
            assertThat(FindingJson.write(finding)).startsWith("{\"rule\":\"" + finding.rule());
        }
    }

    @Test
    void everyCaseInTheFileIsShownHereAndHasAllItsParts() {
        Set<String> shown = scenes().stream()
                .flatMap(scene -> scene.expected().stream())
                .map(line -> line.split(" ")[1])
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(words.rules()).containsExactlyInAnyOrderElementsOf(shown);
        for (String rule : words.rules()) {
            for (Part part : Part.values()) {
                assertThat(words.of(rule).has(part))
                        .as("%s, %s", rule, part.label)
                        .isTrue();
            }
        }
    }
}
