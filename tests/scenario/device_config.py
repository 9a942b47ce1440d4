"""device-config - what the gateway prints for the other side, pasted there: it comes up and carries traffic

  ┌──────┐    ┌────┐ .1        .7 ┌───────────────────┐    ┌───────────┐
  │ vnet ├────┤ gw ├─── inet ─────┤ device            ├────┤ site host │
  └──────┘    └────┘              │ strongSwan, FRR   │    └───────────┘
  10.1.0.0/24  203.0.113.0/24     └───────────────────┘  10.20.0.0/24 .10
                            198.51.100.0/24

For each of several connections the configuration for strongSwan is asked for and
given to the device: swanctl.conf to charon, the commands to a shell, frr.conf to FRR.
Then the same with the configuration for VyOS, whose inside is strongSwan and FRR
as well: its commands are read here into the files that VyOS makes of them, and a word
that is not understood is a failure. What a site fills in itself, the words in capitals,
is filled in here; nothing else is changed but the interface: this device's tunnels are
those of kernel-libipsec, named ipsec0.

For Cisco IOS, Junos and FortiOS there is no device here: that they are printed, whole
and without a secret, is all that is claimed.
"""

import re
import shlex

from block import Internet
from daemon import FRR_MOUNTS, LIBIPSEC, start_charon, start_frr, swanctl, vtysh
from gateway import Gateway, gateway_node
from lab import Failure, NotYet, wait_until

PUBLIC, OUTER, SPACE = "203.0.113.1", "198.51.100.7", "10.1.0.0/16"
KEY = "Key-of.paris-19"
BGP = " bgp remote-as 64520 peer-address 169.254.21.2 local-address 169.254.21.1\n"
STATIC = " prefix 10.20.0.0/24\n"

GATEWAY = f"""\
gateway
 asn 65515
 address-space {SPACE}
 vnet interface vnet0
 public-address {PUBLIC}
exit
"""

# Where a policy-based device's kernel would take packets by its policies.
INTO_THE_TUN = f"ip route replace {SPACE} dev ipsec0\nsysctl -w net.ipv4.ip_forward=1\n"
REMOVE = "no gateway connection paris\n"

# What it is, its lines, and how they are undone.
CONNECTIONS = (
    ("another policy, without BGP", STATIC +
     " ike encryption aes256 integrity sha256 dh-group group14\n ipsec encryption aes128\n"
     " ipsec integrity sha256\n ipsec pfs-group group14\n", REMOVE),
    ("IKEv1", STATIC + " ike version 1\n", REMOVE),
    ("policy-based", STATIC + " traffic-selector local 10.1.0.0/16 remote 10.20.0.0/24\n", REMOVE),
    ("what is built in, with BGP", BGP + STATIC, ""),
    ("AES-GCM in IKE too, the device begins", BGP + STATIC +
     " mode responder-only\n ike encryption gcmaes256 integrity sha384 dh-group ecp384\n",
     "gateway connection paris\n no mode\n no ike encryption\nexit\n"),
    ("azure-default", BGP + STATIC + " profile azure-default\n",
     "gateway connection paris\n no profile\nexit\n"),
)


class Net:
    def __init__(self, lab, _bfd_ms):
        self.lab, self.vnet, self.gw = lab, lab.node("vnet"), gateway_node(lab, "gw")
        self.device, self.host = lab.node("device", FRR_MOUNTS), lab.node("host")
        lab.link((self.vnet, "gw", ["10.1.0.4/24"]), (self.gw, "vnet0", ["10.1.0.1/24"]))
        lab.link((self.device, "site", ["10.20.0.1/24"]), (self.host, "net", ["10.20.0.10/24"]))
        for node, via in ((self.vnet, "10.1.0.1"), (self.host, "10.20.0.1")):
            node.run("ip", "route", "add", "default", "via", via)
        inet = Internet(lab)
        inet.attach(self.gw, "pub0", PUBLIC + "/24")
        inet.attach(self.device, "pub0", OUTER + "/24")
        self.gateway = Gateway(self.gw, GATEWAY, self)

    def start_device(self):
        charon = start_charon(self.device, LIBIPSEC.replace(
            "load = random", "load = des md5 gmp random"))
        wait_until(lambda: self.device.run("ip", "link", "show", "ipsec0", check=False)
                   .returncode == 0, 10, "the device's TUN", [charon])
        start_frr(self.device, {"zebra": "", "bgpd": ""})


