package dev.sockeye.tcp;

/// The `net.ipv4.tcp_*` settings of a host, under Linux's own names and with Linux 6.18's defaults, in Linux's
/// units (Documentation/networking/ip-sysctl.rst). A field is a sysctl: `net.ipv4.tcp_fin_timeout` is
/// `tcp_fin_timeout`.
@SuppressWarnings("MemberName") // the names are the kernel's
public final class TcpSysctl {

    public int tcp_abort_on_overflow = 0;
    public int tcp_adv_win_scale = 1;
    /// The algorithms that a program may choose, separated by spaces.
    public String tcp_allowed_congestion_control = String.join(" ", CongestionControls.available());

    public int tcp_app_win = 31;
    public int tcp_autocorking = 1;
    public int tcp_base_mss = 1024;
    public int tcp_challenge_ack_limit = Integer.MAX_VALUE;
    public long tcp_comp_sack_delay_ns = 1_000_000;
    public int tcp_comp_sack_nr = 44;
    public long tcp_comp_sack_slack_ns = 100_000;
    public String tcp_congestion_control = "cubic";
    public int tcp_dsack = 1;
    public int tcp_early_retrans = 3;
    public int tcp_ecn = 2;
    public int tcp_ecn_fallback = 1;
    public int tcp_ecn_option = 2;
    public int tcp_ecn_option_beacon = 3;
    public int tcp_fastopen = 1;
    public int tcp_fastopen_blackhole_timeout_sec = 0;
    /// One key, or two: see [FastOpenKeys#parse].
    public FastOpenKeys tcp_fastopen_key = FastOpenKeys.NONE;
    public int tcp_fin_timeout = 60;
    public int tcp_frto = 2;
    public int tcp_fwmark_accept = 0;
    public int tcp_invalid_ratelimit = 500;
    public int tcp_keepalive_intvl = 75;
    public int tcp_keepalive_probes = 9;
    /// RFC 9293 3.8.4, MUST-28
    public int tcp_keepalive_time = 7200;
    public long tcp_limit_output_bytes = 4_194_304;
    public int tcp_max_orphans = 131_072;
    public int tcp_max_reordering = 300;
    public int tcp_max_syn_backlog = 1024;
    public int tcp_max_tw_buckets = 131_072;
    /// Pages of 4096 bytes: low, pressure, high.
    public long[] tcp_mem = {281_000, 375_000, 562_000};

    public int tcp_min_rtt_wlen = 300;
    public int tcp_min_snd_mss = 48;
    public int tcp_min_tso_segs = 2;
    public int tcp_moderate_rcvbuf = 1;
    public int tcp_mtu_probe_floor = 48;
    public int tcp_mtu_probing = 0;
    public int tcp_no_metrics_save = 0;
    public int tcp_no_ssthresh_metrics_save = 1;
    public long tcp_notsent_lowat = 0xffff_ffffL;
    public int tcp_orphan_retries = 0;
    public int tcp_pacing_ca_ratio = 120;
    public int tcp_pacing_ss_ratio = 200;
    public int tcp_pingpong_thresh = 1;
    /// Seconds until a path MTU that was found is questioned (`tcp_mtu_probing`).
    public int tcp_probe_interval = 600;
    /// Bytes: a search for the path MTU ends where less is open.
    public int tcp_probe_threshold = 8;
    public int tcp_recovery = 1;
    public int tcp_reordering = 3;
    public int tcp_reflect_tos = 0;
    public int tcp_retrans_collapse = 1;
    /// RFC 9293 3.8.3, SHLD-10
    public int tcp_retries1 = 3;
    /// RFC 9293 3.8.3, SHLD-11: 924.6 s at least.
    public int tcp_retries2 = 15;
    public int tcp_rfc1337 = 0;
    /// Bytes: minimum, default, maximum.
    public int[] tcp_rmem = {4096, 131_072, 33_554_432};

    public int tcp_rto_max_ms = 120_000;
    public int tcp_rto_min_us = 200_000;
    public int tcp_sack = 1;
    public int tcp_shrink_window = 0;
    public int tcp_slow_start_after_idle = 1;
    public int tcp_stdurg = 0;
    public int tcp_syn_linear_timeouts = 4;
    public int tcp_syn_retries = 6;
    public int tcp_synack_retries = 5;
    public int tcp_syncookies = 1;
    public int tcp_thin_linear_timeouts = 0;
    public int tcp_timestamps = 1;
    public int tcp_tso_rtt_log = 9;
    public int tcp_tso_win_divisor = 3;
    public int tcp_tw_reuse = 2;
    public int tcp_tw_reuse_delay = 1000;
    public int tcp_window_scaling = 1;
    /// Bytes: minimum, default, maximum.
    public int[] tcp_wmem = {4096, 16_384, 4_194_304};

    public int tcp_workaround_signed_windows = 0;

    private final CubicParameters cubic = new CubicParameters();

    /// The parameters of CUBIC, which are a module's on Linux.
    public CubicParameters cubic() {
        return cubic;
    }

    /// How often `tcp_fastopen_blackhole_timeout_sec` was written: each time forgets what was learned (see
    /// [FastOpenPause]).
    int blackholeTimeoutWrites;

    /// A field has been set by its name, perhaps to the value that it had: what Linux does on a write besides
    /// storing the value.
    ///
    /// @param field such as `tcp_fin_timeout`
    public void written(String field) {
        if (field.equals("tcp_fastopen_blackhole_timeout_sec")) blackholeTimeoutWrites++;
    }

    /// A host with Linux's defaults.
    public static TcpSysctl linux() {
        return new TcpSysctl();
    }
}
