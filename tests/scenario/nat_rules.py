"""nat-rules - three sites that could not meet without translation: two with the same addresses, one with the VNet's

                                .7 ┌────────┐
                        ┌──────────┤ east-1 ├── east ── east-host   10.20.0.0/24, AS 64521
                        │          └────────┘           as 172.21.0.0/24
  ┌──────┐   ┌────┐     │       .8 ┌────────┐
  │ vnet ├───┤ gw ├── inet ────────┤ west-1 ├── west ── west-host   10.20.0.0/24, AS 64522
  └──────┘   └────┘     │          └────────┘           as 172.22.0.0/24
  10.1.0.0/24           │                               sees the VNet as 172.30.0.0/16
                        │       .9 ┌────────┐
                        └──────────┤ twin-1 ├── twin ── twin-host   10.1.0.0/24, no BGP
                        198.51.100 └────────┘           as 172.23.0.0/24
                                                        sees the VNet as 172.31.0.1

Each host answers with its name, so that who is reached is not guessed. IPv6 is translated
for east and west as IPv4 is. Routes are announced as packets are translated.
"""

import subprocess

import capture
from block import Internet, Site
from gateway import Gateway, build_folder, gateway_node
from lab import NotYet, wait_until
from traffic import quiet, received

PSK = "lab.Key-of-%s-23"
PUBLIC = "203.0.113.1"
SPACE = {4: "10.1.0.0/16", 6: "2001:db8:1::/48"}
VNET = {4: "10.1.0.4", 6: "2001:db8:1::4"}
# As each side sees the other.
SITES = {
    "east": {4: "172.21.0.10", 6: "2001:db8:21::10"},
    "west": {4: "172.22.0.10", 6: "2001:db8:22::10"},
    "twin": {4: "172.23.0.10"},
}
VNET_AS = {
    "east": VNET,
    "west": {4: "172.30.0.4", 6: "2001:db8:30::4"},
    "twin": {4: "172.31.0.1"},
}

CONFIGURATION = f"""\
gateway
 asn 65515
 address-space {SPACE[4]}
 address-space {SPACE[6]}
 vnet interface vnet0
 public-address {PUBLIC}
exit
gateway nat-rule east-in
 mode ingress
 type static
 internal 10.20.0.0/24
 external 172.21.0.0/24
exit
gateway nat-rule east-in6
 mode ingress
 type static
 internal 2001:db8:20::/64
 external 2001:db8:21::/64
exit
gateway nat-rule west-in
 mode ingress
 type static
 internal 10.20.0.0/24
 external 172.22.0.0/24
exit
gateway nat-rule west-in6
 mode ingress
 type static
 internal 2001:db8:20::/64
 external 2001:db8:22::/64
exit
gateway nat-rule west-out
 mode egress
 type static
 internal 10.1.0.0/16
 external 172.30.0.0/16
exit
gateway nat-rule west-out6
 mode egress
 type static
 internal 2001:db8:1::/48
 external 2001:db8:30::/48
exit
gateway nat-rule twin-in
 mode ingress
 type static
 internal 10.1.0.0/24
 external 172.23.0.0/24
exit
gateway nat-rule twin-out
 mode egress
 type dynamic
 internal 10.1.0.0/16
 external 172.31.0.1/32
exit
gateway connection east
 remote-address 198.51.100.7
 shared-key 0 {PSK % "east"}
 bgp remote-as 64521 peer-address 169.254.21.2 local-address 169.254.21.1
 nat-rule east-in
 nat-rule east-in6
exit
gateway connection west
 remote-address 198.51.100.8
 shared-key 0 {PSK % "west"}
 bgp remote-as 64522 peer-address 169.254.21.6 local-address 169.254.21.5
 nat-rule west-in
 nat-rule west-in6
 nat-rule west-out
 nat-rule west-out6
exit
gateway connection twin
 remote-address 198.51.100.9
 shared-key 0 {PSK % "twin"}
 nat-rule twin-in
 nat-rule twin-out
 prefix 10.1.0.0/24
exit
"""

# Says its name and who asked: over UDP once a datagram, over TCP for each line of a connection.
ANSWER = """
import socket, sys, threading
name = sys.argv[1]
def udp(family, any_address):
    s = socket.socket(family, socket.SOCK_DGRAM)
    if family == socket.AF_INET6: s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    s.bind((any_address, 7)); print("ready", flush=True)
    while True:
        _, who = s.recvfrom(2048)
        s.sendto(f"{name} {who[0]}".encode(), who)
def line(c, who):
    for text in c.makefile("rb"):
        c.sendall(f"{name} {who[0]} {len(text)}\\n".encode())
for family, address in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
    threading.Thread(target=udp, args=(family, address), daemon=True).start()
t = socket.create_server(("0.0.0.0", 7)); print("ready", flush=True)
while True:
    c, who = t.accept()
    threading.Thread(target=line, args=(c, who), daemon=True).start()
"""

