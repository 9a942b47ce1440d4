"""active-active - two instances share the traffic; one dies, one loses its tunnel, one is drained

  host ── router ═╦═ gw1 ═══ paris-1 ═╦═ paris ── paris-host      probes host <-> paris-host
                  ║   │               ║                           IPv4 and IPv6, 1,000/s each
                  ╚═ gw2 ═══ paris-2 ═╝

  shared      router and paris each send by both instances
  tunnel      gw2's tunnel is cut: what comes to gw2 goes by the partner link to gw1
  symmetry    the option: both directions by gw1 alone, while it is there
  instance    gw1 dies at once: both directions by gw2

BFD is 50 ms x3 everywhere: a silent loss is detected within 150 ms. The limit of a
loss is that and 50 ms. Losses count from the first to the last lost probe.
"""

import pair

BFD_MS = 50
DETECTION_MS = BFD_MS * 3
TOPOLOGY = pair.Pair


def run(s):
    s.net.start()
    shared(s)
    tunnel_lost(s)
    symmetry(s)
    instance_lost(s)


def note(s, what, losses):
    for name, loss in losses.items():
        s.report.note(f"{what}, {name}: {loss}")


def shared(s):
    s.net.wait_ways((1, 2), (1, 2))
    traffic = s.net.probes(s.marker, rate=200).start(
        links=[(g.node, "vnet0") for g in s.net.gateways])
    traffic.more(400)
    traffic.stop()
    losses = traffic.losses()
    note(s, "both instances", losses)
    s.report.equal(pair.lost(losses), 0, "both instances: no probe is lost")
    for direction in ("out", "in"):
        seen = [sum(traffic.seen_on(f"gw{n}-vnet0", direction, f) for f in (4, 6)) for n in (1, 2)]
        s.report.note(f"probes {direction} by gw1 and gw2: {seen[0]} and {seen[1]}")
    explained(s)


def explained(s):
    """Each has its own path first, and the partner's behind it, of the kind that it began with."""
    for gateway in s.net.gateways:
        shown = gateway.show_json("explain 10.20.0.10")
        s.report.equal(shown["forwarded-by"], ["paris"], f"{gateway.node.name}: by its own tunnel")
        candidates = {c["leg"]: (c["source"], c.get("lost-at-step")) for c in shown["candidate"]}
        s.report.equal(candidates.get("partner"), ("VPN", 8),
                       f"{gateway.node.name}: the partner's path is VPN's, and lost at step 8")


def tunnel_lost(s):
    traffic = s.net.probes(s.marker).start(links=[(s.net.second.node, "part0")])
    s.net.site.devices[1].node.drop("pub0")
    traffic.more()
    s.net.wait_ways((1,), (1,))
    traffic.stop()
    losses = traffic.losses()
    note(s, "gw2's tunnel cut", losses)
    s.report.figure("partner_takes_tunnel_ms", pair.worst(losses).loss_ms, "ms", DETECTION_MS + 50)
    crossed = sum(traffic.seen_on("gw2-part0", "out", f) for f in (4, 6))
    s.report.note(f"{crossed} probes went by the partner link until the router sent to gw1 alone")
    s.net.site.devices[1].node.undrop()
    s.net.wait_up()
    s.net.wait_ways((1, 2), (1, 2))


def symmetry(s):
    for gateway in s.net.gateways:
        gateway.configure("gateway partner\n symmetry\nexit")
    traffic = s.net.probes(s.marker, rate=200).start(
        links=[(g.node, "vnet0") for g in s.net.gateways])
    s.net.wait_ways((1,), (1,))
    traffic.more(300)
    traffic.stop()
    losses = traffic.losses()
    note(s, "symmetry is switched on", losses)
    s.report.equal(pair.lost(losses), 0, "symmetry: no probe is lost when it is switched on")
    after(s)


def after(s):
    """Both directions of every flow by gw1, and by its tunnel."""
    traffic = s.net.probes(s.marker, rate=200).start(
        links=[(g.node, "vnet0") for g in s.net.gateways])
    traffic.more(200)
    traffic.stop()
    by_second = sum(traffic.seen_on("gw2-vnet0", d, f) for d in ("out", "in") for f in (4, 6))
    s.report.equal(by_second, 0, "symmetry: no probe of either direction by gw2")


def instance_lost(s):
    for gateway in s.net.gateways:
        gateway.configure("gateway partner\n no symmetry\nexit")
    s.net.wait_ways((1, 2), (1, 2))
    traffic = s.net.probes(s.marker).start()
    s.net.die(s.net.first)
    traffic.more()
    s.net.wait_ways((2,), (2,))
    traffic.stop()
    losses = traffic.losses()
    note(s, "gw1 died", losses)
    s.report.figure("instance_loss_ms", pair.worst(losses).loss_ms, "ms", DETECTION_MS + 50)
    s.report.claim(all(loss.arrived > 1500 for loss in losses.values()),
                   "gw1 died: probes go on by gw2")
    state = s.net.second.show_json("partner")["partner"]["state"]
    s.report.equal(state["partner-here"], False, "gw2 knows that it is alone")
