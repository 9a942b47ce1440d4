"""circuits - two ExpressRoute circuits with weights, MD5 and both address families

              172.16.0.0/30 ┌───────┐
             ┌──────────────┤ edge1 ├──┐           dc1: MD5, weight 100, both families
         er0 │ .2        .1 └───────┘  │
  ┌──────┐  ┌┴───┐ .6    .5 ┌───────┐  │ ┌────────┐
  │ vnet ├──┤ gw ├──────────┤ edge2 ├──┼─┤ onprem ├── site   10.20.0.0/24, 2001:db8:20::/64
  └──────┘  └┬───┘ er1      └───────┘  │ └────────┘ AS 64520
  10.1.0.0/24│ .10      .9  ┌───────┐  │
             └──────────────┤ edge3 ├──┘           dc2: weight 0, both families
         er2 172.16.0.8/30  └───────┘

All edges offer the site's prefixes. A peered VNet is 10.2.0.0/16.
"""

import time

from block import Edge, Router, address_of
from daemon import start_bird
from gateway import Gateway, gateway_node
from lab import NotYet, wait_until
from traffic import Host, Probes

KEY = "md5.Of-dc1-4"
SPACE, PEERED = {4: "10.1.0.0/16", 6: "2001:db8:1::/48"}, "10.2.0.0/16"
SITE = {4: "10.20.0.0/24", 6: "2001:db8:20::/64"}
BFD_MS = 100
# What each edge's link to the gateway and to on-premises has: gateway's side, edge's side.
LINKS = {
    "edge1": ("er0", "172.16.0.2/30", "172.16.0.1/30", "fd00:16::2/126", "fd00:16::1/126"),
    "edge2": ("er1", "172.16.0.6/30", "172.16.0.5/30", "fd00:16:1::2/126", "fd00:16:1::1/126"),
    "edge3": ("er2", "172.16.0.10/30", "172.16.0.9/30", "fd00:16:2::2/126", "fd00:16:2::1/126"),
}

CONFIGURATION = f"""\
gateway
 asn 65515
 address-space {SPACE[4]}
 address-space {SPACE[6]}
 peered-space {PEERED}
 vnet interface vnet0
 router-id 10.1.0.1
exit
gateway expressroute dc1
 edge primary interface er0 peer 172.16.0.1 remote-as 12076
 edge primary peer-ipv6 fd00:16::1
 edge secondary interface er1 peer 172.16.0.5 remote-as 12076
 edge secondary peer-ipv6 fd00:16:1::1
 bfd interval {BFD_MS} multiplier 3
 password 0 {KEY}
 bgp timers 5 15
 weight 100
 wait-to-restore 1
exit
gateway expressroute dc2
 edge primary interface er2 peer 172.16.0.9 remote-as 12076
 edge primary peer-ipv6 fd00:16:2::1
 bfd interval {BFD_MS} multiplier 3
 bgp graceful-restart
 wait-to-restore 1
exit
"""


class Net:
    def __init__(self, lab, _bfd_ms):
        self.lab, self.vnet, self.gw = lab, lab.node("vnet"), gateway_node(lab, "gw")
        lab.link((self.vnet, "gw", ["10.1.0.4/24", "2001:db8:1::4/64"]),
                 (self.gw, "vnet0", ["10.1.0.1/24", "2001:db8:1::1/64"]))
        for family, via in (("-4", "10.1.0.1"), ("-6", "2001:db8:1::1")):
            self.vnet.run("ip", family, "route", "add", "default", "via", via)
        self.vnet.run("ip", "address", "add", "10.2.0.4/16", "dev", "gw")
        self.gateway = Gateway(self.gw, CONFIGURATION, self)
        self.onprem = Router(lab, "onprem", 64520, BFD_MS)
        self.site = lab.node("site")
        lab.link((self.onprem.node, "site", ["10.20.0.1/24", "2001:db8:20::1/64"]),
                 (self.site, "net", ["10.20.0.10/24", "2001:db8:20::10/64"]))
        for family, via in (("-4", "10.20.0.1"), ("-6", "2001:db8:20::1")):
            self.site.run("ip", family, "route", "add", "default", "via", via)
        for family, prefix in SITE.items():
            self.onprem.statics[family].append((prefix, 'via "site"'))
        self.edges = {name: self._edge(name, number) for number, name in enumerate(LINKS)}

    def _edge(self, name, number):
        interface, gw4, edge4, gw6, edge6 = LINKS[name]
        edge = Edge(self.lab, name, BFD_MS)
        self.lab.link((self.gw, interface, [gw4, gw6]), (edge.node, "gw", [edge4, edge6]))
        ours = (f"172.17.{number}.2/30", f"fd00:17:{number}::2/126")
        theirs = (f"172.17.{number}.1/30", f"fd00:17:{number}::1/126")
        self.lab.link((self.onprem.node, name, ours), (edge.node, "onprem", theirs))
        password = KEY if number < 2 else None
        pairs = ((gw4, edge4, ours[0], theirs[0]), (gw6, edge6, ours[1], theirs[1]))
        for family, (gw, mine, on, my) in zip((4, 6), pairs):
            edge.peer(f"gateway{family}", address_of(mine), address_of(gw), 65515,
                      export="bgp_path.first = 64520", password=password)
            edge.peer(f"onprem{family}", address_of(my), address_of(on), 64520,
                      export="bgp_path.first = 65515")
            # What the weights say to the gateway, local preference says here.
            self.onprem.bgp(f"{name}_{family}", address_of(on), address_of(my), 12076,
                            channels={family: "import filter { bgp_local_pref = "
                                      f"{100 if number == 2 else 200}; accept; }}; "
                                      "export where source = RTS_STATIC;"}, options="bfd on;")
        return edge

    def vnet_host(self):
        return Host(self.vnet, "gw", {4: "10.1.0.4", 6: "2001:db8:1::4"})

    def site_host(self):
        return Host(self.site, "net", {4: "10.20.0.10", 6: "2001:db8:20::10"})

    def start(self):
        for number, edge in enumerate(self.edges.values()):
            edge.start(f"172.17.{number}.1")
        start_bird(self.onprem.node, self.onprem.configuration("10.20.0.1"))
        self.gateway.start_programs()
        self.gateway.configure(CONFIGURATION)
        self.gateway.wait_up()
        self.gateway.wait_established(6)


