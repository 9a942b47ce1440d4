"""routing - BGP per connection: several sessions, MD5, BFD in the tunnel, weights, FRR's filters, a default route, prefix limits

                                .7 ┌─────────┐.2
                       ┌───────────┤ paris-1 ├───┐ ┌───────┐
                       │198.51.100 └─────────┘   ├─┤ paris ├── paris-host   10.20.0.0/24
  ┌──────┐  ┌────┐     │        .8 ┌─────────┐   │ └───────┘ AS 64520       2001:db8:20::/64
  │ vnet ├──┤ gw ├─ inet ──────────┤ paris-2 ├───┘
  └──────┘  └────┘     │           └─────────┘
  10.1.0.0/24          │        .9 ┌─────────┐     ┌───────┐
                       └───────────┤ lyon-1  ├─────┤ lyon  ├── lyon-host    10.30.0.0/24
     203.0.113.0/24                └─────────┘     └───────┘ AS 64530       and 10.31.0.0/24

  connection paris    sessions 169.254.21.2 and fd00:21::2, MD5, timers 3/9, BFD, weight 100;
                      a prefix limit, in the end
  connection paris-2  session 172.30.0.2, TTL 5, graceful restart
  connection lyon     session 169.254.21.10; 10.31.0.0/24 static; announces a default route

paris prefers what it hears through paris-1. The gateway prefers the connection paris by
its weight.
"""

import ipaddress
import signal
import time

import capture
from block import Internet, Site
from daemon import start_frr_daemon
from gateway import RUN_DIR, Gateway, gateway_node
from lab import NotYet, wait_until
from traffic import Host, Probes

PSK = "lab.Key-of-%s-19"
MD5 = "md5.Of-Paris-7"
PUBLIC = "203.0.113.1"
SPACE = {4: "10.1.0.0/16", 6: "2001:db8:1::/48"}
PARIS = {4: "10.20.0.0/24", 6: "2001:db8:20::/64"}
LYON, LYON_STATIC = "10.30.0.0/24", "10.31.0.0/24"
BFD_MS = 50

CONFIGURATION = f"""\
gateway
 asn 65515
 address-space {SPACE[4]}
 address-space {SPACE[6]}
 vnet interface vnet0
 public-address {PUBLIC}
exit
gateway connection paris
 remote-address 198.51.100.7
 shared-key 0 {PSK % "paris"}
 bgp remote-as 64520 peer-address 169.254.21.2 local-address 169.254.21.1
 bgp remote-as 64520 peer-address fd00:21::2 local-address fd00:21::1
 bgp password 0 {MD5}
 bgp timers 3 9
 bgp bfd interval {BFD_MS} multiplier 3
 weight 100
exit
gateway connection paris-2
 remote-address 198.51.100.8
 shared-key 0 {PSK % "paris"}
 bgp remote-as 64520 peer-address 172.30.0.2 local-address 172.30.0.1
 bgp multihop 5
 bgp graceful-restart
exit
gateway connection lyon
 remote-address 198.51.100.9
 shared-key 0 {PSK % "lyon"}
 prefix {LYON_STATIC}
 bgp remote-as 64530 peer-address 169.254.21.10 local-address 169.254.21.9
exit
"""