TOPOLOGY = Net


def run(s):
    s.net.start_device()
    s.gateway.start_programs()
    s.gateway.configure(GATEWAY)
    for what, lines, undo in CONNECTIONS:
        s.gateway.configure(f"gateway connection paris\n remote-address {OUTER}\n"
                            f" shared-key 0 {KEY}\n{lines}exit\n")
        for kind, paste in (("strongswan", paste_strongswan), ("vyos", paste_vyos)):
            paste(s, printed(s, kind))
            works(s, f"{kind}, {what}", "bgp" in lines)
            unpaste(s, "bgp" in lines)
        for kind in ("cisco-ios", "junos", "fortigate"):
            text = printed(s, kind)
            s.report.claim(PUBLIC in text and len(text.splitlines()) > 20,
                           f"{kind}, {what}: {len(text.splitlines())} lines")
        s.gateway.configure(undo)
    refused(s)


def printed(s, kind):
    text = s.gateway.show(f"connection paris device-config {kind}")
    if "SHARED-KEY" not in text or KEY in text:
        raise Failure(f"{kind}: the key has its own word, and is not printed:\n{text}")
    return text


def works(s, what, bgp):
    # Not to wait until it calls again by itself.
    s.gateway.reset("paris")
    wait_until(s.gateway.all_forward, 30, f"{what}: the tunnel",
               [s.net.device, *s.gateway.processes()], interval=0.2)
    if bgp:
        s.gateway.wait_established(1, 20)
    for node, target in ((s.net.vnet, "10.20.0.10"), (s.net.host, "10.1.0.4")):
        wait_until(lambda: node.run("ping", "-n", "-c", "1", "-W", "1", target, check=False)
                   .returncode == 0, 15, f"{what}: {node.name} reaching {target}",
                   [s.net.device, *s.gateway.processes()], interval=0.1)
    suites = re.findall(r"^  (AES\S+|3DES\S+)$|INSTALLED, TUNNEL\S*, (\S+)$",
                        swanctl(s.net.device, "--list-sas"), re.M)
    s.report.claim(True, f"{what}: up, both sides reach each other: "
                         + " and ".join("".join(pair) for pair in suites))


def filled_in(text):
    """What the site's engineer writes for the words in capitals."""
    for word, value in (("SHARED-KEY", KEY), ("OUTSIDE-INTERFACE", "pub0"),
                        ("SITE-PREFIX", "10.20.0.0/24")):
        text = text.replace(word, value)
    left = re.findall(r"\b[A-Z]{3,}-[A-Z]{3,}\b", text)
    if left:
        raise Failure(f"words in capitals that nothing was said about: {left}")
    return text


def load_swanctl(s, text):
    s.net.device.write("/run/lab/swanctl.conf", text)
    swanctl(s.net.device, "--load-all", "--file", "/run/lab/swanctl.conf")


def load_frr(s, text):
    s.net.device.write("/run/lab/frr.conf", text)
    said = s.net.device.run("vtysh", "-f", "/run/lab/frr.conf")
    if "%" in said or "nknown" in said:
        raise Failure(f"FRR does not take it: {said}")


def unpaste(s, bgp):
    """The device as it was: nothing of IPsec, no BGP, no routes into the tunnel."""
    device = s.net.device
    swanctl(device, "--load-all", "--clear", "--file", "/dev/null", check=False)
    swanctl(device, "--terminate", "--ike", "gh-paris", "--force", check=False)
    if bgp:
        vtysh(device, "configure terminal", "no router bgp")
        # ip deletes what it has listed: a route whose nexthop zebra has deleted since is EINVAL.
        wait_until(lambda: not device.run("ip", "route", "show", "proto", "bgp"), 10,
                   "the device without routes of BGP", [device])
    device.run("ip", "address", "flush", "dev", "ipsec0", "scope", "global")
    device.run("ip", "route", "flush", "dev", "ipsec0")
    device.run("nft", "flush", "ruleset")

    def gone():
        listed = swanctl(device, "--list-sas")
        if listed.strip():
            raise NotYet(listed)
        return True
    wait_until(gone, 10, "the device without IKE SAs", [device])


# --- strongSwan ------------------------------------------------------------------------------


