"""sites - one gateway and three kinds of site: with BGP, without, and behind address translation

                                 .7 ┌─────────┐
                        ┌───────────┤ paris-1 ├── paris ── paris-host   10.20.0.0/24
                        │198.51.100 └─────────┘ AS 64520               2001:db8:20::/64
  ┌──────┐    ┌────┐    │        .8 ┌────────┐
  │ vnet ├────┤ gw ├─ inet ─────────┤ lyon-1 ├─── lyon ── lyon-host     10.30.0.0/24
  └──────┘    └────┘    │           └────────┘  no BGP
  10.1.0.0/24   .1      │ .9 ┌─────┐ ┌────────┐
     203.0.113.0/24     └────┤ nat ├─┤ oslo-1 ├─ oslo ── oslo-host     10.40.0.0/24
                             └─────┘ └────────┘ AS 64540               2001:db8:40::/64
                           192.168.1.0/24

Each tunnel carries what its site offers; sites with BGP learn of the VNet and of each
other. Nothing is seen in clear on the public link. At the end the connections with BGP are
removed, one after the other, and paris is put back: lyon does not notice.
"""

import capture
from block import Internet, Nat, Site
from gateway import TUN, Gateway, gateway_node
from lab import NotYet, wait_until
from traffic import Host, Probes

PSK = "lab.Key-of-%s-19"
PUBLIC = "203.0.113.1"
SPACE = {4: "10.1.0.0/16", 6: "2001:db8:1::/48"}

PARIS = f"""\
gateway connection paris
 remote-address 198.51.100.7
 shared-key 0 {PSK % "paris"}
 bgp remote-as 64520 peer-address 169.254.21.2 local-address 169.254.21.1
exit
"""
CONFIGURATION = f"""\
gateway
 asn 65515
 address-space {SPACE[4]}
 address-space {SPACE[6]}
 vnet interface vnet0
 public-address {PUBLIC}
exit
{PARIS}gateway connection lyon
 remote-address 198.51.100.8
 shared-key 0 {PSK % "lyon"}
 prefix 10.30.0.0/24
exit
gateway connection oslo
 remote-address 198.51.100.9
 remote-id oslo.example
 shared-key 0 {PSK % "oslo"}
 bgp remote-as 64540 peer-address 169.254.21.10 local-address 169.254.21.9
exit
"""


class Net:
    def __init__(self, lab, bfd_ms):
        self.lab, self.vnet, self.gw = lab, lab.node("vnet"), gateway_node(lab, "gw")
        lab.link((self.vnet, "gw", ["10.1.0.4/24", "2001:db8:1::4/64"]),
                 (self.gw, "vnet0", ["10.1.0.1/24", "2001:db8:1::1/64"]))
        self.vnet.run("ip", "route", "add", "default", "via", "10.1.0.1")
        self.vnet.run("ip", "-6", "route", "add", "default", "via", "2001:db8:1::1")
        self.inet = Internet(lab)
        self.inet.attach(self.gw, "pub0", PUBLIC + "/24", "2001:db8:203::1/64")
        self.gateway = Gateway(self.gw, CONFIGURATION, self)
        self.here = Host(self.vnet, "gw", {4: "10.1.0.4", 6: "2001:db8:1::4"})
        self._paris(bfd_ms)
        self._lyon(bfd_ms)
        self._oslo(bfd_ms)
        self.sites = (self.paris, self.lyon, self.oslo)

    def _paris(self, bfd_ms):
        self.paris = Site(self.lab, "paris", 64520, {4: "10.20.0.0/24", 6: "2001:db8:20::/64"},
                          bfd_ms)
        device = self.paris.device(self.inet, "198.51.100.7/24")
        device.tunnel("azure", "198.51.100.7", PUBLIC, PSK % "paris")
        self.paris.session("azure", device, "169.254.21.2", "169.254.21.1", 65515)

    def _lyon(self, bfd_ms):
        self.lyon = Site(self.lab, "lyon", 64530, {4: "10.30.0.0/24"}, bfd_ms)
        device = self.lyon.device(self.inet, "198.51.100.8/24")
        device.tunnel("azure", "198.51.100.8", PUBLIC, PSK % "lyon")
        self.lyon.route(SPACE[4], device)

    def _oslo(self, bfd_ms):
        self.nat = Nat(self.lab, "nat", self.inet, "198.51.100.9/24")
        self.oslo = Site(self.lab, "oslo", 64540, {4: "10.40.0.0/24", 6: "2001:db8:40::/64"},
                         bfd_ms)
        device = self.oslo.device(self.nat, "192.168.1.2/24")
        device.tunnel("azure", "192.168.1.2", PUBLIC, PSK % "oslo", local_id="oslo.example")
        self.oslo.session("azure", device, "169.254.21.10", "169.254.21.9", 65515)

    def start(self):
        for site in self.sites:
            site.start()
        self.gateway.start_programs()
        self.gateway.configure(self.gateway.configuration)
        # A site behind translation cannot be called.
        wait_until(lambda: self.oslo.devices[0].initiate("azure", check=False).returncode == 0, 30,
                   "oslo's call", [self.oslo.devices[0].node, *self.gateway.processes()],
                   interval=0.5)
        self.gateway.wait_up()
        self.gateway.wait_established(2)


