"""refusal - each backend refuses a change, or does not answer: nothing changed, the step is named

  vtysh, NETCONF ─► gatehoused ─┬─► charon    stopped (SIGSTOP); lets an interface go meanwhile
                                ├─► bgpd      has the peer elsewhere; is stopped
                                └─► kernel    refuses IPv6 on an interface

Every refusal is a real one. What is compared before and after: the running
configuration, charon's connections, bgpd's neighbors, the kernel's rules,
routes, addresses and nftables. ESP traffic runs all the while and loses nothing.
"""

import re
import signal
import time

import controller
import topology
from config import ours
from lab import Failure, wait_until
from sshd import Sshd
from traffic import Traffic

ROME = """\
gateway connection rome
 remote-address 198.51.100.8
 shared-key 0 the-key-of-rome
 bgp remote-as 64777 peer-address {peer} local-address {local}
exit
"""


def run(s):
    s.net.start_peers()
    s.gateway.start()
    sshd = Sshd(s.gateway).start()
    tunnel = Traffic(s.gateway, s.marker, "site2").start(links=())
    peers = since(s)
    charon_silent(s)
    bgpd_refuses(s)
    bgpd_silent(s, sshd)
    kernel_refuses(s)
    interface_vanishes(s)
    taken_in_the_end(s)
    tunnel.more(1000)
    tunnel.stop()
    losses = tunnel.losses()
    for name, loss in losses.items():
        s.report.note(f"{name}: {loss}")
    s.report.figure("refusal_lost_packets", max(len(loss.lost) for loss in losses.values()),
                    "packets", 0)
    s.report.equal(since(s), peers, "no BGP session of the gateway flapped")
    # Last, and without traffic: IPv6 of the tunnel itself is gone meanwhile.
    tunnel_refused(s)


def everything(s):
    """All that a change could have touched, in words that do not age."""
    gw = s.net.gw
    return {
        "running configuration": ours(s),
        "charon's connections": conns(s),
        "bgpd's neighbors": sorted(re.findall(r'^ *"([0-9a-f.:]+)":\{', s.gateway.vtysh(
            "show bgp view gateway summary json"), re.M)),
        "rules": gw.run("ip", "rule") + gw.run("ip", "-6", "rule"),
        "routes": routes(gw),
        "addresses": "\n".join(line.split(" valid_lft")[0] for line in gw.run(
            "ip", "-o", "address").splitlines()),
        "nftables": gw.run("nft", "list", "ruleset"),
    }


def conns(s):
    return sorted(line.split(":")[0] for line in s.gateway.swanctl("--list-conns").splitlines()
                  if line[:1].strip() and "IKEv2" in line)


def routes(gw):
    """Without what bgpd's peers may change at any time: the protocol of the arbiter's routes."""
    text = gw.run("ip", "route", "show", "table", "all") + gw.run(
        "ip", "-6", "route", "show", "table", "all")
    return "\n".join(sorted(line.split(" expires")[0].rstrip() for line in text.splitlines()
                            if " proto 201" not in line and "nhid" not in line))


def compare(s, before, when):
    # charon forgets a scratch connection a moment after its answer.
    wait_until(lambda: conns(s) == before["charon's connections"], 10, "charon's connections",
               s.gateway.processes())
    after = everything(s)
    for what, was in before.items():
        now = after[what]
        s.report.claim(now == was, f"{when}: {what} as before"
                       + ("" if now == was else f": {differ(was, now)}"))


def differ(was, now):
    if isinstance(was, str):
        was, now = was.splitlines(), now.splitlines()
    return f"gone {[x for x in was if x not in now]}, new {[x for x in now if x not in was]}"


def refused(s, text, words, when):
    """Lines that must be refused with the words, and change nothing."""
    before = everything(s)
    s.net.gw.write("/run/lab/change.conf", text, 0o640, "frr:frr")
    began = time.monotonic()
    done = s.net.gw.run(*s.gateway.vtysh_command(), "-f", "/run/lab/change.conf", check=False,
                        timeout=30)
    took = time.monotonic() - began
    output = (done.stdout + done.stderr).strip()
    named = all(word.lower() in output.lower() for word in words)
    s.report.claim(named, f"{when}: {output} ({took:.1f} s)")
    return before


def charon_silent(s):
    """charon exists and says nothing: the commit gives up after its limit."""
    s.gateway.charon.kill(signal.SIGSTOP)
    try:
        text = ROME.format(peer="169.254.22.2", local="169.254.22.1")
        s.net.gw.write("/run/lab/change.conf", text, 0o640, "frr:frr")
        done = s.net.gw.run(*s.gateway.vtysh_command(), "-f", "/run/lab/change.conf", check=False)
        output = (done.stdout + done.stderr).strip()
        s.report.claim("charon" in output and "rome" not in ours(s), f"charon stopped: {output}")
        # What charon is not asked about goes on.
        s.gateway.configure("gateway connection paris\n weight 3\nexit")
        s.gateway.configure("gateway connection paris\n no weight\nexit")
    finally:
        s.gateway.charon.kill(signal.SIGCONT)
    wait_until(lambda: conns(s) == ["gh-paris"], 15, "charon holding paris alone",
               s.gateway.processes())
    s.report.claim(True, "charon goes on and holds what it held")


def bgpd_refuses(s):
    """A peer that the operator's own instance of bgpd has already."""
    s.gateway.vtysh("configure terminal", "router bgp 64999", "neighbor 169.254.22.2 remote-as 64777")
    before = refused(s, ROME.format(peer="169.254.22.2", local="169.254.22.1"),
                     ("bgpd", "169.254.22.2"), "bgpd has the peer in another instance")
    compare(s, before, "refused by bgpd")
    s.gateway.vtysh("configure terminal", "no router bgp 64999")
    before = refused(s, ROME.format(peer="203.0.113.1", local="169.254.22.1"), ("203.0.113.1",),
                     "the peer is the gateway's own address")
    s.gateway.vtysh("configure terminal", "no gateway connection rome")
    compare(s, before, "refused, own address")


