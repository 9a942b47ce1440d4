"""multisite - 1,000 connections, each with its own identity, key, BGP session and prefix

                                     198.51.100.1 … .100
                                 ┌──────────┐  10.100.0.0/24 … 10.100.99.0/24
  ┌──────┐    ┌────┐       ┌─────┤ device0  │  AS 4200000000 … 4200000099
  │ vnet ├────┤ gw ├─ inet ┤     └──────────┘
  └──────┘    └────┘       │         …            10 devices, 100 sites each
   .4 10.1.0.0/24  .1      │     ┌──────────┐
       203.0.113.0/24      └─────┤ device9  │  10.109.0.0/24 … 10.109.99.0/24
                                 └──────────┘
                                     198.51.109.1 … .100

A device stands for 100 sites: strongSwan with 100 connections, each with an
outer address, identity and key of its own, and BIRD with 100 sessions, each of
an AS of its own. A site's selectors are its prefix and its BGP address, so a
packet can only take its own site's tunnel.

Measured from `vtysh -b` of the whole configuration. Routes of each site are
passed to all others, as the gateway does by default.
"""

import os
import re
import socket
import struct
import time

from block import Internet
from daemon import BIRD_BGP, LIBIPSEC, bird_protocols, start_bird, start_charon, swanctl
from gateway import Gateway, gateway_node
from lab import Failure, NotYet, wait_until
from sshd import socket_in

DEVICES, PER_DEVICE = 10, 100
COUNT = DEVICES * PER_DEVICE
PUBLIC, SPACE = "203.0.113.1", "10.1.0.0/16"
PINGS, PING_BYTES, PING_LIMIT_S = 5, 1000, 60
TUNNELS_LIMIT_S, BGP_LIMIT_S = 60, 120

CONFIGURATION = f"""\
gateway
 asn 65515
 address-space {SPACE}
 vnet interface vnet0
 public-address {PUBLIC}
exit
"""


class Spoke:
    """What tells one site from another."""

    def __init__(self, number):
        device, k = divmod(number, PER_DEVICE)
        self.name, self.asn = f"site{number:04}", 4200000000 + number
        self.outer = f"198.51.{100 + device}.{k + 1}"
        self.identity, self.key = f"{self.name}.example", f"Key-of-{self.name}-{number * 7919}"
        self.prefix, self.host = f"10.{100 + device}.{k}.0/24", f"10.{100 + device}.{k}.10"
        # The gateway may have one address for all its sessions, but BIRD takes one session
        # for each address of a neighbor.
        self.peer, self.local = f"172.20.{device}.{k + 1}", f"172.21.0.{k + 1}"

    def lines(self):
        return (f"gateway connection {self.name}\n remote-address {self.outer}\n"
                f" remote-id {self.identity}\n shared-key 0 {self.key}\n bgp remote-as {self.asn} "
                f"peer-address {self.peer} local-address {self.local}\nexit\n")

    def connection(self):
        return f"""  {self.name} {{
    version = 2
    local_addrs = {self.outer}
    remote_addrs = {PUBLIC}
    proposals = aes256gcm16-prfsha384-ecp384
    encap = yes
    mobike = no
    local {{ auth = psk
            id = {self.identity} }}
    remote {{ auth = psk
             id = {PUBLIC} }}
    children {{ {self.name} {{
        local_ts = {self.peer}/32,{self.prefix}
        remote_ts = 0.0.0.0/0
        esp_proposals = aes256gcm16-ecp384 }} }}
  }}
"""

    def secret(self):
        return (f"  ike-{self.name} {{ id-a = {self.identity}\n    id-b = {PUBLIC}\n"
                f"    secret = \"{self.key}\" }}\n")

    def session(self):
        return (f"protocol bgp {self.name} from session {{\n  local {self.peer} as {self.asn}; "
                f"neighbor {self.local} as 65515; multihop 2;\n  ipv4 {{ import filter space; "
                f"export where net = {self.prefix}; }};\n}}\n")


SPOKES = [Spoke(number) for number in range(COUNT)]

