"""pair - two instances of one gateway between a VNet router and a site

                             .1 ┌─────┐ pub0 .1           .7 ┌─────────┐
                         ┌──────┤ gw1 ├──────────┐     ┌─────┤ paris-1 ├────┐
  ┌──────┐  ┌────────┐ ┌─┴─┐    └──┬──┘        ┌─┴──┐  │     └─────────┘ ┌──┴────┐  ┌────────────┐
  │ host ├──┤ router ├─┤lan│  part0│.1         │inet├──┤                 │ paris ├──┤ paris-host │
  └──────┘  └────────┘ └─┬─┘       │.2         └─┬──┘  │  .8 ┌─────────┐ └──┬────┘  └────────────┘
  10.1.4.4   AS 65010    │   .2 ┌──┴──┐ pub0 .2  │     └─────┤ paris-2 ├────┘AS 64520 10.20.0.10
             BIRD .254   ├──────┤ gw2 ├──────────┘           └─────────┘
               ┌───────┐ │      └─────┘ 203.0.113.0/24         198.51.100.0/24
               │ guest ├─┘  .4    AS 65515
               └───────┘ 10.1.0.0/24

gw1 is the primary; each instance has a tunnel of its own to the site, whose router
paris speaks BGP with both through them. paris-1 and paris-2 are the two ends of the
site's one VPN device (block.py says why there are two nodes). Between the instances
lies part0, 10.255.0.0/30 and fd00:ff::/126, with iBGP. lan is a switch, and so are
the subnets of inet: nobody sees a carrier go when an instance dies, so it is BFD that
finds out. host is behind the VNet router, guest on the LAN itself.

IPv6 beside it: lan 2001:db8:1::/64, host 2001:db8:1:4::/64, site 2001:db8:20::/64.
"""

import signal

import block
import daemon
from gateway import Gateway, gateway_node
from lab import NotYet, wait_until
from traffic import Host, Probes

ASN, ROUTER_ASN, SITE_ASN = 65515, 65010, 64520
PSK = "lab.Two-instances-19"
SPACE = {4: "10.1.0.0/16", 6: "2001:db8:1::/48"}
SITE = {4: "10.20.0.0/24", 6: "2001:db8:20::/64"}
HOST = {4: "10.1.4.4", 6: "2001:db8:1:4::4"}
GUEST = {4: "10.1.0.4", 6: "2001:db8:1::4"}
ROUTER = {4: "10.1.0.254", 6: "2001:db8:1::254"}
INTERFACES = ("vnet0", "pub0", "part0")

GATEWAY = """\
gateway
 asn {asn}
 router-id 203.0.113.{number}
 address-space {space4}
 address-space {space6}
 vnet interface vnet0
 public-address {public}
 instance {instance}
exit
gateway partner
 peer-address 10.255.0.{other} local-address 10.255.0.{number} interface part0
 bfd interval {bfd} multiplier 3
 role {role}
{partner}exit
gateway vnet-router r1
 peer-address 10.1.0.254 remote-as {router_asn}
 bfd interval {bfd} multiplier 3
exit
"""
CONNECTION = """\
gateway connection paris
 remote-address 198.51.100.{device}
 shared-key 0 {psk}
 bgp remote-as {site_asn} peer-address 169.254.2{number}.2 local-address 169.254.2{number}.1
 bgp bfd interval {bfd} multiplier 3
exit
"""
# BIRD replaces an IPv6 route in the kernel by deleting and adding it. A second table,
# served after the first, bridges the moment without.
BRIDGE6 = """
ipv6 table bridge6;
protocol pipe { table master6; peer table bridge6; import none; export all; }
protocol kernel { kernel table 200; merge paths yes; ipv6 { table bridge6; import none;
                  export where source = RTS_BGP; }; }
"""


