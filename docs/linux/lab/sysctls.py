"""Prints the sysctls of a fresh network namespace as a table: `python3 sysctls.py table`."""

import glob

from lab import experiment, main


@experiment()
def table(lab):
    """net.ipv4 and net.core values that a TCP/IP stack has to know"""
    print("| sysctl | value |")
    print("|---|---|")
    for pattern in ("net/ipv4/tcp_*", "net/ipv4/udp_*", "net/ipv4/ip_*", "net/ipv4/ipfrag_*", "net/ipv4/icmp_*", "net/ipv4/route/*", "net/core/*mem_*",
                    "net/core/somaxconn", "net/ipv6/icmp/*", "net/ipv6/bindv6only", "net/ipv6/ip6frag_*", "net/ipv6/conf/default/hop_limit"):
        for path in sorted(glob.glob("/proc/sys/" + pattern)):
            if "cookie" in path and "syn" not in path or "fastopen_key" in path:
                continue
            try:
                value = " ".join(open(path).read().split())
            except OSError:
                continue
            print("| %s | %s |" % (path[len("/proc/sys/"):].replace("/", "."), value))


main()
