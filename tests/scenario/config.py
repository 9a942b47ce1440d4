"""config - typed in vtysh, written, restarted in every order, removed line by line

  vtysh ─► bgpd + module ◄─► gatehoused        the text is the one wire form:
  vici  ─► charon + plugin ◄─►                 what is typed comes back identical
"""

import itertools
import signal

import topology
from lab import NotYet, wait_until

MORE = """\
gateway
 router-id 203.0.113.1
 mtu 1380
exit
gateway expressroute dc1
 weight 10
exit
gateway connection paris
 local-id 203.0.113.1
 remote-id 198.51.100.7
 ipsec encryption gcmaes128
 ipsec lifetime 3600
 ike lifetime 7200
 replay-window 2048
 weight 5
exit
gateway connection lyon
 remote-address 198.51.100.8
 shared-key 0 another-Key
 prefix 10.40.0.0/16
 prefix 2001:db8:40::/48
 shutdown
exit
"""


def run(s):
    s.net.start_peers()
    s.gateway.start()
    s.gateway.configure(MORE)
    s.gateway.wait_up()
    written = ours(s)
    s.report.claim("shared-key 6 " in written and "shared-key 0" not in written
                   and "another-Key" not in written, "keys are shown encrypted only")
    s.report.claim("[OK]" in s.gateway.vtysh("write memory"), "write memory")
    saved = s.net.gw.read("/etc/frr/frr.conf")
    s.report.claim(written in saved, "frr.conf holds what show running-config shows")
    operators(s)
    orders(s, written)
    write_while_away(s, saved)
    write_knowing_nothing(s, saved)
    limit(s)
    removal(s, written)


def operators(s):
    """What an operator takes out of our view of bgpd is made again, and forwarding agrees."""
    view = f"router bgp {topology.ASN} view gateway"
    for lines, what in (((view, "no neighbor 172.16.0.1"), "a neighbor removed from the view"),
                        ((f"no {view}",), "the view removed")):
        before = since(s)
        s.gateway.vtysh("configure terminal", *lines)
        wait_until(lambda: since(s) not in (None, before), 40, f"{what} coming back")
        s.gateway.wait_up()
        s.report.claim(True, f"{what} comes back")


def since(s):
    """When edge1's session came up; None while it is down."""
    words = [line.split() for line in topology.birdc(s.net.edge1, "show protocols").splitlines()
             if line.split()[:1] == ["gateway4"]][0]
    return words[4] if words[3] == "up" and "Established" in words else None


def limit(s):
    """Too many prefixes end the session, and another limit gives it another try at once."""
    s.gateway.vtysh("configure terminal", "gateway connection paris", "prefix-limit 1")
    wait_until(lambda: "prefix limit" in s.gateway.show("bgp summary"), 20,
               "the session over the tunnel ended by its prefix limit", s.gateway.processes())
    s.report.claim(True, "beyond prefix-limit the session ends, and show gateway bgp summary says why")
    s.gateway.vtysh("configure terminal", "gateway connection paris", "prefix-limit 1000")
    s.gateway.wait_up()
    since_raised = tunnel_since(s)
    s.report.claim("prefix limit" not in s.gateway.show("bgp summary"), "a higher one brings it back at once")
    s.gateway.vtysh("configure terminal", "gateway connection paris", "prefix-limit 900")
    s.gateway.vtysh("configure terminal", "gateway connection paris", "no prefix-limit")
    s.report.equal(tunnel_since(s), since_raised, "a limit that is not reached changes no session")


def tunnel_since(s):
    """When the session over the tunnel came up, as onprem has it."""
    return [line.split()[4] for line in topology.birdc(s.net.onprem, "show protocols").splitlines()
            if line.split()[:1] == ["vpn"]]


def ours(s):
    """The gateway's nodes in show running-config, from the first to the last of their lines."""
    return nodes(s.gateway.vtysh("show running-config"))


def nodes(text):
    kept, inside = [], False
    for line in text.splitlines():
        inside = line.startswith("gateway") or (inside and line.startswith(" "))
        if inside:
            kept.append(line)
    return "\n".join(kept)


