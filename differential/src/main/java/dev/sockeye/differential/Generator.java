package dev.sockeye.differential;

import dev.sockeye.differential.Step.AckBase;
import dev.sockeye.differential.Step.Action;
import dev.sockeye.differential.Step.Call;
import dev.sockeye.differential.Step.CallKind;
import dev.sockeye.differential.Step.Icmp;
import dev.sockeye.differential.Step.Send;
import dev.sockeye.differential.Step.SeqBase;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// Makes a random program of a seed. Most of what it does makes sense, so that conversations get somewhere;
/// each program has a mood, which says what it does most.
final class Generator {

    private enum Mood {
        RECEIVE,
        SEND,
        CLOSE,
        OPEN,
        STRAY,
        SLOW,
        MIXED
    }

    private static final int MSS = 1460;

    /// Programs from this seed on do more: IPv6, congestion marks, data on SYNs, and connections that follow each other
    /// on the same ports. Those before it are what they always were, for some are told of by number.
    static final long WIDE = 1_000_000;

    private final SplittableRandom random;
    private final long seed;
    private final Mood mood;
    private final List<Step> steps = new ArrayList<>();
    private final Program.Hello hello;
    private final boolean passive;
    private final boolean wide;
    private final Ground ground;
    private final boolean marks;
    private final boolean fastOpen;

    private Generator(long seed) {
        this.seed = seed;
        random = new SplittableRandom(seed);
        mood = Mood.values()[random.nextInt(Mood.values().length)];
        passive = chance(60);
        wide = seed >= WIDE;
        Program.Hello usual = hello();
        ground = wide ? ground() : Ground.PLAIN;
        marks = wide && chance(50);
        fastOpen = wide && chance(40);
        hello = wide && chance(30) ? withCookie(usual, chance(50) ? 0 : 8) : usual;
    }

    private Ground ground() {
        var addresses =
                oneOf(Ground.Addresses.IPV4, Ground.Addresses.IPV6, Ground.Addresses.IPV6, Ground.Addresses.MAPPED);
        return new Ground(addresses, oneOf(0, 1, 1, 1, 2), oneOf(0, 1, 2));
    }

    private static Program.Hello withCookie(Program.Hello of, int cookie) {
        return new Program.Hello(of.mss(), of.windowScale(), of.sack(), of.timestamps(), of.window(), cookie);
    }

    static Program program(long seed) {
        return new Generator(seed).make();
    }

    private boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    @SafeVarargs
    private <T> T oneOf(T... choices) {
        return choices[random.nextInt(choices.length)];
    }

    private Program.Hello hello() {
        return new Program.Hello(
                oneOf(1460, 1460, 1460, 1000, 536, 100, 9000, 0),
                chance(70) ? oneOf(0, 2, 7, 14) : -1,
                chance(75),
                chance(50),
                oneOf(65_535, 65_535, 65_535, 8192, 3000, 1000, 0),
                -1);
    }

    private Program make() {
        List<Call> settings = settings();
        open();
        int count = 4 + random.nextInt(mood == Mood.SLOW ? 12 : 28);
        for (int i = 0; i < count; i++) {
            if (wide && chance(mood == Mood.CLOSE || mood == Mood.OPEN ? 15 : 5)) again();
            else steps.add(new Step(delay(), marked(action())));
        }
        return new Program(seed, passive, ground, settings, hello, List.copyOf(steps));
    }

    private List<Call> settings() {
        List<Call> settings = new ArrayList<>();
        settings.add(new Call(CallKind.SET, "TCP_CONGESTION", random.nextInt(Options.CONGESTION.length)));
        if (fastOpen && passive) settings.add(new Call(CallKind.SET, "TCP_FASTOPEN", chance(80) ? 5 : 1));
        if (fastOpen && !passive) settings.add(new Call(CallKind.SET, "TCP_FASTOPEN_CONNECT", 1));
        if (fastOpen && chance(75)) settings.add(new Call(CallKind.SET, "TCP_FASTOPEN_NO_COOKIE", 1));
        while (chance(25)) {
            Call setting = setting(CallKind.SET);
            settings.add(setting);
        }
        return List.copyOf(settings);
    }

