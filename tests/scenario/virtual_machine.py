"""virtual-machine - sites whose ESP is the Linux kernel's: strongSwan and libreswan on XFRM interfaces

                                 ┌───────────────────────────────┐
                         ┌───────┤ eth0 .7   Debian's own kernel │
  ┌──────┐    ┌────┐     │       │ strongSwan, BIRD AS 64520     ├── paris-host
  │ vnet ├────┤ gw ├── inet      │ ipsec0: XFRM interface        │   10.20.0.0/24
  └──────┘    └────┘     │       └───────────────────────────────┘   2001:db8:20::/64
  10.1.0.0/24   .1       │       ┌───────────────────────────────┐
     203.0.113.0/24      └───────┤ eth0 .8   Debian's own kernel │
                  198.51.100.0/24│ libreswan, no BGP             ├── lyon-host
                                 │ ipsec1: XFRM interface        │   10.30.0.0/24
                                 └───────────────────────────────┘

The devices are virtual machines, for the lab's kernel may have no ESP. Probes run both
ways while either side renews its keys; the SAs' algorithms are read from the kernel.
"""

import re

import capture
from block import Internet
from daemon import CHARON, SWANCTL
from gateway import Gateway, gateway_node
from lab import NotYet, wait_until
from machine import Files, Machine, libreswan
from traffic import Host, Probes

PSK = {"paris": "Key-of.paris-19", "lyon": "Key-of.lyon-20"}
PUBLIC, SPACE = "203.0.113.1", {4: "10.1.0.0/16", 6: "2001:db8:1::/48"}
OUTER = {"paris": "198.51.100.7", "lyon": "198.51.100.8"}
RATE = 100          # packets a second each way: the machines' processors are emulated

CONFIGURATION = f"""\
gateway
 asn 65515
 address-space {SPACE[4]}
 address-space {SPACE[6]}
 vnet interface vnet0
 public-address {PUBLIC}
exit
gateway connection paris
 remote-address {OUTER["paris"]}
 shared-key 0 {PSK["paris"]}
 bgp remote-as 64520 peer-address 169.254.21.2 local-address 169.254.21.1
exit
gateway connection lyon
 remote-address {OUTER["lyon"]}
 shared-key 0 {PSK["lyon"]}
 prefix 10.30.0.0/24
exit
"""

PARIS_CHARON = """
charon {
  install_routes = no
  install_virtual_ip = no
  load_modular = no
  load = random nonce openssl aes gcm hmac sha1 sha2 kdf curve25519 pem x509 pubkey \
kernel-netlink socket-default vici
  filelog { lab { path = /dev/console
      default = 1
      flush_line = yes } }
}
"""

PARIS_SWANCTL = f"""
connections {{
  azure {{
    version = 2
    local_addrs = {OUTER["paris"]}
    remote_addrs = {PUBLIC}
    proposals = aes256gcm16-prfsha384-ecp384
    encap = yes
    mobike = no
    local {{ auth = psk
            id = {OUTER["paris"]} }}
    remote {{ auth = psk
             id = {PUBLIC} }}
    children {{ azure {{
        local_ts = 0.0.0.0/0,::/0
        remote_ts = 0.0.0.0/0,::/0
        if_id_in = 7
        if_id_out = 7
        esp_proposals = aes256gcm16-ecp384 }} }}
  }}
}}
secrets {{ ike-azure {{ id-a = {OUTER["paris"]}
    id-b = {PUBLIC}
    secret = "{PSK["paris"]}" }} }}
"""

PARIS_BIRD = f"""
log stderr all;
router id 10.20.0.1;
protocol device {{ scan time 5; }}
protocol static {{ ipv4; route 10.20.0.0/24 via "eth1"; }}
protocol static {{ ipv6; route 2001:db8:20::/64 via "eth1"; }}
protocol static tunnel {{ ipv4; route 169.254.21.1/32 via "ipsec0"; }}
protocol kernel {{ ipv4 {{ import none; export where source = RTS_BGP || proto = "tunnel"; }}; }}
protocol kernel {{ ipv6 {{ import none; export where source = RTS_BGP; }}; }}
filter from_tunnel {{ ifname = "ipsec0"; accept; }}
protocol bgp azure {{
  connect delay time 1; connect retry time 2; error wait time 1, 2;
  local 169.254.21.2 as 64520; neighbor 169.254.21.1 as 65515; multihop 2;
  ipv4 {{ import filter from_tunnel; export where net = 10.20.0.0/24; }};
  ipv6 {{ import filter from_tunnel; export where net = 2001:db8:20::/64;
         next hop address fd00:21::2; extended next hop; }};
}}
"""

