"""bad_input - wrong lines and garbage are refused in words, and change nothing

  vtysh ─► bgpd + module ─facts.sock─► gatehoused ◄─ike.sock─ charon + plugin
              ▲ wrong lines               ▲ garbage, half messages, a flood

Probes run by circuit and tunnel all the while; none may be lost.
"""

import random
import socket
import struct
import sys
import threading

import gateway
import topology
from config import ours
from traffic import Traffic

# context, line, words that the refusal must hold
WRONG = (
    ("gateway", "asn 0", ()),
    ("gateway", "asn 12076", ("12076", "own number")),
    ("gateway", "asn 64496", ("reserved",)),
    ("gateway", "address-space 10.1.0.0/33", ()),
    ("gateway", "address-space 2001:db8::/129", ()),
    ("gateway", "public-address 300.1.1.1", ()),
    ("gateway", "public-address 0.0.0.0", ("0.0.0.0",)),
    ("gateway", "public-address 224.0.0.1", ("224.0.0.1",)),
    ("gateway", "public-address 203.0.113.2", ("public-address",)),
    ("gateway", "vnet interface nosuchlink0000000", ()),
    ("gateway", "vnet interface nosuch0", ("nosuch0", "no such interface")),
    ("gateway", "vnet interface er0", ("er0",)),
    ("gateway", "address-space 10.1.2.0/24", ("10.1.0.0/16",)),
    ("gateway expressroute dc1", "edge primary interface nosuch0 peer 172.16.0.1 remote-as 12076",
     ("nosuch0", "no such interface")),
    ("gateway expressroute paris", "weight 1", ("paris",)),
    ("gateway", "mtu 100", ()),
    ("gateway", "address-space", ()),
    ("gateway", "frobnicate", ()),
    ("gateway expressroute dc1", "edge primary interface er0 peer 172.16.0.1 remote-as 65515",
     ("65515",)),
    ("gateway expressroute dc1", "edge primary interface er0 peer 1.2.3 remote-as 12076", ()),
    ("gateway expressroute dc1", "edge tertiary interface er0 peer 172.16.0.1 remote-as 12076", ()),
    ("gateway expressroute dc1", "bfd interval 5 multiplier 3", ()),
    ("gateway expressroute dc1", "bfd interval", ()),
    ("gateway expressroute dc2", "edge primary interface er0 peer 172.16.0.1 remote-as 12076",
     ("dc1",)),
    ("gateway connection paris", f"bgp remote-as {topology.ASN} peer-address 169.254.21.2 "
     "local-address 169.254.21.1", (str(topology.ASN),)),
    ("gateway connection paris", "bgp remote-as 64496 peer-address 169.254.21.2 "
     "local-address 169.254.21.1", ("reserved",)),
    ("gateway connection paris", "bgp remote-as 65517 peer-address 169.254.21.2 "
     "local-address 169.254.21.1", ("65517", "Azure reserves")),
    ("gateway connection paris", "bgp remote-as 23456 peer-address 169.254.21.2 "
     "local-address 169.254.21.1", ("23456", "AS_TRANS")),
    ("gateway connection paris", "prefix 10.1.2.0/24", ("10.1.0.0/16",)),
    ("gateway connection paris", "prefix 10.1.0.0/16", ("10.1.0.0/16",)),
    ("gateway connection paris", "prefix 10.9.0.1/16", ()),
    ("gateway connection paris", "remote-address 999.1.1.1", ()),
    ("gateway connection paris", "shared-key", ()),
    ("gateway connection paris", "shared-key 6 notbase64!", ()),
    ("gateway connection paris", "ipsec encryption rot13", ()),
    ("gateway connection paris", "ike exchange aggressive", ("ike version 1",)),
    ("gateway connection paris", "bgp timers 60 90", ("three times",)),
    ("gateway connection paris", "profile azure", ("no such profile",)),
    ("gateway connection paris", "traffic-selector local 10.1.0.0/16 remote 10.4.0.0/16",
     ("no traffic-selector holds this session",)),
    ("gateway partner", "address 203.0.113.77/24 interface er0", ("active-standby",)),
    ("gateway connection paris", "ipsec lifetime 1", ()),
    ("gateway connection paris", "replay-window 1", ()),
    ("gateway connection rome", f"remote-address {topology.PUBLIC}", (topology.PUBLIC,)),
    ("gateway connection rome", "bgp remote-as 64521 peer-address 169.254.21.2 "
     "local-address 169.254.21.9", ("paris",)),
    ("gateway connection rome", f"remote-address {topology.DEVICE}", ("paris",)),
)


def run(s):
    s.net.start_peers()
    s.gateway.start()
    before, child = ours(s), s.gateway.child()
    circuit = Traffic(s.gateway, s.marker, "site").start(links=())
    tunnel = Traffic(s.gateway, s.marker, "site2").start(links=())
    wrong_lines(s, before)
    startup_file(s, before)
    incomplete(s, before)
    garbage(s)
    s.report.equal(s.gateway.child(), child, "gatehoused is still the same process")
    s.report.equal(ours(s), before, "the running configuration is untouched")
    circuit.more(500)
    tunnel.more(500)
    circuit.stop()
    tunnel.stop()
    for traffic in (circuit, tunnel):
        for name, loss in traffic.losses().items():
            s.report.claim(not loss.lost, f"{traffic.there.node.name} {name}: {loss}")
    s.gateway.wait_up()
    s.report.claim(True, "everything is up as before")


