"""topology - the coexist lab: one VNet, one gateway, two ways on-premises

                       172.16.0.0/30 ┌───────┐ 172.17.0.0/30
                      ┌──────────────┤ edge1 ├──────────────┐     BIRD, AS 12076
                  er0 │ .2        .1 └───────┘ .1        .2 │
  ┌──────┐       ┌────┴─────┐                         ┌─────┴────┐       ┌──────┐
  │ vnet ├───────┤    gw    │                         │  onprem  ├───────┤ site │
  └──────┘ vnet0 │ AS 65515 │                         │ AS 64520 │       └──────┘
  10.1.0.0/24    └──┬────┬──┘                         └──┬────┬──┘   10.20.0.0/24
  host .4, gw .1    │ er1│ .6        .5 ┌───────┐ .5  .6 │    │ .2   host .10
                    │    └──────────────┤ edge2 ├────────┘    │   FRR, AS 12076
                    │     172.16.0.4/30 └───────┘ 172.17.0.4/30
          pub0 .1   │                                         │ 172.18.0.0/30
  203.0.113.0/24    │ .254 ┌──────┐ .254           .7 ┌───────┴─┐ .1    ┌───────┐
                    └──────┤ inet ├───────────────────┤   vpn   ├───────┤ site2 │
                           └──────┘  198.51.100.0/24  │AS 64520 │       └───────┘
                                                      └─────────┘  10.30.0.0/24 .10
                                                              10.20.0.128/25 .200

  the tunnel: gw 169.254.21.1 ◄═══ ESP in UDP ═══► 169.254.21.2 vpn, which is
  strongSwan with kernel-libipsec, and BIRD

IPv6 everywhere beside it: VNet 2001:db8:1::/48, site 2001:db8:20::/64, site2
2001:db8:30::/64 and 2001:db8:20:0:8000::/65, circuits fd00:16:0::/126 and
fd00:16:1::/126, on-premises links fd00:17:0::, fd00:17:1::, fd00:18::/126.

The gateway's main table has a default route to inet in both families, so that
whatever leaks out of its private table would be seen on pub0. inet knows no
inside prefix. site's prefix is offered by both edges and by the tunnel; site2's
prefixes only by the tunnel. onprem sends by ExpressRoute while an edge offers
the VNet without prepending; else by the VPN device, which is iBGP to it; an
edge's prepended offer comes last. It keeps the two in two kernel tables, tried
in that order, so that its own switching loses nothing.
"""

import string

from daemon import (BIRD_BGP, FRR_MOUNTS, LIBIPSEC, bird_established, birdc, start_bird,
                    start_charon, start_frr, swanctl, vtysh)
from lab import NotYet, wait_until

ASN, EDGE_ASN, ONPREM_ASN = 65515, 12076, 64520
PSK = "kR8-lab.Preshared_Key7"
BFD_MULTIPLIER = 3

VNET = {4: "10.1.0.4", 6: "2001:db8:1::4"}
SITE = {4: "10.20.0.10", 6: "2001:db8:20::10"}
SITE2 = {4: "10.30.0.10", 6: "2001:db8:30::10"}
LONGER = {4: "10.20.0.200", 6: "2001:db8:20:0:8000::200"}

SPACE = {4: "10.1.0.0/16", 6: "2001:db8:1::/48"}
SITE_PREFIX = {4: "10.20.0.0/24", 6: "2001:db8:20::/64"}
SITE2_PREFIX = {4: "10.30.0.0/24", 6: "2001:db8:30::/64"}
LONGER_PREFIX = {4: "10.20.0.128/25", 6: "2001:db8:20:0:8000::/65"}

PUBLIC, DEVICE = "203.0.113.1", "198.51.100.7"
PUBLIC6, DEVICE6 = "2001:db8:203::1", "2001:db8:198::7"
TUNNEL_GW, TUNNEL_VPN = "169.254.21.1", "169.254.21.2"

