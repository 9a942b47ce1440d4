"""nat - a device behind address translation, whose port changes while traffic flows

                                .9 ┌─────┐ 192.168.1.254   .2 ┌────────┐
  vnet ── gw ── inet ──────────────┤ nat ├────────────────────┤ oslo-1 ├── oslo ── oslo-host
     203.0.113.1   198.51.100.0/24 └─────┘                    └────────┘   10.40.0.0/24

The translator forgets its mappings and makes others, of other ports: what the device
sends then comes from an endpoint that nobody knows. The datapath believes it, since it
is authentic, charon is told (RFC 7296 2.23), and answers go there. The device cannot be
called; whoever is behind the translator is found by identity.
"""

import capture
import tunnel
from block import Nat
from lab import NotYet, wait_until

INSIDE = {4: "10.40.0.0/24", 6: "2001:db8:40::/64"}
OUTSIDE = "198.51.100.9"

CONNECTION = f"""\
gateway connection oslo
 remote-address {{address}}
 remote-id oslo.example
 mode responder-only
 shared-key 0 {tunnel.PSK}
 prefix {INSIDE[4]}
 prefix {INSIDE[6]}
exit
"""


class Net(tunnel.Net):
    def __init__(self, lab, bfd_ms):
        super().__init__(lab, bfd_ms)
        self.nat = Nat(lab, "nat", self.inet, OUTSIDE + "/24")
        self.oslo, self.behind = self.add_site("oslo", 64540, INSIDE, self.nat, "192.168.1.2/24")


TOPOLOGY = Net


def run(s):
    net = s.net
    net.behind.tunnel("oslo", "192.168.1.2", tunnel.PUBLIC, tunnel.PSK, local_id="oslo.example",
                      connection="keyingtries = 0")
    net.behind.conf = net.behind.conf.replace("charon {\n", "charon {\n  keep_alive = 2s\n", 1)
    net.oslo.start()
    net.start(tunnel.GATEWAY + tunnel.CONNECTION + CONNECTION.format(address=OUTSIDE))
    come_up(s, f"known by address {OUTSIDE}")
    rebinds(s)
    net.gateway.configure("no gateway connection oslo\n" + CONNECTION.format(address="any"))
    come_up(s, "known by nothing but its identity")
    net.show(s.report, "oslo")
    forged(s)


def come_up(s, what):
    net = s.net
    net.behind.swanctl("--terminate", "--ike", "oslo", "--force", check=False)
    wait_until(lambda: net.behind.initiate("oslo", check=False).returncode == 0, 30,
               "oslo's call", [net.behind.node, *net.gateway.processes()], interval=0.5)
    for node, target in ((net.vnet, "10.40.0.10"), (net.oslo.host, tunnel.VNET[4])):
        wait_until(lambda n=node, t=target: tunnel.ping(n, t), 15, f"{target} answering",
                   net.gateway.processes(), interval=0.1)
    s.report.claim(True, f"a device behind translation, {what}: traffic both ways")


def endpoint(net):
    """Where the gateway's charon has the device: (address, port)."""
    text = net.gateway.swanctl("--list-sas", "--ike", "gh-oslo").split("remote ", 1)[1]
    address, port = text.split("@ ", 1)[1].split("[", 1)
    return address, port.split("]", 1)[0]


def forget(net, ports):
    """The translator forgets all mappings (its interface goes down) and takes other ports."""
    net.nat.node.run("nft", "-f", "-", text="flush chain ip lab out\nadd rule ip lab out oifname "
                     f"\"pub0\" meta l4proto udp masquerade to :{ports} random\n")
    net.nat.node.set_link("pub0", False)
    net.nat.node.set_link("pub0", True)
    net.nat.node.run("ip", "route", "replace", "default", "via", "198.51.100.254")


def rebinds(s):
    """Ports change twice; how long does the way to the device not know?"""
    net = s.net
    for ports in ("20000-29999", "30000-39999"):
        before = endpoint(net)
        probes = net.probes(s.marker, net.oslo, families=(4,)).start()
        forget(net, ports)
        def moved():
            now = endpoint(net)
            if now == before or not ports[:1] == now[1][:1]:
                raise NotYet(str(now))
            return now
        now = wait_until(moved, 20, "the gateway following the device to its new port",
                         net.gateway.processes(), interval=0.05)
        probes.more(1000)
        probes.stop()
        s.report.claim(True, f"from {before[0]} port {before[1]} to port {now[1]}, by packets alone")
        s.report.figure("nat_rebind_out_loss_ms", probes.loss("out", 4).loss_ms, "ms", 1500)
        s.report.figure("nat_rebind_in_loss_ms", probes.loss("in", 4).loss_ms, "ms", 1500)


def forged(s):
    """Nobody moves a tunnel who does not have its keys: the site's own packets, sent again."""
    net = s.net
    watch = capture.Capture(net.gw, "pub0", "forged")
    net.oslo.host.run("ping", "-n", "-c", 3, tunnel.VNET[4])
    packets = [p for p in watch.stop() if p.target == capture.ipaddress.ip_address(
        tunnel.PUBLIC).packed and capture.is_esp(p)]
    before = endpoint(net)
    script = ("import socket,sys\ns=socket.socket(socket.AF_INET,socket.SOCK_DGRAM)\n"
              f"for l in sys.stdin: s.sendto(bytes.fromhex(l.strip()), ('{tunnel.PUBLIC}', 4500))\n")
    net.device.node.run("python3", "-c", script, text="".join(
        p.payload.hex() + "\n" for p in packets))
    s.report.claim(len(packets) >= 3, f"{len(packets)} packets of the site sent again by a stranger")
    s.report.claim(tunnel.ping(net.vnet, "10.40.0.10"), "the tunnel still carries")
    s.report.equal(endpoint(net), before, "and stays where it is")
