"""policy-change - proposal, lifetime, key and mode of ESP change under traffic; drawn in tunnel.py

Each change is a commit on the gateway while probes pass both ways, in both families:
the new SAs are set up beside the old ones, which are closed when the new ones carry
the traffic. Nothing may be lost. A change that the device refuses leaves the tunnel
as it was, and says so.
"""

import time

import tunnel
from lab import NotYet, wait_until
from tunnel import NAME, PSK

TOPOLOGY = tunnel.Net

NEW_KEY = "lab.Key-of-paris-20"
# What the device takes all along.
PROPOSALS = "aes256gcm16-prfsha384-ecp384,aes256-sha256-modp2048,aes256-sha384-ecp384"
ESP = "aes256gcm16-ecp384,aes128gcm16-ecp384,aes256-sha256-modp2048"

CHANGES = (
    ("an ESP proposal", "ipsec encryption gcmaes128\nipsec pfs-group ecp384",
     lambda sa: sa.esp.startswith("AES_GCM_16-128")),
    ("a cipher of another kind", "ipsec encryption aes256\nipsec integrity sha256\nipsec pfs-group group14",
     lambda sa: sa.esp.startswith("AES_CBC-256/HMAC_SHA2_256_128")),
    ("an IKE proposal", "ike encryption aes256 integrity sha256 dh-group group14",
     lambda sa: sa.algorithms.startswith("AES_CBC-256/HMAC_SHA2_256_128/PRF_HMAC_SHA2_256/MODP_2048")),
    ("lifetimes", "ipsec lifetime 3600\nike lifetime 7200", lambda sa: True),
)


def run(s):
    net = s.net
    net.start(proposals=PROPOSALS, esp=ESP)
    net.up()
    probes = net.probes(s.marker, rate=1000).start()
    for what, lines, check in CHANGES:
        changed(s, what, lambda l=lines: net.set(l), check)
    key(s)
    refused(s)
    probes.more(1000)
    probes.stop()
    losses = probes.losses()
    for name, loss in losses.items():
        s.report.note(f"{name}: {loss}")
    s.report.figure("policy_change_loss_packets", max(len(l.lost) for l in losses.values()),
                    "packets", 0)
    many(s)
    responder(s)


def changed(s, what, change, check):
    """One change: other SAs than before at both ends, and only those."""
    net = s.net
    before = net.sas()[0]
    change()
    def renewed():
        ours, theirs = net.sas()
        if ours.count != 1 or set(ours.spis()) & set(before.spis()) or not check(ours) or \
           ours.spis() != theirs.spis(swap=True):
            raise NotYet(f"{ours.text}\n{theirs.text}")
        return ours
    ours = wait_until(renewed, 30, f"new SAs after a change of {what}",
                      [*net.gateway.processes(), net.device.node], interval=0.1)
    s.report.claim(ours.id > before.id, f"{what}: {ours.algorithms}; {ours.esp}")


def many(s):
    """Faster than SAs come up, and more than are remembered: the last one is what runs."""
    net, count = s.net, 0
    net.set("no ipsec integrity\nipsec encryption gcmaes256\nipsec pfs-group ecp384")
    began = time.monotonic()
    for _ in range(7):
        for size in (256, 128):
            net.set(f"ipsec encryption gcmaes{size}")
            count += 1
    took = time.monotonic() - began
    def last():
        ours, theirs = net.sas()
        if ours.count != 1 or not ours.esp.startswith("AES_GCM_16-128") or \
           ours.spis() != theirs.spis(swap=True):
            raise NotYet(f"{ours.text}\n{theirs.text}")
        return ours
    ours = wait_until(last, 30, f"the last of {count} changes", [*net.gateway.processes(),
                                                                net.device.node], interval=0.1)
    s.report.claim(net.carries(), f"{count} changes within {took:.1f} s: the last one runs: {ours.esp}, and carries")


def key(s):
    """Old and new key: the gateway takes either while the device changes."""
    net = s.net
    net.set(f"alternate-shared-key 0 {NEW_KEY}")
    net.device.tunnel(NAME, tunnel.DEVICE, tunnel.PUBLIC, NEW_KEY, proposals=PROPOSALS, esp=ESP)
    net.device.load()
    changed(s, "the key, to the device's new one",
            lambda: net.set(f"shared-key 0 {NEW_KEY}\nno alternate-shared-key"), lambda sa: True)


def refused(s):
    """The device does not take it: the tunnel runs on, and the reason is told."""
    net = s.net
    before = net.sas()[0].spis()
    net.set("no ipsec integrity\nipsec encryption gcmaes192\nipsec pfs-group ecp384")
    def told():
        error = str(net.status()["state"])
        if "NO_PROPOSAL_CHOSEN" not in error:
            raise NotYet(error)
        return error
    wait_until(told, 20, "the refusal in the connection's state", net.gateway.processes(),
               interval=0.2)
    s.report.equal(net.sas()[0].spis(), before, "a change that the device refuses leaves the tunnel up")
    s.report.claim(net.carries(), "and carrying")
    net.show(s.report)
    net.set("ipsec encryption gcmaes256")
    net.up(check=lambda o, t: o.esp.startswith("AES_GCM_16-256"))
    s.report.claim(True, "the next change that it takes is made")


def responder(s):
    """A device that has only the new key heals itself by the alternate one."""
    net = s.net
    net.set(f"shared-key 0 {PSK}\nalternate-shared-key 0 {NEW_KEY}")
    before = net.sas()[0].spis()
    net.gateway.vtysh(f"gateway reset connection {NAME}")
    net.up(30, check=lambda o, t: not set(o.spis()) & set(before))  # it is down for milliseconds
    s.report.claim(net.carries(), "set up anew with a device that has the alternate key alone")