def paste_strongswan(s, text):
    pieces = dict(re.findall(r"^#==> (\S+).*\n((?:(?!#==>).*\n)*)", filled_in(text), re.M))
    load_swanctl(s, pieces.pop("/etc/swanctl/conf.d/gh-paris.conf"))
    commands = pieces.pop("commands:", "").replace("gh-paris", "ipsec0")
    commands = re.sub(r"^ip link add .*type xfrm.*\n", "", commands, flags=re.M)
    s.net.device.run("sh", "-e", text=commands or INTO_THE_TUN)
    load_frr(s, pieces.pop("/etc/frr/frr.conf", ""))
    pieces.pop("/etc/strongswan.d/gh-paris.conf", None)
    if pieces:
        raise Failure(f"pieces that nobody knows: {list(pieces)}")


# --- VyOS ------------------------------------------------------------------------------------

GROUPS = {"1": "modp768", "2": "modp1024", "14": "modp2048", "15": "modp3072", "16": "modp4096",
          "19": "ecp256", "20": "ecp384", "21": "ecp521", "24": "modp2048s256",
          "31": "curve25519"}


class Vyos:
    """Its commands as a tree of words; take() removes what was understood."""

    def __init__(self, text):
        self.lines = [tuple(shlex.split(line)) for line in text.splitlines()
                      if line and not line.startswith("#")]

    def take(self, *words):
        """What stands behind these words, of each line that begins with them."""
        found = [line[len(words) + 1:] for line in self.lines if line[1:len(words) + 1] == words]
        self.lines = [line for line in self.lines if line[1:len(words) + 1] != words]
        return found

    def value(self, *words, default=None):
        found = self.take(*words)
        return found[0][0] if found and found[0] else default

    def has(self, *words):
        return bool(self.take(*words))

    def names(self, *words):
        return sorted({line[len(words) + 1] for line in self.lines
                       if line[1:len(words) + 1] == words and len(line) > len(words) + 1})


def paste_vyos(s, text):
    tree = Vyos(filled_in(text))
    if not tree.has("vpn", "ipsec", "options", "disable-route-autoinstall"):
        raise Failure("VyOS would install routes by itself")
    tree.take("vpn", "ipsec", "interface")
    load_swanctl(s, vyos_swanctl(tree))
    by_interface = tree.names("interfaces", "vti")
    s.net.device.run("sh", "-e", text=vyos_interface(tree) if by_interface else INTO_THE_TUN)
    load_frr(s, vyos_frr(tree))
    if tree.lines:
        raise Failure("words that VyOS's reading does not know: "
                      + "; ".join(" ".join(line) for line in tree.lines))


def vyos_proposal(tree, *group):
    encryption = tree.value(*group, "proposal", "1", "encryption")
    words = [encryption, tree.value(*group, "proposal", "1", "hash")]
    words.append(tree.value(*group, "proposal", "1", "prf"))
    dh = tree.value(*group, "proposal", "1", "dh-group")
    pfs = tree.value(*group, "pfs", default="disable")
    if dh or pfs != "disable":
        words.append(GROUPS[dh or pfs.removeprefix("dh-group")])
    return "-".join(filter(None, words))


