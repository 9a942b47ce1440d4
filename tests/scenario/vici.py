"""vici - charon asked without a process in between

swanctl takes tens of milliseconds to start and never the same number of them: too
coarse for two ends that shall act at the same moment. This speaks the protocol
(strongSwan's src/libcharon/plugins/vici/README.md) by itself: a packet is a length
of four bytes, a type and, for requests and events, a name; then a message.

A message is a dict: text as str, sections as dict, lists as list. Equal names of a
section, as of IKE SAs in list-sas, come as events of their own.

Errors: Failure when charon does not know a request or closes the socket.
"""

import socket
import struct

from lab import Failure

REQUEST, RESPONSE, UNKNOWN, REGISTER, UNREGISTER, CONFIRM, EVENT = 0, 1, 2, 3, 4, 5, 7
SECTION, SECTION_END, VALUE, LIST, ITEM, LIST_END = 1, 2, 3, 4, 5, 6
TIMEOUT_S = 10


class Vici:
    """One connection to the charon whose process this is."""

    def __init__(self, process, path="/run/charon.vici"):
        self._title = process.title
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(TIMEOUT_S)
        # Its /run is its own; the kernel shows it to us behind the process.
        self._socket.connect(f"/proc/{process.pid}/root{path}")

    def close(self):
        self._socket.close()

    def ask(self, command, **values):
        """Sends a request; answer() has what comes of it."""
        name = command.encode()
        message = b"".join(bytes([VALUE, len(key)]) + key.encode() +
                           struct.pack("!H", len(str(value))) + str(value).encode()
                           for key, value in ((k.replace("_", "-"), v) for k, v in values.items()))
        self._send(bytes([REQUEST, len(name)]) + name + message)

    def answer(self):
        """The answer to the oldest request without one, and the events before it."""
        events = []
        while True:
            kind, rest = self._receive()
            if kind == EVENT:
                events.append(decode(rest[1 + rest[0]:]))
            elif kind == RESPONSE:
                return decode(rest), events
            else:
                raise Failure(f"{self._title}: vici answers with type {kind}")

    def list_sas(self):
        """[(name, IKE SA)], as list-sas streams them."""
        self._event(REGISTER, "list-sa")
        self.ask("list-sas")
        _, events = self.answer()
        self._event(UNREGISTER, "list-sa")
        return [pair for event in events for pair in event.items()]

    def _event(self, what, event):
        name = event.encode()
        self._send(bytes([what, len(name)]) + name)
        kind, _ = self._receive()
        if kind != CONFIRM:
            raise Failure(f"{self._title}: vici knows no event {event}")

    def _send(self, packet):
        self._socket.sendall(struct.pack("!I", len(packet)) + packet)

    def _receive(self):
        packet = self._read(struct.unpack("!I", self._read(4))[0])
        return packet[0], packet[1:]

    def _read(self, length):
        data = b""
        while len(data) < length:
            more = self._socket.recv(length - len(data))
            if not more:
                raise Failure(f"{self._title}: vici was closed")
            data += more
        return data


def decode(data):
    """A message's elements as nested dict and list."""
    stack, at, items = [{}], 0, None

    def text(size):
        nonlocal at
        length = int.from_bytes(data[at:at + size], "big")
        at += size + length
        return data[at - length:at].decode(errors="replace")

    while at < len(data):
        element = data[at]
        at += 1
        if element == SECTION:
            inner = stack[-1].setdefault(text(1), {})
            stack.append(inner)
        elif element == SECTION_END:
            stack.pop()
        elif element == VALUE:
            name = text(1)
            stack[-1][name] = text(2)
        elif element == LIST:
            items = stack[-1].setdefault(text(1), [])
        elif element == ITEM:
            items.append(text(2))
        elif element != LIST_END:
            raise Failure(f"vici: no element of type {element} is known")
    return stack[0]