    private Call setting(CallKind kind) {
        String option = oneOf(
                "SO_SNDBUF",
                "SO_RCVBUF",
                "SO_KEEPALIVE",
                "SO_OOBINLINE",
                "SO_LINGER",
                "SO_RCVLOWAT",
                "TCP_NODELAY",
                "TCP_NODELAY",
                "TCP_MAXSEG",
                "TCP_CORK",
                "TCP_KEEPIDLE",
                "TCP_KEEPINTVL",
                "TCP_KEEPCNT",
                "TCP_SYNCNT",
                "TCP_LINGER2",
                "TCP_DEFER_ACCEPT",
                "TCP_WINDOW_CLAMP",
                "TCP_QUICKACK",
                "TCP_USER_TIMEOUT",
                "TCP_NOTSENT_LOWAT");
        int value = switch (option) {
            case "SO_SNDBUF", "SO_RCVBUF" -> oneOf(0, 3000, 10_000, 40_000, 200_000);
            case "SO_LINGER" -> oneOf(-1, 0, 0, 1);
            case "SO_RCVLOWAT" -> oneOf(0, 1, 100, 3000, 100_000);
            case "TCP_MAXSEG" -> oneOf(0, 88, 100, 536, 1000, 1400, 40_000);
            case "TCP_KEEPIDLE", "TCP_KEEPINTVL", "TCP_KEEPCNT", "TCP_SYNCNT" -> oneOf(0, 1, 1, 2, 40_000);
            case "TCP_LINGER2" -> oneOf(-1, 0, 1, 2, 1000);
            case "TCP_DEFER_ACCEPT" -> oneOf(0, 1, 3);
            case "TCP_WINDOW_CLAMP" -> oneOf(0, 500, 3000, 20_000);
            case "TCP_USER_TIMEOUT" -> oneOf(0, 100, 300, 700);
            case "TCP_NOTSENT_LOWAT" -> oneOf(0, 1, 1000, 10_000, -1);
            case "TCP_QUICKACK" -> oneOf(0, 1, 1, 2);
            default -> oneOf(0, 1, 1);
        };
        return new Call(kind, option, value);
    }

    private Call getting() {
        String option = setting(CallKind.GET).option();
        return new Call(passive && chance(15) ? CallKind.GET_LISTENER : CallKind.GET, option, 0);
    }

    /// Microseconds until a step.
    private int delay() {
        int kind = random.nextInt(100);
        int longer = mood == Mood.SLOW ? 45 : 8;
        if (kind < longer) return random.nextInt(mood == Mood.SLOW ? 900_000 : 450_000);
        if (kind < longer + 12) return 20_000 + random.nextInt(100_000);
        if (kind < longer + 25) return 2_000 + random.nextInt(18_000);
        return kind % 3 == 0 ? 0 : random.nextInt(2_000);
    }

    // ---------------------------------------------------------------- opening

    private void open() {
        boolean odd = mood == Mood.OPEN;
        if (passive) {
            if (odd) oddities(20);
            int data = odd && chance(15) ? 10 : 0;
            if (fastOpen && chance(80)) data = oneOf(1, 100, 1000);
            add(send(syn(), SeqBase.FIRST, 0, data));
            if (fastOpen && chance(40)) add(new Call(CallKind.ACCEPT));
            if (fastOpen && chance(30)) add(chance(70) ? write() : end());
            if (odd) oddities(50);
            if (odd && chance(20)) return;
            add(send(odd && chance(20) ? "P." : ".", SeqBase.NEXT, 0, odd && chance(20) ? 100 : 0));
            if (odd) oddities(30);
            add(new Call(CallKind.ACCEPT));
        } else {
            add(new Call(CallKind.CONNECT));
            if (fastOpen) add(write());
            if (odd) oddities(50);
            if (odd && chance(20)) return;
            if (odd && chance(20)) {
                add(send("S", SeqBase.FIRST, 0, 0)); // both open at the same time
                oddities(30);
                add(send(chance(50) ? "S." : ".", chance(50) ? SeqBase.FIRST : SeqBase.NEXT, 0, 0));
            } else {
                add(synAck(odd && chance(15) ? 10 : 0));
            }
            if (odd) oddities(30);
        }
    }

