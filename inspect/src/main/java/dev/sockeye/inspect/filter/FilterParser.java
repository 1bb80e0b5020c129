package dev.sockeye.inspect.filter;

import dev.sockeye.inspect.filter.Filter.And;
import dev.sockeye.inspect.filter.Filter.Not;
import dev.sockeye.inspect.filter.Filter.Or;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Reads a filter: `ss`'s `[state NAME ...] [EXPRESSION]`, where `not` binds tighter than `and` (or nothing at all),
/// and that tighter than `or`, as its manual has it.
final class FilterParser {

    private static final String[] OWN_WORDS = {
        "state", "exclude", "src", "dst", "sport", "dport", "dev", "fwmark", "cgroup", "autobound", "and", "or", "not"
    };

    private static final int MAX_DEPTH = 200;

    private final Lookups lookups;
    private final Words words;
    private boolean saysStates;
    private int depth;

    private FilterParser(Lookups lookups, String text) {
        this.lookups = lookups;
        this.words = new Words(text);
    }

    /// @param standard the states that are meant where none is named
    /// @throws FilterException if it cannot be read
    static SocketFilter parse(Lookups lookups, String text, StateSet standard) {
        return new FilterParser(lookups, text).whole(standard);
    }

    private SocketFilter whole(StateSet standard) {
        int start = words.mark();
        StateSet states = leadingStates();
        if (saysStates && isOneOf("or", "|", "||", "and", "&", "&&")) {
            // then the states are a part of the expression, which ss does not know
            words.reset(start);
            states = null;
        }
        Filter expression = words.atEnd() ? null : disjunction();
        if (!words.atEnd()) throw unexpected("'and' or 'or'");
        if (states != null) return new SocketFilter(states, expression);
        return new SocketFilter(saysStates ? StateSet.ALL.with(StateSet.BOUND_INACTIVE) : standard, expression);
    }

    /// As `ss` goes through them: the first `state` begins with none, a first `exclude` with all.
    private @Nullable StateSet leadingStates() {
        StateSet states = null;
        while (isOneOf("state", "exclude", "excl")) {
            boolean added = words.takeIf("state");
            if (!added) words.next();
            StateSet named = states(added ? "state" : "exclude");
            StateSet before = states == null ? added ? StateSet.NONE : StateSet.ALL : states;
            states = added ? before.with(named) : before.without(named);
        }
        return states;
    }

    private StateSet states(String keyword) {
        saysStates = true;
        if (words.atEnd())
            throw new FilterException("'" + keyword + "' at the end of the filter needs the name of a state");
        String name = words.next();
        StateSet states = StateSet.find(name);
        if (states == null) throw new FilterException("there is no state '" + name + "' (" + words.placeOfLast() + ")");
        return states;
    }

    // ---------------------------------------------------------------- the expression

    private Filter disjunction() {
        Filter left = conjunction();
        while (words.takeIf("or", "||", "|")) left = new Or(left, conjunction());
        return left;
    }

    private Filter conjunction() {
        Filter left = negation();
        while (true) {
            if (!words.takeIf("and", "&&", "&") && (words.atEnd() || isOneOf(")", "or", "||", "|"))) return left;
            left = new And(left, negation());
        }
    }

    private Filter negation() {
        // as deep as the words are many: not by recursion
        int times = 0;
        while (words.takeIf("not", "!")) times++;
        Filter filter = primary();
        for (; times > 0; times--) filter = new Not(filter);
        return filter;
    }

    private Filter primary() {
        if (words.atEnd()) throw new FilterException("the filter ends where a condition should follow");
        if (words.takeIf("(")) {
            depth++;
            if (depth > MAX_DEPTH)
                throw new FilterException("the filter has more than " + MAX_DEPTH + " parentheses in each other");
            Filter inner = disjunction();
            depth--;
            if (!words.takeIf(")")) throw unexpected("a closing parenthesis");
            return inner;
        }
        return condition();
    }

