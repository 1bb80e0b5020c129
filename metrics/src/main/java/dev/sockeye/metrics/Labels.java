package dev.sockeye.metrics;

/// Values of labels that are no names. They are in brackets, for a process can have any name.
final class Labels {

    static final String OTHER = "(other)", NOBODY = "(nobody)", UNKNOWN = "(unknown)", NONE = "(none)";

    private Labels() {}
}
