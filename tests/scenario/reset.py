"""reset - of a connection, and of the whole gateway, under traffic; drawn in sites.py

A reset closes a connection's SAs and sets them up anew: nothing has to be done at the
site. paris has BGP over its tunnel, lyon has not. oslo is behind address translation and
is the one that calls: its device has `close_action = start`, as devices behind a NAT have.

What is counted is the time from the first to the last lost probe, the worst of both
directions and families.
"""

import time

import sites
from lab import NotYet, wait_until
from sites import PSK, PUBLIC
from traffic import Host, Probes


class Net(sites.Net):
    def _oslo(self, bfd_ms):
        super()._oslo(bfd_ms)
        self.oslo.devices[0].tunnel("azure", "192.168.1.2", PUBLIC, PSK % "oslo",
                                    local_id="oslo.example", child="close_action = start")


TOPOLOGY = Net

# Milliseconds without traffic that are the limit: one that we call, one with BGP, one that calls.
LIMIT_MS = {"lyon": 1000, "paris": 8000, "oslo": 8000}


def run(s):
    s.net.start()
    for site in (s.net.paris, s.net.oslo):
        wait_until(lambda: sites.learned(site, 4, {sites.SPACE[4]}), 15, f"{site.name}'s routes",
                   [site.node])
    flows = {site.name: Probes(s.net.here, Host(site.host, "net", site.addresses), s.marker,
                               rate=500, flows=1, watch=s.gateway.processes())
             for site in s.net.sites}
    for flow in flows.values():
        flow.start(settle=False)
    for flow in flows.values():
        flow.settle(30)
    windows = {name: one(s, flows, name) for name in LIMIT_MS}
    windows["gateway"] = everything(s, flows)
    for flow in flows.values():
        flow.stop()
    for reset, (after, before) in windows.items():
        judge(s, reset, {n: f.losses(after=after, before=before) for n, f in flows.items()})
    refused(s)


def one(s, flows, name):
    """Its own tunnel is a new one, the others' are what they were; returns from when to when."""
    began, before = time.time(), spis(s)
    s.gateway.vtysh(f"gateway reset connection {name}")
    wait_until(lambda: renewed(s, before, {name}), 30, f"{name}'s new SAs", s.gateway.processes(),
               interval=0.05)
    settle(flows)
    after = spis(s)
    for other in set(LIMIT_MS) - {name}:
        s.report.equal(after[other], before[other], f"{name} is reset: {other} has the SAs that it had")
    s.report.claim(f"{name}: reset by" in s.gateway.show("events"),
                   f"{name}'s reset stands in the timeline")
    return began, time.time()


def everything(s, flows):
    began, before = time.time(), spis(s)
    said = s.gateway.vtysh("gateway reset")
    s.report.claim("3 connections reset" in said, f"gateway reset says {said.strip()}")
    wait_until(lambda: renewed(s, before, set(LIMIT_MS)), 30, "new SAs of all",
               s.gateway.processes(), interval=0.05)
    settle(flows)
    s.gateway.wait_established(2)
    s.report.claim(True, "all sessions of BGP are up after it")
    return began, time.time()


def settle(flows):
    """Until probes arrive again everywhere."""
    for flow in flows.values():
        flow.more(300)


def judge(s, reset, losses):
    """How long those that were reset were without traffic; the others lose nothing."""
    for name, found in losses.items():
        for direction, loss in found.items():
            s.report.note(f"reset {reset}: {name} {direction}: {loss}")
        lost = any(loss.lost for loss in found.values())
        if reset not in (name, "gateway"):
            s.report.claim(not lost, f"{reset} is reset: {name} loses nothing")
            continue
        s.report.claim(lost, f"reset {reset}: {name} is set up anew, with a break")
        figure = f"reset_{name}_ms" if reset == name else f"reset_all_{name}_ms"
        s.report.figure(figure, max(loss.loss_ms for loss in found.values()), "ms", LIMIT_MS[name])


def refused(s):
    """What cannot be reset is said."""
    for words, reason in (("connection nowhere", "there is no connection nowhere"),
                          ("connection lyon", "it is shut down")):
        if "lyon" in words:
            s.gateway.configure("gateway connection lyon\n shutdown\nexit")
        done = s.gateway.vtysh(f"gateway reset {words}", check=False)
        said = (done.stdout + done.stderr).strip()
        s.report.claim(reason in said, f"reset {words} is refused: {said}")


def spis(s):
    """Each connection's pair of SPIs."""
    found = {}
    for c in s.gateway.show_json("connections")["connection"]:
        child = c["state"].get("child-sa", {})
        found[c["name"]] = (child.get("spi-in"), child.get("spi-out"))
    return found


def renewed(s, before, names):
    after = spis(s)
    old = [n for n in names if None in after[n] or set(after[n]) & set(before[n])]
    if old:
        raise NotYet(f"{old} of {after}")
    return s.gateway.all_forward()