# One gateway of one address calls all of a device's sites at once, which a site of its own
# would not see: charon's limits for callers from one address are off.
CHARON = LIBIPSEC.replace("charon {\n", "charon {\n  dos_protection = no\n", 1)
BIRD = (BIRD_BGP.replace("$bfd", "300").replace("$multiplier", "3") + """
protocol static tunnel { ipv4; route 172.21.0.0/24 via "ipsec0"; }
protocol kernel { ipv4 { import none; export where source = RTS_BGP || proto = "tunnel"; }; }
filter space { if net = """ + SPACE + """ then { ifname = "ipsec0"; accept; } reject; }
""")


class Device:
    def __init__(self, lab, internet, number):
        self.spokes = SPOKES[number * PER_DEVICE:(number + 1) * PER_DEVICE]
        self.node = lab.node(f"device{number}")
        internet.attach(self.node, "pub0", self.spokes[0].outer + "/24")
        self.node.forward()
        batch = "".join(f"address add {s.outer}/24 dev pub0\n" for s in self.spokes[1:])
        batch += "".join(f"address add {a}/32 dev lo\n" for s in self.spokes
                         for a in (s.peer, s.host))
        self.node.run("ip", "-batch", "-", text=batch)

    def start(self):
        charon = start_charon(self.node, CHARON)
        self.node.write("/run/lab/swanctl.conf", "connections {\n"
                        + "".join(s.connection() for s in self.spokes) + "}\nsecrets {\n"
                        + "".join(s.secret() for s in self.spokes) + "}\n")
        swanctl(self.node, "--load-all", "--file", "/run/lab/swanctl.conf")
        wait_until(lambda: self.node.run("ip", "link", "show", "dev", "ipsec0", check=False)
                   .returncode == 0, 10, f"the TUN ipsec0 of {self.node.name}", [charon])
        first = self.spokes[0]
        statics = "protocol static { ipv4; " + " ".join(
            f"route {s.prefix} unreachable;" for s in self.spokes) + " }\n"
        start_bird(self.node, BIRD + f"router id {first.outer};\n" + statics
                   + "".join(s.session() for s in self.spokes))

    def established(self):
        lines = bird_protocols(self.node)
        return sum("Established" in lines.get(s.name, "") for s in self.spokes)


class Net:
    def __init__(self, lab, _bfd_ms):
        self.lab, self.vnet, self.gw = lab, lab.node("vnet"), gateway_node(lab, "gw")
        lab.link((self.vnet, "gw", ["10.1.0.4/24"]), (self.gw, "vnet0", ["10.1.0.1/24"]))
        self.vnet.run("ip", "route", "add", "default", "via", "10.1.0.1")
        self.inet = Internet(lab)
        self.inet.attach(self.gw, "pub0", PUBLIC + "/24")
        self.devices = [Device(lab, self.inet, number) for number in range(DEVICES)]
        self.gateway = Gateway(self.gw, CONFIGURATION + "".join(s.lines() for s in SPOKES), self)


TOPOLOGY = Net


def run(s):
    for device in s.net.devices:
        device.start()
    s.gateway.start_programs()
    memory(s, "empty")
    began = time.monotonic()
    load(s)
    s.report.note(f"vtysh -b took {time.monotonic() - began:.1f} s")
    wait_until(lambda: at_least(tunnels(s)), 150, "1,000 tunnels", s.gateway.processes(), 0.5)
    s.report.figure("tunnels_1000_up_s", round(time.monotonic() - began, 1), "s", TUNNELS_LIMIT_S)
    wait_until(lambda: at_least(sum(d.established() for d in s.net.devices)), 150,
               "1,000 BGP sessions, as the sites have it", s.gateway.processes(), 0.5)
    wait_until(lambda: at_least(prefixes(s)), 150, "1,000 prefixes", s.gateway.processes(), 0.5)
    s.report.figure("bgp_1000_up_s", round(time.monotonic() - began, 1), "s", BGP_LIMIT_S)
    through_each(s)
    memory(s, "1000")
    identities(s)


def load(s):
    """What FRR does after starting its daemons, with our lines in frr.conf."""
    s.net.gw.write("/etc/frr/frr.conf", s.gateway.configuration, 0o640, "frr:frr")
    output = s.gateway.load_startup().strip()
    if "refused" in output or "%" in output:
        raise Failure(f"vtysh -b: {output[:2000]}")


def at_least(count):
    if count < COUNT:
        raise NotYet(f"{count} of {COUNT}")
    return True