class Net:
    def __init__(self, lab, bfd_ms):
        self.lab, self.vnet, self.gw = lab, lab.node("vnet"), gateway_node(lab, "gw")
        lab.link((self.vnet, "gw", ["10.1.0.4/24", "2001:db8:1::4/64"]),
                 (self.gw, "vnet0", ["10.1.0.1/24", "2001:db8:1::1/64"]))
        self.vnet.run("ip", "route", "add", "default", "via", "10.1.0.1")
        self.vnet.run("ip", "-6", "route", "add", "default", "via", "2001:db8:1::1")
        self.inet = Internet(lab)
        self.inet.attach(self.gw, "pub0", PUBLIC + "/24")
        self.gateway = Gateway(self.gw, CONFIGURATION, self)
        self.here = Host(self.vnet, "gw", {4: "10.1.0.4", 6: "2001:db8:1::4"})
        self._paris(bfd_ms)
        self._lyon(bfd_ms)

    def _paris(self, bfd_ms):
        self.paris = Site(self.lab, "paris", 64520, PARIS, bfd_ms)
        one = self.paris.device(self.inet, "198.51.100.7/24")
        one.tunnel("azure", "198.51.100.7", PUBLIC, PSK % "paris")
        self.paris.session("apipa", one, "169.254.21.2", "169.254.21.1", 65515, password=MD5,
                           bfd=True, prefer=200, exports="source = RTS_STATIC && "
                           "net.len != 32 && net.len != 128")
        self.paris.session("six", one, "fd00:21::2", "fd00:21::1", 65515, password=MD5, bfd=True,
                           families=(6,), prefer=210)
        two = self.paris.device(self.inet, "198.51.100.8/24")
        two.tunnel("azure", "198.51.100.8", PUBLIC, PSK % "paris")
        self.paris.session("second", two, "172.30.0.2", "172.30.0.1", 65515, multihop=5,
                           options="graceful restart on;")

    def _lyon(self, bfd_ms):
        self.lyon = Site(self.lab, "lyon", 64530, {4: LYON}, bfd_ms)
        device = self.lyon.device(self.inet, "198.51.100.9/24")
        device.tunnel("azure", "198.51.100.9", PUBLIC, PSK % "lyon")
        self.lyon.statics[4].append(("0.0.0.0/0", "blackhole"))
        self.lyon.session("azure", device, "169.254.21.10", "169.254.21.9", 65515, families=(4,),
                          exports="source = RTS_STATIC && (net = 0.0.0.0/0 || net ~ azure_inside4)")
        self.lyon.host.run("ip", "address", "add", "10.31.0.10/24", "dev", "net")

    def start(self):
        for site in (self.paris, self.lyon):
            site.start()
        self.lyon.node.run("ip", "route", "add", LYON_STATIC, "dev", "host")
        self.gateway.start_programs()
        self.gateway.configure(CONFIGURATION)
        self.gateway.wait_up()
        self.gateway.wait_established(4)


TOPOLOGY = Net


def run(s):
    s.net.start()
    sessions(s)
    default_route(s)
    s.gateway.keep("connections", "bgp summary", "routes", "explain 10.20.0.10")
    weights(s)
    filters(s)
    password(s)
    restart(s)
    bfd(s)
    prefix_limit(s)


# --- asked -----------------------------------------------------------------------------------


def neighbors(s):
    return {n["address"]: n for n in s.gateway.show_json("bgp summary")["bgp"]["neighbor"]}


def route(s, prefix):
    """The gateway's route of a prefix, {} for none."""
    return {r["prefix"]: r for r in s.gateway.show_json("routes")["routes"]["route"]}.get(prefix, {})


def goes_by(s, prefix, legs):
    found = route(s, prefix).get("leg", [])
    if found != legs:
        raise NotYet(f"{prefix} goes by {found}")
    return True


def learned(site, family, wanted, session):
    routes = site.routes(family, session)
    if not wanted <= routes:
        raise NotYet(str(routes))
    return True


# --- claims ----------------------------------------------------------------------------------


def sessions(s):
    """Each as it was asked for, by both ends' word."""
    for name in ("apipa", "six", "second"):
        wait_until(lambda name=name: s.net.paris.established(name), 20, f"paris's session {name}")
    found = neighbors(s)
    for address in ("169.254.21.2", "fd00:21::2", "172.30.0.2", "169.254.21.10"):
        s.report.equal(found[address]["state"], "Established", f"the session with {address}")
    for address in ("169.254.21.2", "fd00:21::2"):
        wait_until(lambda a=address: neighbors(s)[a]["bfd"] == "Up", 10, f"BFD with {address}",
                   s.gateway.processes())
        s.report.claim(True, f"BFD inside the tunnel with {address} is up")
    hold = [l for l in s.net.paris.birdc("show protocols all apipa").splitlines()
            if "Hold timer" in l]
    s.report.claim(hold and hold[0].rstrip().endswith("/9"), f"hold time 9 s is negotiated: {hold}")
    for family in (4, 6):
        wait_until(lambda f=family: goes_by(s, PARIS[f], ["paris"]), 10, f"paris over IPv{family}")
        for session in ("apipa", "second") if family == 4 else ("apipa", "six", "second"):
            wait_until(lambda f=family, n=session: learned(s.net.paris, f, {SPACE[f]}, n), 10,
                       f"the VNet's IPv{family} prefix over {session}")
            s.report.claim(True, f"paris hears {SPACE[family]} over the session {session}")