ASK = """
import socket, sys
target, tries = sys.argv[1], int(sys.argv[2])
s = socket.socket(socket.AF_INET6 if ":" in target else socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(1)
for _ in range(tries):
    try:
        s.sendto(b"who", (target, 7)); print(s.recvfrom(2048)[0].decode()); break
    except OSError: pass
"""

# One TCP connection: a line of 100 kB a time, whenever a byte comes by the standard input.
TALK = """
import socket, sys
c = socket.create_connection((sys.argv[1], 7), 10); f = c.makefile("rb"); c.settimeout(20)
while sys.stdin.buffer.read(1):
    c.sendall(b"x" * 99999 + b"\\n"); print(f.readline().decode().strip(), flush=True)
"""


class Net:
    def __init__(self, lab, bfd_ms):
        self.lab, self.vnet, self.gw = lab, lab.node("vnet"), gateway_node(lab, "gw")
        lab.link((self.vnet, "gw", ["10.1.0.4/24", "2001:db8:1::4/64"]),
                 (self.gw, "vnet0", ["10.1.0.1/24", "2001:db8:1::1/64"]))
        self.vnet.run("ip", "route", "add", "default", "via", "10.1.0.1")
        self.vnet.run("ip", "-6", "route", "add", "default", "via", "2001:db8:1::1")
        self.inet = Internet(lab)
        self.inet.attach(self.gw, "pub0", PUBLIC + "/24")
        self.gateway = Gateway(self.gw, CONFIGURATION, self)
        same = {4: "10.20.0.0/24", 6: "2001:db8:20::/64"}
        self.sites = {
            "east": self._site("east", 64521, same, "198.51.100.7", 2),
            "west": self._site("west", 64522, same, "198.51.100.8", 6),
            "twin": self._site("twin", 64523, {4: "10.1.0.0/24"}, "198.51.100.9", None),
        }

    def _site(self, name, asn, inside, outer, bgp):
        site = Site(self.lab, name, asn, inside)
        device = site.device(self.inet, outer + "/24")
        device.tunnel("azure", outer, PUBLIC, PSK % name)
        if bgp:
            site.session("azure", device, f"169.254.21.{bgp}", f"169.254.21.{bgp - 1}", 65515)
        else:
            site.route("172.31.0.1/32", device)
        return site

    def host(self, name):
        return self.vnet if name == "vnet" else self.sites[name].host

    def start(self):
        for site in self.sites.values():
            site.start()
        self.gateway.start()
        self.gateway.wait_established(2)
        for name in ("vnet", *self.sites):
            answer = self.host(name).start("answer", "python3", "-c", ANSWER, name)
            wait_until(lambda a=answer: a.log_text().count("ready") == 3, 10, "who answers",
                       [answer])

    def ask(self, name, target, tries=5):
        """Who answers when this host calls target, and as whom it was seen; "" for nobody."""
        return self.host(name).run("python3", "-c", ASK, target, tries).strip()


TOPOLOGY = Net


def run(s):
    s.net.start()
    routes(s)
    captured = capture.Capture(s.net.gw, "pub0", "nat-pub0")
    from_vnet(s)
    from_sites(s)
    between_sites(s)
    path_mtu(s)
    probes(s)
    restart(s)
    changed(s)
    shown(s)
    packets = captured.stop()
    clear = [capture.summary(p) for p in packets if not capture.is_esp(p) and
             not capture.is_ike(p) and p.family == 4]
    s.report.equal(clear[:3], [], "nothing but IKE and ESP on the public link")


def heard(site, family, wanted, unwanted):
    found = site.routes(family, "azure")
    if not wanted <= found or unwanted & found:
        raise NotYet(f"{sorted(found)}, wanted {sorted(wanted)}, not {sorted(unwanted)}")
    return True