EDGE1 = BIRD_BGP + """
router id 172.16.0.1;
protocol kernel { ipv4 { import none; export where source = RTS_BGP; }; }
protocol kernel { ipv6 { import none; export where source = RTS_BGP; }; }
# BIRD replaces an IPv6 route in the kernel by deleting and adding it, also when only its AS path
# changed. A second table, served after the first, bridges the moment without.
ipv6 table bridge6;
protocol pipe { table master6; peer table bridge6; import none; export all; }
protocol kernel { kernel table 200; ipv6 { table bridge6; import none; export where source = RTS_BGP; }; }
protocol bgp gateway4 from session {
  local 172.16.0.1 as 12076; neighbor 172.16.0.2 as 65515; bfd on;
  ipv4 { import all; export where source = RTS_BGP; };
}
protocol bgp gateway6 from session {
  local fd00:16:0::1 as 12076; neighbor fd00:16:0::2 as 65515; bfd on;
  ipv6 { import all; export where source = RTS_BGP; };
}
protocol bgp onprem4 from session {
  local 172.17.0.1 as 12076; neighbor 172.17.0.2 as 64520; bfd on;
  ipv4 { import all; export where source = RTS_BGP; };
}
protocol bgp onprem6 from session {
  local fd00:17:0::1 as 12076; neighbor fd00:17:0::2 as 64520; bfd on;
  ipv6 { import all; export where source = RTS_BGP; };
}
"""

EDGE2_BFD = """
bfd
 profile lab
  transmit-interval $bfd
  receive-interval $bfd
  detect-multiplier $multiplier
 exit
exit
"""

EDGE2_BGP = """
router bgp 12076
 bgp router-id 172.16.0.5
 no bgp ebgp-requires-policy
 no bgp default ipv4-unicast
 neighbor 172.16.0.6 remote-as 65515
 neighbor fd00:16:1::2 remote-as 65515
 neighbor 172.17.0.6 remote-as 64520
 neighbor fd00:17:1::2 remote-as 64520
 neighbor 172.16.0.6 bfd profile lab
 neighbor fd00:16:1::2 bfd profile lab
 neighbor 172.17.0.6 bfd profile lab
 neighbor fd00:17:1::2 bfd profile lab
 neighbor 172.16.0.6 timers connect 2
 neighbor fd00:16:1::2 timers connect 2
 neighbor 172.17.0.6 timers connect 2
 neighbor fd00:17:1::2 timers connect 2
 address-family ipv4 unicast
  neighbor 172.16.0.6 activate
  neighbor 172.17.0.6 activate
 exit-address-family
 address-family ipv6 unicast
  neighbor fd00:16:1::2 activate
  neighbor fd00:17:1::2 activate
 exit-address-family
exit
"""

ONPREM = BIRD_BGP + """
router id 172.17.0.2;
ipv4 table er4;
ipv6 table er6;
protocol static { ipv4 { table er4; }; route 10.20.0.0/24 via "site"; }
protocol static { ipv6 { table er6; }; route 2001:db8:20::/64 via "site"; }
protocol static { ipv4; route 10.20.0.0/24 via "site"; }
protocol static { ipv6; route 2001:db8:20::/64 via "site"; }

function plain() { return source = RTS_BGP && bgp_path.len <= 2; }
protocol kernel { kernel table 100; ipv4 { table er4; import none; export where plain(); }; }
protocol kernel { kernel table 100; ipv6 { table er6; import none; export where plain(); }; }
protocol kernel { kernel table 200; ipv4 { import none; export where source = RTS_BGP; }; }
protocol kernel { kernel table 200; ipv6 { import none; export where source = RTS_BGP; }; }

filter last_resort { if source != RTS_BGP then reject; bgp_local_pref = 50; accept; }
protocol pipe { table er4; peer table master4; import none; export filter last_resort; }
protocol pipe { table er6; peer table master6; import none; export filter last_resort; }

template bgp edge4 from session {
  local as 64520; bfd on;
  ipv4 { table er4; import all; export where source = RTS_STATIC; };
}
template bgp edge6 from session {
  local as 64520; bfd on;
  ipv6 { table er6; import all; export where source = RTS_STATIC; };
}
protocol bgp edge1_4 from edge4 { neighbor 172.17.0.1 as 12076; }
protocol bgp edge1_6 from edge6 { neighbor fd00:17:0::1 as 12076; }
protocol bgp edge2_4 from edge4 { neighbor 172.17.0.5 as 12076; }
protocol bgp edge2_6 from edge6 { neighbor fd00:17:1::1 as 12076; }
protocol bgp device4 from session {
  local 172.18.0.2 as 64520; neighbor 172.18.0.1 as 64520; direct;
  ipv4 { import all; export where source = RTS_STATIC; next hop self; };
}
protocol bgp device6 from session {
  local fd00:18::2 as 64520; neighbor fd00:18::1 as 64520; direct;
  ipv6 { import all; export where source = RTS_STATIC; next hop self; };
}
"""

