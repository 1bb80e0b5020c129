package dev.sockeye.inspect.history;

/// How history is learned, the best first.
public enum Method {
    /// Programs in the kernel: every socket of every namespace, who moved it and why, by its cookie.
    BPF("programs in the kernel (BPF)"),

    /// The kernel's traces: the same changes, without namespace, cookie and error.
    TRACEFS("the kernel's traces (tracefs)"),

    /// What has changed between two dumps: only what lasts, of this namespace, and nobody's name.
    DUMPS("differences between dumps (sock_diag)");

    private final String title;

    Method(String title) {
        this.title = title;
    }

    /// What a person calls it.
    public String title() {
        return title;
    }
}
