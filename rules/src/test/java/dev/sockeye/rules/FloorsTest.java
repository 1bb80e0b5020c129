package dev.sockeye.rules;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import dev.sockeye.rules.House.Floor;
import java.util.List;
import org.junit.jupiter.api.Test;

class FloorsTest {

    private static final String[] SANS_IO = {"dev.sockeye.wire..", "dev.sockeye.tcp..", "dev.sockeye.host.."};
    private static final String BAD = "dev.sockeye.rules.bad";

    private static final JavaClasses CLASSES = House.classes();

    @Test
    void everyFloorIsThere() {
        for (Floor floor : House.FLOORS) {
            assertThat(CLASSES.stream().filter(type -> type.getPackageName().startsWith(floor.packageName())))
                    .as(floor.name())
                    .isNotEmpty();
        }
    }

    @Test
    void aFloorUsesOnlyFloorsBelowIt() {
        for (Floor floor : House.FLOORS) Rules.usesOnlyFloorsBelow(floor).check(CLASSES);
    }

    @Test
    void wireTcpAndHostAreFunctionsOfStateEventAndTime() {
        Rules.touchesNoOutsideWorld(SANS_IO).check(CLASSES);
        Rules.takesTimeAndChanceFromOutside(SANS_IO).check(CLASSES);
    }

    @Test
    void thePagePoolLocksAndDoesNothingElseOfTheKind() {
        Rules.onlyLocks("dev.sockeye.wire..").check(CLASSES);
    }

    @Test
    void packagesHaveNoCycles() {
        Rules.hasNoCycles("dev.sockeye").check(CLASSES);
    }

    // ---------------------------------------------------------------- the rules themselves

    /// Rules that cannot fail are none: each is tried on a class that breaks it in every way.
    @Test
    void theRulesFindWhatTheyForbid() {
        JavaClasses bad = new ClassFileImporter().importPackages(BAD);
        assertThat(violations(Rules.touchesNoOutsideWorld(BAD), bad))
                .anyMatch(line -> line.contains("java.net.Socket"))
                .anyMatch(line -> line.contains("java.nio.channels.SocketChannel"))
                .anyMatch(line -> line.contains("java.nio.file.Path"))
                .anyMatch(line -> line.contains("java.util.concurrent.locks.ReentrantLock"))
                .anyMatch(line -> line.contains("java.util.logging.Logger"))
                .anyMatch(line -> line.contains("java.lang.Thread"));
        assertThat(violations(Rules.takesTimeAndChanceFromOutside(BAD), bad))
                .anyMatch(line -> line.contains("System.nanoTime()"))
                .anyMatch(line -> line.contains("Instant.now()"))
                .anyMatch(line -> line.contains("Math.random()"))
                .anyMatch(line -> line.contains("java.util.Random.<init>()"))
                .anyMatch(line -> line.contains("java.lang.System.out"))
                .noneMatch(line -> line.contains("java.util.Random.<init>(long)"));
        assertThat(violations(Rules.hasNoCycles(BAD), bad)).isNotEmpty();
        Floor bottom = new Floor("rules.bad", java.util.Set.of());
        assertThat(violations(Rules.usesOnlyFloorsBelow(bottom), bad))
                .anyMatch(line -> line.contains("dev.sockeye.wire.IpAddress"));
    }

    private static List<String> violations(ArchRule rule, JavaClasses classes) {
        return rule.evaluate(classes).getFailureReport().getDetails();
    }
}
