package dev.sockeye.differential;

/// The first thing in which a program went differently on the two.
///
/// @param kind   what it is about, without numbers: programs with the same kind are likely of one cause
/// @param frame  after which input it came, from 0
/// @param kernel what the kernel did
/// @param stack  what ours did
/// @param doubt  why it may be of time alone; empty where it cannot be
record Difference(String kind, int frame, String kernel, String stack, String doubt) {

    @Override
    public String toString() {
        return kind + "\n    kernel: " + kernel + "\n    ours:   " + stack
                + (doubt.isEmpty() ? "" : "\n    (" + doubt + ")");
    }
}