TOPOLOGY = Net


def run(s):
    s.net.start()
    for site, other in ((s.net.paris, s.net.oslo), (s.net.oslo, s.net.paris)):
        for family in (4, 6):
            wanted = {SPACE[family], other.inside[family]}
            wait_until(lambda: learned(site, family, wanted), 15, f"{site.name}'s routes",
                       [site.node])
            s.report.claim(True, f"{site.name} learns {' and '.join(sorted(wanted))}")
    flows = {site.name: Probes(s.net.here, Host(site.host, "net", site.addresses), s.marker,
                               rate=200, watch=s.gateway.processes()) for site in s.net.sites}
    for flow in flows.values():
        flow.start(links=[(s.net.gw, "pub0")])
    for flow in flows.values():
        flow.more(200)
        flow.stop()
    for name, flow in flows.items():
        for direction, loss in flow.losses().items():
            s.report.claim(not loss.lost, f"{name} {direction}: {loss}")
        leaked = capture.marked(flow.packets["gw-pub0"], s.marker)
        s.report.equal(len(leaked), 0, f"{name}: no probe in clear on the public link")
    last_session(s)


def last_session(s):
    """The last session takes the TUN's last IPv4 address along, and the kernel some of its routes."""
    flow = Probes(s.net.here, Host(s.net.lyon.host, "net", s.net.lyon.addresses), s.marker,
                  rate=1000, watch=s.gateway.processes()).start(links=[(s.net.gw, "pub0")])
    before = routes(s)
    s.report.claim(any(l.startswith("default ") for l in before), f"routes of {TUN}: {len(before)}")
    for name in ("paris", "oslo"):
        s.gateway.configure(f"no gateway connection {name}")
        flow.more(500)
    wait_until(lambda: not addresses(s), 10, f"{TUN} without an IPv4 address",
               s.gateway.processes())
    flow.more(500)
    wait_until(lambda: routes(s) == before, 10, f"the routes of {TUN} as before",
               s.gateway.processes())
    s.report.claim(True, f"the last IPv4 address of {TUN} is gone, its routes are there")
    s.gateway.configure(PARIS)
    s.gateway.wait_established(1)
    wait_until(lambda: s.net.paris.ping("10.1.0.4"), 20, "paris, which is back", [s.net.paris.node])
    flow.more(500)
    flow.stop()
    for direction, loss in flow.losses().items():
        s.report.claim(not loss.lost, f"the last session goes, and one comes, lyon {direction}: {loss}")
    leaked = capture.marked(flow.packets["gw-pub0"], s.marker)
    s.report.equal(len(leaked), 0, "no probe of that in clear on the public link")


def addresses(s):
    return s.net.gw.run("ip", "-4", "-brief", "address", "show", "dev", TUN, "scope",
                        "global").split()[2:]


def routes(s):
    """The IPv4 routes into the TUN, but for those to peers of BGP."""
    lines = s.net.gw.run("ip", "-4", "route", "show", "table", "all", "dev", TUN).splitlines()
    return sorted(l.strip() for l in lines if " table " in l and "169.254.21." not in l
                  and " table local " not in l)


def learned(site, family, wanted):
    routes = site.routes(family, "azure")
    if not wanted <= routes:
        raise NotYet(str(routes))
    return True
