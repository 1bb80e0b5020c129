package dev.sockeye.conformance.shell;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A block of commands as it was read: what is to be run, and words whose variables have no values yet.
final class ShellTree {

    private ShellTree() {}

    /// What decides whether a pipeline is run.
    enum When {
        ALWAYS,
        AFTER_SUCCESS,
        AFTER_FAILURE
    }

    /// A piece of a word.
    sealed interface Part {}

    /// Text as it stands.
    record Literal(String text) implements Part {}

    /// `$name`, `${name}`
    ///
    /// @param quoted whether what it stands for is one word, whatever is in it
    record Variable(String name, boolean quoted) implements Part {}

    /// `$(...)`
    record Output(List<Pipeline> script, boolean quoted) implements Part {}

    /// `$((...))`
    record Sum(List<Part> text) implements Part {}

    /// @param quoted whether it is there even if it is empty
    record Word(List<Part> parts, boolean quoted) {}

    /// What a pipeline is made of.
    sealed interface Stage {}

    /// A command with its words, and where its output goes.
    ///
    /// @param output null for the pipe or the terminal
    record Command(
            List<Assignment> assignments,
            List<Word> words,
            @Nullable Word output,
            boolean append) implements Stage {}

    /// `name=value`
    record Assignment(String name, Word value) {}

    /// `for name in words; do ...; done`
    record For(String name, List<Word> words, List<Pipeline> body) implements Stage {}

    /// `if ...; then ...; elif ...; else ...; fi`: each condition with what is run if it holds.
    record If(List<Branch> branches, List<Pipeline> otherwise) implements Stage {}

    /// `while ...; do ...; done`, or `until`.
    record While(List<Pipeline> condition, boolean until, List<Pipeline> body) implements Stage {}

    /// `{ ...; }` or `( ... )`
    record Group(List<Pipeline> body) implements Stage {}

    /// A condition of [If].
    record Branch(List<Pipeline> condition, List<Pipeline> body) {}

    /// Stages joined by pipes.
    record Pipeline(When when, boolean negated, List<Stage> stages) {}
}
