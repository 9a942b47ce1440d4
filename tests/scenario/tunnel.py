"""tunnel - one gateway and one site without BGP: the ground of the scenarios about IKE

                                .7 ┌─────────┐
  ┌──────┐    ┌────┐   ┌──────┐    │ paris-1 │    ┌───────┐    ┌────────────┐
  │ vnet ├────┤ gw ├───┤ inet ├────┤ strong- ├────┤ paris ├────┤ paris-host │
  └──────┘    └────┘   └──────┘    │ Swan    │    └───────┘    └────────────┘
  10.1.0.0/24   .1                 └─────────┘            10.20.0.0/24, .10
  2001:db8:1::/64  203.0.113.0/24  198.51.100.0/24        2001:db8:20::/64, ::10

Sas reads what swanctl lists at either end, so that a claim is made of both.
"""

import re

from block import Internet, Site
from daemon import LIBIPSEC
from gateway import Gateway, gateway_node
from lab import Failure, NotYet, wait_until
from traffic import Host, Probes

PSK = "lab.Key-of-paris-19"
PUBLIC, PUBLIC6 = "203.0.113.1", "2001:db8:203::1"
DEVICE = "198.51.100.7"
SPACE = {4: "10.1.0.0/16", 6: "2001:db8:1::/48"}
VNET = {4: "10.1.0.4", 6: "2001:db8:1::4"}
INSIDE = {4: "10.20.0.0/24", 6: "2001:db8:20::/64"}
NAME = "paris"

GATEWAY = f"""\
gateway
 asn 65515
 address-space {SPACE[4]}
 address-space {SPACE[6]}
 vnet interface vnet0
 public-address {PUBLIC}
exit
"""

PREFIXES = f"""\
 prefix {INSIDE[4]}
 prefix {INSIDE[6]}
"""

CONNECTION = f"""\
gateway connection {NAME}
 remote-address {DEVICE}
 shared-key 0 {PSK}
{PREFIXES}exit
"""

# What an old device has beside the rest, and what a lab device must be talked into.
DEVICE_CONF = LIBIPSEC.replace(
    "charon {\n", "charon {\n  i_dont_care_about_security_and_use_aggressive_mode_psk = yes\n"
    "  retransmit_timeout = 1.0\n  retransmit_tries = 3\n  install_routes = no\n", 1).replace(
    "vici\n", "vici revocation curl\n", 1)


