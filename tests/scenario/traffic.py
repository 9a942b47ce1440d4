"""traffic - probes between two hosts, both ways, and their loss from captures

Probes runs 1,000 probes a second in each direction and family between any two
hosts of a lab, captured where they leave and where they arrive, and on the links
between that are named. The captures of hosts are outside of everything that a
scenario breaks. Direction "out" is from here to there, "in" the other way.

Traffic is Probes between topology.Coexist's VNet host and one of its sites.

Loss is computed for each direction and family by itself. A figure is the worst.
"""

import collections
import ipaddress

import capture
import gateway as gateway_module
import topology
from lab import Failure, wait_until

PORT = 7000
SETTLE_PACKETS = 200    # probes that must have arrived before anything is broken

Host = collections.namedtuple("Host", "node interface addresses")
"""Where probes begin or end: captured on interface; addresses is {4: …, 6: …}."""


class Probes:
    """Probes both ways and captures, from start() to stop()."""

    _number = 0

    def __init__(self, here, there, marker, rate=1000, flows=4, families=None, watch=()):
        """watch: processes or nodes whose logs tell why nothing arrives."""
        Probes._number += 1
        self.name = f"traffic{Probes._number}"
        self.port = PORT + 100 * Probes._number
        self.here, self.there, self.marker, self.watch = here, there, marker, watch
        self.rate, self.flows = rate, flows
        self.families = families or sorted(here.addresses.keys() & there.addresses.keys())
        self.links, self.packets = {}, {}
        self._senders, self._receivers = {}, []

    def capture(self, node, interface, name=None):
        """One more link to watch, from now on; its packets are self.packets[name]."""
        name = name or f"{node.name}-{interface}"
        self.links[name] = capture.Capture(node, interface, f"{self.name}-{name}")

    def start(self, links=(), settle=True):
        """links: (node, interface) of each link between that is to be captured."""
        program = gateway_module.build_folder() / "tests/scenario/probe"
        for host in (self.here, self.there):
            self.capture(host.node, host.interface, host.node.name)
        for node, interface in links:
            self.capture(node, interface)
        for family in self.families:
            ends = [(h.node, h.addresses[family]) for h in (self.here, self.there)]
            for node, address in ends:
                receiver = node.start(f"{self.name}-receive{family}", program, "receive",
                                      address, str(self.port), self.marker)
                wait_until(lambda r=receiver: "ready" in r.log_text(), 5, "a receiver", [receiver])
                self._receivers.append(receiver)
            for (node, source), (_, target), direction in (
                    (*ends, "out"), (*reversed(ends), "in")):
                self._senders[direction, family] = node.start(
                    f"{self.name}-send-{direction}{family}", program, "send", source,
                    target, str(self.port), str(self.rate), str(self.flows), self.marker)
        if settle:
            self.settle()
        return self

    def settle(self, timeout=15):
        """Until each receiver has got probes: only now may something be broken."""
        for receiver in self._receivers:
            wait_until(lambda r=receiver: received(r) >= SETTLE_PACKETS, timeout,
                       f"probes arriving at {receiver.title}",
                       [receiver, *self.watch], interval=0.1)

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
        sent_on, arrived_on = (self.here, self.there)[::1 if direction == "out" else -1]
        return sent_on.addresses[family], sent_on.node.name, arrived_on.node.name

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
                for a in (*self.here.addresses.values(), *self.there.addresses.values())}

    def losses(self, directions=("out", "in"), families=None, **window):
        return {f"{direction} IPv{family}": self.loss(direction, family, **window)
                for direction in directions for family in families or self.families}

    def seen_on(self, link, direction, family):
        """How many of a direction's probes were on a gateway link, in clear."""
        source, _, _ = self.ends(direction, family)
        return len(capture.probes(self.packets[link], self.marker, source))


class Traffic(Probes):
    """Between topology.Coexist's vnet and site or site2; links are gw's, by name."""

    def __init__(self, gateway, marker, place="site", addresses=None, rate=1000, flows=4):
        net = gateway.net
        addresses = addresses or {"site": topology.SITE, "site2": topology.SITE2}[place]
        inside = {"site": "onprem", "site2": "vpn"}
        super().__init__(Host(net.vnet, "gw", topology.VNET),
                         Host(getattr(net, place), inside[place], addresses), marker, rate, flows,
                         watch=gateway.processes())
        self.gateway, self.net, self.addresses = gateway, net, addresses

    def start(self, links=("er0", "er1", "pub0"), settle=True):
        for link in links:
            self.capture(self.net.gw, link, link)
        return super().start(settle=settle)


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
