"""moving-address - active-standby with one address that moves: the device knows one peer only

  host ── router ─╦─ gw1 ─ 203.0.113.10 ═══ paris-1 ─── paris ── paris-host
                  ║   │    (moves)                                probes host <-> paris-host
                  ╚═ gw2 ─ pub0                                   IPv4 and IPv6, 1,000/s each

  planned     `gateway switch-over`: gw2 has the address, and sets up the tunnel anew
  unplanned   gw1 dies at once: gw2 takes the address and the tunnel; at most 3 s
  return      gw1 comes back without the address

BFD is 50 ms x3: a silent loss is detected within 150 ms.
"""

import active_standby
import pair
from lab import NotYet, wait_until

BFD_MS = 50
ADDRESS = "203.0.113.10"
LIMIT_MS = 3000


class Moving(pair.Pair):
    partner = f" mode active-standby\n address {ADDRESS}/24 interface pub0\n"

    def public(self, _number):
        return ADDRESS

    def connection(self, _number):
        """The same at both: one of them has it at a time."""
        return pair.CONNECTION.replace("{number}", "1").replace("{device}", "7")

    def device_numbers(self):
        return (1,)

    def revive(self, gateway):
        """A boot leaves no address behind; the death of the processes alone did."""
        gateway.node.run("ip", "address", "del", f"{ADDRESS}/24", "dev", "pub0", check=False)
        super().revive(gateway)

    def wait_up(self, timeout=40):
        """The instance that has the address has the tunnel; the other one has neither."""
        wait_until(self._one_forwards, timeout, "one instance with the tunnel", self.processes())
        wait_until(lambda: self.site.established("gw1"), timeout, "paris's session",
                   self.processes())
        for number, gateway in enumerate(self.gateways, 1):
            gateway.wait_established(2, timeout)
            wait_until(lambda n=number: self.router.established(f"gw{n}"), timeout,
                       f"the VNet router's session with gw{number}", self.processes())

    def _one_forwards(self):
        states = [[c["state"].get("forwarding") for c in g.show_json("connections")["connection"]]
                  for g in self.gateways if g.daemon.running()]
        if sum(state == ["up"] for state in states) != 1:
            raise NotYet(str(states))
        return True


TOPOLOGY = Moving


def run(s):
    s.net.start()
    active_standby.agreed(s, 1)
    holds(s, 1)
    planned(s)
    unplanned(s)
    comes_back(s)


def holds(s, number):
    for gateway in s.net.gateways:
        if not gateway.daemon.running():
            continue
        shown = gateway.node.run("ip", "address", "show", "dev", "pub0")
        here = gateway.show_json("partner")["partner"]["state"]["holds-address"]
        wanted = gateway.number == number
        s.report.equal((ADDRESS in shown, here), (wanted, wanted),
                       f"gw{gateway.number} {'has' if wanted else 'has not'} the address")


def planned(s):
    traffic = s.net.probes(s.marker).start()
    s.net.first.vtysh("gateway switch-over")
    active_standby.agreed(s, 2)
    s.net.wait_up()
    traffic.more(500)
    traffic.stop()
    losses = traffic.losses()
    active_standby.note(s, "switch-over to gw2", losses)
    s.report.figure("moving_switch_over_ms", pair.worst(losses).loss_ms, "ms", LIMIT_MS)
    holds(s, 2)
    s.net.first.vtysh("gateway switch-over")
    active_standby.agreed(s, 1)
    s.net.wait_up()


def unplanned(s):
    traffic = s.net.probes(s.marker).start()
    s.net.die(s.net.first)
    traffic.more()
    traffic.stop()
    losses = traffic.losses()
    active_standby.note(s, "gw1 died", losses)
    s.report.figure("moving_takes_over_ms", pair.worst(losses).loss_ms, "ms", LIMIT_MS)
    holds(s, 2)


def comes_back(s):
    traffic = s.net.probes(s.marker).start()
    s.net.revive(s.net.first)
    active_standby.agreed(s, 2)
    s.net.wait_up()
    traffic.more(500)
    traffic.stop()
    losses = traffic.losses()
    active_standby.note(s, "gw1 is back", losses)
    s.report.figure("moving_return_lost_packets", pair.lost(losses), "packets", 0)
    holds(s, 2)
