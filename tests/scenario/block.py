"""block - building blocks of a topology: the internet, edges, and sites with their VPN devices

                          ┌────────┐ ipsec0      in ┌────────┐ host    ┌───────────┐
  Internet ───────────────┤ NAME-1 ├────────────────┤  NAME  ├─────────┤ NAME-host │
    .254        pub0, its │ Device │.2 100.64.1  .1 │  Site  │ .1  .10 └───────────┘
                addresses └────────┘ 1              └──┬─────┘   inside
                          ┌────────┐                   │ 2
                ──────────┤ NAME-2 ├───────────────────┘
                          └────────┘

A Site is a router, BIRD of one AS, with a host behind it. Each of its VPN devices
is a node of its own, strongSwan with userspace ESP, because its kernel-libipsec
has one TUN and chooses by policy: two tunnels for any to any would not be told
apart. A device sends whatever the router gives it into its tunnel, and whatever
leaves the tunnel to the router; its own packets take its way to the internet.
The addresses for BGP are the router's.

  internet = Internet(lab)
  internet.attach(gw, "pub0", "203.0.113.1/24", "2001:db8:203::1/64")
  paris = Site(lab, "paris", 64520, {4: "10.20.0.0/24", 6: "2001:db8:20::/64"})
  device = paris.device(internet, "198.51.100.7/24")
  device.tunnel("azure", "198.51.100.7", "203.0.113.1", PSK)
  paris.session("azure", device, "169.254.21.2", "169.254.21.1", 65515)
  paris.start()
  wait_until(lambda: paris.established("azure"), …)

Every setting of a tunnel is a keyword of Device.tunnel; what has none goes into
`connection`, `child` or `local` as swanctl's own lines.

Errors: lab.Failure; established raises NotYet.
"""

import ipaddress
import string

from daemon import (BIRD_BGP, LIBIPSEC, bird_established, birdc, start_bird, start_charon,
                    swanctl)
from lab import wait_until

MULTIPLIER = 3
EDGE_ASN = 12076


def family_of(text):
    return ipaddress.ip_interface(text).version


def address_of(text):
    return str(ipaddress.ip_interface(text).ip)


def nth(network, number):
    """The interface address of a network's host: nth("10.20.0.0/24", 10) is 10.20.0.10/24."""
    network = ipaddress.ip_network(network)
    return f"{network[number]}/{network.prefixlen}"


class Internet:
    """A router with a bridge for each subnet that something is attached to.

    The subnets of one attach() share a bridge; its own addresses are …254, in
    both families. It knows no inside prefix.
    """

    def __init__(self, lab, name="inet"):
        self.lab, self.node = lab, lab.node(name)
        self.node.forward()
        self._bridges = {}

    def attach(self, node, interface, *addresses, default=True):
        """node gets interface with these addresses, and by default its default route."""
        subnets = [ipaddress.ip_interface(a).network for a in addresses]
        bridge = self._bridge(subnets)
        port = f"p{len(self.lab.nodes)}-{len(self.lab.links)}"
        self.lab.link((self.node, port, []), (node, interface, addresses))
        self.node.run("ip", "link", "set", "dev", port, "master", bridge)
        if default:
            for subnet in subnets:
                node.run("ip", f"-{subnet.version}", "route", "replace", "default", "via",
                         self.router(subnet))
        return port

    @staticmethod
    def router(subnet):
        return str(subnet.network_address + (254 if subnet.version == 4 else 0x254))

    def _bridge(self, subnets):
        for subnet in subnets:
            if subnet in self._bridges:
                return self._bridges[subnet]
        bridge = f"br{len(set(self._bridges.values()))}"
        self.node.run("ip", "link", "add", bridge, "type", "bridge")
        for subnet in subnets:
            self._bridges[subnet] = bridge
            self.node.run("ip", "address", "add", f"{self.router(subnet)}/{subnet.prefixlen}",
                          "dev", bridge, *(["nodad"] if subnet.version == 6 else []))
        self.node.set_link(bridge, True)
        return bridge


class Nat(Internet):
    """An internet behind address translation: its subnets leave by one outside address."""

    def __init__(self, lab, name, internet, *outside):
        super().__init__(lab, name)
        internet.attach(self.node, "pub0", *outside)
        for family in sorted({family_of(a) for a in outside}):
            table = {4: "ip", 6: "ip6"}[family]
            self.node.run("nft", "-f", "-", text=f"table {table} lab {{ chain out {{ type nat hook "
                          "postrouting priority srcnat; oifname \"pub0\" masquerade; }; }\n")