def orders(s, written):
    """Everything stopped, started in each order: same text, all up."""
    starts = {"gatehoused": s.gateway.start_daemon, "bgpd": lambda: boot_frr(s),
              "charon": s.gateway.start_charon}
    for order in itertools.permutations(starts):
        s.gateway.stop_charon(signal.SIGTERM)
        s.gateway.stop_frr()
        s.gateway.stop_daemon()
        for name in order:
            starts[name]()
        s.gateway.wait_answer()
        what = "started as " + ", ".join(order)
        try:
            wait_until(lambda: same(s, written), 20, f"{what}: the written configuration",
                       s.gateway.processes(), interval=0.2)
            s.gateway.wait_up()
            s.report.claim(True, f"{what}: identical, and everything comes up")
        except Exception as failure:
            s.report.claim(False, f"{what}: {failure}")


def boot_frr(s):
    """As FRR's own start script does: the daemons, then vtysh -b."""
    s.gateway.start_frr()
    s.gateway.load_startup()


def same(s, written):
    now = ours(s)
    if now != written:
        raise NotYet(f"show running-config has\n{now}")
    return True


def write_while_away(s, saved):
    s.gateway.stop_daemon(signal.SIGTERM)
    done = s.gateway.vtysh("write memory", check=False)
    s.report.equal(nodes(s.net.gw.read("/etc/frr/frr.conf")), nodes(saved),
                   "write memory while gatehoused is away loses nothing")
    s.report.note((done.stdout + done.stderr).strip().replace("\n", " / "))
    s.gateway.start_daemon()
    s.gateway.wait_answer()
    s.gateway.wait_up()


def write_knowing_nothing(s, saved):
    """A bgpd that was told nothing and finds no gatehoused must not save emptiness."""
    s.gateway.stop_frr()
    s.gateway.stop_daemon()
    s.gateway.start_frr()
    done = s.gateway.vtysh("write memory", check=False)
    s.report.note((done.stdout + done.stderr).strip().replace("\n", " / "))
    s.report.equal(nodes(s.net.gw.read("/etc/frr/frr.conf")), nodes(saved),
                   "write memory of a bgpd that knows nothing keeps what was saved")
    s.net.gw.write("/etc/frr/frr.conf", saved, 0o640, "frr:frr")
    s.gateway.load_startup()
    s.gateway.start_daemon()
    s.gateway.wait_answer()
    s.gateway.wait_up()


def removal(s, written):
    """Each line is removed by its `no`, and typing it again brings the same text."""
    lines = list(lines_of(written))
    for context, line in reversed(lines):
        output = s.gateway.vtysh("configure terminal", context, f"no {line}")
        gone = f" {line}" not in node_of(ours(s), context).splitlines()
        s.report.claim(gone and "%" not in output, f"{context}: no {line} {output.strip()}")
        # What hangs on a line went with it: an edge's IPv6 session with the edge.
        first = line.split()[:2]
        for again in (other for node, other in lines if node == context and
                      (other == line or other.split()[:2] == first)):
            s.gateway.vtysh("configure terminal", context, again)
    s.report.equal(ours(s), written, "typed again, all lines are as before")
    for node in ("gateway connection lyon", "gateway connection paris",
                 "gateway expressroute dc1", "gateway"):
        s.gateway.vtysh("configure terminal", f"no {node}")
        s.report.claim(node not in ours(s).splitlines(), f"no {node}")
    s.report.equal(ours(s), "", "nothing is left")


def lines_of(text):
    """(line that enters the node, line inside it) of a configuration."""
    context = None
    for line in text.splitlines():
        if line.startswith(" "):
            if line.strip() not in ("exit", "!"):
                yield context, line.strip()
        elif line != "exit":
            context = line


def node_of(text, context):
    kept, inside = [], False
    for line in text.splitlines():
        inside = line == context or (inside and line.startswith(" "))
        if inside:
            kept.append(line)
    return "\n".join(kept)