    private String syn() {
        return marks ? oneOf("SEW", "SEW", "SEW", "S", "SE") : "S";
    }

    private Send synAck(int data) {
        AckBase base = fastOpen && chance(30) ? AckBase.BEFORE : AckBase.ALL;
        int offset = base == AckBase.BEFORE ? oneOf(1, 1, 51) : 0;
        String flags = marks ? oneOf("SE.", "SE.", "SE.", "S.") : "S.";
        int mark = marks && chance(10) ? 3 : 0;
        return new Send(flags, SeqBase.FIRST, 0, base, offset, data, -1, List.of(), 0, 0, mark);
    }

    /// What arrives has a mark, and echoes those of the host.
    private Action marked(Action action) {
        if (!marks || !(action instanceof Send send) || send.flags().indexOf('S') >= 0) return action;
        String flags = send.flags();
        if (chance(12) && flags.indexOf('E') < 0) flags = "E" + flags;
        if (chance(send.length() > 0 ? 25 : 3) && flags.indexOf('W') < 0) flags = "W" + flags;
        int mark = chance(send.length() > 0 ? 85 : 10) ? oneOf(2, 2, 2, 3, 3, 1) : 0;
        return new Send(
                flags,
                send.seqBase(),
                send.seqOffset(),
                send.ackBase(),
                send.ackOffset(),
                send.length(),
                send.window(),
                send.sacks(),
                send.tsOffset(),
                send.urgent(),
                mark);
    }

    /// Another connection on the same ports, begun while what is left of the one before may still be there.
    private void again() {
        if (chance(70)) add(new Call(CallKind.CLOSE));
        if (chance(50)) {
            add(new Send(".", SeqBase.NEXT, 0, AckBase.ALL, 0, 0, -1, List.of(), 0, 0));
            add(send(chance(85) ? "F." : "R.", SeqBase.NEXT, 0, 0));
        }
        if (chance(20)) steps.add(new Step(900_000 + random.nextInt(300_000), ack()));
        if (passive) {
            int data = fastOpen ? oneOf(0, 100, 1000) : 0;
            add(send(syn(), SeqBase.ANEW, oneOf(0, 1, 1000, 100_000, -1, -1000), data));
            add(send(".", SeqBase.NEXT, 0, 0));
            add(new Call(CallKind.ACCEPT));
        } else {
            add(new Call(CallKind.OPEN));
            add(new Call(CallKind.CONNECT));
            if (fastOpen) add(write());
            add(synAck(0));
        }
    }

    private void oddities(int percent) {
        while (chance(percent))
            steps.add(new Step(chance(30) ? 900_000 + random.nextInt(300_000) : delay(), openOddity()));
    }

    private Action openOddity() {
        return switch (random.nextInt(12)) {
            case 0 -> send("S", SeqBase.FIRST, oneOf(0, 0, 1000, -1000), 0);
            case 1 -> send("S.", SeqBase.FIRST, oneOf(0, 0, 1000), 0);
            case 2 -> stray();
            case 3 -> send("R", oneOf(SeqBase.NEXT, SeqBase.FIRST), oneOf(0, 0, 1, -1), 0);
            case 4 -> send("R.", oneOf(SeqBase.NEXT, SeqBase.FIRST), oneOf(0, 0, 1), 0);
            case 5 -> new Send(".", SeqBase.NEXT, 0, AckBase.ALL, oneOf(0, 1, -1, 1000), 0, -1, List.of(), 0, 0);
            case 6 -> send("F.", SeqBase.NEXT, 0, 0);
            case 7 -> icmp();
            case 8 -> new Call(oneOf(CallKind.WRITE, CallKind.READ, CallKind.CONNECT, CallKind.ACCEPT), 100);
            case 9 -> new Call(oneOf(CallKind.SHUT_WRITE, CallKind.SHUT_BOTH, CallKind.SHUT_READ, CallKind.GET_ERROR));
            case 10 -> setting(passive ? CallKind.SET_LISTENER : CallKind.SET);
            default -> send("P.", SeqBase.NEXT, oneOf(0, 0, 100), oneOf(1, 100, 1000));
        };
    }

