"""rekey-storm - 1,000 rekeys asked for by both sides at the same moment; drawn in tunnel.py

RFC 7296 2.8 says who gives way when both rekey the same SA at once. Each round asks
both ends within the same millisecond or so, child SAs most of the time and IKE SAs
now and then, under probes both ways in both families. Nothing may be lost.
"""

import threading

import capture
import tunnel
from lab import NotYet, wait_until
from tunnel import NAME

TOPOLOGY = tunnel.Net
ROUNDS, IKE_EVERY = 500, 10


def run(s):
    net = s.net
    net.start()
    net.up()
    probes = net.probes(s.marker).start(links=[(net.gw, "pub0")])
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
    collisions = sum(p.log_text().count("collision") for p in (net.gateway.charon, net.device.charon))
    s.report.figure("rekey_collisions_logged", collisions, "lines")
    s.report.claim(collisions > 0, "some of them collided")
    s.report.figure("rekey_storm_loss_packets", max(len(l.lost) for l in losses.values()),
                    "packets", 0)
    s.report.equal(capture.esp_repeated(probes.packets["gw-pub0"], tunnel.PUBLIC), [],
                   "no sequence number was sent twice under a key")


def collide(net, kind):
    """Both sides at once; returns 2 when both ends have new SAs, and the same ones."""
    before_ours, before_theirs = settled(net)
    sides = ((net.gateway.swanctl, f"gh-{NAME}"), (net.device.swanctl, NAME))
    threads = [threading.Thread(target=swanctl, args=("--rekey", kind,
                                                      name if kind == "--ike" else NAME),
                                kwargs={"check": False}) for swanctl, name in sides]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    def renewed():
        ours, theirs = net.sas()
        if kind == "--ike":
            fresh = ours.id > before_ours.id and theirs.id > before_theirs.id
        else:
            fresh = not set(ours.spis()) & set(before_ours.spis())
        if not fresh:
            raise NotYet(f"{ours.text}\n{theirs.text}")
        return True
    wait_until(renewed, 15, f"a rekey from both sides, {kind[2:]}",
               [*net.gateway.processes(), net.device.node], interval=0.02)
    return 2


def settled(net):
    """One IKE SA with one child SA at both ends."""
    return net.up(15, check=lambda o, t: o.count == t.count == 1 and len(o.children) == 1)
