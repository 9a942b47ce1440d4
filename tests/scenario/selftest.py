"""selftest - the arithmetic of the lab, checked without root: no namespaces, no daemons"""

import pathlib
import re
import struct
import tempfile
import unittest

import capture
from lab import Failure, NotYet, wait_until

HOST, SITE = bytes([10, 1, 0, 4]), bytes([10, 20, 0, 10])


def udp(source, target, sport, dport, payload):
    length = 8 + len(payload)
    header = struct.pack("!BBHHHBBH", 0x45, 0, 20 + length, 0, 0, 64, 17, 0) + source + target
    return bytes(12) + b"\x08\x00" + header + struct.pack("!HHHH", sport, dport, length, 0) + payload


def probe_frame(sequence, flow=0, marker=b"0badcafe"):
    return udp(HOST, SITE, 7000 + flow, 7000,
               capture.PROBE.pack(capture.MAGIC, marker, flow, 0, sequence, 0))


def pcap(frames, order="<", magic=0xA1B2C3D4, unit=1_000_000):
    out = struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, 65535, capture.ETHERNET)
    for time, frame in frames:
        out += struct.pack(order + "IIII", int(time), round(time % 1 * unit), len(frame),
                           len(frame)) + frame
    return out


def probes(*pairs):
    return [capture.Probe(time, HOST, SITE, flow, sequence) for time, flow, sequence in pairs]


class Reading(unittest.TestCase):
    def read(self, data):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "x.pcap")
            path.write_bytes(data)
            return capture.read(path)

    def test_both_byte_orders_and_resolutions(self):
        for order in "<>":
            for magic, unit in ((0xA1B2C3D4, 10 ** 6), (0xA1B23C4D, 10 ** 9)):
                packets = self.read(pcap([(5.25, probe_frame(7))], order, magic, unit))
                self.assertAlmostEqual(packets[0].time, 5.25)
                self.assertEqual((packets[0].source, packets[0].dport), (HOST, 7000))

    def test_cut_and_strange_files(self):
        whole = pcap([(1.0, probe_frame(1))])
        with self.assertRaises(Failure):
            self.read(whole[:-1])
        with self.assertRaises(Failure):
            self.read(b"no pcap at all, surely not one")

    def test_every_truncation_of_a_frame_parses(self):
        frame = probe_frame(1)
        for length in range(len(frame)):
            capture.parse(frame[:length])

    def test_probes_by_marker(self):
        packets = self.read(pcap([(1.0, probe_frame(1)), (1.1, probe_frame(2, marker=b"another!"))]))
        self.assertEqual([p.sequence for p in capture.probes(packets, "0badcafe")], [1])
        self.assertEqual(len(capture.marked(packets, "another!")), 1)

    def test_marker_inside_another_packet(self):
        inner = probe_frame(3)
        packets = [capture.parse(udp(HOST, SITE, 4500, 4500, b"\0\0\0\1" + bytes(12) + inner))]
        self.assertEqual(capture.probes(packets, "0badcafe"), [])
        self.assertEqual(len(capture.marked(packets, "0badcafe")), 1)


class Losses(unittest.TestCase):
    def test_window_from_first_to_last_lost(self):
        sent = probes(*((n / 1000, 0, n) for n in range(1000)))
        arrived = [p for p in sent if p.sequence not in (100, 199)]
        loss = capture.Loss(sent, arrived)
        self.assertEqual(len(loss.lost), 2)
        self.assertAlmostEqual(loss.loss_ms, 100, delta=0.5)

    def test_nothing_lost(self):
        sent = probes(*((n / 1000, n % 4, n // 4) for n in range(100)))
        loss = capture.Loss(sent, sent)
        self.assertEqual((loss.lost, loss.loss_ms, loss.reordered), ([], 0.0, 0))

    def test_reordered_is_within_a_flow(self):
        sent = probes((0, 0, 0), (1, 0, 1), (2, 1, 0), (3, 1, 1))
        self.assertEqual(capture.Loss(sent, [sent[2], sent[0], sent[3], sent[1]]).reordered, 0)
        self.assertEqual(capture.Loss(sent, [sent[1], sent[0], sent[2], sent[3]]).reordered, 1)

    def test_a_duplicate_is_not_an_arrival(self):
        sent = probes((0, 0, 0), (1, 0, 1))
        loss = capture.Loss(sent, [sent[0], sent[0]])
        self.assertEqual((loss.duplicated, len(loss.lost)), (1, 1))

    def test_gap(self):
        sent = probes(*((n / 1000, 0, n) for n in range(1000)))
        late = [p if p.time < 0.5 else p._replace(time=p.time + 0.3) for p in sent]
        loss = capture.Loss(sent, late)
        self.assertEqual(loss.lost, [])
        self.assertAlmostEqual(loss.gap_ms, 300, delta=1)


class Esp(unittest.TestCase):
    @staticmethod
    def esp(spi, sequence, source=HOST):
        return capture.parse(udp(source, SITE, 4500, 4500,
                                 struct.pack("!II", spi, sequence) + bytes(32)))

    def test_repeated_sequence_numbers(self):
        packets = [self.esp(1, 1), self.esp(1, 2), self.esp(2, 1), self.esp(1, 2), self.esp(1, 2, SITE)]
        self.assertEqual(capture.esp_repeated(packets, "10.1.0.4"), [(1, 2)])

    def test_ike_keepalive_and_esp_are_told_apart(self):
        ike = capture.parse(udp(HOST, SITE, 4500, 4500, bytes(4) + bytes(28)))
        keepalive = capture.parse(udp(HOST, SITE, 4500, 4500, b"\xff"))
        esp = self.esp(7, 1)
        self.assertEqual([capture.is_ike(p) for p in (ike, keepalive, esp)], [True, True, False])
        self.assertEqual([capture.is_esp(p) for p in (ike, keepalive, esp)], [False, False, True])


class Documents(unittest.TestCase):
    """Each page about a topology is in the overview, and each link there leads to a page."""

    FOLDER = pathlib.Path(__file__).resolve().parents[2] / "docs/topologies"

    def test_links(self):
        for page in self.FOLDER.glob("*.md"):
            for link in re.findall(r"\]\(([^)#:]+)[^):]*\)", page.read_text()):
                self.assertTrue((page.parent / link).exists(), f"{page.name} links {link}")

    def test_overview_is_whole(self):
        overview = (self.FOLDER / "README.md").read_text()
        for page in self.FOLDER.glob("*.md"):
            if page.name != "README.md":
                self.assertIn(f"({page.name}", overview)

    def test_scenarios_are_listed(self):
        folder = pathlib.Path(__file__).parent
        listed = set(re.findall(r'^    "(\w+)",$', (folder / "run").read_text(), re.M))
        scenarios = {module.stem for module in folder.glob("*.py")
                     if re.search(r"^def run\(s\):", module.read_text(), re.M)}
        self.assertEqual(scenarios - listed, set(), "in neither list of run")


class Waiting(unittest.TestCase):
    def test_says_what_and_what_was_seen(self):
        def never():
            raise NotYet("only silence")
        with self.assertRaisesRegex(Failure, "a sign; last seen: only silence"):
            wait_until(never, 0.05, "a sign")

    def test_returns_the_value(self):
        answers = iter((None, 0, "yes"))
        self.assertEqual(wait_until(lambda: next(answers), 5, "yes"), "yes")


def main():
    suite = unittest.defaultTestLoader.loadTestsFromModule(__import__("selftest"))
    result = unittest.TextTestRunner(verbosity=1).run(suite)
    failed = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - failed} passed, {failed} failed")
    return 1 if failed else 0