    private void add(Action action) {
        steps.add(new Step(random.nextInt(3000), action));
    }

    private static Send send(String flags, SeqBase base, int offset, int length) {
        return new Send(flags, base, offset, AckBase.ALL, 0, length, -1, List.of(), 0, 0);
    }

    // ---------------------------------------------------------------- what happens then

    private Action action() {
        int what = random.nextInt(100);
        return switch (mood) {
            case RECEIVE -> what < 55 ? dataFromPeer() : what < 80 ? read() : what < 88 ? ack() : anything();
            case SEND -> what < 35 ? write() : what < 80 ? ack() : what < 88 ? read() : anything();
            case CLOSE ->
                what < 35 ? end() : what < 50 ? ack() : what < 65 ? dataFromPeer() : what < 80 ? write() : anything();
            case STRAY -> what < 45 ? stray() : what < 60 ? ack() : what < 70 ? write() : anything();
            case OPEN, SLOW, MIXED -> anything();
        };
    }

    private Action anything() {
        return switch (random.nextInt(20)) {
            case 0, 1, 2, 3 -> dataFromPeer();
            case 4, 5, 6 -> write();
            case 7, 8, 9, 10 -> ack();
            case 11, 12, 13 -> read();
            case 14 -> stray();
            case 15 -> setting(passive && chance(10) ? CallKind.SET_LISTENER : CallKind.SET);
            case 16 -> chance(50) ? new Call(CallKind.GET_ERROR) : getting();
            case 17 -> chance(40) ? icmp() : ack();
            case 18 -> new Call(oneOf(CallKind.ACCEPT, CallKind.CONNECT, CallKind.PEEK), 100);
            default -> end();
        };
    }

    private int size() {
        return switch (random.nextInt(6)) {
            case 0 -> 1;
            case 1 -> 1 + random.nextInt(100);
            case 2, 3 -> MSS;
            case 4 -> 1 + random.nextInt(MSS);
            default -> 500;
        };
    }

    private Action dataFromPeer() {
        String flags = chance(70) ? "P." : ".";
        if (chance(4)) flags = "FP.";
        int offset = switch (random.nextInt(10)) {
            case 0 -> random.nextInt(6) * MSS; // a hole
            case 1 -> -random.nextInt(2 * MSS); // again
            case 2 -> 1 + random.nextInt(3000);
            default -> 0;
        };
        int urgent = 0;
        if (chance(3)) {
            flags += "U";
            urgent = 1 + random.nextInt(100);
        }
        int ackOffset = chance(5) ? oneOf(-1, -100, 1, 100_000, -100_000) : 0;
        AckBase base = chance(80) ? AckBase.ALL : AckBase.BEFORE;
        int tsOffset = chance(4) ? oneOf(-1, -1000, -100_000, 100_000) : 0;
        return new Send(flags, SeqBase.NEXT, offset, base, ackOffset, size(), window(), List.of(), tsOffset, urgent);
    }

    private int window() {
        return chance(88) ? -1 : oneOf(0, 0, 1, 500, 3000, 20_000, 65_535);
    }