def wrong_lines(s, before):
    for context, line, words in WRONG:
        # As everywhere in FRR, entering a named node makes it: that line is a good one.
        s.gateway.vtysh("configure terminal", context, check=False)
        entered = ours(s)
        done = s.gateway.vtysh("configure terminal", context, line, check=False)
        output = (done.stdout + done.stderr).strip()
        refused = "%" in output or done.returncode != 0
        named = all(word.lower() in output.lower() for word in words)
        after = ours(s)
        s.report.claim(refused and named and after == entered,
                       f"{context}: {line}: {output.splitlines()[-1] if output else 'no word'}")
        if entered != before:
            s.gateway.vtysh("configure terminal", f"no {context}")
    s.report.equal(ours(s), before, "after all of them the running configuration is as before")


def startup_file(s, before):
    """vtysh -b with a wrong line: the line is named, nothing of the file is taken."""
    s.net.gw.write("/run/lab/wrong.conf",
                   s.gateway.configuration.replace("peer 172.16.0.5", "peer 172.16.0.500"),
                   0o640, "frr:frr")
    done = s.net.gw.run(*s.gateway.vtysh_command(), "-f", "/run/lab/wrong.conf", check=False)
    output = (done.stdout + done.stderr).strip()
    s.report.claim("172.16.0.500" in output or "line" in output,
                   f"a file with a wrong line: {output.splitlines()[0] if output else 'no word'}")
    s.report.equal(ours(s), before, "and nothing of it is taken")


def incomplete(s, before):
    """A connection without a key is taken, stays down, and says why."""
    s.gateway.vtysh("configure terminal", "gateway connection oslo",
                    "remote-address 198.51.100.9")
    shown = s.gateway.show("connections")
    line = [l for l in shown.splitlines() if "oslo" in l]
    s.report.claim(line and "key" in shown.lower(), f"a missing key is named: {line}")
    s.gateway.vtysh("configure terminal", "no gateway connection oslo")
    s.report.equal(ours(s), before, "removed again")


def garbage(s):
    """Each Unix socket gets nonsense; the sender lives in gw's mounts."""
    sockets = s.net.gw.run("find", gateway.RUN_DIR, "-type", "s").split()
    s.report.equal(sorted(path.rsplit("/", 1)[1] for path in sockets), sorted(SOCKETS),
                   "these are all of gatehoused's sockets")
    for kind in ("random", "half", "huge", "hello", "unknown", "idle", "flood", "crowd"):
        for name, stream in SOCKETS.items():
            path = f"{gateway.RUN_DIR}/{name}"
            done = s.net.gw.run(sys.executable, __file__, kind, path, str(stream), check=False)
            s.report.claim(done.returncode == 0, f"{kind} bytes to {name}"
                           + (": " + done.stderr.strip()[-200:] if done.returncode else ""))
            s.gateway.wait_answer()


SOCKETS = {"facts.sock": 1, "ike.sock": 0, "netconf.sock": 1}     # 1: a stream, 0: datagrams in sequence
CROWD = 200


def bytes_of(kind):
    random.seed(kind)
    hello = struct.pack("!IIIH", 1, 2, 4242, 4) + b"test"
    return {
        "random": [random.randbytes(4096)],
        "half": [struct.pack("!IHH", 100, 1, 0) + b"abc"],
        "huge": [struct.pack("!IHH", 0xFFFFFFFF, 1, 0)],
        "hello": [struct.pack("!IHH", len(hello), 1, 0) + hello, random.randbytes(512)],
        "unknown": [struct.pack("!IHH", len(hello), 1, 0) + hello,
                    struct.pack("!IHH", 4, 999, 0) + b"1234"],
        "idle": [],
        "crowd": [struct.pack("!IH", 100, 1)],
        "flood": [random.randbytes(60000)] * 64,
    }[kind]


def main(kind, path, stream):
    """Runs inside gw. A crowd holds its half headers all at a time."""
    if kind != "crowd":
        send(kind, path, stream)
        return
    threads = [threading.Thread(target=send, args=(kind, path, stream)) for _ in range(CROWD)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def send(kind, path, stream):
    """Connect, send, read what comes, go."""
    kind_of_socket = socket.SOCK_STREAM if stream else socket.SOCK_SEQPACKET
    with socket.socket(socket.AF_UNIX, kind_of_socket) as there:
        there.settimeout(1)
        there.connect(path)
        try:
            for piece in bytes_of(kind):
                there.send(piece)
            there.recv(65536)
        except (BrokenPipeError, ConnectionResetError, socket.timeout, TimeoutError):
            pass                # being thrown out is the right answer


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3] == "1")