LYON_CONF = f"""\
config setup
	logfile=/dev/console
	plutodebug=none

conn azure
	ikev2=insist
	authby=secret
	left={OUTER["lyon"]}
	leftid={OUTER["lyon"]}
	leftsubnet=0.0.0.0/0
	right={PUBLIC}
	rightid={PUBLIC}
	rightsubnet=0.0.0.0/0
	ipsec-interface=yes
	encapsulation=yes
	leftupdown=/bin/true
	ike=aes_gcm256-sha2_384;dh20
	esp=aes_gcm256;dh20
	auto=start
"""


class Site:
    """A node with a machine in it, its host, and the machine's cards to the internet and to it."""

    def __init__(self, lab, name, inet, inside):
        self.name, self.node, self.host = name, lab.node(name), lab.node(f"{name}-host")
        inet.attach(self.node, "pub0", OUTER[name] + "/24")
        self.node.run("ip", "address", "flush", "dev", "pub0")          # the machine has it
        self.addresses = {4: inside[4].replace(".1/24", ".10")}
        if 6 in inside:
            self.addresses[6] = inside[6].replace("::1/64", "::10")
        lab.link((self.node, "host", []),
                 (self.host, "net", [self.addresses[4] + "/24",
                                     *([self.addresses[6] + "/64"] if 6 in inside else [])]))
        for family, address in inside.items():
            self.host.run("ip", f"-{family}", "route", "add", "default", "via",
                          address.split("/")[0])
        self.inside, self.files, self.machine = inside, Files(), None

    def start(self):
        self.machine = Machine(self.node, self.name, self.files, ["pub0", "host"]).start()
        run = self.machine.run
        run(f"ip link set eth0 up; ip addr add {OUTER[self.name]}/24 dev eth0; "
            "ip route add default via 198.51.100.254; ip link set eth1 up")
        for address in self.inside.values():
            run(f"ip addr add {address} dev eth1 {'nodad' if ':' in address else ''}")
        run("echo 1 >/proc/sys/net/ipv4/ip_forward; echo 1 >/proc/sys/net/ipv6/conf/all/forwarding")


class Net:
    def __init__(self, lab, _bfd_ms):
        self.lab, self.vnet, self.gw = lab, lab.node("vnet"), gateway_node(lab, "gw")
        lab.link((self.vnet, "gw", ["10.1.0.4/24", "2001:db8:1::4/64"]),
                 (self.gw, "vnet0", ["10.1.0.1/24", "2001:db8:1::1/64"]))
        self.vnet.run("ip", "route", "add", "default", "via", "10.1.0.1")
        self.vnet.run("ip", "-6", "route", "add", "default", "via", "2001:db8:1::1")
        self.here = Host(self.vnet, "gw", {4: "10.1.0.4", 6: "2001:db8:1::4"})
        inet = Internet(lab)
        inet.attach(self.gw, "pub0", PUBLIC + "/24")
        self.gateway = Gateway(self.gw, CONFIGURATION, self)
        self.paris = Site(lab, "paris", inet, {4: "10.20.0.1/24", 6: "2001:db8:20::1/64"})
        self.lyon = Site(lab, "lyon", inet, {4: "10.30.0.1/24"})


TOPOLOGY = Net


def run(s):
    strongswan_machine(s.net.paris)
    libreswan_machine(s.net.lyon)
    s.report.note("paris: " + s.net.paris.machine.run("uname -r").strip())
    s.gateway.start_programs()
    s.gateway.configure(s.gateway.configuration)
    libreswan_interface(s.net.lyon)
    logs = [s.net.paris.machine.process, s.net.lyon.machine.process, *s.gateway.processes()]
    wait_until(s.gateway.all_forward, 90, "both tunnels", logs, interval=0.5)
    s.gateway.wait_established(1, 60)
    kernel_esp(s)
    flows = traffic(s)
    for site, line in ((s.net.paris, "/usr/sbin/swanctl --rekey --child azure"),
                       (s.net.lyon, "/usr/libexec/ipsec/whack --rekey-ipsec --name azure --async")):
        renewed(s, site.name, lambda: site.machine.run(line, check=False))
        renewed(s, site.name, lambda: s.gateway.vtysh(f"gateway rekey connection {site.name} child"))
    for name, flow in flows.items():
        flow.more(100)
        flow.stop()
        for direction, loss in flow.losses().items():
            s.report.claim(not loss.lost, f"{name} {direction}, keys renewed by either side: {loss}")
        s.report.equal(len(capture.marked(flow.packets["gw-pub0"], s.marker)), 0,
                       f"{name}: no probe in clear on the public link")


