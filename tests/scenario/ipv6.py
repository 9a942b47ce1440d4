"""ipv6 - IPv4 and IPv6 inside and outside in every combination, in UDP and native

                                    198.51.100.7 ┌─────────┐
                             ┌───────────────────┤ paris-1 ├─ paris ─ paris-host
  ┌──────┐  ┌────┐           │                   └─────────┘   10.20.0.0/24, 2001:db8:20::/64
  │ vnet ├──┤ gw ├── inet ───┤ 2001:db8:198::8   ┌────────┐
  └──────┘  └────┘           ├───────────────────┤ oslo-1 ├── oslo ── oslo-host
                             │                   └────────┘    10.40.0.0/24, 2001:db8:40::/64
                             │ 192.0.2.9 and     ┌──────┐
                             └───────────────────┤ west ├───── west-host
                               2001:db8:192::9   └──────┘      10.9.0.0/24, 2001:db8:9::/64

paris and oslo are strongSwan, ESP in UDP: paris over IPv4, oslo over IPv6, with BGP
over an address of the same family as the outer one. west is another of our gateways,
native ESP: half of each side's addresses over IPv4, the other half over IPv6.
"""

import capture
from block import Internet, Site
from gateway import Gateway, gateway_node
from lab import wait_until
from traffic import Host, Probes

PSK = "lab.Key-of-%s-19"
PUBLIC = {4: "203.0.113.1", 6: "2001:db8:203::1"}
PARIS, OSLO = "198.51.100.7", "2001:db8:198::8"
WEST = {4: "192.0.2.9", 6: "2001:db8:192::9"}
SPACE = {4: "10.1.0.0/16", 6: "2001:db8:1::/48"}
# What goes over which outer family between the two gateways.
EAST_HALF = {4: {4: "10.1.0.0/25", 6: "2001:db8:1::/65"},
             6: {4: "10.1.0.128/25", 6: "2001:db8:1:0:8000::/65"}}
WEST_HALF = {4: {4: "10.9.0.0/25", 6: "2001:db8:9::/65"},
             6: {4: "10.9.0.128/25", 6: "2001:db8:9:0:8000::/65"}}
HERE = {4: {4: "10.1.0.4", 6: "2001:db8:1::4"},
        6: {4: "10.1.0.132", 6: "2001:db8:1:0:8000::4"}}
THERE = {4: {4: "10.9.0.4", 6: "2001:db8:9::4"},
         6: {4: "10.9.0.132", 6: "2001:db8:9:0:8000::4"}}


def native(name, remote, prefixes):
    lines = "".join(f" prefix {p}\n" for p in prefixes.values())
    return (f"gateway connection {name}\n remote-address {remote}\n shared-key 0 {PSK % 'west'}\n"
            f"{lines} encapsulation native\nexit\n")


EAST_CONFIGURATION = f"""\
gateway
 asn 65515
 address-space {SPACE[4]}
 address-space {SPACE[6]}
 vnet interface vnet0
 public-address {PUBLIC[4]}
 public-address {PUBLIC[6]}
exit
gateway connection paris
 remote-address {PARIS}
 shared-key 0 {PSK % "paris"}
 bgp remote-as 64520 peer-address 169.254.21.2 local-address 169.254.21.1
exit
gateway connection oslo
 remote-address {OSLO}
 shared-key 0 {PSK % "oslo"}
 bgp remote-as 64540 peer-address fd00:21::2 local-address fd00:21::1
exit
""" + "".join(native(f"west{f}", WEST[f], WEST_HALF[f]) for f in (4, 6))

WEST_CONFIGURATION = f"""\
gateway
 asn 65010
 address-space 10.9.0.0/16
 address-space 2001:db8:9::/48
 vnet interface vnet0
 public-address {WEST[4]}
 public-address {WEST[6]}
exit
""" + "".join(native(f"east{f}", PUBLIC[f], EAST_HALF[f]) for f in (4, 6))


