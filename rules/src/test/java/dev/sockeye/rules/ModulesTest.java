package dev.sockeye.rules;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.rules.House.Floor;
import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.nio.file.Files;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ModulesTest {

    private static ModuleDescriptor moduleOf(Floor floor) throws IOException {
        try (InputStream in = Files.newInputStream(House.folder(floor).resolve("target/classes/module-info.class"))) {
            return ModuleDescriptor.read(in);
        }
    }

    private static List<String> exportsExpectedOf(Floor floor) {
        return switch (floor.name()) {
            case "cli" -> List.of(); // a command, and nobody's library
            case "sim" -> List.of(floor.packageName(), floor.packageName() + ".junit"); // for those who have JUnit
            case "inspect" -> inspectsRooms(floor);
            default -> List.of(floor.packageName());
        };
    }

    /// The eye has a room for each thing that it does, and all are its users'.
    private static List<String> inspectsRooms(Floor floor) {
        return Stream.of("", ".kernel", ".filter", ".history", ".blame", ".cure", ".doctor", ".look")
                .map(room -> floor.packageName() + room)
                .filter(room -> Files.isDirectory(
                        House.folder(floor).resolve("src/main/java").resolve(room.replace('.', '/'))))
                .toList();
    }

    @Test
    void eachExportsItsApiAndNothingElse() throws IOException {
        for (Floor floor : House.FLOORS) {
            ModuleDescriptor module = moduleOf(floor);
            assertThat(module.name()).isEqualTo(floor.packageName());
            assertThat(module.exports())
                    .as(floor.name())
                    .allMatch(export -> !export.isQualified())
                    .extracting(ModuleDescriptor.Exports::source)
                    .containsExactlyInAnyOrderElementsOf(exportsExpectedOf(floor));
        }
    }

    @Test
    void noneIsOpenToReflectionExceptTheCommandLinesToItsParser() throws IOException {
        for (Floor floor : House.FLOORS) {
            ModuleDescriptor module = moduleOf(floor);
            assertThat(module.isOpen()).isFalse();
            Set<String> opened = module.opens().stream()
                    .map(open -> open.source() + " to " + open.targets())
                    .collect(Collectors.toSet());
            assertThat(opened)
                    .as(floor.name())
                    .isEqualTo(floor.name().equals("cli") ? Set.of("dev.sockeye.cli to [info.picocli]") : Set.of());
        }
    }
}