def connections(s):
    return {c["name"]: c["state"] for c in s.gateway.show_json("connections")["connection"]}


def tunnels(s):
    return sum(state.get("forwarding") == "up" for state in connections(s).values())


def prefixes(s):
    """How many sites' prefixes the gateway forwards by their own tunnels."""
    legs = {r["prefix"]: r["leg"] for r in s.gateway.show_json("routes")["routes"]["route"]}
    return sum(legs.get(spoke.prefix) == [spoke.name] for spoke in SPOKES)


def identities(s):
    """Each site was called by its name: charon has 1,000 different ones."""
    listed = s.gateway.swanctl("--list-sas")
    found = set(re.findall(r"remote +'(site\d+\.example)'", listed))
    s.report.equal(len(found), COUNT, "so many different identities have an IKE SA")


# --- data ------------------------------------------------------------------------------------


def through_each(s):
    """Pings from the VNet host to each site; that each took its own tunnel, by its counters."""
    before = connections(s)
    answered = ping_all(s)
    after = connections(s)
    s.report.equal(sum(count >= PINGS for count in answered.values()), COUNT,
                   f"so many sites' hosts answer {PINGS} pings")
    silent = [spoke for spoke in SPOKES if answered[spoke.host] < PINGS]
    if silent:
        s.report.note(s.gateway.show(f"explain {silent[0].host}"))
    least = PINGS * PING_BYTES
    own = sum(all(grown(before, after, spoke.name, way) >= least for way in ("in", "out"))
              for spoke in SPOKES)
    s.report.equal(own, COUNT, "so many tunnels carried their own site's pings, both ways")


def grown(before, after, name, way):
    return (int(after[name]["traffic"][f"{way}-octets"])
            - int(before[name]["traffic"][f"{way}-octets"]))


def ping_all(s):
    """ICMP echo requests to each site's host, paced, in rounds until each has answered; answers by address.

    The sites' userspace ESP still works off BGP's updates when the last session is up.
    """
    answered = {spoke.host: 0 for spoke in SPOKES}
    pinger = socket_in(s.net.vnet, lambda: socket.socket(
        socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP))
    with pinger:
        pinger.setblocking(False)
        identity, sequence = os.getpid() & 0xFFFF, 0
        deadline = time.monotonic() + PING_LIMIT_S
        while min(answered.values()) < PINGS and time.monotonic() < deadline:
            for host in [h for h, count in answered.items() if count < PINGS]:
                pinger.sendto(echo(identity, sequence), (host, 0))
                drain(pinger, answered, identity, 0.0005)
            sequence += 1
            drain(pinger, answered, identity, 0.5)
    s.report.note(f"pings: {sequence} rounds, {sum(answered.values())} answers")
    return answered


def echo(identity, sequence):
    head = struct.pack("!BBHHH", 8, 0, 0, identity, sequence)
    data = head + bytes(PING_BYTES)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total & 0xFFFF) + (total >> 16)
    return struct.pack("!BBHHH", 8, 0, ~total & 0xFFFF, identity, sequence) + bytes(PING_BYTES)


def drain(pinger, answered, identity, seconds):
    """Takes what has come, and gives the gateway's and the sites' processes the time between."""
    until = time.monotonic() + seconds
    while True:
        try:
            packet, (source, _) = pinger.recvfrom(2048)
        except BlockingIOError:
            if time.monotonic() >= until:
                return
            time.sleep(0.0002)
            continue
        if packet[20] == 0 and struct.unpack_from("!H", packet, 24)[0] == identity \
                and source in answered:
            answered[source] += 1


# --- memory ----------------------------------------------------------------------------------


def memory(s, when):
    g = s.gateway
    pids = {"keeper": g.daemon.pid, "gatehoused": g.child(), "charon": g.charon.pid,
            **{name: process.pid for name, process in g.frr.items()}}
    for name, pid in pids.items():
        with open(f"/proc/{pid}/status") as status:
            found = re.search(r"VmRSS:\s+(\d+) kB", status.read())
        if when == "1000":
            s.report.figure(f"memory_{name}_{when}_mib", round(int(found[1]) / 1024, 1), "MiB")
        else:
            s.report.note(f"{name} without connections: {int(found[1]) / 1024:.1f} MiB")