def default_route(s):
    """Accepted, never passed on; what lies behind lyon without BGP is."""
    wait_until(lambda: goes_by(s, "0.0.0.0/0", ["lyon"]), 10, "lyon's default route")
    s.report.claim(True, "the default route of lyon is used")
    wait_until(lambda: learned(s.net.paris, 4, {LYON, LYON_STATIC}, "apipa"), 10, "lyon at paris")
    s.report.claim(True, "paris hears of lyon's prefix of BGP and of its static one")
    s.report.claim("0.0.0.0/0" not in s.net.paris.routes(4), "and not of the default route")
    s.report.claim(LYON_STATIC not in s.net.lyon.routes(4, "azure"),
                   "lyon does not hear its own static prefix")


def weights(s):
    """The connection of the higher weight carries it; a change moves it without loss."""
    flow = Probes(s.net.here, Host(s.net.paris.host, "net", s.net.paris.addresses), s.marker,
                  rate=500, watch=s.gateway.processes())
    flow.capture(s.net.paris.devices[0].node, "pub0", "one")
    flow.capture(s.net.paris.devices[1].node, "pub0", "two")
    flow.start(links=[(s.net.gw, "pub0")])
    s.gateway.configure("gateway connection paris-2\n weight 200\nexit")
    changed = time.time()
    for family in (4, 6):
        wait_until(lambda f=family: goes_by(s, PARIS[f], ["paris-2"]), 10, "the heavier connection")
    flow.more(500)
    s.gateway.configure("gateway connection paris-2\n no weight\nexit")
    flow.more(300)
    flow.stop()
    moved = [p for p in flow.packets["two"] if p.time > changed and p.dport == 4500
             and p.target == ipaddress.ip_address("198.51.100.8").packed]
    s.report.claim(len(moved) > 400, f"{len(moved)} ESP packets came through paris-2 then")
    for direction, loss in flow.losses().items():
        s.report.claim(not loss.lost, f"weights changed twice, {direction}: {loss}")
    leaked = capture.marked(flow.packets["gw-pub0"], s.marker)
    s.report.equal(len(leaked), 0, "no probe in clear on the public link")


def filters(s):
    """FRR's own route maps and prefix lists, by name; one that is not there lets nothing through."""
    s.gateway.configure("gateway connection lyon\n bgp route-map in FROM-LYON\n"
                        " bgp prefix-list out TO-LYON\nexit")
    wait_until(lambda: not route(s, LYON), 15, "nothing coming through a map that is not there")
    s.report.claim(True, "a route map that is not there lets nothing in")
    wait_until(lambda: not s.net.lyon.routes(4, "azure"), 15, "nothing going out", [s.net.lyon.node])
    s.report.claim(True, "a prefix list that is not there lets nothing out")
    s.gateway.vtysh("configure terminal", f"ip prefix-list LYON seq 5 permit {LYON}",
                    f"ip prefix-list TO-LYON seq 5 permit {SPACE[4]}",
                    "route-map FROM-LYON permit 10", "match ip address prefix-list LYON",
                    "set local-preference 321", "set weight 9")
    def taken():
        found = s.gateway.show_json("explain 10.30.0.10")["candidate"]
        if [c.get("local-preference") for c in found if c["origin"] == "BGP"] != [321]:
            raise NotYet(str(found))
        return True
    wait_until(taken, 20, "the route map's local preference", s.gateway.processes())
    s.report.claim(True, "the route map, once it is there, lets it in with its local preference")
    s.report.claim(not route(s, "0.0.0.0/0"), "and nothing that it does not name")
    wait_until(lambda: s.net.lyon.routes(4, "azure") == {SPACE[4]}, 20, "what the list names")
    s.report.claim(True, "the prefix list, once it is there, lets out what it names")
    shown = s.gateway.vtysh(f"show bgp view gateway ipv4 unicast {LYON}")
    s.report.claim("weight 9," not in shown, "`set weight` of the map does not undo the order")
    s.gateway.configure("gateway connection lyon\n no bgp route-map in\n no bgp prefix-list out\n"
                        "exit")
    wait_until(lambda: route(s, "0.0.0.0/0"), 15, "everything again")
    wait_until(lambda: PARIS[4] in s.net.lyon.routes(4, "azure"), 15, "paris at lyon again")
    s.report.claim(True, "without them everything passes again")


