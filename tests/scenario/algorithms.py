"""algorithms - each algorithm of ESP against strongSwan, under traffic; and rekeys by bytes

  vnet ── gw ══ inet ══ paris-1 ── paris ── paris-host      BGP none, static prefixes

For each algorithm the VPN device is told to take nothing else, and the gateway
gets a profile that offers nothing else. Probes run all the time, both ways and
in both families; what counts is what the SAs of that algorithm carried, as the
datapath and the device name them.
"""

import re

import capture
from block import Internet, Site
from daemon import LIBIPSEC
from gateway import Gateway, gateway_node
from lab import NotYet, wait_until
from traffic import Host, Probes

PSK = "lab.Key-of-paris-19"
PUBLIC, DEVICE = "203.0.113.1", "198.51.100.7"
SPACE = {4: "10.1.0.0/16", 6: "2001:db8:1::/48"}
AT_ONCE = 6             # changes, before the SAs of those before must have been closed
CARRIED = 200           # probes each way, each family, under each algorithm
PINGS = 3000

# Ours: encryption and integrity; strongSwan's proposal; the datapath's name; the device's.
GCM, CBC = "AES_GCM_16-%d", "AES_CBC-%d/%s"
ALGORITHMS = (
    ("gcmaes128", "gcmaes128", "aes128gcm16", "aes-128-gcm-16", GCM % 128),
    ("gcmaes192", "gcmaes192", "aes192gcm16", "aes-192-gcm-16", GCM % 192),
    ("gcmaes256", "gcmaes256", "aes256gcm16", "aes-256-gcm-16", GCM % 256),
    ("chacha20poly1305", None, "chacha20poly1305", "chacha20-poly1305", "CHACHA20_POLY1305"),
    ("aes128", "sha1", "aes128-sha1", "aes-128-cbc/hmac-sha-1-96", CBC % (128, "HMAC_SHA1_96")),
    ("aes128", "sha256", "aes128-sha256", "aes-128-cbc/hmac-sha-256-128",
     CBC % (128, "HMAC_SHA2_256_128")),
    ("aes192", "sha256", "aes192-sha256", "aes-192-cbc/hmac-sha-256-128",
     CBC % (192, "HMAC_SHA2_256_128")),
    ("aes256", "md5", "aes256-md5", "aes-256-cbc/hmac-md5-96", CBC % (256, "HMAC_MD5_96")),
    ("aes256", "sha1", "aes256-sha1", "aes-256-cbc/hmac-sha-1-96", CBC % (256, "HMAC_SHA1_96")),
    ("aes256", "sha256", "aes256-sha256", "aes-256-cbc/hmac-sha-256-128",
     CBC % (256, "HMAC_SHA2_256_128")),
    ("aes256", "sha384", "aes256-sha384", "aes-256-cbc/hmac-sha-384-192",
     CBC % (256, "HMAC_SHA2_384_192")),
    ("aes256", "sha512", "aes256-sha512", "aes-256-cbc/hmac-sha-512-256",
     CBC % (256, "HMAC_SHA2_512_256")),
    ("des3", "sha1", "3des-sha1", "3des-cbc/hmac-sha-1-96", "3DES_CBC/HMAC_SHA1_96"),
    ("des3", "sha256", "3des-sha256", "3des-cbc/hmac-sha-256-128", "3DES_CBC/HMAC_SHA2_256_128"),
    ("des", "sha1", "des-sha1", "des-cbc/hmac-sha-1-96", "DES_CBC/HMAC_SHA1_96"),
    ("none", "sha1", "null-sha1", "null/hmac-sha-1-96", "NULL/HMAC_SHA1_96"),
    ("none", "sha256", "null-sha256", "null/hmac-sha-256-128", "NULL/HMAC_SHA2_256_128"),
)