def strongswan_machine(site):
    files = site.files
    files.add("/etc/strongswan.conf", PARIS_CHARON)
    files.add("/etc/swanctl/swanctl.conf", PARIS_SWANCTL, 0o600)
    files.add("/etc/bird.conf", PARIS_BIRD)
    for program in (CHARON, SWANCTL, "/usr/sbin/bird", "/usr/sbin/birdc"):
        files.host(program)
    files.tree("/usr/lib/ipsec/plugins", "/usr/lib/ipsec/plugins", "*.so")
    site.start()
    run = site.machine.run
    run("ip link add ipsec0 type xfrm dev eth0 if_id 7 && ip link set ipsec0 up mtu 1400")
    run("ip addr add 169.254.21.2/32 dev lo; ip addr add fd00:21::2/128 dev lo nodad")
    run(f"{CHARON} >/dev/console 2>&1 &")
    wait_until(lambda: "loaded" in run("/usr/sbin/swanctl --load-all", check=False), 30,
               "charon in the machine", [site.machine.process], interval=0.5)
    run("mkdir -p /run/bird; /usr/sbin/bird -c /etc/bird.conf -s /run/bird.ctl")


def libreswan_machine(site):
    files, folder = site.files, libreswan()
    libraries = [folder / "usr/lib/x86_64-linux-gnu", folder / "lib/x86_64-linux-gnu",
                 "/usr/lib/x86_64-linux-gnu"]
    for program in ("pluto", "whack", "addconn"):
        files.host(folder / "usr/libexec/ipsec" / program, f"/usr/libexec/ipsec/{program}", libraries)
    files.host(folder / "usr/bin/certutil", "/usr/bin/certutil", libraries)
    for library in libraries:           # what NSS opens by itself
        for name in ("libsoftokn3", "libfreeblpriv3", "libfreebl3", "libnssckbi", "libnssdbm3"):
            files.tree(library, "/lib/x86_64-linux-gnu", f"{name}.*", libraries)
            files.tree(f"{library}/nss", "/lib/x86_64-linux-gnu", f"{name}.*", libraries)
    files.add("/etc/ipsec.conf", LYON_CONF)
    files.add("/etc/ipsec.secrets", f'{OUTER["lyon"]} {PUBLIC} : PSK "{PSK["lyon"]}"\n', 0o600)
    site.start()
    run = site.machine.run
    run("mkdir -p /run/pluto /var/lib/ipsec/nss /etc/ipsec.d/policies /var/run/pluto")
    run("certutil -N --empty-password -d sql:/var/lib/ipsec/nss", timeout=90)
    run("/usr/libexec/ipsec/pluto --config /etc/ipsec.conf --nofork >/dev/console 2>&1 &")
    wait_until(lambda: "azure" in run("/usr/libexec/ipsec/whack --status", check=False), 60,
               "libreswan's connection", [site.machine.process], interval=0.5)


def libreswan_interface(site):
    """It makes its XFRM interface with its first SA; routing into it is ours."""
    run = site.machine.run
    wait_until(lambda: "ipsec1" in run("ip -br link"), 60, "libreswan's XFRM interface",
               [site.machine.process], interval=0.5)
    run("ip link set ipsec1 up mtu 1400; ip route replace 10.1.0.0/16 dev ipsec1")


def kernel_esp(s):
    """The machines' kernels hold the SAs: AES-GCM, in UDP, on an XFRM interface."""
    for site in (s.net.paris, s.net.lyon):
        state = site.machine.run("ip xfrm state")
        for word in ("rfc4106(gcm(aes))", "encap type espinudp", "if_id"):
            s.report.claim(word in state, f"{site.name}'s kernel has SAs with {word}")


def traffic(s):
    flows = {}
    for site in (s.net.paris, s.net.lyon):
        flows[site.name] = Probes(s.net.here, Host(site.host, "net", site.addresses), s.marker,
                                  rate=RATE, watch=[site.machine.process]).start(
                                      links=[(s.net.gw, "pub0")])
    return flows


def renewed(s, name, ask):
    before = spis(s, name)
    ask()

    def other():
        now = spis(s, name)
        if not now or now & before:
            raise NotYet(f"before {before}, now {now}")
        return True
    wait_until(other, 30, f"new keys of {name}", s.gateway.processes(), interval=0.2)


def spis(s, name):
    """Inbound SPIs in use of a connection, as the gateway's charon has them."""
    listed = s.gateway.swanctl("--list-sas")
    found = set()
    for sa in re.split(r"^(?=\S)", listed, flags=re.M):
        if not sa.startswith(f"gh-{name}:"):
            continue
        for child in re.split(r"^  (?=\S+: #\d+, reqid)", sa, flags=re.M)[1:]:
            if "INSTALLED" in child.splitlines()[0]:
                found |= set(re.findall(r"in +(\w+)", child))
    return found
