"""coexist - the same prefix from both edges and the tunnel: the circuit carries it

           ┌── edge1 ──┐
  vnet ── gw           onprem ── site      10.20.0.0/24: edges and tunnel
           ├── edge2 ──┘  │
           └─ inet ══════ vpn ── site2     10.30.0.0/24: tunnel only
                                           10.20.0.128/25: tunnel only, longer

Every claim about a path is made by captures on er0, er1 and pub0 of gw: probes
in clear on a circuit's link, ESP on the public one. IPv4 and IPv6.
"""

import capture
import topology
from traffic import Traffic


def run(s):
    s.net.start_peers()
    s.gateway.start()
    learned_routes(s)
    advertised(s)
    by_expressroute(s)
    by_tunnel(s, "site2", topology.SITE2, "a prefix that only the VPN site offers")
    by_tunnel(s, "site2", topology.LONGER, "a longer prefix over VPN")
    explained(s)


def learned_routes(s):
    """Azure's weights tell the kinds apart (AZURE.md 6)."""
    routes = s.gateway.show("routes")
    for family in (4, 6):
        prefix = topology.SITE_PREFIX[family]
        lines = [l for l in s.gateway.show(f"routes {prefix}").splitlines()]
        s.report.claim(sum("32769" in l for l in lines) == 2,
                       f"{prefix} is learned from both edges with weight 32769")
        s.report.claim(sum("32768" in l for l in lines) == 1,
                       f"{prefix} is learned through the tunnel with weight 32768")
        for table in (topology.SITE2_PREFIX, topology.LONGER_PREFIX):
            s.report.claim(table[family] in routes, f"{table[family]} is learned")
    if s.report.failures:
        s.report.note(routes.replace("\n", "\n       "))


def advertised(s):
    """The edges and the VPN device get the address space, and nothing of each other's."""
    for node, protocol in ((s.net.edge1, "gateway"), (s.net.vpn, "azure")):
        for family in (4, 6):
            name = f"{protocol}{family}" if protocol == "gateway" else protocol
            shown = topology.birdc(node, f"show route protocol {name} table master{family}")
            found = [l.split()[0] for l in shown.splitlines() if "/" in l.split(" ")[0]]
            s.report.equal(found, [topology.SPACE[family]],
                           f"{node.name} learns the IPv{family} address space from the gateway")


def by_expressroute(s):
    traffic = Traffic(s.gateway, s.marker, "site", rate=200).start()
    traffic.more(300)
    traffic.stop()
    for (direction, family), label in names():
        loss = traffic.loss(direction, family)
        circuit = sum(traffic.seen_on(link, direction, family) for link in ("er0", "er1"))
        s.report.claim(not loss.lost, f"site {label}: {loss}")
        s.report.claim(circuit >= loss.arrived > 0, f"site {label}: {circuit} probes on the circuit")
    no_marker(s, traffic, "site")
    spread(s, traffic)


def spread(s, traffic):
    """Four flows over two equal edges; 1 run in 8 would rightly choose one edge for all."""
    shares = [traffic.seen_on(link, "out", 4) for link in ("er0", "er1")]
    s.report.note(f"IPv4 probes out by er0 and er1: {shares[0]} and {shares[1]}")


def by_tunnel(s, place, addresses, what):
    traffic = Traffic(s.gateway, s.marker, place, addresses, rate=200).start()
    traffic.more(300)
    traffic.stop()
    esp = list(capture.esp_packets(traffic.packets["pub0"]))
    for way, sender in (("out", topology.PUBLIC), ("in", topology.DEVICE)):
        count = sum(capture.text(source) == sender for source, *_ in esp)
        sent = sum(traffic.loss(way, family).arrived for family in (4, 6))
        s.report.claim(count >= sent > 0, f"{what}, {way}: {sent} probes in {count} ESP packets")
    for (direction, family), label in names():
        loss = traffic.loss(direction, family)
        clear = sum(traffic.seen_on(link, direction, family) for link in ("er0", "er1"))
        s.report.claim(not loss.lost, f"{what}, {label}: {loss}")
        s.report.equal(clear, 0, f"{what}, {label}: none on the circuit")
    no_marker(s, traffic, what)


def no_marker(s, traffic, what):
    leaked = capture.marked(traffic.packets["pub0"], s.marker)
    s.report.equal(len(leaked), 0, f"{what}: no probe in clear on the public link")


def names():
    return [((direction, family), f"{direction} IPv{family}")
            for direction in ("out", "in") for family in (4, 6)]


def explained(s):
    """`explain` names the step that decided and agrees with the captures."""
    text = s.gateway.show(f"explain {topology.SITE[4]}")
    s.report.claim("er0" in text and "er1" in text and "ExpressRoute" in text,
                   "explain: site by ExpressRoute, both edges")
    text = s.gateway.show(f"explain {topology.LONGER[4]}")
    s.report.claim(topology.LONGER_PREFIX[4] in text and "paris" in text,
                   "explain: the longer prefix by connection paris")