def profile(number, encryption, integrity, more=""):
    hash_line = f" ipsec integrity {integrity}\n" if integrity else ""
    return (f"gateway profile a{number}\n ipsec encryption {encryption}\n{hash_line}"
            f" ipsec pfs-group none\n{more}exit\n")


CONFIGURATION = f"""\
gateway
 asn 65515
 address-space {SPACE[4]}
 address-space {SPACE[6]}
 vnet interface vnet0
 public-address {PUBLIC}
exit
""" + "".join(profile(n, a[0], a[1]) for n, a in enumerate(ALGORITHMS)) + profile(
    "bytes", "aes256", "sha256", " ipsec lifetime-kilobytes 1024\n") + f"""\
gateway connection paris
 remote-address {DEVICE}
 shared-key 0 {PSK}
 prefix 10.20.0.0/24
 prefix 2001:db8:20::/64
 profile a0
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
        self.inet.attach(self.gw, "pub0", PUBLIC + "/24", "2001:db8:203::1/64")
        self.gateway = Gateway(self.gw, CONFIGURATION, self)
        self.paris = Site(lab, "paris", 64520, {4: "10.20.0.0/24", 6: "2001:db8:20::/64"}, bfd_ms)
        self.device = self.paris.device(self.inet, DEVICE + "/24")
        # MD5 and ChaCha20 are OpenSSL's there; DES comes from its legacy provider, as here.
        self.device.conf = LIBIPSEC.replace("curve25519", "curve25519 md5 chapoly")
        self.offer(ALGORITHMS[0])
        for prefix in SPACE.values():
            self.paris.route(prefix, self.device)
        self.here = Host(self.vnet, "gw", {4: "10.1.0.4", 6: "2001:db8:1::4"})
        self.there = Host(self.paris.host, "net", self.paris.addresses)

    def offer(self, algorithm):
        """The device takes this one alone, as soon as it is loaded."""
        self.device.tunnel("azure", DEVICE, PUBLIC, PSK, esp=algorithm[2])

    def start(self):
        self.paris.start()
        self.gateway.start()


TOPOLOGY = Net


def run(s):
    s.net.start()
    probes = Probes(s.net.here, s.net.there, s.marker, watch=s.gateway.processes())
    probes.start(links=[(s.net.gw, "pub0")])
    s.plain = set()         # SPIs of NULL
    carried = sum(try_one(s, probes, n, algorithm) for n, algorithm in enumerate(ALGORITHMS))
    probes.stop()
    s.report.equal(carried, len(ALGORITHMS), f"{carried} algorithms carry traffic both ways")
    for name, loss in probes.losses().items():
        s.report.note(f"over all changes, {name}: {loss}")
    readable(s, probes.packets["gw-pub0"])
    by_bytes(s)


def try_one(s, probes, number, algorithm):
    encryption, integrity, _, ours, theirs = algorithm
    s.net.offer(algorithm)
    s.net.device.load()
    if number:
        s.gateway.configure(f"gateway connection paris\n profile a{number}\nexit")
    wait_until(lambda: installed(s, ours, theirs), 20, f"SAs with {ours}",
               [*s.gateway.processes(), s.net.device.node], interval=0.05)
    before = counts(s, ours)
    probes.more(CARRIED)
    after = wait_until(lambda: more_than(counts(s, ours), before), 10, f"{ours} carrying probes",
                       [*s.gateway.processes(), s.net.device.node], interval=0.05)
    if number % AT_ONCE == 0:
        wait_until(lambda: alone(s, ours), 10, f"{ours} being alone", s.gateway.processes(),
                   interval=0.05)
    if encryption == "none":
        s.plain |= {int(sa["spi"], 16) for sa in sas(s) if sa["algorithm"] == ours}
    words = " with ".join(w for w in (encryption, integrity) if w)
    return s.report.claim(
        after["drops"] == before["drops"],
        f"{words}: {ours} carried {after['in'] - before['in']} packets in, "
        f"{after['out'] - before['out']} out, dropped {after['drops'] - before['drops']}")


def readable(s, packets):
    """NULL shows what it carries, as it should; nothing else does."""
    seen = [capture.is_esp(p) and next(capture.esp_packets([p]))[2]
            for p in capture.marked(packets, s.marker)]
    s.report.claim(set(seen) == s.plain and seen,
                   f"{len(seen)} packets could be read on the public link, all of them NULL's")


def sas(s):
    connection = s.gateway.show_json("connection paris")["connection"][0]
    return connection["state"].get("esp-sa", [])


def installed(s, ours, theirs):
    """Does each side have SAs of that name, and send by them?"""
    found = sas(s)
    current = [a["algorithm"] for a in found if a.get("current")]
    inbound = [a["algorithm"] for a in found if a["direction"] == "in"]
    listed = s.net.device.swanctl("--list-sas")
    peer = re.findall(r"INSTALLED, \S+, (?:ESP|ESP:|ESP-in-UDP)\S*", listed)
    names = [p.rsplit(":", 1)[1] for p in peer if ":" in p]
    if current != [ours] or ours not in inbound or theirs not in names:
        raise NotYet(f"ours {current} {inbound}, theirs {names}: {listed}")
    return True


def alone(s, ours):
    """Are the SAs of the algorithms before closed?"""
    names = {sa["algorithm"] for sa in sas(s)}
    if names != {ours}:
        raise NotYet(str(names))
    return True


def counts(s, ours):
    """Packets each way, and drops, of the SAs with that algorithm."""
    total = {"in": 0, "out": 0, "drops": 0}
    for sa in sas(s):
        if sa["algorithm"] == ours:
            total[sa["direction"]] += int(sa["packets"])
            total["drops"] += int(sa["drops"])
    return total


def more_than(now, before):
    if any(now[way] - before[way] < 2 * CARRIED for way in ("in", "out")):
        raise NotYet(f"{before}, now {now}")
    return now


def by_bytes(s):
    """SAs of 1,024 kB, and some four times that each way: rekeyed before they are full."""
    s.net.offer(("", "", "aes256-sha256", "", ""))
    s.net.device.load()
    s.gateway.configure("gateway connection paris\n profile abytes\nexit")
    wait_until(lambda: installed(s, "aes-256-cbc/hmac-sha-256-128", CBC % (256, "HMAC_SHA2_256_128")),
               20, "SAs of 1,024 kB", [*s.gateway.processes(), s.net.device.node])
    link = capture.Capture(s.net.gw, "pub0", "bytes-pub0")
    done = s.net.vnet.run("ping", "-q", "-n", "-i", "0.002", "-c", PINGS, "-s", "1200", "-W", "5",
                          s.net.paris.addresses[4], check=False, timeout=90)
    packets = link.stop()
    answered = int((re.search(r"(\d+) received", done.stdout) or [0, 0])[1])
    spis = {spi for source, _, spi, _ in capture.esp_packets(packets)
            if capture.text(source) == PUBLIC}
    s.report.equal(answered, PINGS, f"of {PINGS} pings of 1,200 bytes {answered} were answered")
    s.report.figure("byte_rekeys", len(spis) - 1, "rekeys")
    s.report.claim(len(spis) >= 4, f"the gateway sent under {len(spis)} keys of at most 1,024 kB")
    s.report.equal(capture.esp_repeated(packets, PUBLIC), [],
                   "no sequence number was sent twice under a key")
    most = max(volume(packets, spi) for spi in spis)
    s.report.claim(most <= 1024 * 1024, f"under one key at most {most} bytes of IP were sent")


def volume(packets, spi):
    """The bytes inside an SA's packets, at most: ESP less header, IV, trailer and ICV."""
    total = 0
    for packet in packets:
        for source, _, found, _ in capture.esp_packets([packet]):
            if found == spi and capture.text(source) == PUBLIC:
                total += int.from_bytes(packet.data[16:18], "big") - 20 - 8 - 24 - 2 - 16
    return total
