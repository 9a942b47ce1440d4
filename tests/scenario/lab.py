"""lab - network namespaces, links and processes that leave nothing behind

A lab lives inside a PID and a mount namespace of its own (`enclosed`): when
its first process ends, however it ends, the kernel kills every process of the
lab, and with the last of them its network namespaces, links, routes and
private mounts are gone. So there is no clean-up to forget, not after Ctrl-C,
not after kill -9 of the runner, and two labs side by side cannot meet.

A node is one host of the lab: a network, mount and UTS namespace with a tmpfs
of its own on /run and on whatever else its daemons write.

Nothing here sleeps and hopes: `wait_until` asks until the answer is right and
otherwise says what it waited for, what it saw last and what the logs say.

Errors: Failure (something the lab needs did not work) with words for a reader.
"""

import ctypes
import fcntl
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

CLONE_NEWNS = 0x00020000
CLONE_NEWPID = 0x20000000
MS_REC = 0x4000
MS_PRIVATE = 1 << 18
PR_SET_PDEATHSIG = 1
PRIORITY = -15
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

_libc = ctypes.CDLL(None, use_errno=True)


class Failure(Exception):
    """The lab or what it tests did not do what it must; the text says what."""


class NotYet(Exception):
    """Raised by a condition of wait_until: not true yet, and what is seen now."""


def _call(name, *arguments):
    if getattr(_libc, name)(*arguments):
        error = ctypes.get_errno()
        raise Failure(f"{name}: {os.strerror(error)} (the lab needs root)")


def enclosed(main):
    """Run main() as the first process of new PID and mount namespaces.

    Returns main's exit status. Signals that end a program are handed on; when
    this process dies without a word the kernel kills the enclosed one.
    """
    _call("unshare", CLONE_NEWPID | CLONE_NEWNS)
    child = os.fork()
    if child == 0:
        _call("prctl", PR_SET_PDEATHSIG, signal.SIGKILL)
        _call("mount", b"none", b"/", None, MS_REC | MS_PRIVATE, None)
        _call("mount", b"proc", b"/proc", b"proc", 0, None)
        # BFD at 50 ms and a userspace peer at 4,000 packets a second must not starve
        # because something else on this machine compiles.
        os.setpriority(os.PRIO_PROCESS, 0, PRIORITY)
        for number in ENDING:
            signal.signal(number, _interrupted)
        os._exit(_guarded(main))
    for number in ENDING:
        signal.signal(number, lambda got, _frame: os.kill(child, got))
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _interrupted(_number, _frame):
    for number in ENDING:       # once is enough: a terminal tells us and our parent
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def _guarded(main):
    try:
        status = main()
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        status = 130
    except Failure as failure:
        print(f"failed: {failure}", file=sys.stderr)
        status = 1
    except Exception:                       # the child must not return into the parent's code
        import traceback
        traceback.print_exc()
        status = 1
    sys.stdout.flush()
    sys.stderr.flush()
    return status


def reap():
    """As the first process of a PID namespace we inherit orphans: bury them."""
    while True:
        try:
            dead = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except ChildProcessError:
            return
        if dead is None or dead.si_pid in Process.known:
            return
        os.waitpid(dead.si_pid, 0)


def wait_until(condition, timeout, what, logs=(), interval=0.02):
    """Ask condition() until it returns something true, and return that.

    The condition may raise NotYet(text) to say what it sees. After timeout
    seconds: Failure with what was awaited, the last state, the tails of logs
    (processes or nodes).
    """
    deadline = time.monotonic() + timeout
    state = "nothing yet"
    while True:
        try:
            value = condition()
            if value:
                return value
            state = f"{value!r}"
        except NotYet as seen:
            state = str(seen)
        reap()
        if time.monotonic() >= deadline:
            break
        time.sleep(interval)
    raise Failure(f"waited {timeout} s in vain for: {what}; last seen: {state}" + _tails(logs))


def _tails(sources):
    text = ""
    for source in sources:
        for process in source.processes if isinstance(source, Node) else [source]:
            tail = process.log_text().splitlines()[-12:]
            text += f"\n  --- {process.title}, {process.state()}"
            text += "".join(f"\n  {line}" for line in tail)
    return text


class Process:
    """One started program of a node: its output in a file, stopped by its pid."""

    known = set()       # pids that have an owner who waits for them

    def __init__(self, node, name, command, log, **options):
        self.node, self.name, self.log = node, name, log
        self.title = f"{node.name}: {name}"
        with open(log, "ab") as output:
            # A session of its own: Ctrl-C is for who reads it, not for every daemon.
            self._popen = subprocess.Popen(
                node.enter(command), start_new_session=True, stdin=options.pop("stdin", subprocess.DEVNULL),
                stdout=options.pop("stdout", output), stderr=output, **options)
        self.pid = self._popen.pid
        self.stdout = self._popen.stdout
        Process.known.add(self.pid)

    def running(self):
        return self._popen.poll() is None

    def state(self):
        return "running" if self.running() else f"ended with {self._popen.returncode}"

    def log_text(self):
        return pathlib.Path(self.log).read_text(errors="replace")

    def kill(self, number=signal.SIGTERM):
        if self.running():
            os.kill(self.pid, number)

    def stop(self, number=signal.SIGTERM, timeout=10):
        """Ask it to end, insist after timeout; returns its exit status."""
        self.kill(number)
        try:
            self._popen.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill(signal.SIGKILL)
            self._popen.wait()
        Process.known.discard(self.pid)
        return self._popen.returncode

    def wait(self, timeout):
        try:
            return self._popen.wait(timeout)
        except subprocess.TimeoutExpired:
            raise Failure(f"{self.title}: still runs after {timeout} s") from None