    private Filter condition() {
        String name = words.peek();
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "state" -> {
                words.next();
                yield new StateCondition(states("state"));
            }
            case "exclude", "excl" -> {
                words.next();
                yield new Not(new StateCondition(states("exclude")));
            }
            case "src" -> host(Side.SOURCE);
            case "dst" -> host(Side.DESTINATION);
            case "sport" -> port(Side.SOURCE);
            case "dport" -> port(Side.DESTINATION);
            case "dev" -> device();
            case "fwmark" -> mark();
            case "cgroup" -> controlGroup();
            case "autobound" -> autobound();
            default -> own(name);
        };
    }

    private Filter host(Side side) {
        boolean negated = isNegated(side.hostName());
        String text = value(side.hostName(), "an address, such as 10.0.0.1, 10.0.0.0/8:443 or [::1]:443");
        Filter condition = placed(() -> HostParser.parse(lookups, side, text));
        return negated ? new Not(condition) : condition;
    }

    private Filter port(Side side) {
        words.next();
        Comparison comparison = comparison();
        String text = value(side.portName(), "a port, such as :443 or :https");
        return placed(() -> PortParser.parse(lookups, side, comparison, text));
    }

    private Filter device() {
        boolean negated = isNegated("dev");
        String name = value("dev", "the name or the number of an interface");
        int index = 0;
        if (name.chars().allMatch(Character::isDigit)) {
            try {
                index = Integer.parseInt(name);
            } catch (NumberFormatException e) {
                throw new FilterException("there is no interface of number " + name + " (" + words.placeOfLast() + ")");
            }
        }
        Filter condition = new DeviceCondition(name, index);
        return negated ? new Not(condition) : condition;
    }

    private Filter mark() {
        boolean negated = isNegated("fwmark");
        String expected = "MARK or MARK/MASK, such as 0x1/0xff";
        String text = value("fwmark", expected);
        int slash = text.indexOf('/');
        try {
            int mark = number32(slash < 0 ? text : text.substring(0, slash));
            int mask = slash < 0 ? -1 : number32(text.substring(slash + 1));
            Filter condition = new MarkCondition(mark, mask);
            return negated ? new Not(condition) : condition;
        } catch (NumberFormatException e) {
            throw new FilterException(
                    "behind 'fwmark' stands '" + text + "' (" + words.placeOfLast() + "), which is not " + expected);
        }
    }

    private static int number32(String text) {
        long number = Long.decode(text);
        if (number >>> 32 != 0) throw new NumberFormatException(text);
        return (int) number;
    }

    private Filter controlGroup() {
        boolean negated = isNegated("cgroup");
        String path = value("cgroup", "the path of a control group");
        Long id = lookups.controlGroup(path);
        if (id == null)
            throw new FilterException("there is no control group '" + path + "' (" + words.placeOfLast() + ")");
        Filter condition = new ControlGroupCondition(path, id);
        return negated ? new Not(condition) : condition;
    }

    private Filter autobound() {
        words.next();
        int[] range = lookups.localPorts();
        return new AutoboundCondition(range[0], range[1]);
    }

    /// What `ss` has no predicate for.
    private Filter own(String name) {
        Amount amount = Amount.named(name);
        if (amount != null) {
            words.next();
            Comparison comparison = comparison();
            String text = value(name, amount.unit().expected);
            Long value = amount.unit().parse(text);
            if (value == null)
                throw new FilterException("behind '" + name + "' stands '" + text + "' (" + words.placeOfLast()
                        + "), which is not " + amount.unit().expected);
            return new AmountCondition(amount, comparison, value, text);
        }
        Property property = Property.find(name);
        if (property == null) throw unknown(name);
        boolean negated = isNegated(name);
        return new TextCondition(property, negated, value(name, "a name, in which * stands for anything"));
    }

    // ---------------------------------------------------------------- what they are made of

    private Comparison comparison() {
        Comparison comparison = Comparison.find(words.peek());
        if (comparison == null) return Comparison.EQUAL;
        words.next();
        return comparison;
    }

    /// Takes a condition's name and what compares it, of which there is only `=` and `!=`.
    private boolean isNegated(String name) {
        words.next();
        String place = words.place();
        return switch (comparison()) {
            case EQUAL -> false;
            case NOT_EQUAL -> true;
            default -> throw new FilterException("'" + name + "' is compared by = or != only, not by " + place);
        };
    }

    private String value(String name, String expected) {
        String place = words.place();
        String value = words.value();
        if (value == null)
            throw new FilterException("behind '" + name + "' should follow " + expected + ", not " + place);
        return value;
    }

    private Filter placed(Supplier<Filter> parser) {
        String place = words.placeOfLast();
        try {
            return parser.get();
        } catch (FilterException e) {
            throw new FilterException(e.getMessage() + " (" + place + ")");
        }
    }

    private boolean isOneOf(String... expected) {
        String next = words.peek();
        for (String word : expected) if (word.equalsIgnoreCase(next)) return true;
        return false;
    }

    // ---------------------------------------------------------------- what is wrong

    private FilterException unexpected(String expected) {
        return new FilterException("at " + words.place() + " should be " + expected);
    }

    private FilterException unknown(String name) {
        String place = words.place();
        if (StateSet.find(name) != null) return new FilterException(place + " is a state: write 'state " + name + "'");
        if (isOneOf("and", "or") || !name.isEmpty() && "&|=<>!)".indexOf(name.charAt(0)) >= 0)
            return new FilterException("at " + place + " should be a condition, such as 'dport = :443'");
        String meant = meant(name.toLowerCase(Locale.ROOT));
        return new FilterException(
                "there is no predicate " + place + (meant == null ? "" : "; did you mean '" + meant + "'?"));
    }

    /// The name that differs in one letter, or begins so.
    private static @Nullable String meant(String name) {
        List<String> known = new ArrayList<>(List.of(OWN_WORDS));
        for (Amount amount : Amount.values()) known.add(amount.filterName());
        for (Property property : Property.values()) known.add(property.filterName());
        for (String candidate : known) if (isNear(name, candidate)) return candidate;
        for (String candidate : known) if (name.length() > 1 && candidate.startsWith(name)) return candidate;
        return null;
    }

    /// Whether one becomes the other by a letter more, a letter less, or another letter.
    private static boolean isNear(String one, String other) {
        if (Math.abs(one.length() - other.length()) > 1 || Math.min(one.length(), other.length()) < 2) return false;
        int same = 0;
        while (same < one.length() && same < other.length() && one.charAt(same) == other.charAt(same)) same++;
        String restOfOne = one.substring(same);
        String restOfOther = other.substring(same);
        if (one.length() > other.length()) return restOfOne.substring(1).equals(restOfOther);
        if (one.length() < other.length()) return restOfOther.substring(1).equals(restOfOne);
        return restOfOne.isEmpty() || restOfOne.substring(1).equals(restOfOther.substring(1));
    }
}
