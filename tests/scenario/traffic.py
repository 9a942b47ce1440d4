"""traffic - probes between the VNet and the sites, and their loss from captures

A Traffic runs 1,000 probes a second in each direction and family between the
VNet host and one on-premises host, captured where they leave and where they
arrive, and on the gateway's links between. The captures of hosts are outside
of everything that a scenario breaks.

Loss is computed for each direction and family by itself. A figure is the worst.
"""

import ipaddress

import capture
import topology
from lab import Failure, wait_until

PORT = 7000
SETTLE_PACKETS = 200    # probes that must have arrived before anything is broken


class Traffic:
    """Probes both ways and captures, from start() to stop()."""

    _number = 0

    def __init__(self, gateway, marker, place="site", addresses=None, rate=1000, flows=4):
        Traffic._number += 1
        self.name = f"traffic{Traffic._number}"
        self.port = PORT + 100 * Traffic._number
        self.gateway, self.net, self.marker = gateway, gateway.net, marker
        self.host = getattr(self.net, place)
        self.addresses = addresses or {"site": topology.SITE, "site2": topology.SITE2}[place]
        self.rate, self.flows = rate, flows
        self.links, self.packets = {}, {}
        self._senders, self._receivers = {}, []

    def _program(self):
        return self.gateway.build / "tests/scenario/probe"

    def start(self, links=("er0", "er1", "pub0"), settle=True):
        net = self.net
        inside = {"vnet": "gw", "site": "onprem", "site2": "vpn"}
        for node in (net.vnet, self.host):
            self.links[node.name] = capture.Capture(node, inside[node.name],
                                                    f"{self.name}-{node.name}")
        for link in links:
            self.links[link] = capture.Capture(net.gw, link, f"{self.name}-gw-{link}")
        for family in (4, 6):
            ends = ((net.vnet, topology.VNET[family]), (self.host, self.addresses[family]))
            for node, address in ends:
                receiver = node.start(f"{self.name}-receive{family}", self._program(), "receive",
                                      address, str(self.port), self.marker)
                wait_until(lambda r=receiver: "ready" in r.log_text(), 5, "a receiver", [receiver])
                self._receivers.append(receiver)
            for (node, source), (_, target), direction in (
                    (*ends, "out"), (*reversed(ends), "in")):
                self._senders[direction, family] = node.start(
                    f"{self.name}-send-{direction}{family}", self._program(), "send", source,
                    target, str(self.port), str(self.rate), str(self.flows), self.marker)
        if settle:
            self.settle()
        return self

    def settle(self, timeout=15):
        """Until each receiver has got probes: only now may something be broken."""
        for receiver in self._receivers:
            wait_until(lambda r=receiver: received(r) >= SETTLE_PACKETS, timeout,
                       f"probes arriving at {receiver.title}",
                       [receiver, *self.gateway.processes()], interval=0.1)

    def more(self, packets=2000, timeout=30):
        """Until so many more probes have arrived at each receiver."""
        before = {r: received(r) for r in self._receivers}
        for receiver in self._receivers:
            wait_until(lambda r=receiver: received(r) >= before[r] + packets, timeout,
                       f"{packets} more probes arriving at {receiver.title}", [receiver],
                       interval=0.1)

    def stop(self):
        """End sending, let the last probes arrive, and read the captures."""
        for sender in self._senders.values():
            sender.stop()
        for receiver in self._receivers:
            quiet(receiver)
            receiver.stop()
        self.packets = {name: link.stop() for name, link in self.links.items()}
        return self

    def ends(self, direction, family):
        there, here = self.host.name, "vnet"
        source = topology.VNET[family] if direction == "out" else self.addresses[family]
        sent_on, arrived_on = (here, there) if direction == "out" else (there, here)
        return source, sent_on, arrived_on

    def loss(self, direction, family, after=None, before=None):
        """capture.Loss of one direction, of probes sent within the times."""
        source, sent_on, arrived_on = self.ends(direction, family)
        sent = capture.probes(self.packets[sent_on], self.marker, source)
        arrived = capture.probes(self.packets[arrived_on], self.marker, source)
        sent = [p for p in sent if p.target in self._targets() and
                (after is None or p.time >= after) and (before is None or p.time < before)]
        if not sent:
            raise Failure(f"{self.name}: no probes were sent {direction} over IPv{family}")
        wanted = {(p.flow, p.sequence) for p in sent}
        arrived = [p for p in arrived if p.target in self._targets()
                   and (p.flow, p.sequence) in wanted]
        return capture.Loss(sent, arrived)

    def _targets(self):
        return {ipaddress.ip_address(a).packed
                for a in (*topology.VNET.values(), *self.addresses.values())}

    def losses(self, directions=("out", "in"), families=(4, 6), **window):
        return {f"{direction} IPv{family}": self.loss(direction, family, **window)
                for direction in directions for family in families}

    def seen_on(self, link, direction, family):
        """How many of a direction's probes were on a gateway link, in clear."""
        source, _, _ = self.ends(direction, family)
        return len(capture.probes(self.packets[link], self.marker, source))


def received(receiver):
    """A receiver's count as of its last line."""
    lines = [l for l in receiver.log_text().splitlines() if l.startswith("received")]
    return int(lines[-1].split()[1]) if lines else 0


def quiet(receiver):
    """Until a receiver's count stands still."""
    seen = []
    def still():
        seen.append(receiver.log_text())
        return len(seen) > 1 and received_text(seen[-1]) == received_text(seen[-2]) \
            and seen[-1] != seen[-2]
    wait_until(still, 10, f"{receiver.title} falling silent", [receiver], interval=0.1)


def received_text(text):
    lines = [l for l in text.splitlines() if l.startswith("received")]
    return lines[-1] if lines else ""
