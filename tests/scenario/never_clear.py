"""never_clear - nothing of the inside ever leaves on the public link in clear

  vnet ── gw ── pub0 ══ inet        gw has a default route to inet: what is not
                                    in the private table would leave here

Probes run from the VNet to site and site2 and back, from before the daemon's
first start to after its last stop, through the circuit lost in three ways, kill -9
of gatehoused and of its keeper, and a stop. The public link is captured at both of its ends.
"""

import ipaddress
import signal

import capture
import topology
from failover import carriers_down, carriers_up, links_down, links_up, silence, unsilence
from lab import wait_until
from traffic import Traffic


def run(s):
    s.net.start_peers()
    taps = [capture.Capture(s.net.gw, "pub0"), capture.Capture(s.net.inet, "gw")]
    near = Traffic(s.gateway, s.marker, "site").start(links=(), settle=False)
    far = Traffic(s.gateway, s.marker, "site2").start(links=(), settle=False)

    s.gateway.start()
    near.settle()
    far.settle()
    for lose, regain in ((links_down, links_up), (carriers_down, carriers_up)):
        lose(s)
        s.gateway.wait_tunnel()
        near.more(500)
        regain(s)
        s.gateway.wait_up()
    silence(s)
    s.gateway.wait_tunnel()
    near.more(500)
    s.gateway.restart_child(signal.SIGKILL)
    near.more(500)
    s.gateway.stop_daemon(signal.SIGKILL)
    wait_until(lambda: not running(s), 10, "gatehoused ending with its keeper")
    unattended(s)
    s.gateway.start_daemon()
    s.gateway.wait_answer()
    near.more(500, timeout=60)
    unsilence(s)
    s.gateway.wait_up()
    s.gateway.stop_daemon(signal.SIGTERM)
    wait_until(lambda: not running(s), 10, "gatehoused ending")
    unattended(s)
    near.stop()
    far.stop()

    s.report.claim(near.loss("out", 4).arrived > 0 and far.loss("out", 4).arrived > 0,
                   "probes went through while the gateway was up")
    for tap in taps:
        judge(s, tap.name, tap.stop())


def running(s):
    """Pids of gatehoused, keeper and child: nothing of it may outlive its keeper."""
    return s.net.gw.run("pgrep", "-f", f"{s.gateway.build}/gatehoused/gatehoused",
                        check=False).stdout.split()


def unattended(s):
    """Without the daemon: forwarding to either site must be closed, and is probed so."""
    for target in (topology.SITE, topology.SITE2):
        for family in (4, 6):
            done = s.net.gw.run("ip", f"-{family}", "route", "get", target[family], "from",
                                topology.VNET[family], "iif", "vnet0", check=False)
            s.report.claim(" dev pub0" not in done.stdout,
                           f"without the daemon {target[family]} is not routed to the public link")
    # And by packets: these and the probes knock at the closed door.
    for family in (4, 6):
        s.net.vnet.run("ping", "-q", "-i", "0.01", "-c", "30", "-W", "1", topology.SITE2[family],
                       check=False)


def judge(s, name, packets):
    """Each packet of the public link must be one of the kinds it may carry."""
    leaked = capture.marked(packets, s.marker)
    s.report.equal(len(leaked), 0, f"{name}: not one marker in {len(packets)} packets")
    strange = [p for p in packets if not permitted(p)]
    for packet in strange[:5]:
        s.report.note(f"{name}: {capture.summary(packet)}")
    s.report.equal(len(strange), 0, f"{name}: only IKE, ESP, ARP and ICMP of the link's own")


def permitted(packet):
    """IKE, ESP, ARP/ND, and ICMP between addresses of the link itself."""
    if packet.ethertype == 0x0806:
        return True
    if capture.is_ike(packet) or capture.is_esp(packet):
        return own(packet.source) and own(packet.target)
    if packet.protocol == capture.ICMP or icmp6(packet):
        return own(packet.source) and own(packet.target)
    return False


def icmp6(packet):
    """ICMPv6, also behind the hop-by-hop header that MLD carries (RFC 3810 5)."""
    return packet.family == 6 and (packet.protocol == capture.ICMP6 or (
        packet.protocol == 0 and packet.payload[:1] == bytes([capture.ICMP6])))


def own(packed):
    address = ipaddress.ip_address(packed)
    if address.version == 6 and (address.is_link_local or address.is_multicast
                                 or address.is_unspecified):
        return True
    return str(address) in (topology.PUBLIC, topology.PUBLIC6, topology.DEVICE, topology.DEVICE6,
                            "203.0.113.254", "2001:db8:203::254")
