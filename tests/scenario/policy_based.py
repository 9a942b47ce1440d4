"""policy-based - several selectors, a pair of SAs each; IKEv1 as Azure's, and IKEv2

  vnet 10.1.0.0/28, 2001:db8:1::/64 ═══ paris-host 10.20.0.0/24, 10.21.0.0/24, 2001:db8:20::/64

Drawn whole in tunnel.py. A packet takes the SA whose selectors hold it; one that
no pair holds does not leave, and is answered with an unreachable. A pair that the
device lacks keeps the others from nothing.
"""

import capture
import tunnel
from lab import NotYet, wait_until
from tunnel import NAME, PSK

SECOND = {4: "10.21.0.0/24"}
SECOND_HOST = "10.21.0.10"
PAIRS = (("10.1.0.0/28", "10.20.0.0/24"), ("10.1.0.0/28", "10.21.0.0/24"),
         ("2001:db8:1::/64", "2001:db8:20::/64"))
OTHER = "10.1.0.99"                     # of the VNet, and in no pair

CONNECTION = f"""\
gateway connection {NAME}
 remote-address {tunnel.DEVICE}
 shared-key 0 {PSK}
 profile azure-default
 ike version 1
""" + "".join(f" traffic-selector local {local} remote {remote}\n" for local, remote in PAIRS) + "exit\n"

AZURE = {"proposals": "aes256-sha256-modp1024", "esp": "aes256-sha256"}
MODERN = {"proposals": "aes256gcm16-prfsha384-ecp384", "esp": "aes256gcm16-ecp384"}


class Net(tunnel.Net):
    """A second prefix at the site, and a second address of the VNet's host."""

    def __init__(self, lab, bfd_ms):
        super().__init__(lab, bfd_ms)
        self.site.host.run("ip", "address", "add", SECOND_HOST + "/24", "dev", "net")
        self.site.node.run("ip", "address", "add", "10.21.0.1/24", "dev", "host")
        # kernel-libipsec wants an address of its own inside of each selector.
        for address in ("10.20.0.254/32", "10.21.0.254/32"):
            self.device.node.run("ip", "address", "add", address, "dev", "lo")
        self.device.node.run("ip", "address", "add", "2001:db8:20::fe/128", "dev", "lo", "nodad")
        self.vnet.run("ip", "address", "add", f"{OTHER}/24", "dev", "gw")


TOPOLOGY = Net


def children(esp, pairs=PAIRS):
    """swanctl's lines for one child SA a pair; the first is tunnel()'s own."""
    text = ""
    for number, (local, remote) in enumerate(pairs[1:], 2):
        text += (f"}}\n pair{number} {{\n local_ts = {remote}\n remote_ts = {local}\n"
                 f" esp_proposals = {esp}\n rekey_time = 7h\n")
    return text


def run(s):
    net = s.net
    net.start(tunnel.GATEWAY + CONNECTION, version=1, local_ts=PAIRS[0][1], remote_ts=PAIRS[0][0],
              child=children(AZURE["esp"]), **AZURE)
    whole(s, "IKEv1, profile azure-default")
    net.show(s.report)
    selectors(s, "IKEv1")
    one_less(s)
    modern(s)


def whole(s, what):
    net = s.net
    ours, theirs = net.up(60, check=lambda o, t: len(o.children) == len(PAIRS))
    pairs = {(c["local"], c["remote"]) for c in ours.children}
    s.report.equal(pairs, set(PAIRS), f"{what}: {len(PAIRS)} pairs of SAs, one for each selector")
    s.report.equal({c["esp"] for c in ours.children}, {c["esp"] for c in theirs.children},
                   f"{what}: {ours.algorithms}; {ours.esp}")
    s.report.claim(net.carries(), f"{what}: traffic of the first pair and of IPv6")
    s.report.claim(wait_until(lambda: tunnel.ping(net.vnet, SECOND_HOST), 10, "the second prefix",
                              net.gateway.processes()), f"{what}: traffic of the second pair")


def selectors(s, what):
    """Who is outside of every pair does not get into any."""
    net = s.net
    ours, _ = net.sas()
    spi = {c["remote"]: int(c["out"], 16) for c in ours.children}
    watch = capture.Capture(net.gw, "pub0", f"selectors-{what}")
    for target in ("10.20.0.10", SECOND_HOST):
        net.vnet.run("ping", "-n", "-c", 5, "-i", "0.05", target)
    answer = net.vnet.run("ping", "-n", "-c", 2, "-W", 1, "-I", OTHER, "10.20.0.10", check=False)
    packets = watch.stop()
    counted = {}
    for source, _, used, _ in capture.esp_packets(packets):
        if capture.text(source) == tunnel.PUBLIC:
            counted[used] = counted.get(used, 0) + 1
    s.report.equal(sorted(counted), sorted((spi["10.20.0.0/24"], spi["10.21.0.0/24"])),
                   f"{what}: each packet went by the SA of its pair")
    s.report.claim("Packet filtered" in answer.stdout,
                   f"{what}: a sender that no pair has is told so at once")


def one_less(s):
    """The device lacks a pair: the others go on, and the gateway says which it refuses."""
    net = s.net
    net.device.tunnel(NAME, tunnel.DEVICE, tunnel.PUBLIC, PSK, version=1, local_ts=PAIRS[0][1],
                      remote_ts=PAIRS[0][0], child=children(AZURE["esp"], PAIRS[:2]), **AZURE)
    net.device.load()
    net.gateway.vtysh(f"gateway reset connection {NAME}")
    net.up(60, check=lambda o, t: len(o.children) == 2)
    s.report.claim(net.carries(families=(4,)), "two pairs carry on when the device lacks the third")
    s.report.claim(tunnel.ping(net.vnet, SECOND_HOST), "both of them")


def modern(s):
    """The same pairs with IKEv2, changed over, and a rekey of all of them."""
    net = s.net
    net.device.tunnel(NAME, tunnel.DEVICE, tunnel.PUBLIC, PSK, version=2, local_ts=PAIRS[0][1],
                      remote_ts=PAIRS[0][0], child=children(MODERN["esp"]), **MODERN)
    net.device.load()
    net.set("no profile\nike version 2")
    whole(s, "IKEv2")
    before = net.sas()[0].spis()
    probes = net.probes(s.marker).start()
    net.gateway.vtysh(f"gateway rekey connection {NAME}")
    def renewed():
        ours, _ = net.sas()
        if set(ours.spis()) & set(before) or len(ours.children) != len(PAIRS):
            raise NotYet(ours.text)
        return True
    wait_until(renewed, 20, "every pair's rekey", net.gateway.processes(), interval=0.1)
    probes.more(1000)
    probes.stop()
    s.report.figure("policy_based_rekey_loss_packets",
                    max(len(l.lost) for l in probes.losses().values()), "packets", 0)