class Pair:
    """The nodes and links; start() starts the peers and both instances."""

    partner = ""            # more lines of the node `gateway partner`
    has_router = True       # the VNet router speaks BGP with both instances

    def sessions(self):
        """BGP sessions of an instance."""
        return 3

    def __init__(self, lab, bfd_ms=50):
        self.lab, self.bfd_ms = lab, bfd_ms
        self.gateways = [self._gateway(lab, number) for number in (1, 2)]
        self.first, self.second = self.gateways
        self._lan()
        lab.link((self.first.node, "part0", ["10.255.0.1/30", "fd00:ff::1/126"]),
                 (self.second.node, "part0", ["10.255.0.2/30", "fd00:ff::2/126"]))
        self.inet = block.Internet(lab)
        for number, gateway in enumerate(self.gateways, 1):
            self.inet.attach(gateway.node, "pub0", f"203.0.113.{number}/24",
                             f"2001:db8:203::{number}/64")
        self._site()

    def _gateway(self, lab, number):
        gateway = Gateway(gateway_node(lab, f"gw{number}"), self.configuration(number), self)
        gateway.number = number
        return gateway

    def configuration(self, number):
        words = dict(
            asn=ASN, space4=SPACE[4], space6=SPACE[6], number=number, other=3 - number,
            instance=number - 1, role=("primary", "secondary")[number - 1], bfd=self.bfd_ms,
            partner=self.partner, router_asn=ROUTER_ASN, site_asn=SITE_ASN, psk=PSK,
            public=self.public(number), device=6 + number)
        return (GATEWAY + self.connection(number)).format(**words)

    def public(self, number):
        return f"203.0.113.{number}"

    def connection(self, _number):
        return CONNECTION

    def _lan(self):
        lab = self.lab
        self.lan = lab.node("lan")
        self.lan.run("ip", "link", "add", "br0", "type", "bridge")
        self.lan.set_link("br0", True)
        self.router = block.Router(lab, "router", ROUTER_ASN, self.bfd_ms)
        self.guest, self.host = lab.node("guest"), lab.node("host")
        for node, name, addresses in (
                (self.first.node, "vnet0", ["10.1.0.1/24", "2001:db8:1::1/64"]),
                (self.second.node, "vnet0", ["10.1.0.2/24", "2001:db8:1::2/64"]),
                (self.router.node, "lan", ["10.1.0.254/24", "2001:db8:1::254/64"]),
                (self.guest, "lan", ["10.1.0.4/24", "2001:db8:1::4/64"])):
            port = f"to-{node.name}"
            lab.link((self.lan, port, []), (node, name, addresses))
            self.lan.run("ip", "link", "set", "dev", port, "master", "br0")
        lab.link((self.router.node, "host", ["10.1.4.1/24", "2001:db8:1:4::1/64"]),
                 (self.host, "router", ["10.1.4.4/24", "2001:db8:1:4::4/64"]))
        self.host.run("ip", "route", "add", "default", "via", "10.1.4.1")
        self.host.run("ip", "-6", "route", "add", "default", "via", "2001:db8:1:4::1")
        self._router_bgp()

    def _router_bgp(self):
        router = self.router
        router.statics[4].append(("10.1.4.0/24", 'via "host"'))
        router.statics[6].append(("2001:db8:1:4::/64", 'via "host"'))
        router.extra += BRIDGE6
        router.node.run("ip", "-6", "rule", "add", "pref", "40000", "lookup", "200")
        for number in (1, 2):
            router.bgp(f"gw{number}", ROUTER[4], f"10.1.0.{number}", ASN, options="bfd on;", channels={
                4: "import all; export where source = RTS_STATIC;",
                6: f"import all; export where source = RTS_STATIC; next hop address {ROUTER[6]}; "
                   "extended next hop;"})

    def _site(self):
        self.site = block.Site(self.lab, "paris", SITE_ASN, SITE, self.bfd_ms)
        self.site.extra += BRIDGE6
        self.site.node.run("ip", "-6", "rule", "add", "pref", "40000", "lookup", "200")
        for number in self.device_numbers():
            device = self.site.device(self.inet, f"198.51.100.{6 + number}/24")
            device.tunnel("azure", f"198.51.100.{6 + number}", self.public(number), PSK)
            self.site.session(f"gw{number}", device, f"169.254.2{number}.2",
                              f"169.254.2{number}.1", ASN, bfd=True)

    def device_numbers(self):
        return (1, 2)

    # --- running ----------------------------------------------------------------------------

    def start_peers(self):
        block.start_bird(self.router.node, self.router.configuration("10.1.0.254"))
        self.site.start()

    def start(self):
        self.start_peers()
        for gateway in self.gateways:
            gateway.start_programs()
        for gateway in self.gateways:
            gateway.configure(gateway.configuration)
        self.wait_up()

    def processes(self):
        return [p for gateway in self.gateways for p in gateway.processes()]

    def wait_up(self, timeout=40):
        """Until the peers see all sessions up, and the instances each other."""
        for gateway in self.gateways:
            gateway.wait_up(timeout)
            gateway.wait_established(self.sessions(), timeout)
        if self.has_router:
            self.wait_inside(timeout)
        for number in (1, 2):
            if self.has_router:
                wait_until(lambda n=number: self.router.established(f"gw{n}"), timeout,
                           f"the VNet router's session with gw{number}", self.processes())
            wait_until(lambda n=number: self.site.established(f"gw{n}"), timeout,
                       f"paris's session with gw{number}", self.processes())

    def wait_inside(self, timeout=15):
        """Until both instances know by whom the host is reached."""
        for gateway in self.gateways:
            for family in (4, 6):
                wait_until(lambda g=gateway, f=family: self._knows(g, f), timeout,
                           f"{gateway.node.name}'s IPv{family} way to the host",
                           gateway.processes())

    def _knows(self, gateway, family):
        shown = gateway.node.run("ip", f"-{family}", "route", "get", HOST[family], "from",
                                 self.site.addresses[family], "iif", "gh0", check=False).stdout
        if ROUTER[family] not in shown:
            raise NotYet(shown)
        return True

    def probes(self, marker, here=None, rate=1000, families=None):
        here = here or Host(self.host, "router", HOST)
        return Probes(here, Host(self.site.host, "net", self.site.addresses), marker, rate,
                      families=families, watch=self.processes())

    def wait_ways(self, out, back, timeout=20):
        """Until the VNet router sends to these instances, and paris back to these, and no others."""
        for family in (4, 6):
            wait_until(lambda f=family: ways(self.router.node, f, "10.20.0.0/24", SITE[6], {
                f"10.1.0.{n}" if f == 4 else f"2001:db8:1::{n}" for n in out}), timeout,
                f"the VNet router's IPv{family} way by {out}", [self.router.node])
        self.wait_return(back, timeout)

    def wait_return(self, back, timeout=20):
        """Until paris sends to these instances, and no others."""
        for family in (4, 6):
            wait_until(lambda f=family: ways(self.site.node, f, SPACE[4], SPACE[6], {
                self.site.devices[n - 1].inside[f] for n in back}), timeout,
                f"paris's IPv{family} way by {back}", [self.site.node])

    def die(self, gateway):
        """An instance dies at once: silent on every link, then all its processes are gone."""
        gateway.node.drop(*INTERFACES)
        for process in gateway.processes():
            process.stop(signal.SIGKILL)

    def revive(self, gateway):
        """It is started again, as after a boot: with its configuration, and nothing of before."""
        node = gateway.node
        node.undrop()
        node.run("sh", "-c", "rm -rf /run/gatehouse /run/lab/state && mkdir -p /run/lab/state")
        gateway.start_programs()
        gateway.configure(gateway.configuration)


def ways(node, family, prefix4, prefix6, wanted):
    """Are the next hops of a route these, and no others?"""
    shown = node.run("ip", f"-{family}", "route", "show", prefix4 if family == 4 else prefix6)
    words = shown.split()
    found = {words[i + 1] for i, word in enumerate(words) if word == "via"}
    if found != wanted:
        raise NotYet(f"{shown or 'no route'} (wanted {sorted(wanted)})")
    return True


def worst(losses):
    return max(losses.values(), key=lambda loss: loss.loss_ms)


def lost(losses):
    return sum(len(loss.lost) for loss in losses.values())
