package dev.sockeye.tcp;

/// The parameters of [Cubic], under the names of `/sys/module/tcp_cubic/parameters` and with Linux's defaults. As a
/// setting, `hystart` is `tcp_cubic.hystart`, which is what it is called on a kernel's command line.
@SuppressWarnings("MemberName") // the names are the kernel's
public final class CubicParameters {

    /// What the window is multiplied by after congestion, of 1024 (RFC 9438 4.6: 0.7).
    public int beta = 717;
    /// RFC 9438's `C`, of 1024 a tenth.
    public int bic_scale = 41;
    /// RFC 9438 4.7; 0: off.
    public int fast_convergence = 1;
    /// Leave slow start before the queue overflows; 0: off.
    public int hystart = 1;
    /// ACKs belong to one train if they are so many microseconds apart.
    public int hystart_ack_delta_us = 2000;
    /// What makes slow start end: 1 trains of ACKs, 2 growing delay, 3 either.
    public int hystart_detect = 3;
    /// Windows that are smaller grow on, segments.
    public int hystart_low_window = 16;
    /// The slow-start threshold of new connections where `hystart` is off, segments; 0: none.
    public int initial_ssthresh = 0;
    /// RFC 9438 4.3, never slower than Reno; 0: off.
    public int tcp_friendliness = 1;
}
