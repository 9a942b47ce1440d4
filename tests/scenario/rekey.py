"""rekey - 50 child and 5 IKE rekeys from each side under traffic, without a loss

  vnet ── gw ══ inet ══ vpn ── site2      probes vnet <-> site2 through ESP

Every rekey is asked for by vici of one side and awaited by the child SA's new
SPI, or the IKE SA's new cookie, as the VPN device lists them.
"""

import re

import capture
import topology
from lab import NotYet, wait_until
from traffic import Traffic

CHILD_REKEYS, IKE_REKEYS = 50, 5


def run(s):
    s.net.start_peers()
    s.gateway.start()
    traffic = Traffic(s.gateway, s.marker, "site2").start()
    for side, swanctl in (("gateway", s.gateway.swanctl), ("peer", s.net.swanctl)):
        children = sum(rekey(s, swanctl, "--child") for _ in range(CHILD_REKEYS))
        ikes = sum(rekey(s, swanctl, "--ike") for _ in range(IKE_REKEYS))
        s.report.equal((children, ikes), (CHILD_REKEYS, IKE_REKEYS),
                       f"from the {side}: {children} child and {ikes} IKE rekeys")
    # Old inbound SAs are deleted 5 s after their rekey: watch that, too.
    traffic.more(6500)
    traffic.stop()
    losses = traffic.losses()
    for name, loss in losses.items():
        s.report.note(f"{name}: {loss}")
    s.report.figure("rekey_loss_packets", max(len(l.lost) for l in losses.values()), "packets", 0)
    spis = {spi for source, _, spi, _ in capture.esp_packets(traffic.packets["pub0"])
            if capture.text(source) == topology.PUBLIC}
    s.report.claim(len(spis) > 2 * CHILD_REKEYS, f"the gateway sent under {len(spis)} keys")
    s.report.equal(capture.esp_repeated(traffic.packets["pub0"], topology.PUBLIC), [],
                   "no sequence number was sent twice under a key")


def rekey(s, swanctl, kind):
    """One rekey from one side; returns 1 when the VPN device has the new SA."""
    before = names(s, kind)
    connection, child = wait_until(lambda: sa_names(swanctl("--list-sas")), 10, "an SA to rekey")
    swanctl("--rekey", kind, child if kind == "--child" else connection)
    def renewed():
        now = names(s, kind)
        if not now or now & before:
            raise NotYet(f"before {before}, now {now}")
        return True
    wait_until(renewed, 10, f"a rekey, {kind[2:]}", [s.gateway.charon, s.net.vpn])
    return 1


def sa_names(listed):
    """The names of the first connection and child of swanctl --list-sas."""
    connection = re.search(r"^(\S+): #\d+, ESTABLISHED", listed, re.M)
    child = re.search(r"^  (\S+): #\d+, reqid \d+, INSTALLED", listed, re.M)
    if not connection or not child:
        raise NotYet(listed)
    return connection[1], child[1]


def names(s, kind):
    """What identifies the SAs in use at the VPN device: inbound SPIs, or IKE cookies."""
    listed = s.net.swanctl("--list-sas")
    if kind == "--ike":
        return set(re.findall(r"ESTABLISHED, IKEv2, (\w+)_i", listed))
    found = set()
    for child in re.split(r"^  (?=\S+: #\d+, reqid)", listed, flags=re.M)[1:]:
        if "INSTALLED" in child.splitlines()[0]:
            found |= set(re.findall(r"in +(\w+)", child))
    return found
