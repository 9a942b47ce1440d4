"""kernel-esp - each algorithm against Debian's kernel: native, over IPv4 and IPv6, with ESN

                            203.0.113.0/24  ┌──────────────────────────────┐
  ┌──────┐    ┌────┐        198.51.100.0/24 │ eth0 .7   Debian's own kernel│
  │ vnet ├────┤ gw ├── inet ───────────────┤ strongSwan, kernel-netlink   ├── paris-host
  └──────┘    └────┘        2001:db8:198::7 │ ipsec4, ipsec6: XFRM         │
  10.1.0.0/24               2001:db8:203::1 └──────────────────────────────┘ 10.20.0.0/24
  2001:db8:1::/64                                                            2001:db8:20::/64

Two connections to one device, a virtual machine, both native ESP: half of each side's
addresses over IPv4, the other half over IPv6. The device takes any algorithm, the gateway
offers one at a time. What the kernel calls it is read from `ip xfrm state`.
"""

import algorithms
import capture
import machine
from block import Internet
from daemon import CHARON, SWANCTL
from gateway import Gateway, gateway_node
from lab import NotYet, wait_until
from machine import Files, Machine
from traffic import Host, Probes

PSK = "lab.Key-of-paris-19"
PUBLIC = {4: "203.0.113.1", 6: "2001:db8:203::1"}
DEVICE = {4: "198.51.100.7", 6: "2001:db8:198::7"}
# What goes over which outer family.
EAST = {4: {4: "10.1.0.0/25", 6: "2001:db8:1::/65"},
        6: {4: "10.1.0.128/25", 6: "2001:db8:1:0:8000::/65"}}
SITE = {4: {4: "10.20.0.0/25", 6: "2001:db8:20::/65"},
        6: {4: "10.20.0.128/25", 6: "2001:db8:20:0:8000::/65"}}
HERE = {4: {4: "10.1.0.4", 6: "2001:db8:1::4"}, 6: {4: "10.1.0.132", 6: "2001:db8:1:0:8000::4"}}
THERE = {4: {4: "10.20.0.10", 6: "2001:db8:20::10"},
         6: {4: "10.20.0.132", 6: "2001:db8:20:0:8000::10"}}
CARRIED = 60            # the machine's processor is emulated
KERNEL = {"gcmaes": "rfc4106(gcm(aes))", "chacha20poly1305": "rfc7539esp(chacha20,poly1305)",
          "aes": "cbc(aes)", "des3": "cbc(des3_ede)", "des": "cbc(des)", "none": "ecb(cipher_null)"}
MODULES = ("cbc", "des_generic", "md5", "sha1_generic", "sha256_generic", "hmac", "crypto_null",
           "authencesn", "chacha_generic", "poly1305_generic", "chacha20poly1305")
# Not SHA-2 with 512 bits and the like again: what differs for the kernel.
CHOSEN = [a for a in algorithms.ALGORITHMS
          if (a[0], a[1]) not in (("aes128", "sha256"), ("none", "sha256"), ("des3", "sha256"))]


def connection(family):
    prefixes = "".join(f" prefix {p}\n" for p in SITE[family].values())
    return (f"gateway connection paris{family}\n remote-address {DEVICE[family]}\n"
            f" shared-key 0 {PSK}\n{prefixes} encapsulation native\n profile a0\nexit\n")


CONFIGURATION = f"""\
gateway
 asn 65515
 address-space 10.1.0.0/16
 address-space 2001:db8:1::/48
 vnet interface vnet0
 public-address {PUBLIC[4]}
 public-address {PUBLIC[6]}
exit
""" + "".join(algorithms.profile(n, a[0], a[1]) for n, a in enumerate(CHOSEN)) + \
    connection(4) + connection(6)

