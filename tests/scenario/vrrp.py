"""vrrp - the VNet's hosts use one address of two instances, by FRR's vrrpd

  guest ── lan ═╦═ gw1 ═══ paris-1 ═╦═ paris ── paris-host     guest's default route: 10.1.0.100,
   .4           ║   │ master        ║                          2001:db8:1's by fe80::100
                ╚═ gw2 ═══ paris-2 ═╝

  master      gw1 answers for the address; what comes in by VRRP's macvlan takes the
              tunnels and nothing else: never the main table
  maintenance `gateway maintenance` and `vrrp 5 priority 1` on gw1: nothing is lost
  instance    gw1 dies at once: gw2 has the address

VRRP says something every 100 ms, and a backup waits three times that and a skew of up
to 100 ms (RFC 5798 6.1): a loss is detected within 400 ms. BFD is 50 ms x3.
"""

import pair
from daemon import start_frr_daemon
from lab import NotYet, wait_until
from traffic import Host

BFD_MS = 50
INTERVAL_MS = 100
DETECTION_MS = 4 * INTERVAL_MS
VIRTUAL = {4: "10.1.0.100", 6: "fe80::100"}
MAC = {4: "00:00:5e:00:01:05", 6: "00:00:5e:00:02:05"}


class Vrrp(pair.Pair):
    """Without the VNet router: the guest is what sends."""

    has_router = False

    def configuration(self, number):
        text = super().configuration(number)
        before, rest = text.split("gateway vnet-router", 1)
        return before + rest.split("exit\n", 1)[1]

    def sessions(self):
        return 2

    def start_vrrp(self):
        for gateway, priority in zip(self.gateways, (200, 100)):
            node = gateway.node
            # Both have the address, on a macvlan; only the master may answer for it.
            node.sysctl({"net.ipv4.conf.vnet0.arp_ignore": 1})
            for family in (4, 6):
                name = f"vrrp{family}-5"
                node.run("ip", "link", "add", name, "link", "vnet0", "type", "macvlan", "mode",
                         "bridge")
                node.run("ip", "link", "set", "dev", name, "address", MAC[family])
                node.sysctl({f"net.ipv6.conf.{name}.addr_gen_mode": 1})
                node.run("ip", "address", "add", VIRTUAL[family] + ("/24" if family == 4 else "/64"),
                         "dev", name, *(["nodad"] if family == 6 else []))
                node.set_link(name, True)
            node.write("/etc/frr/vrrpd.conf", "", 0o640, "frr:frr")
            gateway.frr["vrrpd"] = start_frr_daemon(node, "vrrpd")
            gateway.configure(f"interface vnet0\n vrrp 5 version 3\n vrrp 5 priority {priority}\n"
                              f" vrrp 5 advertisement-interval {INTERVAL_MS}\n"
                              f" vrrp 5 ip {VIRTUAL[4]}\n vrrp 5 ipv6 {VIRTUAL[6]}\nexit")

    def wait_master(self, number, timeout=15):
        wait_until(lambda: self._is_master(number), timeout, f"gw{number} being VRRP's master",
                   self.gateways[number - 1].processes())

    def _is_master(self, number):
        shown = self.gateways[number - 1].vtysh("show vrrp 5")
        states = [l.split()[-1] for l in shown.splitlines() if l.strip().startswith("Status")]
        if states != ["Master", "Master"]:
            raise NotYet(str(states))
        return True


TOPOLOGY = Vrrp


def run(s):
    s.net.start()
    s.net.start_vrrp()
    s.net.wait_master(1)
    s.net.guest.run("ip", "route", "add", "default", "via", VIRTUAL[4])
    s.net.guest.run("ip", "-6", "route", "add", "default", "via", VIRTUAL[6], "dev", "lan")
    master(s)
    maintenance(s)
    instance_lost(s)


def probes(s, rate=1000):
    return s.net.probes(s.marker, Host(s.net.guest, "lan", pair.GUEST), rate=rate)


def master(s):
    traffic = probes(s, 200).start(links=[(g.node, i) for g in s.net.gateways
                                          for i in ("vnet0", "pub0")])
    traffic.more(400)
    traffic.stop()
    losses = traffic.losses()
    for name, loss in losses.items():
        s.report.note(f"gw1 is master, {name}: {loss}")
    s.report.equal(pair.lost(losses), 0, "gw1 is master: no probe is lost")
    out = [sum(traffic.seen_on(f"gw{n}-vnet0", "out", f) for f in (4, 6)) for n in (1, 2)]
    s.report.claim(out[0] and not out[1], f"gw1 is master: the guest sends to gw1 alone ({out})")


def maintenance(s):
    traffic = probes(s).start()
    s.net.first.vtysh("gateway maintenance")
    s.net.first.configure("interface vnet0\n vrrp 5 priority 1\nexit")
    s.net.wait_master(2)
    s.net.wait_return((2,))
    traffic.more(500)
    traffic.stop()
    losses = traffic.losses()
    for name, loss in losses.items():
        s.report.note(f"gw1 in maintenance, {name}: {loss}")
    s.report.figure("vrrp_maintenance_lost_packets", pair.lost(losses), "packets", 0)
    s.net.first.configure("interface vnet0\n vrrp 5 priority 200\nexit")
    s.net.first.vtysh("no gateway maintenance")
    s.net.wait_master(1)
    s.net.wait_return((1, 2))


def instance_lost(s):
    traffic = probes(s).start()
    s.net.die(s.net.first)
    s.net.wait_master(2)
    traffic.more()
    traffic.stop()
    losses = traffic.losses()
    for name, loss in losses.items():
        s.report.note(f"gw1 died, {name}: {loss}")
    s.report.figure("vrrp_instance_loss_ms", pair.worst(losses).loss_ms, "ms", DETECTION_MS + 50)
