"""restart - gatehoused killed 20 times and upgraded, charon killed once, and nobody notices

           ┌── edge1 ──┐
  vnet ── gw           onprem ── site      probes by the circuit: none lost
           ├── edge2 ──┘  │
           └─ inet ══════ vpn ── site2     probes by ESP: short gaps, no replays

gatehoused's child gets SIGTERM and SIGKILL in turn; its keeper stays and starts
it again. Whether IKE or BGP flapped is asked of the peers: the IKE SA must be
the one of before, the BGP sessions up since before.
"""

import re
import signal

import capture
import topology
from traffic import Traffic

TIMES = 20


def run(s):
    s.net.start_peers()
    s.gateway.install()
    s.gateway.start()
    before = peers_see(s)
    circuit = Traffic(s.gateway, s.marker, "site").start()
    tunnel = Traffic(s.gateway, s.marker, "site2").start()
    for time in range(TIMES):
        s.gateway.restart_child(signal.SIGKILL if time % 2 else signal.SIGTERM)
        tunnel.more(500)
    upgrade(s)
    tunnel.more(500)
    circuit.stop()
    tunnel.stop()
    for name, seen in peers_see(s).items():
        s.report.equal(seen, before[name], f"{name} did not flap")
    losses = circuit.losses()
    for name, loss in [*losses.items(), *tunnel.losses().items()]:
        s.report.note(f"{name}: {loss}")
    s.report.figure("restart_expressroute_loss_packets",
                    max(len(loss.lost) for loss in losses.values()), "packets", 0)
    gaps = [loss.gap_ms for loss in tunnel.losses().values()]
    s.report.figure("esp_restart_gap_ms", max(gaps), "ms", 500)
    s.report.equal(capture.esp_repeated(tunnel.packets["pub0"], topology.PUBLIC), [],
                   "no sequence number was sent twice under a key")
    charon(s)


def upgrade(s):
    """Another file in the program's place, and SIGHUP: the new daemon runs that file."""
    s.gateway.install()
    s.gateway.reload()
    runs = s.net.gw.run("readlink", f"/proc/{s.gateway.child()}/exe").strip()
    s.report.equal(runs, s.gateway.program, "SIGHUP runs the program that is installed")


def charon(s):
    """charon killed and started again: ESP does not care, and IKE comes back."""
    tunnel = Traffic(s.gateway, s.marker, "site2").start()
    s.gateway.stop_charon(signal.SIGKILL)
    tunnel.more(1000)
    s.gateway.start_charon()
    s.gateway.wait_ike()
    tunnel.more(7000)       # beyond the old SAs' deletion
    tunnel.stop()
    losses = tunnel.losses()
    for name, loss in losses.items():
        s.report.note(f"charon restarted, {name}: {loss}")
    s.report.figure("charon_restart_loss_packets",
                    max(len(loss.lost) for loss in losses.values()), "packets", 0)


class Since(str):
    """BIRD's "up since": the same moment may print a few milliseconds apart."""

    def __eq__(self, other):
        return abs(self.seconds() - other.seconds()) < 0.1

    __hash__ = None

    def seconds(self):
        hours, minutes, seconds = self.split(":")
        return int(hours) * 3600 + int(minutes) * 60 + float(seconds)


def peers_see(s):
    """What tells of a flap, as the peers have it."""
    seen = {}
    for node, names in ((s.net.edge1, ("gateway4", "gateway6")), (s.net.vpn, ("azure",))):
        for name in names:
            line = [l for l in topology.birdc(node, "show protocols").splitlines()
                    if l.split()[:1] == [name]][0]
            clock, state = line.split()[4:6]
            seen[f"{node.name}'s session {name}"] = (Since(clock), state)
    for peer in ("172.16.0.6", "fd00:16:1::2"):
        text = topology.vtysh(s.net.edge2, f"show bgp neighbors {peer}")
        counts = re.search(r"Connections established (\d+); dropped (\d+)", text)
        seen[f"edge2's session {peer}"] = counts.groups() if counts else text
    listed = s.net.swanctl("--list-sas")
    seen["the VPN device's IKE SA"] = re.findall(r"ESTABLISHED, IKEv2, (\w+)_i", listed)
    seen["the VPN device's child SA"] = re.findall(r"^    in +(\w+)", listed, re.M)
    return seen