def vyos_swanctl(tree):
    peer = tree.names("vpn", "ipsec", "site-to-site", "peer")[0]
    at = ("vpn", "ipsec", "site-to-site", "peer", peer)
    ike = ("vpn", "ipsec", "ike-group", tree.value(*at, "ike-group"))
    start = {"initiate": "start", "respond": "none"}[tree.value(*at, "connection-type")]
    if tree.value(*at, "authentication", "mode") != "pre-shared-secret":
        raise Failure("no pre-shared secret")
    dpd = tree.value(*ike, "dead-peer-detection", "interval", default="0")
    action = tree.value(*ike, "dead-peer-detection", "action", default="clear")
    close = tree.value(*ike, "close-action", default="none")
    text = f"""connections {{ gh-paris {{
  version = {tree.value(*ike, "key-exchange").removeprefix("ikev")}
  aggressive = {"yes" if tree.value(*ike, "mode") == "aggressive" else "no"}
  local_addrs = {tree.value(*at, "local-address")}
  remote_addrs = {tree.value(*at, "remote-address")}
  proposals = {vyos_proposal(tree, *ike)}
  rekey_time = {tree.value(*ike, "lifetime")}s
  mobike = {"no" if tree.has(*ike, "disable-mobike") else "yes"}
  encap = {"yes" if tree.has(*at, "force-udp-encapsulation") else "no"}
  dpd_delay = {dpd}s
  local {{ auth = psk
    id = {tree.value(*at, "authentication", "local-id")} }}
  remote {{ auth = psk
    id = {tree.value(*at, "authentication", "remote-id")} }}
  children {{
"""
    pairs = [("vti", "0.0.0.0/0,::/0", "0.0.0.0/0,::/0", tree.value(*at, "vti", "esp-group"))]
    if tree.names(*at, "tunnel"):
        pairs = [(f"tunnel{n}", tree.value(*at, "tunnel", n, "local", "prefix"),
                  tree.value(*at, "tunnel", n, "remote", "prefix"),
                  tree.value(*at, "tunnel", n, "esp-group")) for n in tree.names(*at, "tunnel")]
    group = ("vpn", "ipsec", "esp-group", pairs[0][3])
    if tree.value(*group, "mode") != "tunnel":
        raise Failure("not tunnel mode")
    proposal, life = vyos_proposal(tree, *group), tree.value(*group, "lifetime")
    for name, local, remote, _ in pairs:
        text += f"""    {name} {{
      local_ts = {local}
      remote_ts = {remote}
      esp_proposals = {proposal}
      life_time = {life}s
      start_action = {start}
      dpd_action = {action}
      close_action = {close}
    }}
"""
    tree.take(*at, "vti", "bind")
    psk = ("vpn", "ipsec", "authentication", "psk", "gh-paris")
    ids = "".join(f"  id-{n} = {words[0]}\n" for n, words in enumerate(tree.take(*psk, "id")))
    return text + f"}} }} }}\nsecrets {{ ike-gh-paris {{\n{ids}  secret = \"" \
        + tree.value(*psk, "secret") + "\" } }\n"


def vyos_interface(tree):
    name = (tree.names("interfaces", "vti") or ["vti"])[0]
    at, text = ("interfaces", "vti", name), ""
    mtu, mss = tree.value(*at, "mtu"), tree.value(*at, "ip", "adjust-mss")
    if mtu:
        text += f"ip link set ipsec0 mtu {mtu}\n"
    if mss:
        text += ("nft -f - <<'END'\ntable inet vyos { chain forward { type filter hook forward "
                 f"priority mangle; oifname \"ipsec0\" tcp flags syn tcp option maxseg size set {mss}"
                 "; }; }\nEND\n")
    for words in tree.take(*at, "address"):
        text += f"ip address replace {words[0]} dev ipsec0\n"
    for words in tree.take("protocols", "static", "route"):
        if words[1:] != ("interface", name):
            raise Failure(f"a route elsewhere: {words}")
        text += f"ip route replace {words[0]} dev ipsec0\n"
    return text + "sysctl -w net.ipv4.ip_forward=1\n"


def vyos_frr(tree):
    at = ("protocols", "bgp")
    number = tree.value(*at, "system-as")
    if not number:
        return ""
    text = f"router bgp {number}\n no bgp ebgp-requires-policy\n"
    for name in tree.names(*at, "neighbor"):
        neighbor = (*at, "neighbor", name)
        text += f" neighbor {name} remote-as {tree.value(*neighbor, 'remote-as')}\n"
        for words in ("ebgp-multihop", "update-source", "password"):
            value = tree.value(*neighbor, words)
            text += f" neighbor {name} {words} {value}\n" if value else ""
        keepalive = tree.value(*neighbor, "timers", "keepalive")
        hold = tree.value(*neighbor, "timers", "holdtime")
        text += f" neighbor {name} timers {keepalive} {hold}\n" if hold else ""
        tree.take(*neighbor, "address-family", "ipv4-unicast")
    networks = "".join(f"  network {words[0]}\n" for words in
                       tree.take(*at, "address-family", "ipv4-unicast", "network"))
    return text + f" address-family ipv4 unicast\n{networks} exit-address-family\nexit\n"


def refused(s):
    """What a maker has no word for is said, not left out."""
    s.gateway.configure(f"gateway connection paris\n remote-address {OUTER}\n"
                        f" shared-key 0 {KEY}\n ipsec encryption chacha20poly1305\n{STATIC}exit\n")
    said = s.gateway.vtysh("show gateway connection paris device-config cisco-ios", check=False)
    said = (said.stdout + said.stderr).strip()
    s.report.claim("has no encryption chacha20poly1305" in said, f"refused in words: {said}")
