"""rekey-storm - 1,000 rekeys asked for by both sides at the same moment, two gateways

  ┌───────┐   ┌──────┐ .1               .1 ┌──────┐   ┌───────┐
  │ vnet1 ├───┤ gw1  ├────── inet ─────────┤ gw2  ├───┤ vnet2 │
  └───────┘   └──────┘ 203.0.113.0/24      └──────┘   └───────┘
  10.1.0.0/24 .4          198.51.100.0/24        10.2.0.0/24 .4
  2001:db8:1::/64 ::4                            2001:db8:2::/64 ::4

RFC 7296 2.8 says who gives way when both rekey the same SA at once. Each round asks
both ends within a millisecond or so, child SAs most of the time and IKE SAs now and
then, under probes both ways in both families. Nothing may be lost.

Gateways at both ends, for they deliver what they have received before an SA goes; a
device with userspace ESP drops what waits inside of it.
"""

import re
import threading

import capture
from block import Internet
from gateway import Gateway, gateway_node
from lab import NotYet, wait_until
from traffic import Host, Probes
from tunnel import Sas

ROUNDS, IKE_EVERY = 500, 10
PUBLIC = {1: "203.0.113.1", 2: "198.51.100.1"}

CONFIGURATION = """\
gateway
 asn 6551{number}
 address-space 10.{number}.0.0/16
 address-space 2001:db8:{number}::/48
 vnet interface vnet0
 public-address {ours}
exit
gateway connection other
 remote-address {theirs}
 mode {mode}
 shared-key 0 lab.Key-of-both-21
 prefix 10.{other}.0.0/16
 prefix 2001:db8:{other}::/48
exit
"""


class Net:
    def __init__(self, lab, bfd_ms):
        self.lab, self.inet = lab, Internet(lab)
        self.gateways, self.hosts = {}, {}
        for number, other in ((1, 2), (2, 1)):
            vnet, gw = lab.node(f"vnet{number}"), gateway_node(lab, f"gw{number}")
            lab.link((vnet, "gw", [f"10.{number}.0.4/24", f"2001:db8:{number}::4/64"]),
                     (gw, "vnet0", [f"10.{number}.0.1/24", f"2001:db8:{number}::1/64"]))
            vnet.run("ip", "route", "add", "default", "via", f"10.{number}.0.1")
            vnet.run("ip", "-6", "route", "add", "default", "via", f"2001:db8:{number}::1")
            self.inet.attach(gw, "pub0", PUBLIC[number] + "/24")
            self.gateways[number] = Gateway(gw, CONFIGURATION.format(
                number=number, other=other, ours=PUBLIC[number], theirs=PUBLIC[other],
                mode="default" if number == 1 else "responder-only"), self)
            self.hosts[number] = Host(vnet, "gw", {4: f"10.{number}.0.4", 6: f"2001:db8:{number}::4"})
        self.gateway = self.gateways[1]

    def processes(self):
        return [p for g in self.gateways.values() for p in g.processes()]

    def sas(self):
        return [Sas(g.swanctl("--list-sas", check=False).stdout, "gh-other")
                for g in self.gateways.values()]


TOPOLOGY = Net


def run(s):
    net = s.net
    for gateway in net.gateways.values():
        gateway.start_programs()
        gateway.configure(gateway.configuration)
    settled(net, 60)
    probes = Probes(net.hosts[1], net.hosts[2], s.marker, rate=500, watch=net.processes())
    probes.start(links=[(net.gateways[1].node, "pub0")])
    asked = 0
    for number in range(1, ROUNDS + 1):
        asked += collide(net, "--ike" if number % IKE_EVERY == 0 else "--child")
    # Old inbound SAs are deleted 5 s after their rekey: watch that, too.
    probes.more(3500)
    probes.stop()
    losses = probes.losses()
    for name, loss in losses.items():
        s.report.note(f"{name}: {loss}")
    s.report.figure("rekeys_asked", asked, "rekeys")
    collisions = sum(g.charon.log_text().count("collision") for g in net.gateways.values())
    s.report.figure("rekey_collisions_logged", collisions, "lines")
    s.report.claim(collisions > 0, "some of them collided")
    s.report.figure("rekey_storm_loss_packets", max(len(l.lost) for l in losses.values()),
                    "packets", 0)
    for public in PUBLIC.values():
        s.report.equal(capture.esp_repeated(probes.packets["gw1-pub0"], public), [],
                       f"{public} sent no sequence number twice under a key")


def collide(net, kind):
    """Both sides at once; returns 2 when both ends have new SAs."""
    before = settled(net, 20)
    name = "gh-other" if kind == "--ike" else before[0].children[0]["name"]
    threads = [threading.Thread(target=g.swanctl, args=("--rekey", kind, name),
                                kwargs={"check": False}) for g in net.gateways.values()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    def renewed():
        now = net.sas()
        for old, new in zip(before, now):
            fresh = new.id > old.id if kind == "--ike" else not set(new.spis()) & set(old.spis())
            if not fresh:
                raise NotYet(new.text)
        return True
    wait_until(renewed, 20, f"a rekey from both sides, {kind[2:]}", net.processes(), interval=0.02)
    return 2


def settled(net, timeout):
    """One IKE SA with one child SA, the same at both ends."""
    def ready():
        ours, theirs = net.sas()
        if ours.count != 1 or theirs.count != 1 or len(ours.children) != 1 or \
           ours.spis() != theirs.spis(swap=True) or re.search("CONNECTING", ours.text):
            raise NotYet(f"{ours.text}\n{theirs.text}")
        return ours, theirs
    return wait_until(ready, timeout, "one tunnel at both ends", net.processes(), interval=0.02)
