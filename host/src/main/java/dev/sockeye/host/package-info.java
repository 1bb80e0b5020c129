/// One machine, without input or output: interfaces, routes, ports, listeners, ICMP, UDP, timers.
///
/// A packet's way in: [dev.sockeye.host.Host#onPacket], `IpInput` (looked over, counted, put together), then
/// `TcpInput`, `UdpInput` or `IcmpInput` (the socket it is for). Its way out: `SegmentOutput` or a socket makes
/// it, `IpOutput` puts it into the transmit queue, or back in for the host's own addresses. `TcpFlows` sees to
/// what every TCP connection needs after each event: send, set the timer, tell of events, notice the end.
///
/// What a machine has not: it forwards nothing; there is no link layer, and so no ARP, no neighbour discovery and
/// no autoconfiguration; group membership is not announced (IGMP, MLD); link-local addresses have no zone; IPv4
/// options are skipped, source routes refused; there are no raw sockets, and no `MSG_ERRQUEUE`;
/// `ip_local_reserved_ports` and `ipfrag_max_dist` are not known.
@NullMarked
package dev.sockeye.host;

import org.jspecify.annotations.NullMarked;
