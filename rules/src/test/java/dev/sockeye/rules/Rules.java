package dev.sockeye.rules;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaFieldAccess;
import com.tngtech.archunit.lang.ArchRule;
import dev.sockeye.rules.House.Floor;
import java.util.ArrayList;
import java.util.List;

/// The rules, for packages that are given, so that they can be tried on bad examples too.
final class Rules {

    /// The one class of the ground floor that threads share: a lock hands pages from one host to another.
    private static final String[] MAY_LOCK = {"dev.sockeye.wire.PagePool"};

    /// What a floor without I/O must not even mention.
    private static final String[] FORBIDDEN_PACKAGES = {
        "java.net..",
        "java.nio.channels..",
        "java.nio.file..",
        "java.util.concurrent..",
        "java.util.logging..",
        "java.security..",
        "java.sql..",
        "javax..",
        "jdk..",
        "sun.."
    };

    private static final String FORBIDDEN_TYPES = String.join(
            "|",
            "java\\.lang\\.Thread(\\$.*)?",
            "java\\.lang\\.ThreadLocal(\\$.*)?",
            "java\\.lang\\.Process(Builder|Handle)?(\\$.*)?",
            "java\\.lang\\.Runtime",
            "java\\.lang\\.System\\$Logger.*",
            "java\\.time\\.Clock",
            "java\\.time\\.(Local|Zoned|Offset).*",
            "java\\.util\\.Timer(Task)?",
            "java\\.util\\.Date",
            "java\\.util\\.Calendar",
            "java\\.io\\.(File|RandomAccessFile|FileInputStream|FileOutputStream|FileReader|FileWriter|FileDescriptor|Console)");

    private Rules() {}

    /// A floor uses nothing above or beside it.
    static ArchRule usesOnlyFloorsBelow(Floor floor) {
        List<String> forbidden = new ArrayList<>();
        for (Floor other : House.FLOORS) {
            if (!other.equals(floor) && !floor.below().contains(other.name()))
                forbidden.add(other.packageName() + "..");
        }
        return noClasses()
                .that()
                .resideInAPackage(floor.packageName() + "..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(forbidden.toArray(String[]::new))
                .because("a floor may use the floors under it, never one above or beside it")
                .allowEmptyShould(true);
    }

    /// No thread, clock, file, logger or network in what is a function of state, event and time.
    static ArchRule touchesNoOutsideWorld(String... packages) {
        return noClasses()
                .that(resideInAnyPackage(packages))
                .and()
                .doNotHaveFullyQualifiedName(MAY_LOCK[0])
                .should()
                .dependOnClassesThat(resideInAnyPackage(FORBIDDEN_PACKAGES).or(nameMatching(FORBIDDEN_TYPES)))
                .because("time, threads, files and sockets belong to the shells, and are passed in");
    }

    /// The one that may lock may do no more than that.
    static ArchRule onlyLocks(String... packages) {
        return noClasses()
                .that(resideInAnyPackage(packages))
                .and()
                .haveFullyQualifiedName(MAY_LOCK[0])
                .should()
                .dependOnClassesThat(not(resideInAnyPackage("java.util.concurrent.locks.."))
                        .and(resideInAnyPackage(FORBIDDEN_PACKAGES).or(nameMatching(FORBIDDEN_TYPES))))
                .because("pages are handed from thread to thread under a lock, and that is all");
    }

    /// No clock and no randomness of one's own: neither `System.nanoTime()` nor an unseeded `Random`.
    static ArchRule takesTimeAndChanceFromOutside(String... packages) {
        return noClasses()
                .that(resideInAnyPackage(packages))
                .should()
                .callMethodWhere(readsAClock().or(isRandomness()))
                .orShould()
                .callConstructorWhere(seedsItself())
                .orShould()
                .accessFieldWhere(standardStreams())
                .because("a host with the same seed and the same inputs does the same");
    }

    private static DescribedPredicate<JavaCall<?>> readsAClock() {
        return call(System.class, "nanoTime|currentTimeMillis|getenv|getProperty|exit")
                .or(call(java.time.Instant.class, "now"));
    }

    private static DescribedPredicate<JavaCall<?>> isRandomness() {
        return call(Math.class, "random")
                .or(call(StrictMath.class, "random"))
                .or(call(java.util.UUID.class, "randomUUID"))
                .or(call(System.class, "identityHashCode"))
                .or(call(java.util.random.RandomGenerator.class, "getDefault|of"));
    }

    private static DescribedPredicate<JavaCall<?>> call(Class<?> type, String methods) {
        return target(owner(type(type))).and(target(nameMatching(methods))).forSubtype();
    }

    private static DescribedPredicate<JavaCall<?>> seedsItself() {
        return new DescribedPredicate<>("a source of randomness that seeds itself") {
            @Override
            public boolean test(JavaCall<?> call) {
                JavaClass type = call.getTargetOwner();
                return type.isAssignableTo(java.util.random.RandomGenerator.class)
                        && type.getPackageName().startsWith("java.")
                        && call.getTarget().getRawParameterTypes().isEmpty();
            }
        };
    }

    private static DescribedPredicate<JavaFieldAccess> standardStreams() {
        return new DescribedPredicate<>("System.in, out or err") {
            @Override
            public boolean test(JavaFieldAccess access) {
                AccessTarget.FieldAccessTarget field = access.getTarget();
                return field.getOwner().isEquivalentTo(System.class)
                        && field.getName().matches("in|out|err");
            }
        };
    }

    /// No cycle between the packages under `root`.
    static ArchRule hasNoCycles(String root) {
        return slices().matching(root + ".(**)").should().beFreeOfCycles();
    }
}
