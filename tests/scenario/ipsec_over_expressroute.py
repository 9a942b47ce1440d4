"""ipsec-over-expressroute - a tunnel by the private peering: preferred, MSS 1250, moved with the circuit

                     ┌───────┐ 172.17.0.0/30
              ┌──────┤ edge1 ├─────┐             .7 ┌─────────┐
          er0 │      └───────┘  ┌──┴─────┐ .254 ┌───┤ paris-1 ├───┐
  ┌──────┐  ┌─┴──┐              │ onprem ├──────┘   └─────────┘   │
  │ vnet ├──┤ gw │              │AS 64600├──────────────────┐ ┌───┴───┐
  └──────┘  └┬─┬─┘              └──┬─────┘ 172.18.0.0/30    └─┤ paris ├── paris-host
  10.1.0.0/24│ │ er1 ┌───────┐     │                          └───────┘  10.20.0.0/24
    gw .1    │ └─────┤ edge2 ├─────┘                           AS 64520
             │       └───────┘
             └─ inet, which nothing may take

The tunnel runs between 10.1.0.1 and 10.60.0.7, addresses that only the circuit knows.
paris's prefix is offered by both edges and by the tunnel. onprem prefers edge1.
"""

import struct
import time

import capture
from block import Edge, Internet, Router, Site, address_of
from daemon import start_bird
from gateway import Gateway, gateway_node
from lab import NotYet, wait_until
from traffic import Host, Probes

PSK = "lab.Key-of-paris-19"
OUTER, OURS, PUBLIC = "10.60.0.7", "10.1.0.1", "203.0.113.1"
SPACE, PARIS = "10.1.0.0/16", "10.20.0.0/24"
BFD_MS = 50
TCP = 6

CONFIGURATION = f"""\
gateway
 asn 65515
 address-space {SPACE}
 vnet interface vnet0
 public-address {PUBLIC}
exit
gateway expressroute dc1
 edge primary interface er0 peer 172.16.0.1 remote-as 12076
 edge secondary interface er1 peer 172.16.0.5 remote-as 12076
 bfd interval {BFD_MS} multiplier 3
 wait-to-restore 1
exit
gateway connection paris
 remote-address {OUTER}
 local-address {OURS}
 over expressroute dc1
 shared-key 0 {PSK}
 bgp remote-as 64520 peer-address 169.254.21.2 local-address 169.254.21.1
exit
"""


class Onprem(Router):
    """The router behind both edges; a device is attached to it as to the internet."""

    def attach(self, node, interface, *addresses, default=True):
        self.lab.link((self.node, "device", ["10.60.0.254/24"]), (node, interface, addresses))
        if default:
            node.run("ip", "route", "replace", "default", "via", "10.60.0.254")


class Net:
    def __init__(self, lab, _bfd_ms):
        self.lab, self.vnet, self.gw = lab, lab.node("vnet"), gateway_node(lab, "gw")
        lab.link((self.vnet, "gw", ["10.1.0.4/24"]), (self.gw, "vnet0", [OURS + "/24"]))
        self.vnet.run("ip", "route", "add", "default", "via", OURS)
        Internet(lab).attach(self.gw, "pub0", PUBLIC + "/24")
        self.gateway = Gateway(self.gw, CONFIGURATION, self)
        self.onprem = Onprem(lab, "onprem", 64600, BFD_MS)
        self.edges = [self._edge(number) for number in range(2)]
        self._paris()

    def _edge(self, number):
        edge = Edge(self.lab, f"edge{number + 1}", BFD_MS)
        gw, mine = (f"172.16.0.{4 * number + n}/30" for n in (2, 1))
        on, my = (f"172.17.0.{4 * number + n}/30" for n in (2, 1))
        self.lab.link((self.gw, f"er{number}", [gw]), (edge.node, "gw", [mine]))
        self.lab.link((self.onprem.node, edge.name, [on]), (edge.node, "onprem", [my]))
        edge.peer("azure", address_of(mine), address_of(gw), 65515,
                  export="bgp_path.first = 64600")
        edge.peer("site", address_of(my), address_of(on), 64600, export="bgp_path.first = 65515")
        self.onprem.bgp(edge.name, address_of(on), address_of(my), 12076, options="bfd on;",
                        channels={4: f"import filter {{ bgp_local_pref = {200 - number}; accept; }}; "
                                  "export where source = RTS_STATIC;"})
        return edge

    def _paris(self):
        self.paris = Site(self.lab, "paris", 64520, {4: PARIS}, BFD_MS)
        device = self.paris.device(self.onprem, OUTER + "/24")
        device.tunnel("azure", OUTER, OURS, PSK)
        self.paris.session("azure", device, "169.254.21.2", "169.254.21.1", 65515, families=(4,),
                           prefer=200)
        self.lab.link((self.onprem.node, "paris", ["172.18.0.1/30"]),
                      (self.paris.node, "onprem", ["172.18.0.2/30"]))
        self.paris.extra += ("protocol static clear { ipv4 { preference 50; }; route "
                             f"{SPACE} via 172.18.0.1; }}\n")
        self.onprem.statics[4] += [("10.60.0.0/24", 'via "device"'), (PARIS, "via 172.18.0.2")]

    def start(self):
        for number, edge in enumerate(self.edges):
            edge.start(f"172.17.0.{4 * number + 1}")
        start_bird(self.onprem.node, self.onprem.configuration("10.60.0.254"))
        self.paris.start()
        self.gateway.start_programs()
        self.gateway.configure(CONFIGURATION)
        self.gateway.wait_up()
        self.gateway.wait_established(3)


