"""maintenance - an instance of two is drained, taken down, and comes back; nothing is lost

  host ── router ═╦═ gw1 ═══ paris-1 ═╦═ paris ── paris-host      probes host <-> paris-host
                  ║   │               ║                           IPv4 and IPv6, 1,000/s each
                  ╚═ gw2 ═══ paris-2 ═╝

  drain       `gateway maintenance` on gw1: its peers move to gw2 while it goes on forwarding
  down        then gw1 is stopped: daemon, FRR, charon
  back        started again it is still in maintenance; `no gateway maintenance` ends it

Active-active, BFD 50 ms x3.
"""

import pair
from lab import wait_until

BFD_MS = 50
TOPOLOGY = pair.Pair


def run(s):
    s.net.start()
    s.net.wait_ways((1, 2), (1, 2))
    traffic = s.net.probes(s.marker).start(
        links=[(s.net.first.node, "vnet0"), (s.net.first.node, "pub0")])
    drain(s)
    down(s)
    back(s)
    traffic.more(500)
    traffic.stop()
    losses = traffic.losses()
    for name, loss in losses.items():
        s.report.note(f"the whole of it, {name}: {loss}")
    s.report.figure("maintenance_lost_packets", pair.lost(losses), "packets", 0)


def state(gateway):
    return gateway.show_json("partner")["partner"]["state"]


def drain(s):
    s.net.first.vtysh("gateway maintenance")
    s.net.wait_ways((2,), (2,))
    s.report.claim(state(s.net.first)["maintenance"], "gw1 says that it is in maintenance")
    wait_until(lambda: state(s.net.second)["partner-maintenance"], 5, "gw2 having heard it",
               s.net.second.processes())
    refused = s.net.second.vtysh("gateway maintenance")
    s.report.claim("no partner takes over" in refused,
                   "gw2 is warned that nobody would be left")
    s.net.second.vtysh("no gateway maintenance")
    s.net.wait_ways((2,), (2,))


def down(s):
    s.net.first.stop_charon()
    s.net.first.stop_frr()
    s.net.first.stop_daemon()
    s.net.wait_ways((2,), (2,))


def back(s):
    s.net.first.start_programs()
    s.net.first.configure(s.net.first.configuration)
    s.net.wait_up()
    s.report.claim(state(s.net.first)["maintenance"], "gw1 is still in maintenance when it is back")
    s.net.wait_ways((2,), (2,))
    s.net.first.vtysh("no gateway maintenance")
    s.net.wait_ways((1, 2), (1, 2))
