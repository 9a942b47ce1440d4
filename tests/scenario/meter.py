"""meter - what a connection carried is counted by class, over restarts, and a size is a limit

  vnet ── gw ─ inet ══════ vpn ── site2     site2 is behind the tunnel alone

Probes of known size run both ways. The meter must have counted them, and little
else: BGP is all that there is besides. It must have them once and still when the
daemon is killed while they run, and when it is stopped and started.
"""

import capture
import topology
from lab import NotYet, wait_until
from traffic import Traffic

HEADERS = {4: 28, 6: 48}        # IP and UDP
BESIDES = 0.02                  # of the probes' bytes: BGP inside the tunnel


class Counted:
    """Bytes of probes, as the captures at the two ends have them."""

    def __init__(self):
        self.out = self.inward = 0

    def add(self, traffic, marker):
        traffic.stop()
        for family in traffic.families:
            size = HEADERS[family] + capture.PROBE.size
            self.out += size * arrived(traffic, "out", family, marker)
            self.inward += size * arrived(traffic, "in", family, marker)


def arrived(traffic, direction, family, marker):
    source, _, there = traffic.ends(direction, family)
    return len(capture.probes(traffic.packets[there], marker, source))


def run(s):
    s.net.start_peers()
    s.gateway.start()
    sizes(s)
    counted = by_class(s)
    killed(s, counted)
    stopped(s)
    removed(s)


# --- reading ------------------------------------------------------------------------------------

def entries(s):
    """(connection, class) → its entry, numbers as numbers."""
    found = {}
    for entry in s.gateway.show_json("meter")["meter"].get("entry", []):
        for key in ("in-octets", "out-octets", "up"):
            entry[key] = int(entry[key])
        found[entry["connection"], entry["destination-class"]] = entry
    return found


def totals(s, name="paris"):
    mine = [e for (connection, _), e in entries(s).items() if connection == name]
    return sum(e["out-octets"] for e in mine), sum(e["in-octets"] for e in mine)


def wait_counted(s, counted):
    """Until the meter has at least what the captures have; it looks once a second."""
    def has():
        out, inward = totals(s)
        if out < counted.out or inward < counted.inward:
            raise NotYet(f"out {out} of {counted.out}, in {inward} of {counted.inward}")
        return out, inward
    return wait_until(has, 10, "the meter having counted the probes", s.gateway.processes())


def error(found, expected):
    """Per cent by which the one is more than the other."""
    return 100 * (found - expected) / expected


# --- the steps ----------------------------------------------------------------------------------

def traffic(s):
    return Traffic(s.gateway, s.marker, "site2").start(links=())


def sizes(s):
    words = s.gateway.vtysh("configure terminal", "gateway", "size basic", check=False)
    words = words if isinstance(words, str) else words.stdout + words.stderr
    s.report.claim("it has no BGP, and connection paris has" in words,
                   f"a size that has no BGP is refused: {words.strip()}")
    s.gateway.configure("gateway\n size vpngw2az\n exit")

    def ran():
        return {e["name"]: int(e["ran"]) for e in s.gateway.show_json("meter")["meter"]["size"]}
    found = wait_until(lambda: ran() if ran().get("vpngw2az", 0) >= 2 else None, 10,
                       "hours of the size being counted", s.gateway.processes())
    s.report.claim("vpngw2az" in found, f"seconds that the gateway ran, by size: {found}")


def by_class(s):
    counted = Counted()
    begin = totals(s)                   # BGP of the set-up
    counted.out, counted.inward = begin
    s.gateway.configure("gateway connection paris\n destination-class same-region\n exit")
    probes = traffic(s)
    probes.more(5000)
    counted.add(probes, s.marker)
    out, inward = wait_counted(s, counted)
    s.report.figure("meter_egress_error_percent", round(error(out, counted.out), 2), "percent",
                    100 * BESIDES)
    s.report.figure("meter_ingress_error_percent", round(error(inward, counted.inward), 2),
                    "percent", 100 * BESIDES)
    before = entries(s)
    old, new = before["paris", "internet"], before["paris", "same-region"]
    s.report.claim(old["out-octets"] < counted.out / 10 < new["out-octets"],
                   f"{new['out-octets']} bytes count as same-region, {old['out-octets']} of before as internet")
    s.gateway.configure("gateway connection paris\n no destination-class\n exit")
    probes = traffic(s)
    probes.more(2000)
    counted.add(probes, s.marker)
    wait_counted(s, counted)
    after = entries(s)
    s.report.equal(after["paris", "same-region"]["out-octets"] - new["out-octets"] < 2000, True,
                   "another class, and what was counted stays where it was")
    return counted


def killed(s, counted):
    """kill -9 in the middle of the probes: neither lost nor counted twice."""
    up = entries(s)["paris", "internet"]["up"]
    probes = traffic(s)
    probes.more(2000)
    s.gateway.restart_child()
    probes.more(2000)
    counted.add(probes, s.marker)
    out, inward = wait_counted(s, counted)
    for name, found, expected in (("egress", out, counted.out), ("ingress", inward, counted.inward)):
        s.report.figure(f"meter_{name}_error_after_kill_percent", round(error(found, expected), 2),
                        "percent", 100 * BESIDES)
    s.report.claim(entries(s)["paris", "internet"]["up"] > 0 and up > 0,
                   f"the connection was up for {entries(s)['paris', 'internet']['up']} s")


def stopped(s):
    """The service is stopped and started: totals go on from where they were."""
    before = totals(s)
    s.gateway.stop_daemon()
    s.gateway.start_daemon()
    s.gateway.wait_answer()
    after = totals(s)
    s.report.claim(after[0] >= before[0] and after[1] >= before[1],
                   f"stopped and started: {before[0]} and then {after[0]} bytes out")


def removed(s):
    before = totals(s)
    s.gateway.configure("no gateway connection paris")
    entry = wait_until(lambda: next((e for e in entries(s).values() if "removed" in e), None), 10,
                       "the removed connection being marked", s.gateway.processes())
    table = s.gateway.show("meter")
    s.report.claim(totals(s)[0] >= before[0] and entry["connection"] == "paris" and
                   "Egress bytes" in table, f"a removed connection keeps its row:\n{table.strip()}")
