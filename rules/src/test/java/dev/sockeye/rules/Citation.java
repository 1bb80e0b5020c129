package dev.sockeye.rules;

/// A comment in the sources that names a requirement.
///
/// @param rfc     of which RFC
/// @param id      of which requirement
/// @param section the section it names, empty if none
/// @param file    relative to the root
/// @param line    where the comment begins, from 1
record Citation(int rfc, String id, String section, String file, int line) {

    String place() {
        return file + ":" + line;
    }

    /// Whether it stands in a test: it says what proves the requirement, not what meets it.
    boolean isTest() {
        return !file.contains("/src/main/");
    }
}