class Net:
    def __init__(self, lab, bfd_ms):
        self.lab, self.inet = lab, Internet(lab)
        self.vnet, self.gw = lab.node("vnet"), gateway_node(lab, "gw")
        self.west_host, self.west_gw = lab.node("west-host"), gateway_node(lab, "west")
        self._side(self.vnet, self.gw, "10.1.0.1", "2001:db8:1::1", HERE)
        self._side(self.west_host, self.west_gw, "10.9.0.1", "2001:db8:9::1", THERE)
        self.inet.attach(self.gw, "pub0", PUBLIC[4] + "/24", PUBLIC[6] + "/64")
        self.inet.attach(self.west_gw, "pub0", WEST[4] + "/24", WEST[6] + "/64")
        self.gateway = Gateway(self.gw, EAST_CONFIGURATION, self)
        self.west = Gateway(self.west_gw, WEST_CONFIGURATION, self)
        self.paris = Site(lab, "paris", 64520, {4: "10.20.0.0/24", 6: "2001:db8:20::/64"}, bfd_ms)
        self._strongswan(self.paris, "paris", PARIS + "/24", PUBLIC[4],
                         ("169.254.21.2", "169.254.21.1"))
        self.oslo = Site(lab, "oslo", 64540, {4: "10.40.0.0/24", 6: "2001:db8:40::/64"}, bfd_ms)
        self._strongswan(self.oslo, "oslo", OSLO + "/64", PUBLIC[6], ("fd00:21::2", "fd00:21::1"))

    def _side(self, host, gateway, via4, via6, addresses):
        self.lab.link(
            (host, "gw", [f"{addresses[4][4]}/24", f"{addresses[6][4]}/24",
                          f"{addresses[4][6]}/64", f"{addresses[6][6]}/64"]),
            (gateway, "vnet0", [via4 + "/24", via6 + "/64"]))
        host.run("ip", "route", "add", "default", "via", via4)
        host.run("ip", "-6", "route", "add", "default", "via", via6)

    def _strongswan(self, site, name, outer, public, inner):
        device = site.device(self.inet, outer)
        device.tunnel("azure", outer.split("/")[0], public, PSK % name)
        site.session("azure", device, *inner, 65515)

    def start(self):
        for site in (self.paris, self.oslo):
            site.start()
        for gateway in (self.gateway, self.west):
            gateway.start_programs()
            gateway.configure(gateway.configuration)
        for gateway in (self.gateway, self.west):
            gateway.wait_up()
        self.gateway.wait_established(2)
        for site in (self.paris, self.oslo):
            for family in (4, 6):
                wait_until(lambda s=site, f=family: SPACE[f] in s.routes(f, "azure"), 15,
                           f"{site.name}'s route to the VNet", [site.node])


TOPOLOGY = Net


def run(s):
    s.net.start()
    here = Host(s.net.vnet, "gw", HERE[4])
    ways = [(outer, how, Probes(here, Host(site.host, "net", site.addresses), s.marker, rate=500,
                                watch=[*s.gateway.processes(), site.devices[0].node]))
            for outer, how, site in ((4, "in UDP", s.net.paris), (6, "in UDP", s.net.oslo))]
    ways += [(outer, "native", Probes(Host(s.net.vnet, "gw", HERE[outer]),
                                      Host(s.net.west_host, "gw", THERE[outer]), s.marker,
                                      rate=500, watch=s.gateway.processes() +
                                      s.net.west.processes()))
             for outer in (4, 6)]
    for _, _, probes in ways:
        carry(s, probes)
    for outer, how, probes in ways:
        report(s, outer, how, probes)
    for name, how in (("paris", "udp"), ("oslo", "udp"), ("west4", "native"), ("west6", "native")):
        shown(s, name, how)


def shown(s, name, how):
    """What the operator sees of it."""
    text = s.gateway.show(f"connection {name}")
    sas = s.gateway.show_json(f"connection {name}")["connection"][0]["state"]["esp-sa"]
    s.report.equal({sa["encapsulation"] for sa in sas}, {how}, f"{name}: shown as {how}")
    for line in text[text.index("SA "):].splitlines()[:4]:
        s.report.note(line.rstrip())


def carry(s, probes):
    """Probes for a second or so, alone, so that the public link shows how they travel."""
    probes.start(links=[(s.net.gw, "pub0")])
    probes.more(1000)
    probes.stop()


def report(s, outer, how, probes):
    for name, loss in probes.losses().items():
        s.report.claim(not loss.lost, f"inside {name}, outside IPv{outer} {how}: {loss}")
    packets = probes.packets["gw-pub0"]
    s.report.equal(len(capture.marked(packets, s.marker)), 0,
                   f"outside IPv{outer} {how}: no probe in clear")
    # BGP and BFD of the other tunnels are there too, but few.
    found = {}
    for packet in packets:
        if capture.is_esp(packet):
            key = packet.family, "native" if packet.protocol == capture.ESP else "in UDP"
            found[key] = found.get(key, 0) + 1
    most = max(found, key=found.get)
    s.report.equal(most, (outer, how), f"outside IPv{outer} {how}: {found[most]} ESP packets of "
                   "that kind on the public link")
