"""commits - what waits to be confirmed when its daemon or session dies; locks, history, sizes, startup

  vtysh ─► bgpd ──────────┐                     /etc/frr/frr.conf      startup
  ssh ─► sshd ─► NETCONF ─┴─► gatehoused ──►    unconfirmed.conf       what to return to
                                                commits/               the last 20
"""

import signal

import controller
from config import ours
from controller import NS
from lab import wait_until
from sshd import Sshd
from traffic import Traffic

MTU = f'<gateway xmlns="{NS["gh"]}"><mtu>{{}}</mtu></gateway>'
SITE_30 = (f'<gateway xmlns="{NS["gh"]}"><connection><name>site-30</name><remote-address>192.0.2.30'
           "</remote-address><enabled>false</enabled></connection></gateway>")
CANDIDATE = ("configure terminal", "gateway candidate")


def run(s):
    s.net.start_peers()
    s.gateway.start()
    s.gateway.wait_up()
    sshd = Sshd(s.gateway).start()
    death(s)
    session_ends(s, sshd)
    locks(s, sshd)
    history(s)
    sizes(s, sshd)
    startup(s, sshd)


def death(s):
    """SIGKILL while a commit waits that has taken a tunnel away: it comes back by itself."""
    before = ours(s)
    s.gateway.vtysh(*CANDIDATE, "no gateway connection paris", "commit confirmed 5")
    s.report.claim("paris" not in ours(s), "commit confirmed takes the connection away")
    s.report.claim("taken back" in s.gateway.show("commits"), "show gateway commits says that it waits")
    s.gateway.restart_child(signal.SIGKILL)
    s.report.equal(ours(s), before, "after the daemon's death it is as before the commit")
    s.gateway.wait_up()
    s.gateway.restart_child(signal.SIGKILL)
    s.report.equal(ours(s), before, "and after the next one, too")
    s.report.claim("taken back" not in s.gateway.show("commits"), "nothing waits any more")


def session_ends(s, sshd):
    """A controller that loses its session loses its unconfirmed commit, unless that persists."""
    before = ours(s)
    with controller.Session(sshd) as session:
        session.edit_config(MTU.format(1333), "candidate")
        session.rpc("<commit><confirmed/><confirm-timeout>300</confirm-timeout></commit>")
        s.report.claim("mtu 1333" in ours(s), "a controller's confirmed commit is in force")
    wait_until(lambda: ours(s) == before, 10, "the commit being taken back", s.gateway.processes(),
               interval=0.2)
    with controller.Session(sshd) as session:
        session.edit_config(MTU.format(1334), "candidate")
        session.rpc("<commit><confirmed/><confirm-timeout>300</confirm-timeout>"
                    "<persist>token</persist></commit>")
    with controller.Session(sshd, "oper") as session:
        error = session.refused("<cancel-commit><persist-id>guess</persist-id></cancel-commit>")
        s.report.equal(error.tag, "invalid-value", "another token cancels nothing")
        s.report.claim("mtu 1334" in ours(s), "with persist it outlives its session")
        session.rpc("<cancel-commit><persist-id>token</persist-id></cancel-commit>")
    s.report.equal(ours(s), before, "and its token cancels it")


def locks(s, sshd):
    before = ours(s)
    with controller.Session(sshd) as session:
        session.rpc("<lock><target><running/></target></lock>")
        said = s.gateway.vtysh("configure terminal", "gateway", "mtu 1335", check=False)
        said = said.stdout + said.stderr
        s.report.claim(f"locked by session {session.id}" in said, f"vtysh meets the lock: {said.strip()}")
        s.report.equal(ours(s), before, "and changes nothing")
        with controller.Session(sshd, "oper") as other:
            error = other.refused("<lock><target><running/></target></lock>")
            s.report.claim(error.tag == "lock-denied" and str(session.id) in error.message,
                           f"nor may another lock it: {error}")
        session.edit_config(MTU.format(1336))
    s.gateway.vtysh("configure terminal", "gateway", "mtu 1337")
    s.report.claim("mtu 1337" in ours(s), "the lock ends with its session")


def history(s):
    before = s.gateway.show("commits")
    s.gateway.restart_child(signal.SIGKILL)
    s.report.equal(s.gateway.show("commits"), before, "the history outlives the daemon")
    s.report.claim("- mtu 1336" in s.gateway.show("commit 0"), "show gateway commit says what changed")
    s.gateway.vtysh(*CANDIDATE, "rollback 1", "commit")
    s.report.claim("mtu 1336" in ours(s), "rollback 1")


