"""rekey-storm - 1,000 rekeys, each asked for by both sides at the same moment

  ┌───────┐   ┌──────┐ .1               .1 ┌──────┐   ┌───────┐
  │ vnet1 ├───┤ gw1  ├────── inet ─────────┤ gw2  ├───┤ vnet2 │
  └───────┘   └──────┘ 203.0.113.0/24      └──────┘   └───────┘
  10.1.0.0/24 .4          198.51.100.0/24        10.2.0.0/24 .4
  2001:db8:1::/64 ::4                            2001:db8:2::/64 ::4

RFC 7296 2.8 says who gives way when both rekey the same SA at once, and 2.25 that a
rekey may be refused for the moment. Each round asks both ends within a fraction of a
millisecond for the same SA, child SAs most of the time and IKE SAs now and then, under
probes both ways in both families. A round counts as one rekey, and only when both ends
have left the SA of before for the same new one; what was refused is asked for again.
How many of them collided is in charon's logs. Nothing may be lost, and in the end one
IKE SA with one child SA is left. Before that, once, a rekey is put off at the worst of
moments (put_off).

Gateways at both ends, for they deliver what they have received before an SA goes; a
device with userspace ESP drops what waits inside of it.
"""

import collections
import re
import time

import capture
from block import Internet
from gateway import CHARON, Gateway, gateway_node
from lab import Failure, NotYet, wait_until
from traffic import Host, Probes
from vici import Vici

REKEYS, IKE_EVERY = 1000, 10
REFUSED_S = 0.4         # nothing has changed so long after both were asked
PUBLIC = {1: "203.0.113.1", 2: "198.51.100.1"}
NAME = "gh-other"
# Of requests with equal message IDs that cross, charon drops an answer that comes while it
# works on the other's request: it is sent again after this time. Seconds would make hours.
AGAIN = {"retransmit_timeout = 2.0": "retransmit_timeout = 0.15",
         "retransmit_tries = 5": "retransmit_tries = 8"}
COUNTED = {
    "child collisions": "detected CHILD_REKEY collision with CHILD_REKEY",
    "IKE collisions": "detected IKE_REKEY collision with IKE_REKEY",
    "refused for the moment": "received TEMPORARY_FAILURE",
    "sent again": "retransmit [0-9]+ of request",
    "successors that were made to send": "was to follow it and sends now",
}

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
        self.lab, self.inet, self.first = lab, Internet(lab), 1
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
            for line, sooner in AGAIN.items():
                if line not in CHARON:
                    raise Failure(f"the lab's charon has no {line}")
                self.gateways[number].charon_configuration = \
                    self.gateways[number].charon_configuration.replace(line, sooner)
            self.hosts[number] = Host(vnet, "gw", {4: f"10.{number}.0.4", 6: f"2001:db8:{number}::4"})
        self.gateway = self.gateways[1]

    def processes(self):
        return [p for g in self.gateways.values() for p in g.processes()]

    def sas(self):
        return [ends(v.list_sas()) for v in self.vicis]


TOPOLOGY = Net


def run(s):
    net = s.net
    for gateway in net.gateways.values():
        gateway.start_programs()
        gateway.configure(gateway.configuration)
    net.vicis = [Vici(g.charon) for g in net.gateways.values()]
    settled(net, 60)
    probes = Probes(net.hosts[1], net.hosts[2], s.marker, rate=500, watch=net.processes())
    probes.start(links=[(net.gateways[1].node, "pub0")])
    dropped = drops(net)
    put_off(net)
    done, asked = storm(net)
    # Old inbound SAs are deleted 5 s after their rekey: watch that, too.
    probes.more(3500)
    probes.stop()
    dropped = [after - before for before, after in zip(dropped, drops(net))]
    s.report.figure("rekeys", done.total(), "rekeys")
    s.report.note(f"{done['child']} child and {done['ike']} IKE rekeys, {asked} asked for at each end")
    collided(s)
    losses = probes.losses()
    for name, loss in losses.items():
        s.report.note(f"{name}: {loss}")
    s.report.figure("rekey_storm_loss_packets", max(len(l.lost) for l in losses.values()),
                    "packets", 0)
    s.report.equal(dropped, [collections.Counter()] * 2, "neither datapath dropped a packet")
    keys(s, probes, done)
    calm(s)
    s.report.claim(wait_until(lambda: alone(net), 60, "one IKE SA, one child SA at both ends",
                              net.processes(), interval=0.2),
                   "one IKE SA with one child SA is left at both ends")


def put_off(net):
    """A rekey of gw1 is put off by gw2, which has rekeyed that SA and is deleting it.

    Chance makes that once in thousands. Here gw1's request and gw2's delete, known by
    their lengths, are held up: so both rekey, and gw1's request comes while gw2 deletes.
    """
    gw1 = net.gateways[1]
    ike = "udp dport 4500 @th,64,32 0 ip length"
    gw1.node.run("nft", "-f", "-", text=f"""table netdev late {{
 chain asked {{ type filter hook egress device "pub0" priority 0; {ike} 493 drop; }}
 chain ended {{ type filter hook ingress device "pub0" priority 0; {ike} 101 drop; }}
}}
""")
    before = settled(net, 30)
    def sees(line):
        return lambda: line in gw1.charon.log_text()
    for vici, sa in zip(net.vicis, before):
        vici.ask("rekey", child_id=sa.child["uniqueid"])
        vici.answer()
        wait_until(sees("generating CREATE_CHILD_SA request"), 10, "gw1 asking", [gw1.charon])
    wait_until(sees("detected CHILD_REKEY collision"), 10, "the rekeys meeting", [gw1.charon])
    gw1.node.run("nft", "flush", "chain", "netdev", "late", "asked")
    wait_until(sees("received TEMPORARY_FAILURE"), 10, "gw1 being put off", [gw1.charon])
    gw1.node.run("nft", "delete", "table", "netdev", "late")
    wait_until(sees("was to follow it and sends now"), 10, "the successor sending", [gw1.charon])
    if not renewed(net, "child", before):
        raise Failure("the SA of before is still in use")