class Node:
    """One host of the lab."""

    def __init__(self, lab, name, private=("/run",)):
        self.lab, self.name, self.processes = lab, name, []
        self._holder = subprocess.Popen(
            ["unshare", "--net", "--mount", "--uts", "--propagation", "private", "sh", "-c",
             f"hostname {name} && echo up && exec sleep infinity"],
            stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, start_new_session=True)
        Process.known.add(self._holder.pid)
        if self._holder.stdout.readline() != b"up\n":
            raise Failure(f"node {name}: no namespaces (the lab needs root)")
        for directory in private:
            self.run("mount", "-t", "tmpfs", "-o", "mode=0755", "tmpfs", directory)
        self.run("ip", "link", "set", "dev", "lo", "up")
        self.sysctl({"net.ipv4.conf.all.rp_filter": 0, "net.ipv4.conf.default.rp_filter": 0,
                     "net.ipv6.conf.all.accept_dad": 0, "net.ipv6.conf.default.accept_dad": 0,
                     "net.ipv6.conf.default.accept_ra": 0})

    @property
    def pid(self):
        return self._holder.pid

    def enter(self, command):
        """The command line that runs command in this node; its pid is the program's."""
        return ["nsenter", "-t", str(self.pid), "-n", "-m", "-u", "--", *map(str, command)]

    def run(self, *command, check=True, timeout=30, text=None):
        """Run to the end; returns its standard output (check) or the whole result."""
        done = subprocess.run(self.enter(command), input=text, capture_output=True, text=True,
                              timeout=timeout, errors="replace", check=False)
        if not check:
            return done
        if done.returncode:
            raise Failure(f"{self.name}: {' '.join(map(str, command))}: "
                          f"{(done.stderr or done.stdout).strip()}")
        return done.stdout

    def start(self, name, *command, **options):
        process = Process(self, name, command, self.lab.log(self.name, name), **options)
        self.processes.append(process)
        return process

    def write(self, path, text, mode=0o644, owner=None):
        """A file inside the node's own mounts."""
        script = f'umask 077; mkdir -p "$(dirname {path})"; cat > {path}; chmod {mode:o} {path}'
        if owner:
            script += f"; chown {owner} {path}"
        self.run("sh", "-c", script, text=text)

    def read(self, path):
        return self.run("cat", path)

    def sysctl(self, settings):
        self.run("sysctl", "-qw", *(f"{key}={value}" for key, value in settings.items()))

    def forward(self):
        self.sysctl({"net.ipv4.ip_forward": 1, "net.ipv6.conf.all.forwarding": 1})

    def set_link(self, interface, up):
        self.run("ip", "link", "set", "dev", interface, "up" if up else "down")

    def drop(self, *interfaces):
        """Lose silently whatever these interfaces receive or send; links stay up."""
        rules = ""
        for number, interface in enumerate(interfaces):
            for hook in ("ingress", "egress"):
                rules += (f"chain {hook}{number} {{ type filter hook {hook} device "
                          f"\"{interface}\" priority 0; policy drop; }}\n")
        self.run("nft", "-f", "-", text=f"table netdev silence {{\n{rules}}}\n")

    def undrop(self):
        self.run("nft", "delete", "table", "netdev", "silence")


class Lab:
    """Nodes and links, and the folder with their logs and captures."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        # Logs are appended to, and asked what happened: none may be of another run.
        for old in (*self.folder.glob("*.log"), *self.folder.glob("*.pcap")):
            old.unlink()
        self.nodes, self.links = {}, []

    def log(self, node, name):
        return self.folder / f"{node}-{name}.log"

    def node(self, name, private=("/run",)):
        self.nodes[name] = Node(self, name, private)
        return self.nodes[name]

    def link(self, a, b):
        """A veth pair; each end is (node, interface, [addresses])."""
        (node_a, name_a, _), (node_b, name_b, _) = a, b
        self.links.append((node_a.name, name_a, node_b.name, name_b))
        node_a.run("ip", "link", "add", "name", name_a, "type", "veth", "peer", "name", name_b,
                   "netns", str(node_b.pid))
        for node, name, addresses in (a, b):
            for address in addresses:
                node.run("ip", "address", "add", address, "dev", name,
                         *(["nodad"] if ":" in address else []))
            # Without checksum offload there is no segmentation offload either, so no
            # super-packets: what a capture shows is what the wire would carry.
            node.run("ethtool", "-K", name, "tx", "off")
            node.set_link(name, True)

    def close(self):
        """End every process, newest first, and let go of the namespaces."""
        for node in reversed(list(self.nodes.values())):
            for process in reversed(node.processes):
                process.kill(signal.SIGKILL)
        for node in self.nodes.values():
            for process in node.processes:
                process.stop(signal.SIGKILL)
            node._holder.kill()
            node._holder.wait()
            Process.known.discard(node.pid)
        self.nodes = {}
        reap()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def need(*programs):
    """Say which programs are missing before anything starts."""
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    missing = [p for p in programs if not shutil.which(p, path=path)]
    if missing:
        raise Failure(f"missing programs: {' '.join(missing)} (./quickstart installs them)")


def alone():
    """One run at a time: with two, each takes the other's milliseconds for its own figures."""
    pathlib.Path("/run/lock").mkdir(exist_ok=True)
    lock = open("/run/lock/gatehouse-scenario", "w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print("another run of the scenarios is under way; waiting for its end", flush=True)
        fcntl.flock(lock, fcntl.LOCK_EX)
    return lock
