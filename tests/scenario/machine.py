"""machine - a virtual machine as a node's inside: Debian's own kernel, what this host's may lack

  node ── tap ──┐
  node ── tap ──┴── Machine: Debian's cloud kernel, an initial file system made of this host's programs

QEMU emulates the processor (-accel tcg), so it needs nothing of the host and is slow:
good for what something does, not for how fast. The kernel is Debian's package,
fetched and unpacked, never installed; so is libreswan, which does not go together
with strongSwan on one host. Both are kept in virtual-machine/ of the build folder.

The machine's programs run on a file system in memory: busybox, this host's own
programs with their libraries, and the files that the caller names. run() executes
a line in it over a serial port and returns what it printed.

Errors: lab.Failure.
"""

import gzip
import os
import pathlib
import re
import select
import shutil
import socket
import stat
import subprocess
import time

from gateway import build_folder
from lab import Failure, need, wait_until

PROGRAMS = ("qemu-system-x86_64", "busybox", "apt-get", "dpkg")
KERNEL = "linux-image-cloud-amd64"
MODULES = ("virtio_pci", "virtio_net", "virtio-rng", "esp4", "esp6", "xfrm_user", "xfrm_interface",
           "gcm", "ghash-generic", "ctr", "authenc", "sha512_generic", "drbg",
           "seqiv", "echainiv")
MEMORY_MIB = 384
READY = "the machine is ready"

INIT = """#!/bin/busybox sh
/bin/busybox mkdir -p /proc /sys /dev /run /tmp /var/run
/bin/busybox --install -s /bin
mount -t proc proc /proc; mount -t sysfs sysfs /sys; mount -t devtmpfs devtmpfs /dev
mount -t tmpfs tmpfs /run
for module in $(cat /modules.order); do insmod $module 2>/dev/null; done
ip link set lo up
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/
# The shell would take its own, smaller one.
ip() { /usr/sbin/ip "$@"; }
exec 3<>/dev/ttyS1
stty -echo -icrnl -onlcr <&3
echo "%s"
while read -r line <&3; do
	eval "$line" </dev/null >&3 2>&1
	echo "ended $?" >&3
done
""" % READY


# --- packages --------------------------------------------------------------------------------