def bgpd_silent(s, sshd):
    """bgpd is stopped while a controller commits."""
    before = everything(s)
    with controller.Session(sshd) as session:
        s.gateway.frr["bgpd"].kill(signal.SIGSTOP)
        try:
            error = session.refused(controller.edit_config(
                f'<gateway xmlns="{controller.NS["gh"]}"><connection><name>rome</name>'
                "<remote-address>198.51.100.8</remote-address>"
                "<bgp><session><remote-as>64777</remote-as><peer-address>169.254.22.2</peer-address>"
                "<local-address>169.254.22.1</local-address></session></bgp></connection></gateway>"))
            s.report.claim(error.tag == "operation-failed" and "bgpd" in error.message,
                           f"bgpd stopped: {error}")
        finally:
            s.gateway.frr["bgpd"].kill(signal.SIGCONT)
    s.gateway.wait_answer()
    compare(s, before, "bgpd silent")


def kernel_refuses(s):
    """No IPv6 on the VNet's interface: the route of a new prefix is refused."""
    s.net.gw.run("ip", "link", "add", "name", "vnet1", "type", "veth", "peer", "name", "vnet1-x")
    s.net.gw.run("ip", "link", "set", "dev", "vnet1", "up")
    s.net.gw.sysctl({"net.ipv6.conf.vnet1.disable_ipv6": 1})
    before = refused(s, "gateway\n vnet interface vnet1\nexit\n", ("kernel", "2001:db8:1::/48"),
                     "the kernel refuses IPv6 on the interface")
    compare(s, before, "refused by the kernel")
    s.net.gw.run("ip", "link", "delete", "dev", "vnet1")


def tunnel_refused(s):
    """No IPv6 on the TUN: our own address of a session cannot be set."""
    before = everything(s)
    s.net.gw.sysctl({"net.ipv6.conf.gh0.disable_ipv6": 1})
    try:
        refused(s, ROME.format(peer="fd00:22::2", local="fd00:22::1"), ("kernel", "fd00:22::1"),
                "the kernel refuses an address on the TUN")
        s.report.claim("rome" not in ours(s), "and rome is not configured")
    finally:
        s.net.gw.sysctl({"net.ipv6.conf.gh0.disable_ipv6": 0})
        # As a link that comes back: what the kernel dropped with IPv6 is made again.
        s.net.gw.run("ip", "link", "set", "dev", "gh0", "mtu", "1399")
        s.net.gw.run("ip", "link", "set", "dev", "gh0", "mtu", "1400")
    s.gateway.wait_up()
    wait_until(lambda: everything(s)["routes"] == before["routes"], 15,
               "the routes as before", s.gateway.processes(), interval=0.3)
    compare(s, before, "after the TUN has IPv6 again")


def interface_vanishes(s):
    """It is there when the change is checked, and gone when the kernel is asked."""
    s.net.gw.run("ip", "link", "add", "name", "er9", "type", "veth", "peer", "name", "er9-x")
    s.net.gw.run("ip", "address", "add", "172.19.0.2/30", "dev", "er9")
    before = everything(s)
    s.gateway.charon.kill(signal.SIGSTOP)
    writer = None
    try:
        text = (ROME.format(peer="169.254.22.2", local="169.254.22.1")
                + "gateway expressroute dc9\n edge primary interface er9 peer 172.19.0.1 "
                "remote-as 12076\nexit\n")
        s.net.gw.write("/run/lab/change.conf", text, 0o640, "frr:frr")
        writer = s.net.gw.start("change", *s.gateway.vtysh_command(), "-f", "/run/lab/change.conf")
        wait_until(lambda: "trial" in s.gateway.daemon.log_text() or writer.running(), 2, "asked")
        time.sleep(0.5)         # the change is at charon's step by then, which lasts 5 s
        s.net.gw.run("ip", "link", "delete", "dev", "er9")
    finally:
        s.gateway.charon.kill(signal.SIGCONT)
    if writer.wait(20) is None:
        raise Failure("vtysh did not end")
    output = writer.log_text()
    s.report.claim("er9" in output and "kernel" in output, f"the interface vanished: {output}")
    wait_until(lambda: conns(s) == before["charon's connections"], 10, "charon tidied up")
    now = everything(s)
    for what in ("addresses", "routes"):      # er9 and its subnet are gone from them
        before[what] = "\n".join(line for line in before[what].splitlines()
                                 if "er9" not in line)
        now[what] = "\n".join(line for line in now[what].splitlines() if "er9" not in line)
    for what, was in before.items():
        s.report.claim(now[what] == was, f"interface vanished: {what} as before"
                       + ("" if now[what] == was else f": {differ(was, now[what])}"))


def taken_in_the_end(s):
    """What was refused for a passing reason is taken when the reason is gone, and removed."""
    before = everything(s)
    s.gateway.configure(ROME.format(peer="169.254.22.2", local="169.254.22.1"))
    s.report.claim("rome" in ours(s), "the same change is taken now")
    s.gateway.vtysh("configure terminal", "no gateway connection rome")
    compare(s, before, "removed again")


def since(s):
    """When the gateway's sessions came up, as the peers know it."""
    found = {}
    for node, protocol in ((s.net.edge1, "gateway4"), (s.net.edge1, "gateway6"),
                           (s.net.vpn, "azure")):
        line = [l for l in topology.birdc(node, "show protocols").splitlines()
                if l.split()[:1] == [protocol]][0]
        found[f"{node.name} {protocol}"] = line.split()[4]
    return found
