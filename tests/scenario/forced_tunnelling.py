"""forced-tunnelling - whatever the VNet sends leaves by a site's tunnel, but for the tunnel itself

                                 .7 ┌──────┐
                        ┌───────────┤ hq-1 ├── hq ── hq-host   10.20.0.0/24, 2001:db8:20::/64
  ┌──────┐    ┌────┐    │           └──────┘          and the world: 192.0.2.80, 2001:db8:80::80
  │ vnet ├────┤ gw ├─ inet
  └──────┘    └────┘    │        .8 ┌─────────┐
  10.1.0.0/24   .1      └───────────┤ paris-1 ├── paris ── paris-host  10.30.0.0/24
     203.0.113.0/24                 └─────────┘ AS 64530

hq is the connection with `prefix 0.0.0.0/0` and `prefix ::/0`. paris announces by BGP
198.51.100.0/24, the network that both tunnels' outer addresses are in, and a default
route that hq's static one comes before.
"""

import capture
from block import Internet, Site
from gateway import Gateway, gateway_node
from lab import NotYet, wait_until
from traffic import Host, Probes

PSK = "lab.Key-of-%s-19"
PUBLIC = "203.0.113.1"
SPACE = {4: "10.1.0.0/16", 6: "2001:db8:1::/48"}
WORLD = {4: "192.0.2.80", 6: "2001:db8:80::80"}

CONFIGURATION = f"""\
gateway
 asn 65515
 address-space {SPACE[4]}
 address-space {SPACE[6]}
 vnet interface vnet0
 public-address {PUBLIC}
exit
gateway connection hq
 remote-address 198.51.100.7
 shared-key 0 {PSK % "hq"}
 prefix 0.0.0.0/0
 prefix ::/0
 ipsec lifetime 300
exit
gateway connection paris
 remote-address 198.51.100.8
 shared-key 0 {PSK % "paris"}
 bgp remote-as 64530 peer-address 169.254.21.6 local-address 169.254.21.5
exit
"""


class Net:
    def __init__(self, lab, bfd_ms):
        self.lab, self.vnet, self.gw = lab, lab.node("vnet"), gateway_node(lab, "gw")
        lab.link((self.vnet, "gw", ["10.1.0.4/24", "2001:db8:1::4/64"]),
                 (self.gw, "vnet0", ["10.1.0.1/24", "2001:db8:1::1/64"]))
        for family, via in (("-4", "10.1.0.1"), ("-6", "2001:db8:1::1")):
            self.vnet.run("ip", family, "route", "add", "default", "via", via)
        self.inet = Internet(lab)
        self.inet.attach(self.gw, "pub0", PUBLIC + "/24", "2001:db8:203::1/64")
        self.gateway = Gateway(self.gw, CONFIGURATION, self)
        self.hq = Site(lab, "hq", 64520, {4: "10.20.0.0/24", 6: "2001:db8:20::/64"}, bfd_ms)
        device = self.hq.device(self.inet, "198.51.100.7/24")
        device.tunnel("azure", "198.51.100.7", PUBLIC, PSK % "hq")
        for family, address in WORLD.items():
            self.hq.route(SPACE[family], device)
            self.hq.statics[family].append((f"{address}/{32 if family == 4 else 128}",
                                            f"via {self.hq.addresses[family]}"))
            self.hq.host.run("ip", "address", "add", address, "dev", "net",
                             *(["nodad"] if family == 6 else []))
        self.paris = Site(lab, "paris", 64530, {4: "10.30.0.0/24"}, bfd_ms)
        device = self.paris.device(self.inet, "198.51.100.8/24")
        device.tunnel("azure", "198.51.100.8", PUBLIC, PSK % "paris")
        self.paris.statics[4] += [("198.51.100.0/24", "blackhole"), ("0.0.0.0/0", "blackhole")]
        self.paris.session("azure", device, "169.254.21.6", "169.254.21.5", 65515, families=(4,),
                           exports="source = RTS_STATIC && net !~ [ 169.254.0.0/16+ ]")

    def start(self):
        for site in (self.hq, self.paris):
            site.start()
        self.gateway.start_programs()
        self.gateway.configure(CONFIGURATION)
        self.gateway.wait_up()
        self.gateway.wait_established(1)


TOPOLOGY = Net


def run(s):
    s.net.start()
    wait_until(lambda: goes_by(s, "0.0.0.0/0", ["hq"], 2), 15, "hq's default before paris's",
               s.gateway.processes())
    s.report.claim(True, "the default route is hq's, by static prefix, before paris's by BGP")
    wait_until(lambda: goes_by(s, "198.51.100.0/24", ["paris"], 1), 15, "the outer network")
    s.report.claim(True, "paris's path for the network of the outer addresses is used for the VNet")
    s.gateway.keep("connections", "routes", "explain 192.0.2.80")
    world = Probes(Host(s.net.vnet, "gw", {4: "10.1.0.4", 6: "2001:db8:1::4"}),
                   Host(s.net.hq.host, "net", WORLD), s.marker, rate=500,
                   watch=s.gateway.processes())
    world.start(links=[(s.net.gw, "pub0")])
    # New keys, new SAs: IKE's own packets are not swallowed either.
    for connection in ("hq", "paris"):
        before = spis(s)
        s.gateway.swanctl("--rekey", "--child", "hq" if connection == "hq" else "paris",
                          check=False)
        s.gateway.swanctl("--rekey", "--ike", f"gh-{connection}", check=False)
        wait_until(lambda b=before: spis(s) != b, 15, f"new keys of {connection}",
                   s.gateway.processes())
    world.more(1000)
    world.stop()
    for direction, loss in world.losses().items():
        s.report.claim(not loss.lost, f"to the world and back, {direction}: {loss}")
    packets = world.packets["gw-pub0"]
    s.report.equal(len(capture.marked(packets, s.marker)), 0, "no probe in clear on the public link")
    esp = [p for p in packets if capture.is_esp(p)]
    s.report.claim(len(esp) > 2000, f"{len(esp)} packets of ESP there")
    s.report.claim(max(len(p.data) for p in esp) < 300,
                   "none of them holds another: the tunnel does not swallow itself")
    s.report.claim("0.0.0.0/0" not in s.net.paris.routes(4, "azure"),
                   "the default route is passed on to no site")


def goes_by(s, prefix, legs, paths):
    routes = {r["prefix"]: r for r in s.gateway.show_json("routes")["routes"]["route"]}
    found = routes.get(prefix, {})
    if (found.get("leg"), found.get("paths")) != (legs, paths):
        raise NotYet(str(found))
    return True


def spis(s):
    listed = s.gateway.swanctl("--list-sas", "--raw")
    return sorted(part for part in listed.split() if part.startswith("spi-out="))
