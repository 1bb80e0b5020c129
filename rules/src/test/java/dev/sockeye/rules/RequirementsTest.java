package dev.sockeye.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Every requirement that the sources cite exists, and every requirement has code and a test, or a reason.
class RequirementsTest {

    private static final String TABLE = """
            # RFC 1 Example
            ## Group
            MUST-1\t3.1\tMUST\tIt does.
            MAY-1\t3.2\tMAY\tIt may.\tNot taken: nobody asks for it.
            """;
    private static final String CODE = """
            class Code {
                int a() {
                    // RFC 1 3.1, MUST-1: here.
                    return 1;
                }
            }
            """;
    private static final String PROOF = """
            class CodeTest {
                /// RFC 1 MUST-1
                @Test
                void itDoes() {}
            }
            """;

    @TempDir
    Path root;

    @Test
    void everyRequirementHasCodeAndATestOrAReason() {
        assertThat(new RequirementPages(House.root()).faults()).isEmpty();
    }

    @Test
    void thePagesSayWhatTheSourcesSay() {
        assertThat(new RequirementPages(House.root()).stalePages()).isEmpty();
    }

    @Test
    void whatIsCompleteIsShown() throws IOException {
        RequirementPages pages = house(TABLE, CODE, PROOF);
        assertThat(pages.faults()).isEmpty();
        assertThat(pages.pages().get("docs/rfc/rfc1.md"))
                .contains("1 MAY (1 with a reason), 1 MUST.")
                .contains("| **MUST-1** MUST | 3.1 | It does. | [Code#a](../../tcp/src/main/java/Code.java) "
                        + "| [CodeTest#itDoes](../../tcp/src/test/java/CodeTest.java) |")
                .contains("| **MAY-1** MAY | 3.2 | It may. | *Not taken: nobody asks for it.* |  |");
        assertThat(pages.stalePages()).hasSize(1);
        Files.createDirectories(root.resolve("docs/rfc"));
        Files.writeString(root.resolve("docs/rfc/rfc1.md"), pages.pages().get("docs/rfc/rfc1.md"));
        assertThat(pages.stalePages()).isEmpty();
    }

    @Test
    void theRulesFindWhatTheyForbid() throws IOException {
        String nothing = "class Other {}";
        assertThat(house(TABLE, nothing, nothing).faults())
                .containsExactly("RFC 1 MUST-1 has neither code nor test that cites it, and no reason");
        assertThat(house(TABLE, CODE, nothing).faults())
                .containsExactly("RFC 1 MUST-1 has no test that cites it, and no reason");
        assertThat(house(TABLE, nothing, PROOF).faults())
                .containsExactly("RFC 1 MUST-1 has no code that cites it, and no reason");
        assertThat(house(TABLE.replace("## G", "# open: 1\n## G"), CODE, nothing)
                        .faults())
                .isEmpty();
        assertThat(house(TABLE, CODE.replace("here", "and RFC 1 MUST-2"), PROOF).faults())
                .containsExactly(
                        "tcp/src/main/java/Code.java:3 cites RFC 1 MUST-2, which docs/requirements does not have");
        assertThat(house(TABLE, CODE.replace("3.1", "3.3"), PROOF).faults())
                .containsExactly("tcp/src/main/java/Code.java:3 says section 3.3, but RFC 1 MUST-1 stands in 3.1");
        assertThat(house(TABLE, CODE, PROOF.replace("@Test", "")).faults())
                .containsExactly(
                        "tcp/src/test/java/CodeTest.java:2 cites RFC 1 MUST-1 at CodeTest#itDoes, which is no test");
        assertThat(house(TABLE.replace("does.", "does.\tNote: in its way."), nothing, PROOF)
                        .faults())
                .as("a note is no reason")
                .containsExactly("RFC 1 MUST-1 has no code that cites it, and no reason");
        assertThat(house(TABLE, CODE, PROOF.replace("@Test", "@Test @Disabled")).faults())
                .hasSize(1);
    }

    @Test
    void tablesAreWhatTheySay() {
        assertThat(faults("MUST-2\t3.1\tMUST\tTwo.")).containsExactly("RFC 1 has 1 rows MUST-n, up to 2");
        assertThat(faults("MUST-1\t3.1\tMAY\tOne.")).containsExactly("RFC 1 MUST-1 has the level MAY");
        assertThat(faults("MUST-1\t3.1\tMUST\tOne.\tNo.")).containsExactly("RFC 1 MUST-1: not a kind of reason: No.");
        assertThat(faults("MUST-1\t3.1\tMUST\tOne.\tNot taken: no."))
                .containsExactly("RFC 1 MUST-1 is no MAY that one can leave");
        assertThat(faults("SHLD-1\t3.1\tSHOULD\tOne.\tLinux: other."))
                .containsExactly("RFC 1 SHLD-1 does not say where docs/linux records what Linux does");
    }

    private static List<String> faults(String row) {
        return RequirementTable.parse(List.of("# RFC 1 Example", "## Group", row))
                .faults();
    }

    @Test
    void citationsGoOverLinesAndNameSeveral() {
        List<String> faults = new ArrayList<>();
        assertThat(Citations.in(
                        "A.java",
                        List.of(
                                "    /// What RFC 9293 3.8.6, SHLD-15,",
                                "    /// SHLD-16 and MUST-34 want; RFC 5961 MUST-1.",
                                "    int a;"),
                        faults))
                .containsExactly(
                        new Citation(9293, "SHLD-15", "3.8.6", "A.java", 1),
                        new Citation(9293, "SHLD-16", "3.8.6", "A.java", 1),
                        new Citation(9293, "MUST-34", "3.8.6", "A.java", 1),
                        new Citation(5961, "MUST-1", "", "A.java", 1));
        assertThat(faults).isEmpty();
        assertThat(Citations.in("a.pkt", List.of("# RFC 3168 6.1.1, MUST-4", "0 socket(...) = 3"), faults))
                .containsExactly(new Citation(3168, "MUST-4", "6.1.1", "a.pkt", 1));
        assertThat(Citations.in("A.java", List.of("// an exception to SHLD-14"), faults))
                .isEmpty();
        assertThat(Citations.in("A.java", List.of("int a; // RFC 9293 MUST-1"), faults))
                .isEmpty();
        assertThat(faults)
                .containsExactly(
                        "A.java:1 names a requirement, but not of which RFC: an exception to SHLD-14 ",
                        "A.java:1 cites beside code, not above it");
    }

    /// A repository of three files.
    private RequirementPages house(String table, String code, String test) throws IOException {
        write("docs/requirements/rfc1.tsv", table);
        write("tcp/src/main/java/Code.java", code);
        write("tcp/src/test/java/CodeTest.java", test);
        return new RequirementPages(root);
    }

    private void write(String name, String text) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }
}