class Net:
    """The nodes above; nothing runs yet."""

    def __init__(self, lab, bfd_ms):
        self.lab, self.vnet, self.gw = lab, lab.node("vnet"), gateway_node(lab, "gw")
        lab.link((self.vnet, "gw", [VNET[4] + "/24", VNET[6] + "/64"]),
                 (self.gw, "vnet0", ["10.1.0.1/24", "2001:db8:1::1/64"]))
        self.vnet.run("ip", "route", "add", "default", "via", "10.1.0.1")
        self.vnet.run("ip", "-6", "route", "add", "default", "via", "2001:db8:1::1")
        self.inet = Internet(lab)
        self.inet.attach(self.gw, "pub0", PUBLIC + "/24", PUBLIC6 + "/64")
        self.gateway = Gateway(self.gw, GATEWAY + CONNECTION, self)
        self.here = Host(self.vnet, "gw", VNET)
        self.site, self.device = self.add_site(NAME, 64520, INSIDE, self.inet, DEVICE + "/24")

    def add_site(self, name, asn, inside, internet, *addresses):
        site = Site(self.lab, name, asn, inside)
        device = site.device(internet, *addresses)
        device.conf = DEVICE_CONF
        for family in inside:
            site.route(SPACE[family], device)
        return site, device

    def start(self, configuration=None, **tunnel):
        """Everything, with one connection at each end; keywords are Device.tunnel's."""
        self.device.tunnel(NAME, DEVICE, PUBLIC, PSK, **tunnel)
        self.site.start()
        self.gateway.start_programs()
        self.gateway.configure(configuration or self.gateway.configuration)

    def there(self, site=None):
        site = site or self.site
        return Host(site.host, "net", site.addresses)

    def probes(self, marker, site=None, rate=500, families=None):
        return Probes(self.here, self.there(site), marker, rate=rate, families=families,
                      watch=self.gateway.processes())

    def connection(self, lines, name=NAME):
        """Type lines into a connection; returns what vtysh says."""
        return self.gateway.vtysh("configure terminal", f"gateway connection {name}",
                                  *[l.strip() for l in lines.splitlines()], check=False).stdout

    def set(self, lines, name=NAME):
        """The same; a refusal is a Failure (warnings are not)."""
        said = self.connection(lines, name)
        if refused(said):
            raise Failure(f"refused: {said}")
        return said

    def sas(self):
        """The tunnel as the gateway's charon and as the device's sees it; NotYet if it is down."""
        ours = Sas(self.gateway.swanctl("--list-sas", check=False).stdout, f"gh-{NAME}")
        theirs = Sas(self.device.swanctl("--list-sas", check=False).stdout, NAME)
        return ours, theirs

    def up(self, timeout=30, check=None):
        """Until both ends have IKE SA and child SA (and check(ours, theirs) is true)."""
        def ready():
            ours, theirs = self.sas()
            if ours.spis() != theirs.spis(swap=True):
                raise NotYet(f"{ours.text}\n{theirs.text}")
            if check and not check(ours, theirs):
                raise NotYet(f"{ours.text}\n{theirs.text}")
            return ours, theirs
        return wait_until(ready, timeout, "one tunnel at both ends",
                          [*self.gateway.processes(), self.device.node], interval=0.1)

    def down(self, timeout=30):
        """Until the gateway has no child SA of it."""
        def gone():
            listed = self.gateway.swanctl("--list-sas", check=False).stdout
            if "INSTALLED" in listed:
                raise NotYet(listed)
            return True
        wait_until(gone, timeout, "the tunnel being down", self.gateway.processes(), interval=0.1)

    def carries(self, families=(4, 6), timeout=15):
        """Do pings pass both ways? Failure if not."""
        ends = ((self.vnet, self.site.addresses), (self.site.host, VNET))
        for node, targets in ends:
            for family in families:
                wait_until(lambda n=node, t=targets[family]: ping(n, t), timeout,
                           f"{targets[family]} answering {node.name}",
                           [*self.gateway.processes(), self.device.node], interval=0.1)
        return True

    def show(self, report, name=NAME):
        """`show gateway connection NAME` into the report, for its reader."""
        for line in self.gateway.show(f"connection {name}").rstrip().splitlines():
            report.note(line)

    def status(self, name=NAME):
        """`show gateway connection NAME json`'s only connection."""
        return self.gateway.show_json(f"connection {name}")["connection"][0]


def ping(node, target):
    return node.run("ping", "-n", "-c", 1, "-W", 1, target, check=False).returncode == 0


def refused(said):
    """What vtysh complained of, without warnings; "" if nothing."""
    return " ".join(l.strip() for l in said.splitlines()
                    if l.lstrip().startswith("%") and "warning" not in l.lower())


class Sas:
    """swanctl --list-sas of one connection: its newest IKE SA that has a child SA."""

    def __init__(self, text, name):
        self.text, found = text, []
        for block in re.split(r"^(?=\S)", text, flags=re.M):
            head = re.match(r"(\S+): #(\d+), ESTABLISHED, (IKEv\d)", block)
            if head and head[1] == name:
                found.append((int(head[2]), head[3], block))
        if not found:
            raise NotYet(text or "no SA")
        self.count = len(found)
        for self.id, self.version, block in sorted(found, reverse=True):
            self.algorithms = block.splitlines()[3].strip()
            self.children = [c for c in map(self._child, re.split(
                r"^  (?=\S+: #\d+, reqid)", block, flags=re.M)[1:]) if c]
            if self.children:
                return
        raise NotYet(text)

    @staticmethod
    def _child(block):
        head = re.match(r"(\S+): #(\d+), reqid \d+, INSTALLED, (\S+), ESP:(\S+)", block)
        inside = re.search(r"^    in +(\w+)", block, re.M)
        outside = re.search(r"^    out +(\w+)", block, re.M)
        if not head or not inside or not outside:
            return None
        return {"name": head[1], "id": int(head[2]), "mode": head[3], "esp": head[4],
                "in": inside[1], "out": outside[1],
                "local": re.search(r"^    local +(.*)", block, re.M)[1],
                "remote": re.search(r"^    remote +(.*)", block, re.M)[1]}

    def spis(self, swap=False):
        ways = ("out", "in") if swap else ("in", "out")
        return sorted(tuple(c[w] for w in ways) for c in self.children)

    @property
    def esp(self):
        """Algorithms of the newest child SA."""
        return max(self.children, key=lambda c: c["id"])["esp"]