def storm(net):
    """Rekeys until there are enough; what was rekeyed, and how often both were asked."""
    done, asked = collections.Counter(), 0
    while done.total() < REKEYS:
        kind = "ike" if (done.total() + 1) % IKE_EVERY == 0 else "child"
        before = settled(net, 30)
        asked += 1
        ask(net, kind, before)
        done[kind] += renewed(net, kind, before)
    return done, asked


def ask(net, kind, before):
    asked = list(zip(net.vicis, before))
    net.first = -net.first      # neither side is always the quicker one
    for vici, sa in asked[::net.first]:
        vici.ask("rekey", **{f"{kind}_id": sa.child["uniqueid"] if kind == "child" else sa.id})
    for vici in net.vicis:
        vici.answer()           # it only says that charon will try


def renewed(net, kind, before):
    """Have both ends left that SA for another one? 0 if charon has put it off."""
    deadline = time.monotonic() + REFUSED_S
    while True:
        now = settled(net, 30)
        if kind == "child" and {s.spis for s in before}.isdisjoint(s.spis for s in now):
            return 1
        if kind == "ike" and before[0].cookies != now[0].cookies:
            return 1
        if time.monotonic() > deadline:
            return 0


Ends = collections.namedtuple("Ends", "id cookies child spis count")
"""A connection at one end: its IKE SA in use and the child SA; spis as the first gateway
has them (in, out) or the second (out, in); count of all its IKE SAs."""


def ends(listed):
    """Ends of one gateway; NotYet while there is not exactly one IKE SA and one child SA."""
    ours = [sa for name, sa in listed if name == NAME]
    using = [sa for sa in ours if sa["state"] not in ("REKEYED", "DELETING", "DESTROYING")]
    children = [c for sa in using for c in sa.get("child-sas", {}).values()
                if c["state"] not in ("REKEYED", "DELETING", "DELETED")]
    states = [(sa["uniqueid"], sa["state"], [(c["uniqueid"], c["state"]) for c in
               sa.get("child-sas", {}).values()]) for sa in ours]
    if len(using) != 1 or using[0]["state"] != "ESTABLISHED" or \
       [c["state"] for c in children] != ["INSTALLED"]:
        raise NotYet(str(states))
    sa, child = using[0], children[0]
    return Ends(sa["uniqueid"], (sa["initiator-spi"], sa["responder-spi"]), child,
                frozenset((child["spi-in"], child["spi-out"])), len(ours))


def settled(net, timeout):
    """One IKE SA with one child SA, the same at both ends."""
    def ready():
        ours, theirs = net.sas()
        if ours.cookies != theirs.cookies or ours.spis != theirs.spis:
            raise NotYet(f"{ours}\n{theirs}")
        return ours, theirs
    return wait_until(ready, timeout, "one tunnel at both ends", net.processes(), interval=0.01)


def alone(net):
    """Are the IKE SAs in use the only ones, and the same?"""
    counts = [sa.count for sa in settled(net, 30)]
    if counts != [1, 1]:
        raise NotYet(f"IKE SAs: {counts}")
    return True


def collided(s):
    """From the logs of charon: how many of the rekeys met one of the other side."""
    logs = [g.charon.log_text() for g in s.net.gateways.values()]
    found = {what: [len(re.findall(line, log)) for log in logs] for what, line in COUNTED.items()}
    for what, counts in found.items():
        s.report.note(f"{what}: {counts[0]} at gw1, {counts[1]} at gw2")
    for kind in ("child", "IKE"):
        # Seen by both: requests that crossed on the wire.
        both = min(found[f"{kind} collisions"])
        s.report.figure(f"{kind.lower()}_rekeys_collided", both, "rekeys")
        s.report.claim(both > 0, f"rekeys of {kind} SAs collided")


def drops(net):
    """What each gateway's datapath has dropped, by reason."""
    return [collections.Counter({reason: int(count) for reason, count in
                                 g.show_json("")["state"]["esp"]["drops"].items()})
            for g in net.gateways.values()]


def calm(s):
    """What is no fault must not be told as one, nor a tunnel that carries all as down."""
    for gateway in s.net.gateways.values():
        told = [line for line in gateway.daemon.log_text().splitlines() if "other: " in line]
        up = next(n for n, line in enumerate(told) if "tunnel up" in line)
        alarms = [line for line in told[up + 1:]
                  if not re.search(r"other: (SA |up|IKE established, child SA installed$)", line)]
        s.report.equal(alarms, [], f"{gateway.node.name} told of nothing but new SAs")


def keys(s, probes, done):
    for public in PUBLIC.values():
        packets = probes.packets["gw1-pub0"]
        spis = {spi for source, _, spi, _ in capture.esp_packets(packets)
                if capture.text(source) == public}
        s.report.claim(len(spis) > done["child"] * 0.9, f"{public} sent under {len(spis)} keys")
        s.report.equal(capture.esp_repeated(packets, public), [],
                       f"{public} sent no sequence number twice under a key")