def password(s):
    """Another key on one side ends the session; the same again brings it back."""
    s.gateway.configure("gateway connection paris\n bgp password 0 another.Key-1\nexit")
    def lost():
        state = neighbors(s)["169.254.21.2"]["state"]
        if state == "Established":
            raise NotYet(state)
        return True
    wait_until(lost, 20, "the session with another key ending")
    for family in (4, 6):
        wait_until(lambda f=family: goes_by(s, PARIS[f], ["paris-2"]), 20, "the second connection")
    s.report.claim(True, "with another MD5 key the sessions end, and the second connection carries paris")
    s.gateway.configure(f"gateway connection paris\n bgp password 0 {MD5}\nexit")
    for name in ("apipa", "six"):
        wait_until(lambda name=name: s.net.paris.established(name), 30, f"paris's {name} again")
    wait_until(lambda: goes_by(s, PARIS[4], ["paris"]), 15, "paris again")
    s.report.claim(True, "with the same key they are back")


def restart(s):
    """bgpd killed and started again: with graceful restart the site keeps what it heard from us."""
    ours = s.net.paris.birdc("show protocols all second").split("Neighbor capabilities")[1]
    s.report.claim("Graceful restart" in ours and "Restart time" in ours,
                   "graceful restart is offered with a time to restart in")
    flow = Probes(s.net.here, Host(s.net.paris.host, "net", s.net.paris.addresses), s.marker,
                  rate=200, families=[4], watch=s.gateway.processes())
    flow.start()
    s.gateway.frr["bgpd"].stop(signal.SIGKILL)
    wait_until(lambda: not s.net.paris.routes(4, "apipa"), 15, "the session without it ending")
    s.report.claim(SPACE[4] in s.net.paris.routes(4, "second"),
                   "bgpd is gone: the session with graceful restart keeps the VNet's prefix")
    module = s.gateway.build / "bgpd-plugin/gatehouse.so"
    s.gateway.frr["bgpd"] = start_frr_daemon(s.net.gw, "bgpd", ("-M", f"{module}:{RUN_DIR}"))
    s.gateway.wait_established(4)
    for session in ("apipa", "six", "second"):
        wait_until(lambda n=session: s.net.paris.established(n), 20, f"{session} again")
    wait_until(lambda: learned(s.net.paris, 4, {SPACE[4]}, "apipa"), 20, "the VNet's prefix again")
    flow.more(100)
    flow.stop()
    for direction, loss in flow.losses().items():
        s.report.claim(not loss.lost, f"bgpd killed and back, {direction}: {loss}")


def bfd(s):
    """The tunnel's IKE and ESP stay, the router behind it goes silent: BFD tells."""
    flow = Probes(s.net.here, Host(s.net.paris.host, "net", s.net.paris.addresses), s.marker,
                  rate=1000, families=[4], watch=s.gateway.processes())
    flow.start()
    s.net.paris.node.drop("d1")
    silent = time.time()
    wait_until(lambda: goes_by(s, PARIS[4], ["paris-2"]), 10, "the second connection",
               s.gateway.processes())
    flow.more(500)
    flow.stop()
    out = flow.loss("out", 4, after=silent - 1)
    s.report.figure("bfd_in_tunnel_loss_ms", out.loss_ms, "ms", 3 * BFD_MS + 50 + 100)
    state = {c["name"]: c["state"] for c in s.gateway.show_json("connections")["connection"]}["paris"]
    s.report.equal(state.get("forwarding"), "up", "the tunnel itself is up all the while")
    s.net.paris.node.undrop()
    wait_until(lambda: goes_by(s, PARIS[4], ["paris"]), 30, "paris again", s.gateway.processes())
    s.report.claim(True, "and up again with BFD")


