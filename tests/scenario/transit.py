"""transit - between VPN sites, and between ExpressRoute and VPN, each one setting

              172.16.0.0/30 ┌───────┐
             ┌──────────────┤ edge  ├── er-host   10.50.0.0/24 and 10.25.0.0/24
         er0 │ .2        .1 └───────┘           2001:db8:50::/64
  ┌──────┐  ┌┴───┐                .7 ┌─────────┐
  │ vnet ├──┤ gw ├─ inet ─┬──────────┤ paris-1 ├── paris ── paris-host  10.20.0.0/24
  └──────┘  └────┘        │          └─────────┘ AS 64520
  10.1.0.0/24             │       .8 ┌─────────┐              and 10.25.0.0/24
     203.0.113.0/24       ├──────────┤ lyon-1  ├── lyon ─── lyon-host   10.30.0.0/24
                          │          └─────────┘ AS 64530
                          │       .9 ┌─────────┐
                          └──────────┤ oslo-1  ├── oslo ─── oslo-host   10.40.0.0/24
                                     └─────────┘ no BGP

10.25.0.0/24 is offered by the edge and by paris: what is passed on is the one that is
used. lyon also announces a default route and 10.1.77.0/24, which is inside the VNet.
"""

from block import Edge, Internet, Site
from gateway import Gateway, gateway_node
from lab import NotYet, wait_until

PSK = "lab.Key-of-%s-19"
PUBLIC = "203.0.113.1"
SPACE, PARIS, LYON, OSLO = "10.1.0.0/16", "10.20.0.0/24", "10.30.0.0/24", "10.40.0.0/24"
BOTH = "10.25.0.0/24"           # offered by the edge and by paris
ER = {4: "10.50.0.0/24", 6: "2001:db8:50::/64"}

CONFIGURATION = f"""\
gateway
 asn 65515
 address-space {SPACE}
 address-space 2001:db8:1::/48
 vnet interface vnet0
 public-address {PUBLIC}
exit
gateway expressroute dc1
 edge primary interface er0 peer 172.16.0.1 remote-as 12076
 edge primary peer-ipv6 fd00:16::1
 bfd interval 300 multiplier 3
 wait-to-restore 1
exit
gateway connection paris
 remote-address 198.51.100.7
 shared-key 0 {PSK % "paris"}
 bgp remote-as 64520 peer-address 169.254.21.2 local-address 169.254.21.1
exit
gateway connection lyon
 remote-address 198.51.100.8
 shared-key 0 {PSK % "lyon"}
 bgp remote-as 64530 peer-address 169.254.21.6 local-address 169.254.21.5
exit
gateway connection oslo
 remote-address 198.51.100.9
 shared-key 0 {PSK % "oslo"}
 prefix {OSLO}
exit
"""


class Net:
    def __init__(self, lab, bfd_ms):
        self.lab, self.vnet, self.gw = lab, lab.node("vnet"), gateway_node(lab, "gw")
        lab.link((self.vnet, "gw", ["10.1.0.4/24", "2001:db8:1::4/64"]),
                 (self.gw, "vnet0", ["10.1.0.1/24", "2001:db8:1::1/64"]))
        self.vnet.run("ip", "route", "add", "default", "via", "10.1.0.1")
        self.inet = Internet(lab)
        self.inet.attach(self.gw, "pub0", PUBLIC + "/24")
        self.gateway = Gateway(self.gw, CONFIGURATION, self)
        self._edge(bfd_ms)
        self.paris = self._site("paris", 64520, {4: PARIS}, "198.51.100.7", bfd_ms)
        self.paris.statics[4].append((BOTH, 'via "host"'))
        self.paris.session("azure", self.paris.devices[0], "169.254.21.2", "169.254.21.1", 65515,
                           families=(4,), exports=f"net ~ azure_inside4 || net = {BOTH}")
        for host in (self.paris.host, self.er_host):
            host.run("ip", "address", "add", "10.25.0.10/24", "dev", "net")
        self.lyon = self._site("lyon", 64530, {4: LYON}, "198.51.100.8", bfd_ms)
        self.lyon.statics[4] += [("0.0.0.0/0", "blackhole"), ("10.1.77.0/24", "blackhole")]
        self.lyon.session("azure", self.lyon.devices[0], "169.254.21.6", "169.254.21.5", 65515,
                          families=(4,),
                          exports="source = RTS_STATIC && net !~ [ 169.254.0.0/16+ ]")
        self.oslo = self._site("oslo", 64540, {4: OSLO}, "198.51.100.9", bfd_ms)
        for prefix in (SPACE, PARIS, LYON, ER[4]):
            self.oslo.route(prefix, self.oslo.devices[0])

    def _edge(self, bfd_ms):
        self.edge = Edge(self.lab, "edge", bfd_ms)
        self.er_host = self.lab.node("er-host")
        self.lab.link((self.gw, "er0", ["172.16.0.2/30", "fd00:16::2/126"]),
                      (self.edge.node, "gw", ["172.16.0.1/30", "fd00:16::1/126"]))
        self.lab.link((self.edge.node, "host", ["10.50.0.1/24", "2001:db8:50::1/64"]),
                      (self.er_host, "net", ["10.50.0.10/24", "2001:db8:50::10/64"]))
        self.er_host.run("ip", "route", "add", "default", "via", "10.50.0.1")
        self.edge.offer(ER[4], 'via "host"')
        self.edge.offer(ER[6], 'via "host"')
        self.edge.offer(BOTH, 'via "host"')
        self.edge.peer("gateway4", "172.16.0.1", "172.16.0.2", 65515,
                       export="source = RTS_STATIC")
        self.edge.peer("gateway6", "fd00:16::1", "fd00:16::2", 65515, export="source = RTS_STATIC")

    def _site(self, name, asn, inside, outer, bfd_ms):
        site = Site(self.lab, name, asn, inside, bfd_ms)
        site.device(self.inet, outer + "/24").tunnel("azure", outer, PUBLIC, PSK % name)
        return site

    def start(self):
        for site in (self.paris, self.lyon, self.oslo):
            site.start()
        self.edge.start("172.16.0.1")
        self.gateway.start_programs()
        self.gateway.configure(CONFIGURATION)
        self.gateway.wait_up()
        self.gateway.wait_established(4)


