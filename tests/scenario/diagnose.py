"""diagnose - each fault between two devices is found on its own rung of the ladder

  gw ══ inet ══ vpn      one thing at a time is set wrong on one side, and
                         `show gateway connection paris diagnose` must name it
"""

import topology
from lab import NotYet, wait_until

CONNECTION = "gateway connection paris"
RIGHT = {
    "remote": f"remote-address {topology.DEVICE}",
    "key": f"shared-key 0 {topology.PSK}",
    "bgp": f"bgp remote-as {topology.ONPREM_ASN} peer-address {topology.TUNNEL_VPN} "
           f"local-address {topology.TUNNEL_GW}",
}


def run(s):
    s.net.start_peers()
    s.gateway.start()
    healthy(s, "as configured")
    # what is typed, the rung that must be named, what mends it
    for line, rung, mend in (
            ("shutdown", "configuration", "no shutdown"),
            ("no shared-key", "configuration", RIGHT["key"]),
            ("shared-key 0 not-the-peers-key", "shared key", RIGHT["key"]),
            # A peer that we call by a wrong name says no more than that it refuses us.
            ("remote-id nobody.example", "shared key", "no remote-id"),
            ("remote-address 198.51.100.99", "UDP reply", RIGHT["remote"]),
            (RIGHT["bgp"].replace(str(topology.ONPREM_ASN), "64999"), "BGP session",
             RIGHT["bgp"])):
        found(s, line, rung, lambda line=line: spoiled(s, line))
        typed(s, mend)
        healthy(s, f"after `{mend.split(' 0 ')[0]}`")
    peer(s, "proposals = aes256gcm16-prfsha384-ecp384,aes256-sha384-ecp384",
         "proposals = aes128-sha256-modp2048", "IKE proposals of the peer", "proposal")
    peer(s, "esp_proposals = aes256gcm16-ecp384,aes128gcm16-ecp384",
         "esp_proposals = aes256-sha256-ecp384", "ESP proposals of the peer", "proposal")


def typed(s, line):
    s.gateway.vtysh("configure terminal", CONNECTION, line)


def spoiled(s, line):
    """Another key alone leaves the old tunnel up until the new one is: end it."""
    typed(s, line)
    if line.startswith("shared-key"):
        s.gateway.vtysh("gateway reset connection paris")


def ladder(s):
    return s.gateway.show_json("connection paris diagnose")


def healthy(s, when):
    """The last of it is BGP, which BIRD may try again only after a while."""
    def all_good():
        shown = ladder(s)
        if not shown["healthy"]:
            raise NotYet(s.gateway.show("connection paris diagnose"))
        return True
    s.report.claim(wait_until(all_good, 90, f"a healthy ladder {when}", s.gateway.processes(),
                              interval=0.2), f"healthy {when}")


def found(s, what, rung, spoil):
    spoil()
    def named():
        shown = ladder(s)
        if shown.get("failed-rung") != rung:
            raise NotYet(s.gateway.show("connection paris diagnose"))
        return shown
    shown = wait_until(named, 60, f"{what}: the rung {rung}", s.gateway.processes(), interval=0.2)
    seen = [r["seen"] for r in shown["rung"] if r["name"] == rung][0]
    s.report.claim(shown["remedy"] and not shown["healthy"], f"{what}: {rung}: {seen}")
    forwarding = s.gateway.show_json("connections")["connection"][0]["state"]["forwarding"]
    esp_matters = rung != "BGP session"
    s.report.claim(not esp_matters or forwarding == "down",
                   f"{what}: forwarding is not called up ({forwarding})")


def peer(s, right, wrong, what, rung):
    """A wrong line in the VPN device's own configuration."""
    configuration = s.net.vpn.read("/run/lab/swanctl.conf")
    def load(text):
        s.net.vpn.write("/run/lab/swanctl.conf", text)
        s.net.swanctl("--load-all", "--file", "/run/lab/swanctl.conf")
        s.net.swanctl("--terminate", "--ike", "gateway", check=False)
    found(s, what, rung, lambda: load(configuration.replace(right, wrong)))
    load(configuration)
    healthy(s, f"with the right {what}")
