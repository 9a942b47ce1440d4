"""daemon - the real programs of a lab's nodes: BIRD, FRR and charon, started and asked

What a node runs, whatever the topology. Each start_ function returns when the
program answers. Errors: lab.Failure in words; bird_established raises NotYet.
"""

import ctypes
import os
import pathlib
import socket

from lab import Failure, NotYet, wait_until

PIDFD_GETFD = 438               # the same number on every architecture
SO_RCVBUFFORCE = 33             # over net.core.rmem_max
PROGRAMS = ("ip", "ethtool", "nft", "nsenter", "unshare", "tcpdump", "bird", "birdc", "swanctl",
            "sysctl", "pgrep")
FRR = "/usr/lib/frr"
FRR_MOUNTS = ("/run", "/etc/frr", "/var/tmp")       # what a node with FRR needs for itself
CHARON, SWANCTL = "/usr/lib/ipsec/charon", "/usr/sbin/swanctl"
STRONGSWAN_CONF = "STRONGSWAN_CONF=/run/lab/strongswan.conf"

# BIRD's head: BFD and a template for sessions that come up fast. $bfd and $multiplier.
BIRD_BGP = """
log stderr all;
protocol device { scan time 1; }
protocol bfd { interface "*" { interval $bfd ms; multiplier $multiplier; }; }
template bgp session {
  connect delay time 1; connect retry time 2; error wait time 1, 2; error forget time 1;
  hold time 180; keepalive time 60;
}
"""

# A peer's charon: userspace ESP behind the TUN ipsec0.
LIBIPSEC = """
charon {
  # kernel-libipsec routes each policy's remote side into its TUN; with 0/0 that
  # would swallow the tunnel's own packets. Its table comes after main and so
  # never counts: BIRD decides what enters the tunnel.
  routing_table = 220
  routing_table_prio = 40000
  install_virtual_ip = no
  load_modular = no
  load = random nonce openssl aes gcm hmac sha1 sha2 kdf curve25519 pem x509 pubkey \
    kernel-libipsec kernel-netlink socket-default vici
  plugins {
    kernel-libipsec { allow_peer_ts = yes }
  }
  filelog {
    lab {
      path = /dev/stdout
      time_format = %H:%M:%S
      flush_line = yes
      default = 1
    }
  }
}
"""


def start_bird(node, configuration):
    """BIRD with this text; returns when it answers."""
    node.write("/run/bird.conf", configuration)
    process = node.start("bird", "bird", "-f", "-c", "/run/bird.conf", "-s", "/run/bird.ctl",
                         "-P", "/run/bird.pid")
    wait_until(lambda: birdc(node, "show status", check=False), 10,
               f"BIRD of {node.name} answers", [process])
    return process


def bird_protocols(node):
    """The fields of `show protocols`, by name."""
    return {l.split()[0]: l for l in birdc(node, "show protocols").splitlines() if l[:1].strip()}


def bird_established(node, protocol):
    """Is this BGP protocol of a BIRD node established? NotYet says its state."""
    line = bird_protocols(node).get(protocol)
    if line is None:
        raise NotYet(f"{node.name} has no protocol {protocol}")
    if "Established" not in line:
        raise NotYet(line)
    return True


def birdc(node, command, check=True):
    done = node.run("birdc", "-s", "/run/bird.ctl", *command.split(), check=False)
    if done.returncode and check:
        raise Failure(f"{node.name}: birdc {command}: {done.stderr or done.stdout}")
    return "" if done.returncode else done.stdout


def vtysh(node, *commands):
    """Stock vtysh on a stock FRR node."""
    arguments = [word for command in commands for word in ("-c", command)]
    return node.run("vtysh", *arguments)


def start_frr(node, configurations, options=None):
    """FRR daemons from {daemon: configuration}, in zebra's order, without watchfrr."""
    node.run("install", "-d", "-o", "frr", "-g", "frr", "-m", "0775", "/run/frr")
    node.run("chown", "frr:frr", "/etc/frr")
    node.write("/etc/frr/vtysh.conf", "", 0o640, "frr:frr")
    processes = {}
    for daemon, configuration in configurations.items():
        node.write(f"/etc/frr/{daemon}.conf", configuration, 0o640, "frr:frr")
        processes[daemon] = start_frr_daemon(node, daemon, (options or {}).get(daemon, ()))
    return processes


def start_frr_daemon(node, daemon, options=()):
    # vtysh takes a socket for its daemon even if nobody listens behind it.
    node.run("rm", "-f", f"/run/frr/{daemon}.vty", f"/run/frr/{daemon}.pid")
    process = node.start(daemon, f"{FRR}/{daemon}", "-f", f"/etc/frr/{daemon}.conf",
                         "--log", "stdout", "--log-level", "informational", *options)
    wait_until(lambda: node.run("test", "-S", f"/run/frr/{daemon}.vty", check=False)
               .returncode == 0, 20, f"{daemon} of {node.name} listens for vtysh", [process])
    return process


def start_charon(node, configuration, name="charon"):
    """Stock charon with this strongswan.conf; returns when vici answers.

    It and swanctl run from copies: where AppArmor is active, Debian's profiles
    go by the installed path and would not let them read the lab's files.
    """
    node.write("/run/lab/strongswan.conf", configuration)
    node.run("rm", "-f", "/run/charon.vici", "/run/charon.pid")
    node.run("cp", "-u", CHARON, SWANCTL, "/run/lab/")
    process = node.start(name, "env", STRONGSWAN_CONF, "/run/lab/charon")
    wait_until(lambda: swanctl(node, "--stats", check=False).returncode == 0, 20,
               f"charon of {node.name} answers", [process])
    if "kernel-libipsec" in configuration:
        deepen(process)
    return process


def deepen(process):
    """Room for 4 MiB in the UDP sockets of a program that decrypts in its own process.

    The kernel's default holds some 270 small packets: a stall of the machine, and the peer
    loses what the gateway has sent. A host would set net.core.rmem_default, which network
    namespaces share with their host; hence the program's own sockets, through its pidfd.
    """
    syscall = ctypes.CDLL(None, use_errno=True).syscall
    held = os.pidfd_open(process.pid)
    try:
        for entry in pathlib.Path(f"/proc/{process.pid}/fd").iterdir():
            if not os.readlink(entry).startswith("socket:"):
                continue
            copy = syscall(PIDFD_GETFD, held, int(entry.name), 0)
            if copy < 0:
                raise Failure(f"{process.title}: pidfd_getfd: {os.strerror(ctypes.get_errno())}")
            with socket.socket(fileno=copy) as sock:
                if sock.type == socket.SOCK_DGRAM and sock.family in (socket.AF_INET, socket.AF_INET6):
                    sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 4 << 20)
    finally:
        os.close(held)


def swanctl(node, *arguments, check=True):
    return node.run("env", STRONGSWAN_CONF, "/run/lab/swanctl", *arguments, check=check, timeout=60)
