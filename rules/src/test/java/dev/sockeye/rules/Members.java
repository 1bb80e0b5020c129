package dev.sockeye.rules;

import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LineMap;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/// The classes, methods and fields of a Java source, and which of them a comment belongs to: the one it stands in, or
/// the one below it.
final class Members {

    /// A member.
    ///
    /// @param name        `Output#nagleAllows`, `DelayQueue.Entry#at`, or a class
    /// @param annotations their simple names
    /// @param first       its first line, without its comment
    /// @param last        its last line
    /// @param isClass     whether it holds others
    record Member(String name, Set<String> annotations, long first, long last, boolean isClass) {

        boolean isTest() {
            return annotations.stream().anyMatch(each -> each.endsWith("Test") || each.equals("Simulated"))
                    && !annotations.contains("Disabled");
        }
    }

    private final List<Member> members = new ArrayList<>();
    private final SourcePositions positions;
    private final CompilationUnitTree unit;
    private final LineMap lines;

    private Members(Trees trees, CompilationUnitTree unit) {
        this.unit = unit;
        positions = trees.getSourcePositions();
        lines = unit.getLineMap();
        for (Tree type : unit.getTypeDecls()) if (type instanceof ClassTree each) addClass("", each);
    }

    static Members of(Path file) {
        JavaCompiler compiler = Objects.requireNonNull(ToolProvider.getSystemJavaCompiler());
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, Locale.ROOT, null)) {
            Iterable<? extends JavaFileObject> sources = files.getJavaFileObjects(file);
            JavacTask task = (JavacTask) compiler.getTask(null, files, null, List.of("-proc:none"), null, sources);
            return new Members(Trees.instance(task), task.parse().iterator().next());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void addClass(String outer, ClassTree type) {
        String name = outer.isEmpty() ? type.getSimpleName().toString() : outer + "." + type.getSimpleName();
        add(name, type, type.getModifiers().getAnnotations(), true);
        for (Tree member : type.getMembers()) {
            switch (member) {
                case ClassTree nested -> addClass(name, nested);
                case MethodTree method -> {
                    boolean isConstructor = method.getName().contentEquals("<init>");
                    add(
                            name + "#" + (isConstructor ? type.getSimpleName() : method.getName()),
                            method,
                            method.getModifiers().getAnnotations(),
                            false);
                }
                case VariableTree field ->
                    add(
                            name + "#" + field.getName(),
                            field,
                            field.getModifiers().getAnnotations(),
                            false);
                default -> {}
            }
        }
    }

    private void add(String name, Tree tree, List<? extends AnnotationTree> annotations, boolean isClass) {
        long start = positions.getStartPosition(unit, tree);
        long end = positions.getEndPosition(unit, tree);
        if (start < 0 || end < 0) return; // the compiler's own, such as a constructor that nobody wrote
        Set<String> names = annotations.stream()
                .map(each -> each.getAnnotationType().toString())
                .map(each -> each.substring(each.lastIndexOf('.') + 1))
                .collect(Collectors.toSet());
        members.add(new Member(name, names, lines.getLineNumber(start), lines.getLineNumber(end), isClass));
    }

    /// The member that a comment on this line belongs to.
    Member at(int line) {
        Member inside = null;
        for (Member each : members) if (each.first <= line && line <= each.last) inside = each;
        if (inside != null && !inside.isClass) return inside;
        Member below = null;
        for (Member each : members) {
            boolean isNext = each.first > line && (inside == null || each.last <= inside.last);
            if (isNext && (below == null || each.first < below.first)) below = each;
        }
        Member found = below != null ? below : inside;
        if (found == null) throw new IllegalArgumentException("line " + line + " belongs to nothing");
        return found;
    }
}