TOPOLOGY = Net


def run(s):
    s.net.start()
    wait_until(lambda: carried(s, ["paris"]), 20, "the tunnel before the circuit's own paths",
               s.gateway.processes())
    found = paris(s)
    s.report.equal((found["source"], found["paths"]), ("VPN-over-ExpressRoute", 3),
                   "of three paths for paris's prefix the tunnel's is used")
    s.gateway.keep("connections", "routes", "explain 10.20.0.10")
    flow = Probes(Host(s.net.vnet, "gw", {4: "10.1.0.4"}),
                  Host(s.net.paris.host, "net", s.net.paris.addresses), s.marker,
                  watch=s.gateway.processes())
    flow.start(links=[(s.net.gw, "er0"), (s.net.gw, "er1"), (s.net.gw, "pub0")])
    mss(s)
    flow.more(500)
    silent = time.time()
    s.net.edges[0].node.drop("gw", "onprem")
    flow.more(500)
    flow.stop()
    for link in ("er0", "er1"):
        s.report.equal(len(capture.marked(flow.packets[f"gw-{link}"], s.marker)), 0,
                       f"not one probe in clear on {link}")
    esp = {link: sum(capture.is_esp(p) for p in flow.packets[f"gw-{link}"])
           for link in ("er0", "er1", "pub0")}
    s.report.claim(esp["er0"] > 500 and esp["er1"] > 500, f"ESP by the edges: {esp}")
    s.report.equal(esp["pub0"], 0, "no ESP on the public link")
    for direction in ("out", "in"):
        before = flow.loss(direction, 4, before=silent - 0.2)
        s.report.claim(not before.lost, f"two edges, {direction}: {before}")
    after = {d: flow.loss(d, 4, after=silent - 0.2) for d in ("out", "in")}
    for direction, loss in after.items():
        s.report.note(f"the edge that carried the tunnel silent, {direction}: {loss}")
    s.report.figure("outer_path_loss_ms", max(l.loss_ms for l in after.values()), "ms",
                    3 * BFD_MS + 50 + 50)
    s.net.edges[0].node.undrop()
    closed(s)
    in_clear(s)


def paris(s):
    return {r["prefix"]: r for r in s.gateway.show_json("routes")["routes"]["route"]}[PARIS]


def carried(s, legs):
    found = sorted(paris(s).get("leg", []))
    if found != legs:
        raise NotYet(str(found))
    return True


def mss(s):
    """A SYN that says 1460 arrives saying 1250, both ways."""
    for node, target, arrives, at in (
            (s.net.vnet, "10.20.0.10", s.net.paris.host, "net"),
            (s.net.paris.host, "10.1.0.4", s.net.vnet, "gw")):
        link = capture.Capture(arrives, at, f"syn-{arrives.name}", ("tcp",))
        node.run("python3", "-c", "import socket; s = socket.socket(); s.settimeout(2); "
                 f"s.connect_ex(('{target}', 9))")
        seen = {option(p.payload) for p in link.stop()
                if p.protocol == TCP and p.payload[13] & 0x12 == 0x02}
        s.report.equal(seen, {1250}, f"the MSS of a SYN to {target}")


def option(segment):
    """The MSS of a SYN, None without the option."""
    options = segment[20:(segment[12] >> 4) * 4]
    while options and options[0]:
        if options[0] == 1:
            options = options[1:]
            continue
        if options[0] == 2:
            return struct.unpack_from("!H", options, 2)[0]
        options = options[options[1]:]
    return None


def closed(s):
    """Without an edge the tunnel's packets go nowhere, least of all to the public link."""
    link = capture.Capture(s.net.gw, "pub0", "closed")
    for edge in s.net.edges:
        edge.node.drop("gw", "onprem")
    def unreachable():
        done = s.net.gw.run("ip", "route", "get", OUTER, check=False)
        if "No route to host" not in done.stderr:        # what `unreachable` says
            raise NotYet(done.stdout + done.stderr)
        return True
    wait_until(unreachable, 10, "the closed route", s.gateway.processes())
    s.net.vnet.run("ping", "-q", "-i", "0.01", "-c", "50", "-W", "1", "10.20.0.10", check=False)
    strayed = [p for p in link.stop() if p.family == 4 and address(p.target) in (OUTER, "10.20.0.10")]
    s.report.equal(len(strayed), 0, "both edges lost: nothing for the site on the public link")
    for edge in s.net.edges:
        edge.node.undrop()
    s.gateway.wait_up(60)
    wait_until(lambda: carried(s, ["paris"]), 30, "the tunnel again", s.gateway.processes())
    s.report.claim(True, "with the edges the tunnel returns")


def address(packed):
    return ".".join(map(str, packed))


def in_clear(s):
    """Only without the tunnel does the circuit carry the prefix itself."""
    s.gateway.configure("gateway connection paris\n shutdown\nexit")
    wait_until(lambda: carried(s, ["dc1 primary", "dc1 secondary"]), 10, "the circuit's own paths")
    s.report.claim(True, "the tunnel shut down: the circuit's own paths carry the prefix, in clear")
    s.gateway.configure("gateway connection paris\n no shutdown\nexit")
    wait_until(lambda: carried(s, ["paris"]), 30, "the tunnel", s.gateway.processes())
    s.report.claim(True, "and with it the tunnel again")
