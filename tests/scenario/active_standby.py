"""active-standby - two peer addresses: the standby keeps its tunnel and sessions up, de-preferred

  host ── router ─── gw1 ═══ paris-1 ─── paris ── paris-host      probes host <-> paris-host
              ╎       │               ╎                           IPv4 and IPv6, 1,000/s each
              ╌╌╌╌╌ gw2 ═══ paris-2 ╌╌                            gw1 is the primary

  standby     both directions by gw1 alone; gw2's sessions are up, its AS path longer
  planned     `gateway switch-over`: both directions by gw2, nothing is lost; and back
  unplanned   gw1 dies at once: both directions by gw2
  return      gw1 comes back, and stays the standby; nothing is lost

BFD is 50 ms x3: a silent loss is detected within 150 ms.
"""

import pair
from lab import NotYet, wait_until

BFD_MS = 50
DETECTION_MS = BFD_MS * 3


class Standby(pair.Pair):
    partner = " mode active-standby\n"


TOPOLOGY = Standby


def run(s):
    s.net.start()
    standby(s)
    planned(s)
    unplanned(s)
    comes_back(s)


def note(s, what, losses):
    for name, loss in losses.items():
        s.report.note(f"{what}, {name}: {loss}")


def agreed(s, preferred):
    """Both say the same of who is preferred."""
    def told():
        seen = [g.show_json("partner")["partner"]["state"].get("preferred") for g in s.net.gateways]
        if seen != [n == preferred for n in (1, 2)]:
            raise NotYet(str(seen))
        return True
    wait_until(told, 10, f"both knowing that gw{preferred} is preferred", s.net.processes())


def standby(s):
    agreed(s, 1)
    s.net.wait_ways((1,), (1,))
    for number in (1, 2):
        s.report.claim(s.net.site.established(f"gw{number}"), f"gw{number}: its BGP session is up")
    length = {n: path_length(s, n) for n in (1, 2)}
    s.report.equal((length[1], length[2]), (1, 4), "AS path of the address space by gw1 and gw2")


def path_length(s, number):
    shown = s.net.site.birdc(f"show route {pair.SPACE[4]} protocol gw{number} all")
    path = [l for l in shown.splitlines() if "as_path" in l.lower()]
    return len(path[0].split(":")[1].split()) if path else 0


def planned(s):
    figures = []
    for number, by in ((2, s.net.first), (1, s.net.first)):
        traffic = s.net.probes(s.marker).start()
        by.vtysh("gateway switch-over")
        agreed(s, number)
        s.net.wait_ways((number,), (number,))
        traffic.more(500)
        traffic.stop()
        losses = traffic.losses()
        note(s, f"switch-over to gw{number}", losses)
        figures.append(pair.lost(losses))
    s.report.figure("switch_over_lost_packets", sum(figures), "packets", 0)


def unplanned(s):
    traffic = s.net.probes(s.marker).start()
    s.net.die(s.net.first)
    traffic.more()
    s.net.wait_ways((2,), (2,))
    traffic.stop()
    losses = traffic.losses()
    note(s, "gw1 died", losses)
    s.report.figure("standby_takes_over_ms", pair.worst(losses).loss_ms, "ms", DETECTION_MS + 50)
    s.report.claim(all(loss.arrived > 1500 for loss in losses.values()),
                   "gw1 died: probes go on by gw2")
    alone = s.net.second.show_json("partner")["partner"]["state"]
    s.report.equal((alone["preferred"], alone["partner-here"]), (True, False), "gw2 knows that it is alone")


def comes_back(s):
    traffic = s.net.probes(s.marker).start()
    s.net.revive(s.net.first)
    agreed(s, 2)
    s.net.wait_up()
    s.net.wait_ways((2,), (2,))
    traffic.more(500)
    traffic.stop()
    losses = traffic.losses()
    note(s, "gw1 is back", losses)
    s.report.figure("standby_return_lost_packets", pair.lost(losses), "packets", 0)
