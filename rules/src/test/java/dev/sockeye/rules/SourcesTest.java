package dev.sockeye.rules;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.rules.House.Floor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// What only the sources show.
class SourcesTest {

    private static final int LONGEST_FILE = 800;
    private static final Pattern PUBLIC_TYPE = Pattern.compile(
            "^( {4})?(public|protected) (static |final |abstract |sealed |non-sealed )*(class|interface|enum|record|@interface) (\\w+).*");

    /// Files that are longer than they may be.
    static List<String> tooLong(Path file, List<String> lines) {
        return lines.size() > LONGEST_FILE ? List.of(file + " has " + lines.size() + " lines") : List.of();
    }

    /// Public types, outer and nested, without a `///` comment.
    static List<String> undocumented(Path file, List<String> lines) {
        List<String> undocumented = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            Matcher type = PUBLIC_TYPE.matcher(lines.get(i));
            if (type.matches() && !isDocumented(lines, i)) undocumented.add(file + ": " + type.group(5));
        }
        return undocumented;
    }

    /// Whether a comment stands above, annotations aside.
    private static boolean isDocumented(List<String> lines, int declaration) {
        int line = declaration - 1;
        while (line >= 0 && isPartOfAnnotation(lines.get(line).strip())) line--;
        return line >= 0 && lines.get(line).strip().startsWith("///");
    }

    private static boolean isPartOfAnnotation(String line) {
        return !line.isEmpty()
                && !line.startsWith("//")
                && !line.endsWith(";")
                && !line.equals("}")
                && !line.equals("{");
    }

    /// A package's own file, and what must stand in it.
    static List<String> badPackageInfo(Path file, List<String> lines) {
        List<String> faults = new ArrayList<>();
        if (lines.isEmpty() || !lines.getFirst().startsWith("///"))
            faults.add(file + " does not say what the package is");
        if (!lines.contains("@NullMarked")) faults.add(file + " is not @NullMarked");
        return faults;
    }

    @Test
    void noFileIsLongerThan800Lines() {
        List<String> faults = new ArrayList<>();
        for (Path file : House.allSources()) faults.addAll(tooLong(file, House.lines(file)));
        assertThat(faults).isEmpty();
    }

    @Test
    void everyPublicTypeSaysWhatItIs() {
        List<String> faults = new ArrayList<>();
        for (Floor floor : House.FLOORS) {
            for (Path file : House.sources(floor)) faults.addAll(undocumented(file, House.lines(file)));
        }
        assertThat(faults).isEmpty();
    }

    @Test
    void everyFloorSaysWhatItIsAndKnowsNoNulls() {
        List<String> faults = new ArrayList<>();
        for (Floor floor : House.FLOORS) {
            Path file = House.folder(floor).resolve("src/main/java/dev/sockeye/" + floor.name() + "/package-info.java");
            faults.addAll(badPackageInfo(file, House.lines(file)));
            Path module = House.folder(floor).resolve("src/main/java/module-info.java");
            if (House.lines(module).stream().noneMatch(line -> line.startsWith("///"))) {
                faults.add(module + " does not say what the module is");
            }
        }
        assertThat(faults).isEmpty();
    }

    @Test
    void theChecksFindWhatTheyForbid() {
        Path file = Path.of("Bad.java");
        assertThat(undocumented(
                        file, List.of("/// Good.", "public final class Good {", "", "    public record Bad() {}")))
                .containsExactly("Bad.java: Bad");
        assertThat(undocumented(file, List.of("import x;", "", "@Deprecated", "public class Bad {")))
                .containsExactly("Bad.java: Bad");
        assertThat(undocumented(file, List.of("/// Good.", "@A(", "        b = 1)", "public class Good {")))
                .isEmpty();
        assertThat(tooLong(file, java.util.Collections.nCopies(801, ""))).containsExactly("Bad.java has 801 lines");
        assertThat(tooLong(file, java.util.Collections.nCopies(800, ""))).isEmpty();
        assertThat(badPackageInfo(file, List.of("package x;"))).hasSize(2);
    }
}
