"""capture - what was on each link, and what follows from it

tcpdump writes one file a link; everything a scenario claims about traffic is
computed from these files: which link carried the probes, loss and reordering
of each direction from the sequence numbers seen at both ends, the marker of a
probe anywhere in a packet, ESP sequence numbers used twice under one SA.

All links of a lab share one clock, so times of different files compare.

Units: times in seconds as float, or in milliseconds where the name says _ms.
Errors: lab.Failure when a file is missing or cut, or the kernel dropped
packets before tcpdump saw them: then no claim can rest on it.
"""

import collections
import ipaddress
import re
import signal
import struct

from lab import Failure, wait_until

MAGIC = b"GHPROBE "
PROBE = struct.Struct("!8s8sIIQQ")

ETHERNET, RAW = 1, 101
UDP, ICMP, ICMP6, ESP = 17, 1, 58, 50

Packet = collections.namedtuple(
    "Packet", "time ethertype family source target protocol sport dport payload data")
"""One frame. family 4, 6 or 0 (not IP); payload is what follows the UDP header
or, without UDP, the IP header; data is the whole frame."""

Probe = collections.namedtuple("Probe", "time source target flow sequence")


class Capture:
    """tcpdump on one interface of a node, from construction to stop()."""

    def __init__(self, node, interface, name=None, expression=()):
        self.name = name or f"{node.name}-{interface}"
        self.path = node.lab.folder / f"{self.name}.pcap"
        self._process = node.start(
            f"tcpdump-{self.name}", "tcpdump", "-Z", "root", "-i", interface, "-U", "-n", "-s", "2048",
            "-B", "16384", "--immediate-mode", "-w", self.path, *expression)
        wait_until(lambda: "listening on" in self._process.log_text(), 10,
                   f"tcpdump listening on {interface} of {node.name}", [self._process])

    def stop(self):
        """End it and return its packets, after checking that none was missed."""
        self._process.stop(signal.SIGINT)
        missed = re.search(r"(\d+) packets? dropped by kernel", self._process.log_text())
        if missed and int(missed[1]):
            raise Failure(f"capture {self.name}: the kernel dropped {missed[1]} packets")
        return read(self.path)


def read(path):
    """The packets of a pcap file, oldest first."""
    with open(path, "rb") as file:
        data = file.read()
    order = {b"\xd4\xc3\xb2\xa1": ("<", 1e-6), b"\xa1\xb2\xc3\xd4": (">", 1e-6),
             b"\x4d\x3c\xb2\xa1": ("<", 1e-9), b"\xa1\xb2\x3c\x4d": (">", 1e-9)}.get(data[:4])
    if not order or len(data) < 24:
        raise Failure(f"{path}: not a pcap file")
    endian, unit = order
    link = struct.unpack_from(endian + "I", data, 20)[0] & 0xFFFF
    record = struct.Struct(endian + "IIII")
    offset, packets = 24, []
    while offset + record.size <= len(data):
        seconds, fraction, kept, _ = record.unpack_from(data, offset)
        offset += record.size
        if offset + kept > len(data):
            raise Failure(f"{path}: cut off in a packet")
        packets.append(parse(data[offset:offset + kept], link, seconds + fraction * unit))
        offset += kept
    return packets


def parse(data, link=ETHERNET, time=0.0):
    """A frame's layers up to UDP; what is cut or unknown keeps its raw payload."""
    if link == ETHERNET:
        ethertype, ip = int.from_bytes(data[12:14], "big"), data[14:]
    else:
        ip = data
        ethertype = {4: 0x0800, 6: 0x86DD}.get(ip[0] >> 4 if ip else 0, 0)
    if ethertype == 0x0800 and len(ip) >= 20:
        family, protocol, header = 4, ip[9], (ip[0] & 15) * 4
        source, target = ip[12:16], ip[16:20]
        fragment = int.from_bytes(ip[6:8], "big") & 0x1FFF
    elif ethertype == 0x86DD and len(ip) >= 40:
        family, protocol, header, fragment = 6, ip[6], 40, 0
        source, target = ip[8:24], ip[24:40]
    else:
        return Packet(time, ethertype, 0, b"", b"", 0, 0, 0, ip, data)
    payload, sport, dport = ip[header:], 0, 0
    if protocol == UDP and not fragment and len(payload) >= 8:
        sport, dport = struct.unpack_from("!HH", payload)
        payload = payload[8:]
    return Packet(time, ethertype, family, source, target, protocol, sport, dport, payload, data)


def text(address):
    return str(ipaddress.ip_address(address)) if address else "-"