TOPOLOGY = Net


def run(s):
    s.net.start()
    for family in (4, 6):
        wait_until(lambda f=family: carried(s, f, ["dc1 primary", "dc1 secondary"]), 20, "dc1",
                   s.gateway.processes())
        s.report.claim(True, f"IPv{family}: both edges of the heavier circuit carry the site")
    timers(s)
    s.gateway.keep("expressroute", "bgp summary", "routes", "explain 10.20.0.10")
    wait_until(lambda: PEERED in s.net.onprem.routes(4, "edge1_4"), 10, "the peered VNet's prefix")
    s.report.claim(PEERED in s.net.onprem.routes(4, "edge3_4"),
                   "the peered VNet's prefix is advertised by both circuits")
    s.report.claim(s.net.site.run("ping", "-n", "-c", "1", "-W", "2", "10.2.0.4", check=False)
                   .returncode == 0, "and reached by the circuit")
    lost_circuit(s)
    heavier(s)
    key(s)


def carried(s, family, legs):
    routes = {r["prefix"]: r for r in s.gateway.show_json("routes")["routes"]["route"]}
    found = sorted(routes.get(SITE[family], {}).get("leg", []))
    if found != legs:
        raise NotYet(str(found))
    return True


def timers(s):
    hold = [l for l in s.net.edges["edge1"].birdc("show protocols all gateway4").splitlines()
            if "Hold timer" in l]
    s.report.claim(hold and hold[0].rstrip().endswith("/15"), f"hold time 15 s: {hold}")
    found = s.net.edges["edge3"].birdc("show protocols all gateway4")
    s.report.claim("Restart time" in found.split("Neighbor capabilities")[1],
                   "dc2 offers graceful restart")


def lost_circuit(s):
    """Both edges of dc1 silent: dc2 has it, in both families."""
    flow = Probes(s.net.vnet_host(), s.net.site_host(), s.marker, watch=s.gateway.processes())
    flow.start()
    silent = time.time()
    for name in ("edge1", "edge2"):
        s.net.edges[name].node.drop("gw", "onprem")
    for family in (4, 6):
        wait_until(lambda f=family: carried(s, f, ["dc2 primary"]), 15, "dc2",
                   s.gateway.processes())
    flow.more(500)
    for name in ("edge1", "edge2"):
        s.net.edges[name].node.undrop()
    for family in (4, 6):
        wait_until(lambda f=family: carried(s, f, ["dc1 primary", "dc1 secondary"]), 30, "dc1 again",
                   s.gateway.processes())
    back = time.time()
    flow.more(500)
    flow.stop()
    losses = flow.losses(directions=("out",), after=silent - 1)
    for direction, loss in losses.items():
        s.report.note(f"dc1 silent, {direction}: {loss}")
    s.report.figure("circuit_loss_ms", max(l.loss_ms for l in losses.values()), "ms",
                    3 * BFD_MS + 50 + 50)
    for direction, loss in flow.losses(after=back).items():
        s.report.claim(not loss.lost, f"after dc1's return, {direction}: {loss}")


def heavier(s):
    """The other circuit gets the higher weight: traffic moves at once."""
    flow = Probes(s.net.vnet_host(), s.net.site_host(), s.marker, watch=s.gateway.processes())
    flow.start()
    s.gateway.configure("gateway expressroute dc2\n weight 300\nexit")
    for family in (4, 6):
        wait_until(lambda f=family: carried(s, f, ["dc2 primary"]), 10, "dc2 by weight")
    flow.more(500)
    flow.stop()
    for direction, loss in flow.losses().items():
        s.report.claim(not loss.lost, f"weight raised, {direction}: {loss}")
    s.gateway.configure("gateway expressroute dc2\n no weight\nexit")
    for family in (4, 6):
        wait_until(lambda f=family: carried(s, f, ["dc1 primary", "dc1 secondary"]), 10, "dc1")


def key(s):
    """Without the key dc1's sessions end, with it they return."""
    s.gateway.configure("gateway expressroute dc1\n no password\nexit")
    for family in (4, 6):
        wait_until(lambda f=family: carried(s, f, ["dc2 primary"]), 25, "dc2 for want of a key",
                   s.gateway.processes())
    s.report.claim(True, "without its MD5 key dc1 is down, and dc2 carries the site")
    s.gateway.configure(f"gateway expressroute dc1\n password 0 {KEY}\nexit")
    for family in (4, 6):
        wait_until(lambda f=family: carried(s, f, ["dc1 primary", "dc1 secondary"]), 40, "dc1 again",
                   s.gateway.processes())
    s.report.claim(True, "with it dc1 carries the site again")
