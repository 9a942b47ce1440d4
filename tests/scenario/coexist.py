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
from lab import NotYet, wait_until
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
    expected = {topology.SITE_PREFIX[family]: ("ExpressRoute", 32769, 2, 3) for family in (4, 6)}
    for family in (4, 6):
        for prefix in (topology.SITE2_PREFIX[family], topology.LONGER_PREFIX[family]):
            expected[prefix] = ("VPN", 32768, 1, 1)
    # A session whose BFD comes up late begins once more, and brings its paths a second later.
    wait_until(lambda: learned(s, expected), 30, "all that is to be learned",
               s.gateway.processes(), 0.2)
    for prefix, (source, weight, legs, paths) in expected.items():
        s.report.claim(True, f"{prefix}: {source}, weight {weight}, by {legs} of {paths} paths")
    for weight in ("32769", "32768"):
        s.report.claim(weight in s.gateway.show("routes"), f"the learned routes show {weight}")


def learned(s, expected):
    routes = {r["prefix"]: r for r in s.gateway.show_json("routes")["routes"]["route"]}
    for prefix, wanted in expected.items():
        route = routes.get(prefix, {})
        found = (route.get("source"), route.get("weight"), len(route.get("leg", ())),
                 route.get("paths"))
        if found != wanted:
            raise NotYet(f"{prefix}: {found}, not {wanted}")
    return True


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
    site = s.gateway.show_json(f"explain {topology.SITE[4]}")
    s.report.equal(sorted(site["forwarded-by"]), ["dc1 primary", "dc1 secondary"],
                   "explain: site by both edges")
    lost = {c["leg"]: c.get("lost-at-step") for c in site["candidate"]}
    s.report.equal(lost.get("paris"), 1, "explain: the tunnel's path lost at step 1, by kind")
    longer = s.gateway.show_json(f"explain {topology.LONGER[4]}")
    s.report.equal((longer["prefix"], longer["forwarded-by"]),
                   (topology.LONGER_PREFIX[4], ["paris"]), "explain: the longer prefix by paris")
