package dev.sockeye.inspect.filter;

/// Reads what stands behind `sport` and `dport`: `:443`, `443`, `:https`, `inet::443`; behind `=` and `!=` also several
/// with commas between them, and ranges (`8000-8099`).
final class PortParser {

    private PortParser() {}

    /// @throws FilterException without the place
    static Filter parse(Lookups lookups, Side side, Comparison comparison, String text) {
        String ports = text;
        for (String family : new String[] {"inet:", "inet6:"}) {
            if (ports.startsWith(family)) ports = ports.substring(family.length());
        }
        if (comparison != Comparison.EQUAL && comparison != Comparison.NOT_EQUAL) {
            return new PortCondition(side, comparison, one(lookups, ports));
        }
        Filter any = null;
        for (String part : ports.split(",", -1)) {
            Filter condition = range(lookups, side, part);
            any = any == null ? condition : new Filter.Or(any, condition);
        }
        if (any == null) throw notAPort(text);
        if (comparison == Comparison.EQUAL) return any;
        if (any instanceof PortCondition(Side _, Comparison _, int port))
            return new PortCondition(side, Comparison.NOT_EQUAL, port);
        return new Filter.Not(any);
    }

    private static Filter range(Lookups lookups, Side side, String part) {
        int dash = part.indexOf('-');
        if (dash > 0 && number(lookups, part) < 0) { // services have dashes in their names
            int from = one(lookups, part.substring(0, dash));
            int to = one(lookups, part.substring(dash + 1));
            if (from > to) throw new FilterException("'" + part + "' ends before it begins");
            return new Filter.And(
                    new PortCondition(side, Comparison.GREATER_OR_EQUAL, from),
                    new PortCondition(side, Comparison.LESS_OR_EQUAL, to));
        }
        return new PortCondition(side, Comparison.EQUAL, one(lookups, part));
    }

    private static int one(Lookups lookups, String text) {
        int port = number(lookups, text);
        if (port < 0) throw notAPort(text);
        return port;
    }

    private static FilterException notAPort(String text) {
        return new FilterException("'" + text + "' is neither a port (0 to 65535) nor a service of /etc/services");
    }

    /// The port that the text names, with a colon in front or not; -1 if it names none.
    static int number(Lookups lookups, String text) {
        String name = text.startsWith(":") ? text.substring(1) : text;
        if (name.isEmpty()) return -1;
        if (Character.isDigit(name.charAt(0))) {
            try {
                int port = Integer.parseInt(name);
                return port > 0xffff ? -1 : port;
            } catch (NumberFormatException e) {
                // a service's name may begin with a digit
            }
        }
        Integer service = lookups.service(name);
        return service == null ? -1 : service;
    }
}