    private Action ack() {
        AckBase base = chance(55) ? AckBase.ALL : chance(50) ? AckBase.SEGMENT : AckBase.BEFORE;
        int offset = base == AckBase.SEGMENT ? random.nextInt(4) : 0;
        List<Integer> sacks = List.of();
        if (hello.sack() && base != AckBase.ALL && chance(70)) {
            int from = 1 + random.nextInt(6);
            sacks = chance(75)
                    ? List.of(from, from + random.nextInt(3))
                    : List.of(from + 3, from + 4, from, from + random.nextInt(2));
        }
        if (hello.sack() && base == AckBase.ALL && chance(5)) sacks = List.of(0, 0);
        return new Send(".", SeqBase.NEXT, 0, base, offset, 0, window(), sacks, 0, 0);
    }

    private Action write() {
        int size = chance(70) ? size() : oneOf(3000, 14_600, 40_000, 100_000);
        if (chance(4)) return new Call(CallKind.WRITE_OOB, 1 + random.nextInt(20));
        return new Call(chance(92) ? CallKind.WRITE : CallKind.WRITE_MORE, size);
    }

    private Action read() {
        int size = oneOf(1, 100, 1000, 10_000, 100_000, 500_000);
        int kind = random.nextInt(20);
        if (kind == 0) return new Call(CallKind.READ_OOB);
        if (kind == 1) return new Call(CallKind.PEEK, size);
        if (kind == 2) return new Call(CallKind.READ_TRUNC, size);
        return new Call(CallKind.READ, size);
    }

    private Action end() {
        return switch (random.nextInt(10)) {
            case 0, 1 -> new Call(CallKind.CLOSE);
            case 2, 3 -> new Call(CallKind.SHUT_WRITE);
            case 4 -> new Call(oneOf(CallKind.SHUT_READ, CallKind.SHUT_BOTH));
            case 5, 6, 7 -> send("F.", SeqBase.NEXT, chance(80) ? 0 : oneOf(-1, 100), chance(80) ? 0 : size());
            case 8 -> send(chance(50) ? "R" : "R.", SeqBase.NEXT, 0, 0);
            default ->
                passive ? new Call(oneOf(CallKind.CLOSE_LISTENER, CallKind.SHUT_LISTENER)) : new Call(CallKind.CLOSE);
        };
    }

    /// Segments that do not fit.
    private Action stray() {
        SeqBase base = oneOf(SeqBase.NEXT, SeqBase.NEXT, SeqBase.ACKED, SeqBase.FIRST, SeqBase.EDGE);
        int offset = oneOf(0, 0, -1, 1, 100, -100, 1_000_000, -1_000_000);
        return switch (random.nextInt(9)) {
            case 0 -> send("S", base, offset, 0);
            case 1 -> send("S.", base, offset, 0);
            case 2 -> send("R", base, offset, chance(90) ? 0 : 10);
            case 3 -> send("R.", base, offset, 0);
            case 4 ->
                new Send(".", base, offset, AckBase.ALL, oneOf(0, -1, 1, 100_000, -100_000), 0, -1, List.of(), 0, 0);
            case 5 -> send(oneOf("", "P", "F", "SR", "SF", "SF.", "SR.", "FR."), base, offset, chance(60) ? 0 : 10);
            case 6 -> new Send("P.", base, offset, AckBase.ALL, 0, size(), -1, List.of(), oneOf(0, -1000, -10_000), 0);
            case 7 -> send(oneOf("E.", "W.", "EW.", "EP.", "SEW"), SeqBase.NEXT, 0, chance(50) ? 0 : 100);
            default -> send("F.", base, offset, 0);
        };
    }

    private Action icmp() {
        int[] kind = oneOf(
                new int[] {3, 0, 0},
                new int[] {3, 1, 0},
                new int[] {3, 2, 0},
                new int[] {3, 3, 0},
                new int[] {3, 4, 1000},
                new int[] {3, 4, 600},
                new int[] {3, 4, 100},
                new int[] {3, 13, 0},
                new int[] {4, 0, 0},
                new int[] {11, 0, 0},
                new int[] {12, 0, 0});
        return new Icmp(kind[0], kind[1], kind[2], chance(80) ? 0 : oneOf(-1, -100_000, 100_000));
    }
}