def routes(s):
    """What is announced is in the addresses of whoever hears it."""
    east, west = s.net.sites["east"], s.net.sites["west"]
    for site, name, wanted, unwanted in (
            (east, "east", {"10.1.0.0/16", "172.22.0.0/24", "172.23.0.0/24"},
             {"172.30.0.0/16", "172.21.0.0/24"}),
            (west, "west", {"172.30.0.0/16", "172.21.0.0/24", "172.23.0.0/24"},
             {"10.1.0.0/16", "10.20.0.0/24", "172.22.0.0/24"})):
        wait_until(lambda: heard(site, 4, wanted, unwanted), 20, f"{name}'s routes", [site.node])
        s.report.claim(True, f"{name} hears {', '.join(sorted(wanted))}")
    wait_until(lambda: heard(west, 6, {"2001:db8:30::/48", "2001:db8:21::/64"},
                             {"2001:db8:1::/48"}), 20, "west's routes of IPv6", [west.node])
    used = {r["prefix"] for r in s.gateway.show_json("routes")["routes"]["route"]}
    wanted = {"172.21.0.0/24", "172.22.0.0/24", "172.23.0.0/24", "2001:db8:21::/64",
              "2001:db8:22::/64"}
    s.report.claim(wanted <= used and not used & {"10.20.0.0/24", "10.1.0.0/24"},
                   f"the gateway has both 10.20.0.0/24 as what they are translated to: {sorted(used)}")


def from_vnet(s):
    for name, addresses in SITES.items():
        for family, address in addresses.items():
            s.report.equal(s.net.ask("vnet", address), f"{name} {VNET_AS[name][family]}",
                           f"the VNet reaches {name} at {address}, seen as {VNET_AS[name][family]}")


def from_sites(s):
    for name in ("east", "west"):
        for family, address in VNET_AS[name].items():
            s.report.equal(s.net.ask(name, address), f"vnet {SITES[name][family]}",
                           f"{name} reaches the VNet at {address}, seen as {SITES[name][family]}")
    s.report.equal(s.net.ask("twin", VNET_AS["twin"][4], 1), "",
                   "twin cannot begin: the VNet is behind one address")


def between_sites(s):
    s.report.equal(s.net.ask("east", SITES["west"][4]), f"west {SITES['east'][4]}",
                   "east reaches west, whose addresses are its own")
    s.report.equal(s.net.ask("west", SITES["east"][4]), f"east {SITES['west'][4]}",
                   "west reaches east")


def path_mtu(s):
    """An ICMP error of the site's comes from its translated address, and quotes what its reader sent."""
    west = s.net.sites["west"]
    west.node.run("ip", "link", "set", "dev", "host", "mtu", "1300")
    done = s.net.vnet.run("ping", "-n", "-c", "1", "-M", "do", "-s", "1340", "-W", "2",
                          SITES["west"][4], check=False)
    s.report.claim("From 172.22.0." in done.stdout and "mtu = 1300" in done.stdout,
                   f"path MTU discovery works through it: {done.stdout.splitlines()[1:2]}")
    s.report.equal(s.net.vnet.run("ping", "-n", "-c", "1", "-M", "do", "-s", "1272", "-W", "2",
                                  SITES["west"][4], check=False).returncode, 0,
                   "what fits passes")
    west.node.run("ip", "link", "set", "dev", "host", "mtu", "1500")
    s.report.equal(s.net.vnet.run("ping", "-n", "-c", "1", "-t", "3", "-W", "2", SITES["west"][4],
                                  check=False).returncode == 0, False,
                   "three hops do not reach the site, gateway, device and router are on the way")
    s.report.equal(s.net.vnet.run("ping", "-n", "-c", "1", "-t", "4", "-W", "2", SITES["west"][4],
                                  check=False).returncode, 0,
                   "four do: the translation is no hop")


def probes(s):
    """400 packets a second each way and family through static rules on both ends of the address: none lost."""
    program = build_folder() / "tests/scenario/probe"
    site, real = s.net.sites["west"], s.net.sites["west"].addresses
    ends = {"vnet": (s.net.vnet, VNET), "west": (site.host, real)}
    seen = {"vnet": VNET_AS["west"], "west": SITES["west"]}
    captures = {"vnet": capture.Capture(s.net.vnet, "gw", "nat-vnet"),
                "west": capture.Capture(site.host, "net", "nat-west")}
    receivers, senders = [], []
    for number, (here, there) in enumerate((("vnet", "west"), ("west", "vnet"))):
        for family in (4, 6):
            port = str(7100 + 10 * number + family)
            receivers.append(ends[there][0].start(f"receive{port}", program, "receive",
                                                  ends[there][1][family], port, s.marker))
            wait_until(lambda: "ready" in receivers[-1].log_text(), 5, "a receiver", receivers[-1:])
            senders.append(ends[here][0].start(f"send{port}", program, "send",
                                               ends[here][1][family], seen[there][family], port,
                                               "400", "1", s.marker))
    for receiver in receivers:
        wait_until(lambda r=receiver: received(r) >= 1000, 30, "1,000 probes", [receiver],
                   interval=0.1)
    for sender in senders:
        sender.stop()
    for receiver in receivers:
        quiet(receiver)
        receiver.stop()
    packets, total = {name: c.stop() for name, c in captures.items()}, 0
    for here, there in (("vnet", "west"), ("west", "vnet")):
        for family in (4, 6):
            sent = capture.probes(packets[here], s.marker, ends[here][1][family])
            arrived = capture.probes(packets[there], s.marker, seen[here][family],
                                     ends[there][1][family])
            loss = capture.Loss(sent, arrived)
            s.report.claim(sent and not loss.lost, f"{here} to {there} IPv{family}: {loss}")
            total += len(loss.lost)
    s.report.figure("nat_loss_packets", total, "packets", limit=0)


