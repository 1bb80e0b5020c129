package dev.sockeye.sim;

import java.time.Duration;
import java.util.Locale;

class BbrExplore {
    public static void main(String[] x) { new BbrExplore().explore(); }
    void explore() {
        String[] ccs = System.getProperty("cc", "bbr").split(",");
        String[] losses = System.getProperty("loss", "0%,0.1%,1%,2%,5%,10%").split(",");
        String[] rtts = System.getProperty("rtt", "1,20,100,300").split(",");
        int seeds = Integer.getInteger("seeds", 1);
        int secs = Integer.getInteger("secs", 20);
        boolean trace = Boolean.getBoolean("trace");
        for (String cc : ccs) for (String loss : losses) {
            StringBuilder line = new StringBuilder(String.format("%-6s %-5s", cc, loss));
            for (String rtt : rtts) {
                double[] all = new double[seeds];
                for (int s = 0; s < seeds; s++) {
                try (var net = new Network(s + 1)) {
                    Machine a = net.machine("a");
                    Machine b = net.machine("b");
                    a.sysctl().set("net.ipv4.tcp_congestion_control", cc);
                    int half = Integer.parseInt(rtt) * 500;
                    net.connect(a, b, "delay " + half + "us " + (loss.equals("0%") ? "" : "loss " + loss + " ") + "rate 100mbit limit 256kb");
                    var cable = net.machines();
                    var pattern = new Pattern(1);
                    var sender = new Bulk(pattern, Long.MAX_VALUE, pattern);
                    var receiver = new Bulk(pattern, 0, pattern);
                    b.listen(80, 10, stream -> receiver);
                    Stream st = a.connect(b.at(80), sender);
                    if (!loss.equals("0%")) {}
                    if (trace) for (int i = 0; i < secs * 10; i++) {
                        net.advance(Duration.ofMillis(100));
                        var info = st.endpoint().info(a.now());
                        System.out.println(String.format(Locale.ROOT, "%5.1f rx %7.2f cwnd %d ssth %d unacked %d lost %d state %d rtt %.1f minrtt %.1f pacing %.2f rate %.2f retrans %d wnd %d cc %s",
                          (i+1)/10.0, receiver.received*8/1e6/((i+1)/10.0), info.snd_cwnd(), info.snd_ssthresh(), info.unacked(), info.lost(), info.ca_state(), info.rtt()/1e3, info.min_rtt()/1e3, info.pacing_rate()*8/1e6, info.delivery_rate()*8/1e6, info.total_retrans(), info.snd_wnd(), st.endpoint().connection()==null?null:st.endpoint().connection().congestionInfo()));
                    } else net.advance(Duration.ofSeconds(secs));
                    all[s] = receiver.received * 8 / 1e6 / secs;
                }
                }
                java.util.Arrays.sort(all);
                line.append(String.format(Locale.ROOT, "%8.2f", all[seeds/2]));
            }
            System.out.println(line);
        }
    }
}