class Device:
    """A VPN device: strongSwan with userspace ESP, between the internet and its site's router."""

    def __init__(self, site, number, internet, addresses):
        self.site, self.number = site, number
        self.node = site.lab.node(f"{site.name}-{number}")
        internet.attach(self.node, "pub0", *addresses)
        self.router = {4: f"100.64.{number}.1", 6: f"fd64:{number}::1"}
        self.inside = {4: f"100.64.{number}.2", 6: f"fd64:{number}::2"}
        site.lab.link((site.node, f"d{number}",
                       [self.router[4] + "/30", self.router[6] + "/126"]),
                      (self.node, "in", [self.inside[4] + "/30", self.inside[6] + "/126"]))
        self.node.forward()
        for family in (4, 6):
            for interface, table in (("in", 100), ("ipsec0", 101)):
                self.node.run("ip", f"-{family}", "rule", "add", "iif", interface, "lookup", table)
            self.node.run("ip", f"-{family}", "route", "add", "default", "via",
                          self.router[family], "table", 101)
        self.charon, self.conf = None, LIBIPSEC
        self._connections, self._secrets = {}, {}

    def tunnel(self, name, local, remote, psk, *, local_id=None, remote_id=None, version=2,
               proposals="aes256gcm16-prfsha384-ecp384,aes256-sha384-ecp384",
               esp="aes256gcm16-ecp384,aes128gcm16-ecp384", local_ts="0.0.0.0/0,::/0",
               remote_ts="0.0.0.0/0,::/0", encap="yes", connection="", local_auth="auth = psk",
               remote_auth="auth = psk", child=""):
        """One connection with one child SA, or a change of it; load() makes it so."""
        local_id, remote_id = local_id or local, remote_id or remote
        self._connections[name] = f"""  {name} {{
    version = {version}
    local_addrs = {local}
    remote_addrs = {remote}
    proposals = {proposals}
    encap = {encap}
    mobike = no
    rekey_time = 8h
    {connection}
    local {{
      {local_auth}
      id = {local_id}
    }}
    remote {{
      {remote_auth}
      id = {remote_id}
    }}
    children {{
      {name} {{
        local_ts = {local_ts}
        remote_ts = {remote_ts}
        esp_proposals = {esp}
        rekey_time = 7h
        {child}
      }}
    }}
  }}
"""
        self._secrets[name] = f"""  ike-{name} {{
    id-a = {local_id}
    id-b = {remote_id}
    secret = "{psk}"
  }}
""" if psk else ""

    def remove(self, name):
        del self._connections[name], self._secrets[name]

    def configuration(self):
        return ("connections {\n" + "".join(self._connections.values()) + "}\nsecrets {\n"
                + "".join(self._secrets.values()) + "}\n")

    def load(self):
        """Gives charon the tunnels as they are now; those that it has stay up."""
        self.node.write("/run/lab/swanctl.conf", self.configuration())
        self.swanctl("--load-all", "--clear", "--file", "/run/lab/swanctl.conf")

    def start(self):
        """charon with its tunnels; it waits to be called (swanctl --initiate calls)."""
        self.charon = start_charon(self.node, self.conf)
        self.load()
        wait_until(lambda: self.node.run("ip", "link", "show", "dev", "ipsec0", check=False)
                   .returncode == 0, 10, f"the TUN ipsec0 of {self.node.name}", [self.charon])
        for family in (4, 6):
            self.node.run("ip", f"-{family}", "route", "replace", "default", "dev", "ipsec0",
                          "table", 100)
        return self.charon

    def initiate(self, name, check=True):
        return self.swanctl("--initiate", "--child", name, check=check)

    def swanctl(self, *arguments, check=True):
        return swanctl(self.node, *arguments, check=check)


class Router:
    """A node with BIRD of one AS; sessions are added before start()."""

    def __init__(self, lab, name, asn, bfd_ms=300):
        self.lab, self.name, self.asn, self.bfd_ms = lab, name, asn, bfd_ms
        self.node = lab.node(name)
        self.node.forward()
        self.statics = {4: [], 6: []}       # (prefix, BIRD's words for where to)
        self.extra = ""                     # BIRD's own lines
        self._sessions = []

    def bgp(self, name, local, neighbor, remote_as, *, channels, options=""):
        """One BGP protocol; channels is {family: BIRD's lines for it}."""
        lines = " ".join(f"ipv{family} {{ {text} }};" for family, text in sorted(channels.items()))
        self._sessions.append(
            f"protocol bgp {name} from session {{\n  local {local} as {self.asn}; "
            f"neighbor {neighbor} as {remote_as};\n  {options}\n  {lines}\n}}\n")

    def configuration(self, router_id):
        multihop = "}; multihop { interval $bfd ms; multiplier $multiplier; }; }\ntemplate"
        text = BIRD_BGP.replace("}; }\ntemplate", multihop, 1) + f"\nrouter id {router_id};\n"
        for family, routes in self.statics.items():
            lines = " ".join(f"route {prefix} {where};" for prefix, where in routes)
            text += (f"protocol static static{family} {{ ipv{family}; {lines} }}\n"
                     f"protocol kernel {{ merge paths yes; ipv{family} {{ import none; export "
                     "where source = RTS_BGP || source = RTS_STATIC; }; }\n")
        return string.Template(text + self.extra + "".join(self._sessions)).substitute(
            bfd=self.bfd_ms, multiplier=MULTIPLIER)

    def birdc(self, command):
        return birdc(self.node, command)

    def established(self, session):
        return bird_established(self.node, session)

    def routes(self, family, protocol=None):
        """The prefixes of the master table, of one protocol if named."""
        words = f"show route table master{family}" + (f" protocol {protocol}" if protocol else "")
        return {l.split()[0] for l in self.birdc(words).splitlines() if "/" in l.split(" ")[0]}


