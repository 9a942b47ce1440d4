"""vnet2vnet - three of our gateways in a chain, the one in the middle in transit

  ┌───────┐   ┌─────┐             ┌─────┐             ┌─────┐   ┌───────┐
  │ vnet1 ├───┤ gw1 │◄═══ ESP ═══►│ gw2 │◄═══ ESP ═══►│ gw3 ├───┤ vnet3 │
  └───────┘   └──┬──┘             └┬───┬┘             └──┬──┘   └───────┘
  10.1.0.0/16    │ 203.0.113.1     │   │ 203.0.113.2     │ .3    10.3.0.0/16
  AS 65010       └───────── inet ──┘ ┌─┴─────┐ 203.0.113 │       AS 65030
                              └──────│ vnet2 │───────────┘
                                     └───────┘ 10.2.0.0/16, AS 65020

There is no tunnel between gw1 and gw3: what vnet1 and vnet3 say to each other is
decrypted and encrypted again by gw2, because `transit vpn` is on there.
"""

import capture
from block import Internet
from gateway import Gateway, gateway_node
from lab import NotYet, wait_until
from traffic import Host, Probes

PSK = "lab.Key-between-%d-and-%d"
LINKS = ((1, 2), (2, 3))


def asn(number):
    return 65000 + 10 * number


def public(number):
    return f"203.0.113.{number}"


def space(number):
    return {4: f"10.{number}.0.0/16", 6: f"2001:db8:{number}::/48"}


def inside(number, link):
    """Our address of a link's BGP session; the other one is the other's."""
    a, b = link
    return f"169.254.21.{10 * a + (1 if number == a else 2)}"


def configuration(number):
    text = (f"gateway\n asn {asn(number)}\n" + "".join(
            f" address-space {p}\n" for p in space(number).values())
            + f" vnet interface vnet0\n public-address {public(number)}\nexit\n")
    for link in LINKS:
        if number in link:
            other = sum(link) - number
            text += (f"gateway connection gw{other}\n remote-address {public(other)}\n"
                     f" shared-key 0 {PSK % link}\n bgp remote-as {asn(other)} peer-address "
                     f"{inside(other, link)} local-address {inside(number, link)}\nexit\n")
    return text


class Net:
    def __init__(self, lab, _bfd_ms):
        self.lab, self.inet = lab, Internet(lab)
        self.gateways, self.hosts = {}, {}
        for number in (1, 2, 3):
            node, vnet = gateway_node(lab, f"gw{number}"), lab.node(f"vnet{number}")
            ours = (f"10.{number}.0.1", f"2001:db8:{number}::1")
            host = {4: f"10.{number}.0.4", 6: f"2001:db8:{number}::4"}
            lab.link((vnet, "gw", [host[4] + "/24", host[6] + "/64"]),
                     (node, "vnet0", [ours[0] + "/24", ours[1] + "/64"]))
            for family, via in zip(("-4", "-6"), ours):
                vnet.run("ip", family, "route", "add", "default", "via", via)
            self.inet.attach(node, "pub0", public(number) + "/24")
            self.gateways[number] = Gateway(node, configuration(number), self)
            self.hosts[number] = Host(vnet, "gw", host)

    def start(self):
        for gateway in self.gateways.values():
            gateway.start_programs()
        for gateway in self.gateways.values():
            gateway.configure(gateway.configuration)
        for number, gateway in self.gateways.items():
            gateway.wait_up()
            gateway.wait_established(sum(number in link for link in LINKS))

    def processes(self):
        return [p for g in self.gateways.values() for p in g.processes()]


TOPOLOGY = Net


def run(s):
    n = s.net
    n.start()
    for number, far in ((1, 3), (3, 1)):
        for family in (4, 6):
            wait_until(lambda a=number, b=far, f=family: path(n, a, b, f), 20,
                       f"gw{number} hearing of vnet{far} over IPv{family}", n.processes(), 0.1)
        found = path(n, number, far, 4)
        s.report.equal(found["as-path"], [asn(2), asn(far)],
                       f"gw{number} hears of vnet{far} through gw2")
    for number in (1, 2):
        n.gateways[number].keep("connections", "bgp summary", "routes")
    far = Probes(n.hosts[1], n.hosts[3], s.marker, rate=500, watch=n.processes())
    near = Probes(n.hosts[1], n.hosts[2], s.marker, rate=200, watch=n.processes())
    far.start(links=[(g.node, "pub0") for g in n.gateways.values()])
    near.start()
    for flow in (far, near):
        flow.more(500)
        flow.stop()
        for direction, loss in flow.losses().items():
            s.report.claim(not loss.lost,
                           f"{flow.here.node.name} to {flow.there.node.name}, {direction}: {loss}")
    for number in (1, 2, 3):
        s.report.equal(len(capture.marked(far.packets[f"gw{number}-pub0"], s.marker)), 0,
                       f"no probe in clear on gw{number}'s public link")
    direct = [p for p in far.packets["gw1-pub0"] if capture.is_esp(p)
              and bytes(p.target) == bytes(map(int, public(3).split(".")))]
    s.report.equal(len(direct), 0, "gw1 sends nothing to gw3 itself")
    without(s)


def without(s):
    """`no transit vpn` in the middle parts the ends, and nobody else."""
    n = s.net
    n.gateways[2].configure("gateway\n no transit vpn\nexit")
    for number, far in ((1, 3), (3, 1)):
        wait_until(lambda a=number, b=far: parted(n, a, b), 15, f"gw{number} losing vnet{far}",
                   n.processes(), 0.1)
    path(n, 1, 2, 4)
    s.report.claim(True, "no transit vpn on gw2: the ends lose each other and keep vnet2")
    n.gateways[2].configure("gateway\n transit vpn\nexit")
    for number, far in ((1, 3), (3, 1)):
        wait_until(lambda a=number, b=far: path(n, a, b, 4), 15, f"gw{number} hearing of vnet{far}",
                   n.processes(), 0.1)
    s.report.claim(True, "with it they have each other again")


def routes(n, number):
    return {r["prefix"]: r for r in n.gateways[number].show_json("routes")["routes"]["route"]}


def path(n, number, far, family):
    found = routes(n, number).get(space(far)[family])
    if not found or not found.get("leg"):
        raise NotYet(f"gw{number}: {found}")
    return found


def parted(n, number, far):
    found = routes(n, number).get(space(far)[4])
    if found:
        raise NotYet(f"gw{number}: {found}")
    return True