DEVICE_BIRD = BIRD_BGP + """
router id 172.18.0.1;
protocol static { ipv4; route 10.30.0.0/24 via "site2"; route 10.20.0.128/25 via "site2"; }
protocol static { ipv6; route 2001:db8:30::/64 via "site2";
                  route 2001:db8:20:0:8000::/65 via "site2"; }
protocol static tunnel4 { ipv4; route 169.254.21.1/32 via "ipsec0"; }
protocol kernel { ipv4 { import none; export where source = RTS_BGP || proto = "tunnel4"; }; }
protocol kernel { ipv6 { import none; export where source = RTS_BGP; }; }

protocol bgp onprem4 from session {
  local 172.18.0.1 as 64520; neighbor 172.18.0.2 as 64520; direct;
  ipv4 { import all; export where proto = "azure"; next hop self; };
}
protocol bgp onprem6 from session {
  local fd00:18::1 as 64520; neighbor fd00:18::2 as 64520; direct;
  ipv6 { import all; export where proto = "azure"; next hop self; };
}
# Whatever next hop the gateway names (for IPv6 that is ::ffff:169.254.21.1, RFC 4659 3.2.1's
# form, which BIRD calls extended), its prefixes lie behind the tunnel.
filter from_tunnel { ifname = "ipsec0"; accept; }
protocol bgp azure from session {
  local 169.254.21.2 as 64520; neighbor 169.254.21.1 as 65515; multihop 2;
  ipv4 { import filter from_tunnel; export where source = RTS_BGP || source = RTS_STATIC && proto != "tunnel4"; };
  ipv6 { import filter from_tunnel; export where source = RTS_BGP || source = RTS_STATIC;
         next hop address fd00:21::2; extended next hop; };
}
"""

DEVICE_SWANCTL = """
connections {
  gateway {
    version = 2
    local_addrs = 198.51.100.7
    remote_addrs = 203.0.113.1
    proposals = aes256gcm16-prfsha384-ecp384,aes256-sha384-ecp384
    encap = yes
    mobike = no
    rekey_time = 8h
    local { auth = psk
            id = 198.51.100.7 }
    remote { auth = psk
             id = 203.0.113.1 }
    children {
      gateway {
        local_ts = 0.0.0.0/0,::/0
        remote_ts = 0.0.0.0/0,::/0
        esp_proposals = aes256gcm16-ecp384,aes128gcm16-ecp384
        rekey_time = 7h
      }
    }
  }
}
secrets {
  ike-gateway { id-a = 198.51.100.7
                id-b = 203.0.113.1
                secret = "$psk" }
}
"""