def prefix_limit(s):
    """Per session: at 80 % it is told; one too many ends that session, and no other of the connection."""
    limit = 10
    s.gateway.configure(f"gateway connection paris\n prefix-limit {limit}\nexit")
    announce(s, 6)
    wait_until(lambda: received(s, "169.254.21.2", 7 + 1), 15, "seven prefixes", s.gateway.processes())
    s.report.claim("prefix limit" not in s.gateway.show("events"), "seven of ten IPv4 prefixes, and one of IPv6: nothing is said")
    announce(s, 7)
    wait_until(lambda: told(s, f"paris: prefix limit warning: 8 of {limit} prefixes"), 15,
               "the warning", s.gateway.processes())
    s.report.claim(True, "the eighth is four fifths of ten, and is told")
    s.report.claim(all(received(s, a, n) for a, n in (("169.254.21.2", 8 + 1), ("fd00:21::2", 1))),
                   "both sessions of the connection go on")
    flow = Probes(s.net.here, Host(s.net.paris.host, "net", s.net.paris.addresses), s.marker,
                  rate=500, watch=s.gateway.processes()).start()
    announce(s, limit)
    exceeded(s, limit)
    s.gateway.keep("bgp summary")
    s.gateway.configure(f"gateway connection paris\n prefix-limit {2 * limit}\nexit")
    wait_until(lambda: received(s, "169.254.21.2", limit + 1 + 1), 20, "all its prefixes",
               s.gateway.processes())
    s.report.claim(True, f"with a limit of {2 * limit} it is back at once, with {limit + 1} prefixes")
    wait_until(lambda: goes_by(s, PARIS[4], ["paris"]), 15, "IPv4 by paris again")
    flow.more(300)
    flow.stop()
    for direction, loss in flow.losses().items():
        s.report.figure("prefix_limit_loss_" + direction.lower().replace(" ", "_"), len(loss.lost),
                        "packets", 50)


def exceeded(s, limit):
    """What the eleventh prefix does."""
    wait_until(lambda: told(s, f"of {limit} prefixes; the session ended"), 15, "the end of the session",
               s.gateway.processes())
    found = neighbors(s)
    s.report.claim(found["169.254.21.2"]["state"] != "Established" and
                   f"more than {limit} prefixes" in found["169.254.21.2"].get("last-error", ""),
                   f"one too many ends it: {found['169.254.21.2'].get('last-error')}")
    s.report.equal(found["fd00:21::2"]["state"], "Established", "the connection's other session goes on")
    s.report.equal(found["172.30.0.2"]["state"], "Established", "and that of the other connection")
    wait_until(lambda: goes_by(s, PARIS[4], ["paris-2"]), 15, "IPv4 by the other connection")
    wait_until(lambda: goes_by(s, PARIS[6], ["paris"]), 15, "IPv6 by the other session")
    s.report.claim(True, "paris is reached by paris-2 over IPv4, by the other session over IPv6")
    extra = [p for p in (r["prefix"] for r in s.gateway.show_json("routes")["routes"]["route"])
             if p.startswith("10.128.")]
    s.report.equal(extra, [], "nothing of what was too many is used")


def announce(s, count):
    """So many prefixes beside paris's own of each family, over the session apipa alone."""
    paris, many = s.net.paris, " ".join(f"route 10.128.{n}.0/24 blackhole;" for n in range(count))
    configuration = paris.configuration("10.20.0.1")
    paris.node.write("/run/bird.conf", f"{configuration}protocol static many {{ ipv4; {many} }}\n")
    paris.birdc("configure")


def received(s, address, count):
    found = neighbors(s)[address]
    if found["state"] != "Established" or found.get("received") != count:
        raise NotYet(f"{found['state']}, received {found.get('received')}")
    return True


def told(s, words):
    events = s.gateway.show("events")
    if words not in events:
        raise NotYet("\n".join(l for l in events.splitlines() if "prefix limit" in l))
    return True