def summary(packet):
    """One line about a packet, for messages."""
    if not packet.family:
        return f"ethertype {packet.ethertype:#06x}, {len(packet.data)} bytes"
    ports = f" {packet.sport}>{packet.dport}" if packet.protocol == UDP else ""
    return (f"{text(packet.source)} > {text(packet.target)} protocol {packet.protocol}{ports}, "
            f"{len(packet.data)} bytes")


# --- probes ---------------------------------------------------------------------------------

def probes(packets, marker, source=None, target=None):
    """The run's probes among the packets, as Probe; addresses as text narrow it."""
    wanted_source = ipaddress.ip_address(source).packed if source else None
    wanted_target = ipaddress.ip_address(target).packed if target else None
    found = []
    for packet in packets:
        if packet.protocol != UDP or len(packet.payload) < PROBE.size:
            continue
        magic, mark, flow, _, sequence, _ = PROBE.unpack_from(packet.payload)
        if magic != MAGIC or mark != marker.encode():
            continue
        if wanted_source and packet.source != wanted_source:
            continue
        if wanted_target and packet.target != wanted_target:
            continue
        found.append(Probe(packet.time, packet.source, packet.target, flow, sequence))
    return found


def marked(packets, marker):
    """Packets that hold the marker anywhere, whatever they claim to be."""
    needle = MAGIC + marker.encode()
    return [p for p in packets if needle in p.data]


class Loss:
    """One direction: probes seen leaving their host against probes seen arriving.

    lost        the (flow, sequence) that never arrived, by sending time
    loss_ms     from the first lost probe's sending to the last one's, plus one
                interval: how long the path did not deliver
    reordered   probes that arrived after a later one of their flow
    duplicated  arrivals beyond the first of a probe
    """

    def __init__(self, sent, arrived):
        self.sent, self.arrived = len(sent), len(arrived)
        self.sent_at = {}
        for probe in sent:
            self.sent_at.setdefault((probe.flow, probe.sequence), probe.time)
        self.arrived_at = {}
        highest, self.reordered, self.duplicated = {}, 0, 0
        for probe in arrived:
            key = (probe.flow, probe.sequence)
            if key in self.arrived_at:
                self.duplicated += 1
                continue
            self.arrived_at[key] = probe.time
            if probe.sequence < highest.get(probe.flow, -1):
                self.reordered += 1
            highest[probe.flow] = max(probe.sequence, highest.get(probe.flow, -1))
        self.lost = sorted((key for key in self.sent_at if key not in self.arrived_at),
                           key=self.sent_at.get)

    @property
    def interval_ms(self):
        times = self.sent_at.values()
        return (max(times) - min(times)) * 1000 / max(len(times) - 1, 1) if times else 0.0

    @property
    def loss_ms(self):
        if not self.lost:
            return 0.0
        first, last = self.sent_at[self.lost[0]], self.sent_at[self.lost[-1]]
        return (last - first) * 1000 + self.interval_ms

    @property
    def gap_ms(self):
        """The longest time in which nothing arrived, less one interval."""
        times = sorted(self.arrived_at.values())
        gaps = [after - before for before, after in zip(times, times[1:])]
        return max(max(gaps, default=0.0) * 1000 - self.interval_ms, 0.0)

    def __str__(self):
        return (f"sent {self.sent}, lost {len(self.lost)} ({self.loss_ms:.1f} ms), "
                f"reordered {self.reordered}, duplicated {self.duplicated}")


# --- ESP ------------------------------------------------------------------------------------

def esp_packets(packets):
    """(source, target, spi, sequence) of every ESP packet, native or in UDP 4500."""
    for packet in packets:
        inside = packet.protocol == ESP or (
            packet.protocol == UDP and 4500 in (packet.sport, packet.dport)
            and packet.payload[:4] != b"\0\0\0\0")
        if inside and len(packet.payload) >= 16:
            spi, sequence = struct.unpack_from("!II", packet.payload)
            yield packet.source, packet.target, spi, sequence


def is_ike(packet):
    """IKE on 500, or on 4500 behind four zero bytes, or a NAT keepalive (RFC 3948 2.2-2.3)."""
    if packet.protocol != UDP:
        return False
    if 500 in (packet.sport, packet.dport):
        return len(packet.payload) >= 28
    return 4500 in (packet.sport, packet.dport) and (
        packet.payload[:4] == b"\0\0\0\0" or packet.payload == b"\xff")


def is_esp(packet):
    return any(esp_packets([packet]))


def esp_repeated(packets, source):
    """(spi, sequence) pairs that the source address sent more than once."""
    wanted, seen, repeated = ipaddress.ip_address(source).packed, set(), []
    for sender, _, spi, sequence in esp_packets(packets):
        if sender != wanted:
            continue
        if (spi, sequence) in seen:
            repeated.append((spi, sequence))
        seen.add((spi, sequence))
    return repeated