class Site(Router):
    """A site: its router NAME, a host NAME-host behind it, and devices added to it."""

    def __init__(self, lab, name, asn, inside, bfd_ms=300):
        """inside: {4: prefix, 6: prefix} of the host's network; host .10, router .1."""
        super().__init__(lab, name, asn, bfd_ms)
        self.inside, self.devices = inside, []
        self.host = lab.node(f"{name}-host")
        self.addresses = {f: address_of(nth(p, 0x10 if f == 6 else 10)) for f, p in inside.items()}
        lab.link((self.node, "host", [nth(p, 1) for p in inside.values()]),
                 (self.host, "net", [nth(p, 0x10 if f == 6 else 10) for f, p in inside.items()]))
        for family, prefix in inside.items():
            self.host.run("ip", f"-{family}", "route", "add", "default", "via",
                          address_of(nth(prefix, 1)))
            self.statics[family].append((prefix, 'via "host"'))

    def device(self, internet, *addresses):
        """One more VPN device, with these outer addresses."""
        self.devices.append(Device(self, len(self.devices) + 1, internet, addresses))
        return self.devices[-1]

    def route(self, prefix, device):
        """A static route into a device's tunnel (a site without BGP); before start()."""
        family = family_of(prefix)
        self.statics[family].append((prefix, f"via {device.inside[family]}"))

    def session(self, name, device, local, neighbor, remote_as, *, families=(4, 6), exports=None,
                prefer=100, multihop=2, password=None, bfd=False, options=""):
        """BGP through a device's tunnel, between addresses that are the router's and the gateway's.

        exports: BIRD's condition for what is announced, without it the site's own
        prefixes; with "source = RTS_BGP || …" the site passes on what it learns.
        """
        width = {4: "/32", 6: "/128"}[family_of(local)]
        self.node.run("ip", "address", "replace", local + width, "dev", "lo")
        family = family_of(neighbor)
        self.statics[family].append((neighbor + width, f"via {device.inside[family]}"))
        # Whatever next hop the gateway names, its prefixes lie behind the tunnel.
        for f in families:
            self.extra += (f"filter {name}_in{f} {{ gw = {device.inside[f]}; "
                           f"bgp_local_pref = {prefer}; accept; }}\n")
        for f, prefix in self.inside.items():
            self.extra += f"define {name}_inside{f} = [ {prefix} ];\n"
        channels = {}
        for f in families:
            export = exports or f"net ~ {name}_inside{f}"
            channels[f] = f"import filter {name}_in{f}; export where {export};"
            if f != family:
                channels[f] += (f" next hop address {device.router[f]}; extended next hop;")
        self.bgp(name, local, neighbor, remote_as, channels=channels, options=" ".join(
            (f"multihop {multihop};", f'password "{password}";' if password else "",
             "bfd on;" if bfd else "", options)))

    def start(self):
        """Devices, then BIRD; its sessions come up with the tunnels."""
        for device in self.devices:
            device.start()
        start_bird(self.node, self.configuration(address_of(nth(next(iter(self.inside.values())), 1))
                                                 if 4 in self.inside else "192.0.2.1"))

    def ping(self, target, count=1, timeout=2):
        """Does the host reach target?"""
        return self.host.run("ping", "-n", "-c", count, "-W", timeout, target, check=False,
                             timeout=60).returncode == 0


class Edge(Router):
    """An ExpressRoute edge: BIRD between a gateway's link and what lies on-premises.

    Its links are the lab's; prefixes that it offers by itself lie behind "host",
    as a Site's do, or come from a session with an on-premises router.
    """

    def __init__(self, lab, name, bfd_ms=300, asn=EDGE_ASN):
        super().__init__(lab, name, asn, bfd_ms)

    def peer(self, name, local, neighbor, remote_as, *, export="true", password=None, bfd=True,
             options=""):
        """A session of one family on a link; everything is passed on by default."""
        family = family_of(local)
        self.bgp(name, local, neighbor, remote_as, options=" ".join(
            ("bfd on;" if bfd else "", f'password "{password}";' if password else "", options)),
            channels={family: f"import all; export where {export};"})

    def offer(self, prefix, where="blackhole"):
        """A prefix of its own; where in BIRD's words."""
        self.statics[family_of(prefix)].append((prefix, where))

    def start(self, router_id):
        start_bird(self.node, self.configuration(router_id))
