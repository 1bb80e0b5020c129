package dev.sockeye.rules;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.rules.House.Floor;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Doc comments are read by doclint: what they refer to exists, and their parameters are the method's.
class DocCommentsTest {

    @TempDir
    Path output;

    private final JavaCompiler compiler = Objects.requireNonNull(ToolProvider.getSystemJavaCompiler());

    @Test
    void whatDocCommentsReferToExists() throws IOException {
        List<String> faults = new ArrayList<>();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, Locale.ROOT, null)) {
            for (Floor floor : House.FLOORS) {
                List<Path> sources = House.sources(floor).stream()
                        .filter(file -> !file.endsWith("module-info.java"))
                        .toList();
                faults.addAll(faults(files.getJavaFileObjectsFromPaths(sources)));
            }
        }
        assertThat(faults).isEmpty();
    }

    @Test
    void theCheckFindsWhatItForbids() {
        assertThat(faults(List.of(source("/// See [#nowhere].\nclass Bad {}"))))
                .singleElement()
                .asString()
                .contains("reference not found");
        assertThat(faults(List.of(source("class Bad {\n/// @param b no such\nvoid a(int c) {}}"))))
                .singleElement()
                .asString()
                .contains("@param name not found");
        assertThat(faults(List.of(source("/// See [#a].\nclass Good { void a() {} }"))))
                .isEmpty();
    }

    private static JavaFileObject source(String text) {
        return new SimpleJavaFileObject(URI.create("mem:///Example.java"), JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return text;
            }
        };
    }

    private List<String> faults(Iterable<? extends JavaFileObject> sources) {
        var found = new DiagnosticCollector<JavaFileObject>();
        List<String> options = List.of(
                "-proc:none",
                "-Xdoclint:all,-missing",
                "-d",
                output.toString(),
                "-cp",
                System.getProperty("java.class.path"));
        Boolean compiled =
                compiler.getTask(null, null, found, options, null, sources).call();
        List<String> faults = new ArrayList<>();
        for (Diagnostic<? extends JavaFileObject> each : found.getDiagnostics()) {
            if (each.getKind() == Diagnostic.Kind.ERROR) faults.add(each.toString());
        }
        assertThat(compiled).as("compiled: %s", found.getDiagnostics()).isEqualTo(faults.isEmpty());
        return faults;
    }
}
