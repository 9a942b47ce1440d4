"""controller - NETCONF sessions from vnet, through the lab's sshd

Two kinds. `manager` is python3-ncclient, as a controller would use it. `Session`
speaks RFC 6242 itself over the pipes of OpenSSH's client: for what ncclient
cannot do (half a message, never reading, no hello) and for round trips, because
ncclient looks at its queue only ten times a second.
"""

import contextlib
import os
import select
import subprocess
import time
import xml.etree.ElementTree as ElementTree

import ncclient.manager

from lab import Failure

BASE = "urn:ietf:params:xml:ns:netconf:base:1.0"
NS = {
    "nc": BASE,
    "gh": "urn:x-gatehouse:yang:gatehouse",
    "acm": "urn:ietf:params:xml:ns:yang:ietf-netconf-acm",
    "ncm": "urn:ietf:params:xml:ns:yang:ietf-netconf-monitoring",
    "ev": "urn:ietf:params:xml:ns:netconf:notification:1.0",
    "nmda": "urn:ietf:params:xml:ns:yang:ietf-netconf-nmda",
    "lib": "urn:ietf:params:xml:ns:yang:ietf-yang-library",
    "wd": "urn:ietf:params:xml:ns:yang:ietf-netconf-with-defaults",
}
CAPABILITY = "urn:ietf:params:netconf:capability:"
HELLO = (f'<hello xmlns="{BASE}"><capabilities>'
         "<capability>urn:ietf:params:netconf:base:1.0</capability>"
         "<capability>urn:ietf:params:netconf:base:1.1</capability>"
         "</capabilities></hello>]]>]]>")


class Error(Failure):
    """An rpc-error: tag, path, app-tag and message of the first, all of them as elements."""

    def __init__(self, reply):
        self.errors = reply.findall("nc:rpc-error", NS)
        first = self.errors[0]
        self.tag, self.path, self.app_tag, self.message, self.type, self.severity = (
            (first.findtext(f"nc:error-{name}", None, NS) or "").strip()
            for name in ("tag", "path", "app-tag", "message", "type", "severity"))
        super().__init__(f"{self.tag} {self.path} {self.app_tag}: {self.message}")