CHARON_CONF = """
charon {
  install_routes = no
  install_virtual_ip = no
  load_modular = no
  load = random nonce openssl aes gcm hmac sha1 sha2 md5 kdf curve25519 pem x509 pubkey \
kernel-netlink socket-default vici
  filelog { lab { path = /dev/console
      default = 1
      flush_line = yes } }
}
"""


def swanctl_conf():
    offers = ",".join(f"{a[2]}-esn-noesn" for a in CHOSEN)
    text = "connections {\n"
    for family in (4, 6):
        text += f"""  azure{family} {{
    version = 2
    local_addrs = {DEVICE[family]}
    remote_addrs = {PUBLIC[family]}
    proposals = aes256gcm16-prfsha384-ecp384
    encap = no
    mobike = no
    local {{ auth = psk
            id = {DEVICE[family]} }}
    remote {{ auth = psk
             id = {PUBLIC[family]} }}
    children {{ azure{family} {{
        local_ts = 0.0.0.0/0,::/0
        remote_ts = 0.0.0.0/0,::/0
        if_id_in = {family}
        if_id_out = {family}
        replay_window = 128
        esp_proposals = {offers} }} }}
  }}
"""
    text += "}\nsecrets {\n"
    for family in (4, 6):
        text += (f"  ike-{family} {{ id-a = {DEVICE[family]}\n id-b = {PUBLIC[family]}\n"
                 f" secret = \"{PSK}\" }}\n")
    return text + "}\n"


class Net:
    def __init__(self, lab, _bfd_ms):
        machine.MODULES += tuple(m for m in MODULES if m not in machine.MODULES)
        self.lab, self.vnet, self.gw = lab, lab.node("vnet"), gateway_node(lab, "gw")
        lab.link((self.vnet, "gw", [f"{HERE[f][4]}/24" for f in (4, 6)] +
                  [f"{HERE[f][6]}/64" for f in (4, 6)]),
                 (self.gw, "vnet0", ["10.1.0.1/24", "2001:db8:1::1/64"]))
        self.vnet.run("ip", "route", "add", "default", "via", "10.1.0.1")
        self.vnet.run("ip", "-6", "route", "add", "default", "via", "2001:db8:1::1")
        inet = Internet(lab)
        inet.attach(self.gw, "pub0", PUBLIC[4] + "/24", PUBLIC[6] + "/64")
        self.gateway = Gateway(self.gw, CONFIGURATION, self)
        self.node, self.host = lab.node("paris"), lab.node("paris-host")
        inet.attach(self.node, "pub0", DEVICE[4] + "/24", DEVICE[6] + "/64")
        self.node.run("ip", "address", "flush", "dev", "pub0")          # the machine has them
        lab.link((self.node, "host", []),
                 (self.host, "net", [f"{THERE[f][4]}/24" for f in (4, 6)] +
                  [f"{THERE[f][6]}/64" for f in (4, 6)]))
        self.host.run("ip", "route", "add", "default", "via", "10.20.0.1")
        self.host.run("ip", "-6", "route", "add", "default", "via", "2001:db8:20::1")
        self.machine = None

    def start_machine(self):
        files = Files()
        files.add("/etc/strongswan.conf", CHARON_CONF)
        files.add("/etc/swanctl/swanctl.conf", swanctl_conf(), 0o600)
        for program in (CHARON, SWANCTL):
            files.host(program)
        files.tree("/usr/lib/ipsec/plugins", "/usr/lib/ipsec/plugins", "*.so")
        files.host("/usr/lib/x86_64-linux-gnu/ossl-modules/legacy.so")
        self.machine = Machine(self.node, "paris", files, ["pub0", "host"]).start()
        run = self.machine.run
        run(f"ip link set eth0 up; ip addr add {DEVICE[4]}/24 dev eth0; "
            f"ip addr add {DEVICE[6]}/64 dev eth0 nodad; ip route add default via 198.51.100.254; "
            "ip -6 route add default via 2001:db8:198::254; ip link set eth1 up; "
            "ip addr add 10.20.0.1/24 dev eth1; ip addr add 2001:db8:20::1/64 dev eth1 nodad")
        run("echo 1 >/proc/sys/net/ipv4/ip_forward; echo 1 >/proc/sys/net/ipv6/conf/all/forwarding")
        for family in (4, 6):
            run(f"ip link add ipsec{family} type xfrm dev eth0 if_id {family} && "
                f"ip link set ipsec{family} up mtu 1400")
            for inner, prefix in EAST[family].items():
                run(f"ip -{inner} route add {prefix} dev ipsec{family}")
        run(f"{CHARON} >/dev/console 2>&1 &")
        wait_until(lambda: "loaded" in run("/usr/sbin/swanctl --load-all", check=False), 60,
                   "charon in the machine", [self.machine.process], interval=0.5)


