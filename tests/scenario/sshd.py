"""sshd - the real OpenSSH server in the gateway's namespaces, and the users who come by it

  vnet ── ssh, port 830 ──► gw: sshd ── subsystem netconf ──► relay ── netconf.sock ──► gatehoused

Configuration, host key and authorized keys are the lab's own, below /run/lab/ssh.
gw sees a copy of the user database with three users more, in its private mounts:

  root    the recovery session of RFC 8341 3.2.1, no rule binds it
  oper    a member of frrvty, as is whoever may use vtysh
  guest   the same, for whom a scenario writes other rules
"""

import ctypes
import os
import socket
import threading

from gateway import RUN_DIR
from lab import Failure, wait_until

PORT = 830                      # RFC 6242 6
ADDRESS = "10.1.0.1"            # gw, as vnet sees it
FOLDER = "/run/lab/ssh"
USERS = {"oper": 4711, "guest": 4712}
CLONE_NEWNET = 0x40000000

CONFIGURATION = f"""\
Port {PORT}
ListenAddress {ADDRESS}
HostKey {FOLDER}/host_key
AuthorizedKeysFile {FOLDER}/authorized_keys
PidFile none
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
UseDNS no
StrictModes no
PrintMotd no
AllowTcpForwarding no
X11Forwarding no
MaxStartups 100
MaxSessions 100
Subsystem netconf {FOLDER}/gatehouse-netconf -s {RUN_DIR}/netconf.sock
"""

_libc = ctypes.CDLL(None, use_errno=True)


class Sshd:
    """start() once gatehoused runs; the lab ends it with everything else."""

    def __init__(self, gateway):
        self.gateway, self.node, self.client = gateway, gateway.node, gateway.net.vnet
        self.process = None
        self.key = gateway.net.lab.folder / "client_key"

    def start(self):
        self.users()
        self._keys()
        relay = self.gateway.build / "gatehouse-netconf"
        if not relay.exists():
            raise Failure(f"{relay} is missing: make")
        # A copy: the users of the lab need not be able to reach the build folder.
        self.node.run("cp", relay, f"{FOLDER}/gatehouse-netconf")
        self.node.write(f"{FOLDER}/sshd_config", CONFIGURATION, 0o600)
        self.node.run("mkdir", "-p", "-m", "0755", "/run/sshd")
        self.process = self.node.start("sshd", "/usr/sbin/sshd", "-D", "-e", "-f",
                                       f"{FOLDER}/sshd_config")
        wait_until(lambda: "Server listening" in self.process.log_text(), 10, "sshd listening",
                   [self.process])
        return self

    def users(self):
        """passwd and group with our users, over the host's; nothing of the host changes."""
        if self.node.run("getent", "passwd", "oper", check=False).returncode == 0:
            return
        self.node.run("mkdir", "-p", "-m", "0755", FOLDER)
        passwd = self.node.read("/etc/passwd")
        shadow = self.node.read("/etc/shadow")
        group = []
        for line in self.node.read("/etc/group").splitlines():
            if line.startswith("frrvty:"):
                head, _, members = line.rpartition(":")
                line = f"{head}:{','.join([*filter(None, members.split(',')), *USERS])}"
            group.append(line)
        for name, uid in USERS.items():
            passwd += f"{name}:x:{uid}:{uid}::{FOLDER}:/bin/sh\n"
            shadow += f"{name}:*:19000:0:99999:7:::\n"
            group.append(f"{name}:x:{uid}:")
        for path, text, mode in (("passwd", passwd, 0o644), ("shadow", shadow, 0o640),
                                 ("group", "\n".join(group) + "\n", 0o644)):
            self.node.write(f"{FOLDER}/{path}", text, mode)
            self.node.run("mount", "--bind", f"{FOLDER}/{path}", f"/etc/{path}")

    def _keys(self):
        self.key.unlink(missing_ok=True)
        self.client.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.key)
        self.node.write(f"{FOLDER}/authorized_keys",
                        self.key.with_suffix(".pub").read_text(), 0o644)
        self.node.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", f"{FOLDER}/host_key")

    def command(self, user):
        """The command line of a NETCONF session by OpenSSH's client, to be started in vnet."""
        return ["ssh", "-F", "none", "-T", "-o", "StrictHostKeyChecking=no",
                "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR",
                "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes", "-o", "IPQoS=none",
                "-i", str(self.key), "-p", str(PORT), f"{user}@{ADDRESS}", "-s", "netconf"]

    def connect(self):
        """A TCP socket from vnet to sshd, for clients that live outside of the lab's nodes."""
        return socket_in(self.client, lambda: socket.create_connection((ADDRESS, PORT), 10))


def socket_in(node, make):
    """What make() returns, called inside a node's network namespace."""
    result = []

    def inside():
        # Only this thread moves, and it ends at once.
        with open(f"/proc/{node.pid}/ns/net", "rb") as namespace:
            if _libc.setns(namespace.fileno(), CLONE_NEWNET):
                result.append(Failure(f"setns: {os.strerror(ctypes.get_errno())}"))
                return
        try:
            result.append(make())
        except OSError as error:
            result.append(Failure(f"{node.name}: {error}"))

    thread = threading.Thread(target=inside)
    thread.start()
    thread.join()
    if isinstance(result[0], Exception):
        raise result[0]
    return result[0]


def vtysh_as(gateway, user, *commands):
    """vtysh by another user of the gateway; the whole result."""
    arguments = [word for command in commands for word in ("-c", command)]
    return gateway.node.run("setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups",
                            *gateway.vtysh_command(), *arguments, check=False)
