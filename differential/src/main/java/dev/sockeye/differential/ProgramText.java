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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Reads programs as [Program#toString] writes them, so that one that was found, or thought of, can be kept and run
/// again.
final class ProgramText {

    private static final String NUMBER = "([+-]?\\d+)";
    private static final Pattern TITLE = Pattern.compile("program " + NUMBER + ", the host (listens|connects)");
    private static final Pattern SETTING = Pattern.compile("setsockopt\\((\\w+), " + NUMBER + "\\)");
    private static final Pattern HELLO = Pattern.compile("peer mss " + NUMBER + " wscale " + NUMBER
            + " sack (true|false) ts (true|false) win " + NUMBER + "(?: cookie (\\d+))?");
    private static final Pattern GROUND = Pattern.compile("ground ([A-Z0-9]+) ecn (\\d) reuse (\\d)");
    private static final Pattern STEP = Pattern.compile("\\+(\\d+)\\.(\\d{3})\\s+(.*)");
    private static final Pattern CALL = Pattern.compile("([a-zA-Z_ ]+)\\((\\w*)(?:, )?([+-]?\\d+)?\\)");
    private static final Pattern SEND = Pattern.compile("< (\\S*) seq ([A-Z]+)" + NUMBER + "? \\((\\d+)\\)"
            + "(?: ack ([A-Z]+)" + NUMBER + "?)?(?: win (\\d+))?(?: sack \\[([^]]*)])?(?: ts " + NUMBER + ")?"
            + "(?: urg (\\d+))?(?: mark ([123]))?");
    private static final Pattern ICMP = Pattern.compile("< icmp (\\d+)/(\\d+) mtu (\\d+) seq LAST" + NUMBER + "?");

    private final List<Call> settings = new ArrayList<>();
    private final List<Step> steps = new ArrayList<>();
    private Program.Hello hello = new Program.Hello(1460, -1, false, false, 65_535, -1);
    private Ground ground = Ground.PLAIN;
    private long seed;
    private boolean passive;

    private ProgramText() {}

    /// The program that a text tells.
    ///
    /// @throws IllegalArgumentException with the line that says nothing
    static Program read(String text) {
        var reader = new ProgramText();
        for (String line : text.lines().toList()) if (!line.isBlank()) reader.line(line.strip());
        return new Program(
                reader.seed,
                reader.passive,
                reader.ground,
                List.copyOf(reader.settings),
                reader.hello,
                List.copyOf(reader.steps));
    }

    private void line(String line) {
        Matcher title = TITLE.matcher(line);
        Matcher setting = SETTING.matcher(line);
        Matcher greeting = HELLO.matcher(line);
        Matcher step = STEP.matcher(line);
        Matcher given = GROUND.matcher(line);
        if (title.matches()) {
            seed = Long.parseLong(title.group(1));
            passive = title.group(2).equals("listens");
        } else if (setting.matches()) {
            settings.add(new Call(CallKind.SET, setting.group(1), number(setting, 2, 0)));
        } else if (greeting.matches()) {
            hello = new Program.Hello(
                    number(greeting, 1, 0),
                    number(greeting, 2, -1),
                    Boolean.parseBoolean(greeting.group(3)),
                    Boolean.parseBoolean(greeting.group(4)),
                    number(greeting, 5, 0),
                    number(greeting, 6, -1));
        } else if (given.matches()) {
            ground = new Ground(Ground.Addresses.valueOf(given.group(1)), number(given, 2, 2), number(given, 3, 2));
        } else if (step.matches()) {
            int micros = number(step, 1, 0) * 1000 + number(step, 2, 0);
            steps.add(new Step(micros, action(step.group(3))));
        } else {
            throw new IllegalArgumentException("no line of a program: " + line);
        }
    }

    private static int number(Matcher in, int group, int otherwise) {
        String text = in.group(group);
        return text == null || text.isEmpty() ? otherwise : Integer.parseInt(text);
    }

    private static Action action(String text) {
        Matcher icmp = ICMP.matcher(text);
        if (icmp.matches())
            return new Icmp(number(icmp, 1, 0), number(icmp, 2, 0), number(icmp, 3, 0), number(icmp, 4, 0));
        Matcher send = SEND.matcher(text);
        if (send.matches()) return send(send);
        Matcher call = CALL.matcher(text);
        if (call.matches()) return call(call, text);
        throw new IllegalArgumentException("no step: " + text);
    }

    private static Send send(Matcher text) {
        String sacks = text.group(8);
        return new Send(
                text.group(1),
                SeqBase.valueOf(text.group(2)),
                number(text, 3, 0),
                text.group(5) == null ? AckBase.ALL : AckBase.valueOf(text.group(5)),
                number(text, 6, 0),
                number(text, 4, 0),
                number(text, 7, -1),
                sacks == null
                        ? List.of()
                        : Stream.of(sacks.split(", ")).map(Integer::valueOf).toList(),
                number(text, 9, 0),
                number(text, 10, 0),
                number(text, 11, 0));
    }

    private static Call call(Matcher call, String text) {
        for (CallKind kind : CallKind.values()) {
            if (!kind.text.equals(call.group(1))) continue;
            boolean isCount = call.group(2).chars().allMatch(Character::isDigit);
            if (!isCount) return new Call(kind, call.group(2), number(call, 3, 0));
            return new Call(kind, number(call, 2, 0));
        }
        throw new IllegalArgumentException("no call: " + text);
    }
}
