"""ikev1 - main and aggressive mode from both sides, rekeys, a dead peer; drawn in tunnel.py

Old devices speak IKEv1 (RFC 2409) alone, with one pair of selectors to an SA: a
connection for any to any carries IPv4 (policy-based has IPv6 as a pair of its own). Each exchange comes up whoever begins, with
what is configured at both ends, and carries traffic; a rekey of either phase loses
next to nothing (a responder takes the new SA with the third message, and the first
packets may come before it); a peer that falls silent is found by DPD (RFC 3706).
"""

import tunnel
from lab import NotYet, wait_until
from tunnel import NAME, PSK

TOPOLOGY = tunnel.Net

LINES = """\
ike version 1
ike exchange {exchange}
mode {mode}
"""


def run(s):
    net = s.net
    net.start()
    net.up()                                # IKEv2, to begin with
    for exchange in ("main", "aggressive"):
        for mode in ("initiator-only", "responder-only"):
            come_up(s, exchange, mode)
    policy(s)
    s.net.show(s.report)
    rekeys(s)
    dead(s)


def come_up(s, exchange, mode):
    """Down at both ends, the settings, and whoever may begin begins."""
    net = s.net
    net.set("shutdown")
    net.down()
    net.device.tunnel(NAME, tunnel.DEVICE, tunnel.PUBLIC, PSK, version=1,
                      proposals="aes256-sha256-modp2048", esp="aes256gcm16",
                      connection="aggressive = " + ("yes" if exchange == "aggressive" else "no"))
    net.device.load()
    net.set(LINES.format(exchange=exchange, mode=mode) + "no shutdown")
    if mode == "responder-only":
        wait_until(lambda: net.device.initiate(NAME, check=False).returncode == 0, 20,
                   "the device's call", [net.device.node, *net.gateway.processes()], interval=0.5)
    ours, theirs = net.up()
    s.report.equal((ours.version, theirs.version, ours.algorithms),
                   ("IKEv1", "IKEv1", theirs.algorithms),
                   f"{exchange} mode, {mode}: {ours.algorithms} at both ends")
    log = net.device.charon.log_text()
    s.report.claim(("AGGRESSIVE" in log) == (exchange == "aggressive"),
                   f"{exchange} mode is what was spoken")
    s.report.claim(net.carries(families=(4,)), f"{exchange} mode, {mode}: traffic both ways")


def policy(s):
    """Azure's words for an old device, as a whole policy of the connection."""
    net = s.net
    net.device.tunnel(NAME, tunnel.DEVICE, tunnel.PUBLIC, PSK, version=1,
                      proposals="3des-sha1-modp1024", esp="aes256-sha1-modp1024")
    net.device.load()
    said = net.set("ike exchange main\nmode default\n"
                   "ike encryption des3 integrity sha1 dh-group group2\n"
                   "ipsec encryption aes256\nipsec integrity sha1\nipsec pfs-group group2")
    s.report.note(" ".join(said.split())[:300])
    ours, theirs = net.up(check=lambda o, t: "3DES" in o.algorithms)
    s.report.equal((ours.algorithms, ours.esp),
                   ("3DES_CBC/HMAC_SHA1_96/PRF_HMAC_SHA1/MODP_1024",
                    "AES_CBC-256/HMAC_SHA1_96/MODP_1024"), "a policy of 3DES, SHA-1 and group 2")
    s.report.equal((theirs.algorithms, theirs.esp), (ours.algorithms, ours.esp),
                   "is what both ends have")
    s.report.claim(net.carries(families=(4,)), "and carries traffic")


def rekeys(s):
    """Phase 2 from both sides under traffic. 500 probes a second."""
    net = s.net
    probes = net.probes(s.marker, families=(4,)).start()
    for side in (net.gateway.swanctl, net.device.swanctl):
        before = net.up()[0].spis()
        side("--rekey", "--child", NAME, check=False)
        wait_until(lambda: changed(net, before), 15, "a new Phase 2", net.gateway.processes(),
                   interval=0.1)
    probes.more(1000)
    probes.stop()
    lost = max(len(l.lost) for l in probes.losses().values())
    s.report.figure("ikev1_rekey_loss_packets", lost, "packets", 25)


def changed(net, before):
    ours, theirs = net.sas()
    if set(ours.spis()) & set(before) or not set(ours.spis()) & set(theirs.spis(swap=True)):
        raise NotYet(ours.text)
    return True


def dead(s):
    net = s.net
    net.set("dpd-timeout 9")
    net.gateway.vtysh(f"gateway reset connection {NAME}")
    net.up()
    net.device.node.drop("pub0")
    def down():
        state = net.status()["state"]
        if state.get("forwarding") == "up":
            raise NotYet(str(state))
        return True
    wait_until(down, 40, "DPD finding the device silent", net.gateway.processes(), interval=0.2)
    s.report.claim(True, "a device that falls silent is found by DPD, and the connection is down")
    net.device.node.undrop()
    net.up(60)
    s.report.claim(net.carries(families=(4,)), "and up again when it is back")