TOPOLOGY = Net


def run(s):
    s.net.start()
    n = s.net
    hears(s, n.paris, {SPACE, LYON, OSLO}, "sites hear of each other, static ones too")
    hears(s, n.lyon, {SPACE, PARIS, OSLO},
          "of a prefix that ExpressRoute carries, paris's path is not passed on")
    edge_hears(s, {SPACE}, "the edge hears of the VNet alone")
    reaches(s, n.paris.host, "10.30.0.10", "paris reaches lyon through the gateway")
    reaches(s, n.paris.host, "10.40.0.10", "and oslo")
    s.report.claim("0.0.0.0/0" not in n.paris.routes(4), "lyon's default route is passed on to no site")
    refused = {r["prefix"]: r for r in s.gateway.show_json("routes")["routes"]["route"]}
    s.report.equal(refused["10.1.77.0/24"]["source"], "refused",
                   "what lyon offers inside the address space is refused, and passed on to nobody")

    s.gateway.configure("gateway\n transit expressroute\nexit")
    edge_hears(s, {SPACE, PARIS, LYON, OSLO}, "transit expressroute: the edge hears of the sites")
    hears(s, n.lyon, {SPACE, PARIS, OSLO, ER[4], BOTH}, "and lyon of what is behind ExpressRoute")
    s.report.claim("12076" in n.lyon.birdc(f"show route {BOTH} all"),
                   "of that prefix lyon hears the circuit's path, which is the one in use")
    reaches(s, n.er_host, "10.30.0.10", "a host behind the circuit reaches lyon")
    reaches(s, n.lyon.host, "10.50.0.10", "and lyon reaches it")
    s.gateway.keep("routes", "bgp summary", "explain 10.25.0.10")

    n.gw.set_link("er0", False)
    hears(s, n.lyon, {SPACE, PARIS, OSLO, BOTH}, "the circuit lost: lyon hears what is left")
    wait_until(lambda: "64520" in n.lyon.birdc(f"show route {BOTH} all"), 15, "paris's own path")
    s.report.claim(True, "of that prefix it now hears paris's path")
    reaches(s, n.lyon.host, "10.25.0.10", "and it leads to paris")
    n.gw.set_link("er0", True)
    hears(s, n.lyon, {SPACE, PARIS, OSLO, ER[4], BOTH}, "the circuit back: as before")
    wait_until(lambda: "12076" in n.lyon.birdc(f"show route {BOTH} all"), 15, "the circuit's path")

    s.gateway.configure("gateway\n no transit vpn\nexit")
    hears(s, n.lyon, {SPACE, ER[4], BOTH}, "no transit vpn: lyon hears of no site by VPN")
    edge_hears(s, {SPACE, PARIS, LYON, OSLO}, "the edge still does: that is the other setting")
    s.gateway.configure("gateway\n no transit expressroute\nexit")
    hears(s, n.lyon, {SPACE}, "neither: the VNet alone")
    edge_hears(s, {SPACE}, "for the edge as well")
    s.gateway.configure("gateway\n transit vpn\n peered-space 10.2.0.0/16\nexit")
    hears(s, n.lyon, {SPACE, "10.2.0.0/16", PARIS, OSLO}, "a peered VNet's prefix is advertised beside ours")
    edge_hears(s, {SPACE, "10.2.0.0/16"}, "to the edge too")
    n.vnet.run("ip", "address", "add", "10.2.0.4/16", "dev", "gw")
    reaches(s, n.lyon.host, "10.2.0.4", "and reached from lyon")


def hears(s, site, wanted, what):
    """Exactly these prefixes through the tunnel."""
    seen_is(lambda: site.routes(4, "azure"), wanted, f"{site.name}'s routes", s)
    s.report.claim(True, f"{what}: {' '.join(sorted(wanted))}")


def edge_hears(s, wanted, what):
    seen_is(lambda: s.net.edge.routes(4, "gateway4"), wanted, "the edge's routes", s)
    s.report.claim(True, f"{what}: {' '.join(sorted(wanted))}")


def seen_is(ask, wanted, what, s):
    def so():
        seen = ask()
        if seen != wanted:
            raise NotYet(" ".join(sorted(seen)))
        return True
    wait_until(so, 20, f"{what} being {' '.join(sorted(wanted))}", s.gateway.processes(), 0.1)


def reaches(s, node, target, what):
    wait_until(lambda: node.run("ping", "-n", "-c", "1", "-W", "1", target, check=False)
               .returncode == 0, 10, what, s.gateway.processes(), 0.1)
    s.report.claim(True, what)