class Talk:
    """A TCP connection that stays."""

    def __init__(self, s, target):
        self.process = s.net.vnet.start(f"talk-{target}", "python3", "-u", "-c", TALK, target,
                                              stdin=subprocess.PIPE, bufsize=0)
        self.lines = 0

    def say(self):
        self.process._popen.stdin.write(b".")
        self.lines += 1
        wait_until(lambda: len(self.answers()) >= self.lines, 25, "a line of 100 kB being answered",
                   [self.process], interval=0.05)
        return self.answers()[-1]

    def answers(self):
        return [l for l in self.process.log_text().splitlines() if l.endswith("100000")]


def restart(s):
    """The daemon dies; what conntrack holds of its flows does not."""
    talks = {name: Talk(s, SITES[name][4]) for name in ("east", "twin")}
    for name, talk in talks.items():
        s.report.equal(talk.say(), f"{name} {VNET_AS[name][4]} 100000",
                       f"TCP to {name}, 100 kB each way of it")
    s.gateway.restart_child()
    for name, talk in talks.items():
        s.report.equal(talk.say(), f"{name} {VNET_AS[name][4]} 100000",
                       f"the same connection after the daemon was killed: {name}")
    s.talks = talks


def changed(s):
    """Another external prefix: routes and packets move together; other sites notice nothing."""
    s.gateway.configure("gateway nat-rule east-in6\n external 2001:db8:29::/64\nexit")
    s.report.equal(s.talks["east"].say(), f"east {VNET[4]} 100000",
                   "TCP through a static rule goes on when its connection gets another box")
    s.report.equal(s.net.ask("vnet", "2001:db8:29::10"), f"east {VNET[6]}",
                   "and the rule that changed holds")
    s.gateway.configure("gateway nat-rule east-in\n external 172.29.0.0/24\nexit")
    west = s.net.sites["west"]
    wait_until(lambda: heard(west, 4, {"172.29.0.0/24"}, {"172.21.0.0/24"}), 20,
               "west hearing of the new prefix", [west.node, *s.gateway.processes()])
    s.report.equal(s.net.ask("vnet", "172.29.0.10"), f"east {VNET[4]}",
                   "a changed rule holds at once: east is at 172.29.0.10")
    s.report.equal(s.net.ask("vnet", SITES["east"][4], 1), "", "and no more at its old address")
    s.report.equal(s.talks["twin"].say(), f"twin {VNET_AS['twin'][4]} 100000",
                   "a connection to twin goes on")
    s.gateway.configure("gateway connection east\n no nat-rule east-in\n no nat-rule east-in6\nexit")
    wait_until(lambda: s.net.ask("vnet", s.net.sites["east"].addresses[4], 1) == f"east {VNET[4]}"
               or None, 20, "east at its own address", s.gateway.processes())
    s.report.claim(True, "without rules east is at its own address")
    s.gateway.configure("gateway connection east\n nat-rule east-in\n nat-rule east-in6\nexit")
    wait_until(lambda: s.net.ask("vnet", "172.29.0.10", 1) == f"east {VNET[4]}" or None, 20,
               "east translated again", s.gateway.processes())
    s.report.claim(True, "rules added to a connection that is up hold from then on")


def shown(s):
    text = s.gateway.show("nat")
    for line in text.splitlines():
        s.report.note(line)
    rules = {(r["connection"], r["rule"]): r for r in s.gateway.show_json("nat")["nat"]["translation"]}
    s.report.equal(len(rules), 8, "show gateway nat has each rule of each connection")
    s.report.claim(int(rules["twin", "twin-out"]["refused"]) > 0,
                   "what twin sent unasked was counted as refused")
    s.report.claim(int(rules["twin", "twin-out"]["flows"]) > 0, "flows are counted")