def _apt(*arguments, folder=None):
    done = subprocess.run(arguments, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Failure(f"{' '.join(arguments)}: {done.stderr.strip()[-400:]}")
    return done.stdout


def _depends(package):
    return re.findall(r"^  Depends: (\S+)", _apt("apt-cache", "depends", package), re.M)


def unpacked(name, packages):
    """A folder with these Debian packages unpacked, fetched on first use."""
    folder = build_folder() / "virtual-machine" / name
    if (folder / ".complete").exists():
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    _apt("apt-get", "download", "-o", "APT::Sandbox::User=root", *packages, folder=folder)
    for archive in folder.glob("*.deb"):
        _apt("dpkg", "-x", str(archive), str(folder))
        archive.unlink()
    (folder / ".complete").touch()
    return folder


def kernel():
    """(image, folder of modules) of Debian's kernel for clouds."""
    package = [p for p in _depends(KERNEL) if p.startswith("linux-image-")]
    if not package:
        raise Failure(f"{KERNEL} names no kernel: apt-get update")
    folder = unpacked(package[0], package)
    version = package[0].removeprefix("linux-image-")
    modules = next(p for p in (folder / "lib/modules" / version,
                               folder / "usr/lib/modules" / version) if p.exists())
    if not (modules / "modules.dep").exists():
        _apt("busybox", "depmod", "-b", str(modules.parents[2]), version)
    return folder / "boot" / f"vmlinuz-{version}", modules


def libreswan():
    """The folder with libreswan and those of its libraries that it names."""
    return unpacked("libreswan", ["libreswan", *(p for p in _depends("libreswan")
                                                 if p.startswith("libnss3") or p.startswith("libldns")
                                                 or p.startswith("libevent") or "curl" in p
                                                 or p.startswith("libunbound"))])


# --- the file system -------------------------------------------------------------------------


class Files:
    """What the machine's file system holds: path -> (mode, bytes)."""

    def __init__(self):
        self.entries = {}
        self.add("/init", INIT, 0o755)
        self.host("/usr/bin/busybox", "/bin/busybox")
        self.host("/usr/sbin/ip")
        self.add("/etc/passwd", "root:x:0:0:root:/:/bin/sh\n")
        self.add("/etc/group", "root:x:0:\n")

    def add(self, path, content, mode=0o644):
        self.entries[path] = (mode, content.encode() if isinstance(content, str) else content)

    def host(self, source, target=None, libraries=()):
        """A program or file of this host (or of an unpacked folder), and the libraries it needs."""
        source = pathlib.Path(source)
        if not source.exists():
            raise Failure(f"{source} is missing (./quickstart check --full installs it)")
        self._file(source, str(target or source))
        environment = {**os.environ, "LD_LIBRARY_PATH": ":".join(map(str, libraries))}
        listed = subprocess.run(["ldd", str(source)], capture_output=True, text=True, check=False,
                                env=environment).stdout
        lost = re.findall(r"(\S+) => not found", listed)
        if lost:
            raise Failure(f"{source} needs {' '.join(lost)}, which no package here has")
        for name, path in re.findall(r"^\s+(\S+) => (/\S+)", listed, re.M):
            # One folder that every loader looks into, wherever it was found.
            self._file(pathlib.Path(path), f"/lib/x86_64-linux-gnu/{name}")
        for path in re.findall(r"^\s+(/\S+) \(", listed, re.M):
            self._file(pathlib.Path(path), path)

    def tree(self, folder, target, pattern="*", libraries=()):
        for path in sorted(pathlib.Path(folder).glob(pattern)):
            if path.is_file():
                self.host(path, f"{target}/{path.name}", libraries)

    def _file(self, source, target):
        if target not in self.entries:
            self.entries[target] = (stat.S_IMODE(source.stat().st_mode) | 0o444, source.read_bytes())

    def modules(self, folder):
        """MODULES with what they need, and their order."""
        needs = dict(line.split(":", 1) for line in
                     (folder / "modules.dep").read_text().splitlines())
        names = {re.sub(r"\.ko.*", "", path.rsplit("/", 1)[-1]).replace("_", "-"): path
                 for path in needs}
        order = []
        for module in MODULES:
            path = names.get(module.replace("_", "-"))
            if path:                            # else it is built in
                for part in (*reversed(needs[path].split()), path):
                    if part not in order:
                        order.append(part)
        for path in order:
            self._file(folder / path, f"/modules/{path.rsplit('/', 1)[-1]}")
        self.add("/modules.order", "".join(f"/modules/{p.rsplit('/', 1)[-1]}\n" for p in order))

    def archive(self):
        """The cpio archive (newc) that a kernel unpacks as its first file system."""
        out, folders = [], set()
        for path, (mode, content) in sorted(self.entries.items()):
            for parent in reversed(pathlib.PurePosixPath(path).parents):
                if str(parent) not in (*folders, "/"):
                    folders.add(str(parent))
                    out.append(_entry(str(parent), stat.S_IFDIR | 0o755, b""))
            out.append(_entry(path, stat.S_IFREG | mode, content))
        out.append(_entry("/TRAILER!!!", 0, b""))
        return gzip.compress(b"".join(out), 1)


def _entry(path, mode, content):
    name = path[1:].encode() + b"\0"
    fields = (_entry.number, mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(name), 0)
    _entry.number += 1
    head = b"070701" + b"".join(b"%08x" % field for field in fields) + name
    return head + bytes(-len(head) % 4) + content + bytes(-len(content) % 4)


_entry.number = 1


# --- the machine -----------------------------------------------------------------------------


class Machine:
    """One virtual machine in a node; its network cards are taps bridged to the node's links."""

    def __init__(self, node, name, files, links):
        """links: names of the node's interfaces; the machine's cards are eth0, eth1, … for them."""
        need(*PROGRAMS)
        self.node, self.name, self.files, self.links = node, name, files, links
        self.process = self._serial = None
        self._socket = node.lab.folder / f"{name}.serial"

    def _taps(self):
        cards = []
        for number, link in enumerate(self.links):
            tap, bridge = f"tap{number}", f"br{number}"
            for words in (("tuntap", "add", tap, "mode", "tap"), ("link", "add", bridge, "type", "bridge"),
                          ("link", "set", link, "master", bridge), ("link", "set", tap, "master", bridge),
                          ("link", "set", tap, "up"), ("link", "set", bridge, "up")):
                self.node.run("ip", *words)
            cards += ["-netdev", f"tap,id=n{number},ifname={tap},script=no,downscript=no", "-device",
                      f"virtio-net-pci,netdev=n{number},mac=52:54:00:00:{len(self.name):02x}:{number:02x}"]
        return cards

    def start(self):
        image, modules = kernel()
        self.files.modules(modules)
        archive = self.node.lab.folder / f"{self.name}.initrd"
        archive.write_bytes(self.files.archive())
        self._socket.unlink(missing_ok=True)
        self.process = self.node.start(
            f"{self.name}-qemu", "qemu-system-x86_64", "-accel", "tcg", "-cpu", "max", "-m",
            str(MEMORY_MIB), "-nodefaults", "-no-reboot", "-display", "none", "-kernel", image,
            "-initrd", archive, "-append", "console=ttyS0 quiet panic=-1 net.ifnames=0",
            "-serial", "stdio", "-serial", f"unix:{self._socket},server=on,wait=off",
            "-device", "virtio-rng-pci", *self._taps())
        wait_until(lambda: READY in self.process.log_text(), 60, f"{self.name}'s kernel",
                   [self.process], interval=0.2)
        archive.unlink()
        self._serial = socket.socket(socket.AF_UNIX)
        self._serial.connect(str(self._socket))
        self.run("true", timeout=20)
        return self

    def run(self, line, check=True, timeout=60):
        """A line of shell in the machine; what it printed. check: its status must be 0."""
        self._serial.sendall(line.encode() + b"\n")
        seen, deadline = b"", time.monotonic() + timeout
        while True:
            ended = re.search(rb"^ended (\d+)\r?\n", seen, re.M)
            if ended:
                break
            if not select.select([self._serial], [], [], max(0, deadline - time.monotonic()))[0]:
                raise Failure(f"{self.name}: {line}: no end after {timeout} s; {seen[-400:]!r}")
            seen += self._serial.recv(65536)
        text = seen[:ended.start()].decode(errors="replace").replace("\r\n", "\n")
        if check and ended[1] != b"0":
            raise Failure(f"{self.name}: {line}: {text.strip()[-600:]}")
        return text

    def write(self, path, text):
        """A file in the machine, line by line, for a serial port takes no more at once."""
        self.run(f"mkdir -p $(dirname {path}); : >{path}")
        for line in text.splitlines():
            quoted = line.replace("'", "'\\''")
            self.run(f"echo '{quoted}' >>{path}")