TOPOLOGY = Net


def run(s):
    s.net.start_machine()
    s.report.note("paris: " + s.net.machine.run("uname -r").strip())
    s.gateway.start_programs()
    s.gateway.configure(s.gateway.configuration)
    wait_until(s.gateway.all_forward, 90, "both tunnels",
               [s.net.machine.process, *s.gateway.processes()], interval=0.5)
    flows = [Probes(Host(s.net.vnet, "gw", HERE[f]), Host(s.net.host, "net", THERE[f]), s.marker,
                    rate=50, watch=[s.net.machine.process, *s.gateway.processes()])
             .start(links=[(s.net.gw, "pub0")]) for f in (4, 6)]
    carried = sum(try_one(s, n, a) for n, a in enumerate(CHOSEN))
    for flow in flows:
        flow.stop()
    s.report.equal(carried, len(CHOSEN), f"{carried} algorithms carry traffic to and from the kernel")
    packets = flows[0].packets["gw-pub0"]
    esp = [p for p in packets if capture.is_esp(p)]
    s.report.equal({p.protocol for p in esp}, {capture.ESP}, f"{len(esp)} packets, all native ESP")
    s.report.equal({p.family for p in esp}, {4, 6}, "over IPv4 and IPv6")


def try_one(s, number, algorithm):
    encryption, integrity, _, ours, _ = algorithm
    if number:
        s.gateway.configure("".join(f"gateway connection paris{f}\n profile a{number}\nexit\n"
                                    for f in (4, 6)))
    logs = [s.net.machine.process, *s.gateway.processes()]
    for family in (4, 6):
        wait_until(lambda f=family: sending(s, f, ours), 60, f"{ours} over IPv{family}", logs,
                   interval=0.3)
        wait_until(lambda f=family: carried(s, f, ours), 60, f"probes by {ours} over IPv{family}",
                   logs, interval=0.3)
    found = [sa for f in (4, 6) for sa in sas(s, f) if sa["algorithm"] == ours]
    state = s.net.machine.run("ip xfrm state")
    word = KERNEL[encryption.rstrip("0123456789") if encryption[:2] in ("gc", "ae") else encryption]
    esn = all(sa["esn"] for sa in found)
    drops = sum(int(sa["drops"]) for sa in found)
    words = " with ".join(w for w in (encryption, integrity) if w)
    return s.report.claim(word in state and not drops and esn,
                          f"{words}: {ours}, the kernel's {word}, ESN {esn}, dropped {drops}")


def sas(s, family):
    connection = s.gateway.show_json(f"connection paris{family}")["connection"][0]
    return connection["state"].get("esp-sa", [])


def sending(s, family, ours):
    current = [(a["algorithm"], a["encapsulation"]) for a in sas(s, family) if a.get("current")]
    if current != [(ours, "native")]:
        raise NotYet(str(current))
    return True


def carried(s, family, ours):
    counts = {"in": 0, "out": 0}
    for sa in sas(s, family):
        if sa["algorithm"] == ours:
            counts[sa["direction"]] += int(sa["packets"])
    if min(counts.values()) < CARRIED:
        raise NotYet(str(counts))
    return True