class Session:
    """One session of our own making. Bytes of bodies are str; replies are elements."""

    def __init__(self, sshd, user="root", hello=True):
        self.user, self._buffer, self._number, self._chunked = user, b"", 0, False
        self.notifications = []
        self._log = open(sshd.gateway.net.lab.log("vnet", f"ssh-{user}"), "ab")
        self._process = subprocess.Popen(
            sshd.client.enter(sshd.command(user)), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=self._log, bufsize=0, start_new_session=True)
        os.set_blocking(self._process.stdout.fileno(), False)
        if hello:
            self.hello()

    def hello(self):
        """Exchange hellos; the server's capabilities are then in .capabilities."""
        self.write(HELLO)
        hello = ElementTree.fromstring(self._until_mark(10))
        self._chunked = True
        self.id = int(hello.findtext("nc:session-id", None, NS))
        self.capabilities = [c.text.strip() for c in hello.iterfind(".//nc:capability", NS)]

    def write(self, text):
        """Bytes as they are, without framing."""
        data = text.encode() if isinstance(text, str) else text
        while data:
            data = data[os.write(self._process.stdin.fileno(), data):]

    def frame(self, text):
        data = text.encode()
        return b"\n#%d\n%s\n##\n" % (len(data), data)

    def rpc(self, operation, timeout=20):
        """Send one operation and return its rpc-reply; an rpc-error is an Error."""
        self.send(operation)
        reply = self.reply(timeout)
        if any(e.findtext("nc:error-severity", "", NS).strip() != "warning"
               for e in reply.findall("nc:rpc-error", NS)):
            raise Error(reply)
        return reply

    def send(self, operation):
        self._number += 1
        self.write(self.frame(f'<rpc xmlns="{BASE}" message-id="{self._number}">{operation}</rpc>'))

    def reply(self, timeout=20):
        """The next rpc-reply; notifications on the way are kept in .notifications."""
        while True:
            message = ElementTree.fromstring(self.message(timeout))
            if message.tag != f"{{{NS['ev']}}}notification":
                return message
            self.notifications.append(message)

    def notification(self, timeout=20):
        if self.notifications:
            return self.notifications.pop(0)
        message = ElementTree.fromstring(self.message(timeout))
        if message.tag != f"{{{NS['ev']}}}notification":
            raise Failure(f"not a notification: {message.tag}")
        return message

    def text(self, operation, timeout=20):
        """The reply to an operation as bytes, unparsed."""
        self.send(operation)
        return self.message(timeout)

    def refused(self, operation):
        """The Error that an operation must end in."""
        try:
            reply = self.rpc(operation)
        except Error as error:
            return error
        raise Failure(f"not refused: {operation[:300]}: "
                      f"{ElementTree.tostring(reply, 'unicode')[:300]}")

    def get_config(self, source="running", inside=""):
        return self.rpc(f"<get-config><source><{source}/></source>{inside}</get-config>")

    def edit_config(self, config, target="running", inside=""):
        return self.rpc(edit_config(config, target, inside))

    def message(self, timeout=20):
        """The next message, unframed."""
        return self._chunks(timeout) if self._chunked else self._until_mark(timeout)

    def _until_mark(self, timeout):
        return self._take_until(b"]]>]]>", timeout)

    def _chunks(self, timeout):
        whole = b""
        while True:
            self._take_until(b"\n#", timeout)
            size = self._take_until(b"\n", timeout)
            if size == b"#":
                return whole
            whole += self._take(int(size), timeout)

    def _take_until(self, mark, timeout):
        deadline, start = time.monotonic() + timeout, 0
        while (at := self._buffer.find(mark, start)) < 0:
            start = max(0, len(self._buffer) - len(mark))
            self._more(deadline)
        taken, self._buffer = self._buffer[:at], self._buffer[at + len(mark):]
        return taken

    def _take(self, size, timeout):
        deadline = time.monotonic() + timeout
        while len(self._buffer) < size:
            self._more(deadline)
        taken, self._buffer = self._buffer[:size], self._buffer[size:]
        return taken

    def _more(self, deadline):
        left = deadline - time.monotonic()
        out = self._process.stdout.fileno()
        if left <= 0 or not select.select([out], [], [], left)[0]:
            raise Failure(f"NETCONF session of {self.user}: no answer; so far {self._buffer[-200:]!r}")
        data = os.read(out, 1 << 20)
        if not data:
            raise Failure(f"NETCONF session of {self.user}: closed; so far {self._buffer[-200:]!r}")
        self._buffer += data

    def closed(self, timeout=10):
        """Does the server close it, or has it?"""
        deadline = time.monotonic() + timeout
        try:
            while True:
                self._more(deadline)
        except Failure as failure:
            return "closed" in str(failure)

    def close(self):
        self._process.kill()
        self._process.wait()
        self._process.stdin.close()
        self._process.stdout.close()
        self._log.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def edit_config(config, target="running", inside=""):
    return (f"<edit-config><target><{target}/></target>{inside}"
            f'<config xmlns:nc="{BASE}">{config}</config></edit-config>')


@contextlib.contextmanager
def manager(sshd, user="root"):
    """An ncclient session, closed at the end of the block."""
    client = ncclient.manager.connect(
        host="gw",
        sock=sshd.connect(), username=user, hostkey_verify=False, allow_agent=False,
        look_for_keys=False, key_filename=str(sshd.key), timeout=30)
    try:
        yield client
    finally:
        with contextlib.suppress(Exception):        # it may have been killed
            client.close_session()


def round_trips(session, operation, times):
    """Milliseconds of so many round trips one after the other, sorted."""
    took = []
    for _ in range(times):
        began = time.monotonic()
        session.text(operation)
        took.append((time.monotonic() - began) * 1000)
    return sorted(took)