class Coexist:
    """The nodes, their links, and the peers' daemons. The gateway's are gateway.py's."""

    def __init__(self, lab, bfd_ms=300):
        """bfd_ms: of every BFD session. At 50 ms a busy machine makes sessions flap."""
        self.lab, self.bfd_ms = lab, bfd_ms
        for name in ("vnet", "edge1", "onprem", "inet", "site", "site2"):
            setattr(self, name, lab.node(name))
        self.gw = lab.node("gw", FRR_MOUNTS)
        self.edge2 = lab.node("edge2", FRR_MOUNTS)
        self.vpn = lab.node("vpn")
        self._links()

    def _links(self):
        link, n = self.lab.link, self
        link((n.vnet, "gw", ["10.1.0.4/24", "2001:db8:1::4/64"]),
             (n.gw, "vnet0", ["10.1.0.1/24", "2001:db8:1::1/64"]))
        link((n.gw, "er0", ["172.16.0.2/30", "fd00:16:0::2/126"]),
             (n.edge1, "gw", ["172.16.0.1/30", "fd00:16:0::1/126"]))
        link((n.gw, "er1", ["172.16.0.6/30", "fd00:16:1::2/126"]),
             (n.edge2, "gw", ["172.16.0.5/30", "fd00:16:1::1/126"]))
        link((n.gw, "pub0", [PUBLIC + "/24", PUBLIC6 + "/64"]),
             (n.inet, "gw", ["203.0.113.254/24", "2001:db8:203::254/64"]))
        link((n.inet, "vpn", ["198.51.100.254/24", "2001:db8:198::254/64"]),
             (n.vpn, "pub0", [DEVICE + "/24", DEVICE6 + "/64"]))
        link((n.edge1, "onprem", ["172.17.0.1/30", "fd00:17:0::1/126"]),
             (n.onprem, "edge1", ["172.17.0.2/30", "fd00:17:0::2/126"]))
        link((n.edge2, "onprem", ["172.17.0.5/30", "fd00:17:1::1/126"]),
             (n.onprem, "edge2", ["172.17.0.6/30", "fd00:17:1::2/126"]))
        link((n.vpn, "onprem", ["172.18.0.1/30", "fd00:18::1/126"]),
             (n.onprem, "vpn", ["172.18.0.2/30", "fd00:18::2/126"]))
        link((n.onprem, "site", ["10.20.0.1/24", "2001:db8:20::1/64"]),
             (n.site, "onprem", ["10.20.0.10/24", "2001:db8:20::10/64"]))
        link((n.vpn, "site2", ["10.30.0.1/24", "2001:db8:30::1/64", "10.20.0.129/25",
                               "2001:db8:20:0:8000::1/65"]),
             (n.site2, "vpn", ["10.30.0.10/24", "2001:db8:30::10/64", "10.20.0.200/25",
                               "2001:db8:20:0:8000::200/65"]))
        for node, via4, via6 in (
                (n.vnet, "10.1.0.1", "2001:db8:1::1"), (n.site, "10.20.0.1", "2001:db8:20::1"),
                (n.site2, "10.30.0.1", "2001:db8:30::1"),
                (n.gw, "203.0.113.254", "2001:db8:203::254"),
                (n.vpn, "198.51.100.254", "2001:db8:198::254")):
            node.run("ip", "route", "add", "default", "via", via4)
            node.run("ip", "-6", "route", "add", "default", "via", via6)
        # Only the daemon under test may open the gateway's forwarding.
        for node in (n.edge1, n.edge2, n.onprem, n.inet, n.vpn):
            node.forward()
        n.edge1.run("ip", "-6", "rule", "add", "pref", "40000", "lookup", "200")
        for family in ("-4", "-6"):
            n.onprem.run("ip", family, "rule", "add", "pref", "100", "lookup", "100")
            n.onprem.run("ip", family, "rule", "add", "pref", "200", "lookup", "200")
        n.vpn.run("ip", "address", "add", TUNNEL_VPN + "/32", "dev", "lo")
        n.vpn.run("ip", "address", "add", "fd00:21::2/128", "dev", "lo", "nodad")

    def start_peers(self):
        """Every daemon but the gateway's; returns when on-premises routing is up."""
        self._bird(self.edge1, EDGE1)
        self._bird(self.onprem, ONPREM)
        start_frr(self.edge2, {"zebra": "", "bfdd": self._fill(EDGE2_BFD),
                               "bgpd": self._fill(EDGE2_BGP)})
        self.start_device()
        self._bird(self.vpn, DEVICE_BIRD)
        for name in ("edge1_4", "edge1_6", "edge2_4", "edge2_6", "device4", "device6"):
            wait_until(lambda name=name: self.established(self.onprem, name), 30,
                       f"onprem's BGP session {name}", [self.onprem, self.edge2, self.vpn])

    def start_device(self):
        """The VPN device's charon, with its one connection; it waits to be called."""
        self.vpn.write("/run/lab/swanctl.conf", self._fill(DEVICE_SWANCTL))
        charon = start_charon(self.vpn, LIBIPSEC)
        self.swanctl("--load-all", "--file", "/run/lab/swanctl.conf")
        wait_until(lambda: self.vpn.run("ip", "link", "show", "dev", "ipsec0", check=False)
                   .returncode == 0, 10, "the VPN device's TUN ipsec0", [charon])
        return charon

    def swanctl(self, *arguments, check=True):
        """swanctl on the VPN device."""
        return swanctl(self.vpn, *arguments, check=check)

    def _fill(self, template):
        return string.Template(template).substitute(
            bfd=self.bfd_ms, multiplier=BFD_MULTIPLIER, psk=PSK)

    def _bird(self, node, template):
        start_bird(node, self._fill(template))

    established = staticmethod(bird_established)

    def edge_sessions(self):
        """The four sessions of the edges to the gateway, each with its state as text."""
        states = {}
        for name in ("gateway4", "gateway6"):
            fields = [l.split(None, 5) for l in birdc(self.edge1, "show protocols").splitlines()
                      if l.split()[:1] == [name]]
            states["edge1 " + name] = fields[0][5].strip() if fields and len(fields[0]) > 5 else "-"
        for peer in ("172.16.0.6", "fd00:16:1::2"):
            shown = vtysh(self.edge2, f"show bgp neighbors {peer}")
            found = [l.split("=")[1] for l in shown.splitlines() if "BGP state =" in l]
            states["edge2 " + peer] = found[0].split(",")[0].strip() if found else "-"
        return states

    def edges_established(self):
        states = self.edge_sessions()
        if any("Established" not in state for state in states.values()):
            raise NotYet(str(states))
        return True

    def tunnel_established(self):
        """BGP through the tunnel, as the VPN device sees it."""
        return self.established(self.vpn, "azure")
