package dev.sockeye.inspect.filter;

import dev.sockeye.inspect.KernelDetail;
import dev.sockeye.wire.IpAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads what stands behind `src` and `dst`: `10.0.0.1`, `10.0.0.0/8:443`, `193.233.7/24`, `[::1]:443`, `fe80::/10`,
/// `*:80`, `:https`, `localhost:80`, each with `inet:` or `inet6:` in front or not.
final class HostParser {

    private final Lookups lookups;
    private final Side side;
    private final String text;

    private HostParser(Lookups lookups, Side side, String text) {
        this.lookups = lookups;
        this.side = side;
        this.text = text;
    }

    /// The condition that `text` spells: several, of which one is to hold, where a name has several addresses.
    ///
    /// @throws FilterException without the place
    static Filter parse(Lookups lookups, Side side, String text) {
        return new HostParser(lookups, side, text).condition();
    }

    private Filter condition() {
        if (text.startsWith("inet6:")) return of(text.substring(6), KernelDetail.IPV6);
        if (text.startsWith("inet:")) return of(text.substring(5), KernelDetail.IPV4);
        return of(text, HostCondition.ANY);
    }

    private Filter of(String address, int family) {
        if (address.startsWith("[")) return bracketed(address);
        int colon = address.indexOf(':');
        if (colon >= 0 && address.indexOf(':', colon + 1) >= 0) return network(address, -1, KernelDetail.IPV6);
        if (colon < 0) return network(address, -1, family);
        return network(address.substring(0, colon), port(address.substring(colon + 1)), family);
    }

    /// `[::1]:443`, `[fe80::]/10:443`, `[fe80::/10]`
    private Filter bracketed(String address) {
        int end = address.indexOf(']');
        if (end < 0) throw wrong("has no closing bracket");
        String inside = address.substring(1, end);
        String rest = address.substring(end + 1);
        int colon = rest.indexOf(':');
        String length = colon < 0 ? rest : rest.substring(0, colon);
        if (!length.isEmpty() && (length.charAt(0) != '/' || inside.indexOf('/') >= 0))
            throw wrong("is not [ADDRESS], [ADDRESS]:PORT or [ADDRESS/LENGTH]");
        return network(inside + length, colon < 0 ? -1 : port(rest.substring(colon + 1)), KernelDetail.IPV6);
    }

    private int port(String port) {
        if (port.equals("*")) return -1;
        int number = PortParser.number(lookups, port);
        if (number < 0) throw wrong("ends with '" + port + "', which is neither a port nor a service");
        return number;
    }

    private Filter network(String network, int port, int family) {
        if (network.isEmpty() || network.equals("*") || network.equals("any") || network.equals("all")) {
            return anyHost(family, port);
        }
        int slash = network.indexOf('/');
        String address = slash < 0 ? network : network.substring(0, slash);
        int length = slash < 0 ? -1 : length(network.substring(slash + 1));
        if (family == KernelDetail.IPV6 || address.indexOf(':') >= 0) {
            IpAddress v6 = literal(address);
            if (v6 != null && address.indexOf(':') >= 0) return of(v6, KernelDetail.IPV6, length, 128, port);
        }
        IpAddress v4 = dotted(address, slash >= 0);
        if (v4 != null && family != KernelDetail.IPV6) return of(v4, KernelDetail.IPV4, length, 32, port);
        if (slash >= 0 || address.indexOf(':') >= 0) throw wrong("is not an address");
        return named(address, port, family);
    }

    private Filter anyHost(int family, int port) {
        if (family == HostCondition.ANY) return HostCondition.anyHost(side, port);
        IpAddress any = family == KernelDetail.IPV4 ? IpAddress.ANY_V4 : IpAddress.ANY_V6;
        return new HostCondition(side, family, any, 0, port);
    }

    private Filter of(IpAddress ip, int family, int length, int most, int port) {
        if (length > most) throw wrong("has a prefix longer than the " + most + " bits of an address");
        return new HostCondition(side, family, ip, length < 0 ? most : length, port);
    }

    private int length(String text) {
        try {
            int length = Integer.parseInt(text);
            if (length >= 0) return length;
        } catch (NumberFormatException e) {
            // said below
        }
        throw wrong("has '" + text + "' for a prefix length, which is no number");
    }

    private static @Nullable IpAddress literal(String address) {
        try {
            return IpAddress.parse(address);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /// With a prefix, zeros at the end may be left out: `193.233.7/24`.
    private static @Nullable IpAddress dotted(String address, boolean mayBeShort) {
        if (address.isEmpty() || !Character.isDigit(address.charAt(0))) return null;
        String whole = address;
        if (mayBeShort) {
            long dots = address.chars().filter(c -> c == '.').count();
            whole = address + ".0".repeat((int) Math.max(0, 3 - dots));
        }
        return literal(whole);
    }

    private Filter named(String name, int port, int family) {
        List<Filter> conditions = new ArrayList<>();
        for (IpAddress ip : lookups.host(name)) {
            int own = ip.isV4() ? KernelDetail.IPV4 : KernelDetail.IPV6;
            if (family != HostCondition.ANY && family != own) continue;
            conditions.add(new HostCondition(side, own, ip, ip.isV4() ? 32 : 128, port));
        }
        if (conditions.isEmpty()) throw wrong("is neither an address nor the name of a host that can be found");
        Filter any = conditions.getFirst();
        for (Filter other : conditions.subList(1, conditions.size())) any = new Filter.Or(any, other);
        return any;
    }

    private FilterException wrong(String why) {
        return new FilterException("'" + text + "' " + why);
    }
}