def sizes(s, sshd):
    """A size of Azure's: what a gateway of that size cannot have is refused, and nothing changes."""
    flow = Traffic(s.gateway, s.marker).start()
    unsized = ours(s)
    refused(s, unsized, "basic has no BGP", ("size basic",), "size basic: it has no BGP, and connection"
            " paris has; use static prefixes there, or a larger size")
    s.gateway.vtysh(*CANDIDATE, "gateway", "size vpngw1az", "exit",
                    *lines(range(1, 30)), "commit")
    sized = ours(s)
    s.report.equal(sized.count("gateway connection "), 30, "vpngw1az has 30 tunnels")
    refused(s, sized, "the 31st tunnel of vpngw1az", ("exit", *lines((30,))), "size vpngw1az: it has 30"
            " tunnels, and there are 31 connections; remove some, or choose a larger size")
    said = s.gateway.vtysh("configure terminal", *lines((30,)), check=False)
    s.report.claim("it has 30 tunnels" in said.stdout + said.stderr, "typed without a candidate: refused too")
    s.report.equal(ours(s), sized, "and nothing has changed")
    with controller.Session(sshd) as session:
        error = session.refused(f"<edit-config><target><running/></target><config>{SITE_30}</config>"
                                "</edit-config>")
        s.report.claim("it has 30 tunnels" in error.message, f"by NETCONF: {error.message}")
        s.report.equal(ours(s), sized, "and nothing has changed")
    s.gateway.vtysh(*CANDIDATE, "gateway", "size vpngw4az", "exit", *lines((30,)), "commit")
    s.report.equal(ours(s).count("gateway connection "), 31, "vpngw4az takes it")
    s.gateway.vtysh(*CANDIDATE, "gateway", "no size", "exit",
                    *(f"no gateway connection site-{n}" for n in range(1, 31)), "commit")
    s.report.equal(ours(s), unsized, "without a size as before")
    flow.more(500)
    flow.stop()
    for direction, loss in flow.losses().items():
        s.report.claim(not loss.lost, f"meanwhile, {direction}: {loss}")


def refused(s, before, what, words, reason):
    """A commit that a size does not allow says so, and running is what it was."""
    done = s.gateway.vtysh(*CANDIDATE, "gateway", *words, "commit", check=False)
    said = " ".join((done.stdout + done.stderr).split())
    s.report.claim(reason in said, f"{what}: {said}")
    s.report.equal(ours(s), before, "and running has not changed")
    s.gateway.vtysh(*CANDIDATE, "discard")


def lines(numbers):
    """Connections of static prefixes only, which are shut down."""
    return [line for n in numbers for line in (
        f"gateway connection site-{n}", f"remote-address 192.0.2.{n}", f"prefix 10.99.{n}.0/24",
        "shutdown", "exit")]


def startup(s, sshd):
    """frr.conf is frr's, and the daemon runs as another: the keeper does it, for our lines only."""
    gw = s.net.gw
    s.gateway.vtysh("write memory")
    gw.run("sh", "-c", "chown frr:frr /etc/frr/frr.conf && chmod 640 /etc/frr/frr.conf")
    s.gateway.vtysh("configure terminal", "gateway", "mtu 1338")
    others = without_mtu(gw)
    with controller.Session(sshd) as session:
        session.rpc("<copy-config><target><startup/></target><source><running/></source>"
                    "</copy-config>")
        s.report.claim("mtu 1338" in gw.read("/etc/frr/frr.conf"), "copy to startup")
        s.report.equal(without_mtu(gw), others, "and all other lines stay")
        s.report.equal(gw.run("stat", "-c", "%U:%G %a", "/etc/frr/frr.conf").strip(),
                       "frr:frr 640", "the file is frr's as before")
        mtu = session.get_config("startup").findtext(".//gh:mtu", None, NS)
        s.report.equal(mtu, "1338", "get-config of startup")
        session.rpc("<delete-config><target><startup/></target></delete-config>")
        s.report.claim("gateway" not in gw.read("/etc/frr/frr.conf"), "delete startup")
    s.gateway.vtysh("write memory")
    s.report.claim("mtu 1338" in gw.read("/etc/frr/frr.conf"), "write memory brings it back")


def without_mtu(gw):
    return [line for line in gw.read("/etc/frr/frr.conf").splitlines()
            if "mtu" not in line and line != "!"]
