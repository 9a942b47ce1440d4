"""failover - edges and circuit lost in four ways, and back, at 1,000 probes a second

           ┌─╳ edge1 ──┐
  vnet ── gw           onprem ── site      probes vnet <-> site, IPv4 and IPv6
           ├─╳ edge2 ──┘  │
           └─ inet ══════ vpn

  one edge     edge1's link drops all packets: traffic stays on edge2
  silent       both edges drop all packets, links up (BFD 50 ms x3)
  link         gw's er0 and er1 are set down
  carrier      the far ends are set down, gw sees carrier loss
  restore      after each of these: back on the circuit, no loss, no reordering

Losses count from the first to the last lost probe. The link's figure is the
VNet's direction: the way back waits for the edges to notice by themselves. After
the failover gw must send only ESP, and the tunnel must carry the probes.
"""

import threading
import time

import capture
import topology
from traffic import Traffic

BFD_MS = 50
WAIT_TO_RESTORE_S = 2           # as gateway.CONFIGURATION says
CIRCUIT6 = {"er0": "fd00:16:0::2/126", "er1": "fd00:16:1::2/126"}


def run(s):
    s.net.start_peers()
    s.gateway.start()
    restored = []
    one_edge(s, restored)
    whole_circuit(s, restored, "silent", silence, unsilence, 200)
    whole_circuit(s, restored, "link", links_down, links_up, 5, directions=("out",))
    whole_circuit(s, restored, "carrier", carriers_down, carriers_up, 200)
    losses = [loss for traffic_losses in restored for loss in traffic_losses]
    s.report.figure("restore_loss_packets", max(len(l.lost) for l in losses), "packets", 0)
    s.report.figure("restore_reordered_packets", max(l.reordered for l in losses), "packets", 0)


# --- how a circuit is lost, and comes back ---------------------------------------------------

def together(*actions):
    """Both edges at once: their failure is one failure, to the millisecond."""
    threads = [threading.Thread(target=action) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def silence(s):
    """Both edges fall silent on every side: gateway and onprem each notice by their own BFD.

    Were only the gateway's side lost, its figure would hold FRR's batching: edge2 withdraws
    60 ms after its BFD went down (bgpd holds a cleared route 10 ms, then its best path 50 ms).
    """
    together(lambda: s.net.edge1.drop("gw", "onprem"), lambda: s.net.edge2.drop("gw", "onprem"))


def unsilence(s):
    together(s.net.edge1.undrop, s.net.edge2.undrop)


def links_down(s):
    s.net.gw.run("ip", "-batch", "-", text="link set dev er0 down\nlink set dev er1 down\n")


def links_up(s):
    """The kernel forgets IPv6 addresses of a link set down; whoever set it up gives them back."""
    batch = "link set dev er0 up\nlink set dev er1 up\n"
    batch += "".join(f"address replace {a} dev {i} nodad\n" for i, a in CIRCUIT6.items())
    s.net.gw.run("ip", "-batch", "-", text=batch)


def carriers_down(s):
    together(lambda: s.net.edge1.set_link("gw", False), lambda: s.net.edge2.set_link("gw", False))


def carriers_up(s):
    for node, address in ((s.net.edge1, "fd00:16:0::1/126"), (s.net.edge2, "fd00:16:1::1/126")):
        node.set_link("gw", True)
        node.run("ip", "address", "replace", address, "dev", "gw", "nodad")


# --- what must follow ------------------------------------------------------------------------

def worst(losses, directions=("out", "in")):
    return max((loss for name, loss in losses.items() if name.split()[0] in directions),
               key=lambda loss: loss.loss_ms)


def one_edge(s, restored):
    traffic = Traffic(s.gateway, s.marker).start()
    s.net.edge1.drop("gw")
    traffic.more()
    on_circuit = all(s.gateway.forwards_to(family, ("er1",)) for family in (4, 6))
    traffic.stop()
    losses = traffic.losses()
    note(s, "one edge lost silently", losses)
    s.report.figure("failover_edge_loss_ms", worst(losses).loss_ms, "ms", 200)
    s.report.claim(on_circuit, "one edge lost: traffic stays on the other")
    esp_only(s, traffic, "one edge lost")
    restore(s, restored, "one edge", lambda s: s.net.edge1.undrop())


def whole_circuit(s, restored, name, lose, regain, limit, directions=("out", "in")):
    traffic = Traffic(s.gateway, s.marker).start()
    lose(s)
    traffic.more()
    traffic.stop()
    losses = traffic.losses()
    note(s, f"circuit lost, {name}", losses)
    s.report.figure(f"failover_{name}_loss_ms", worst(losses, directions).loss_ms, "ms", limit)
    s.report.claim(all(loss.arrived > 1000 for loss in losses.values()),
                   f"circuit lost, {name}: probes go on through the tunnel")
    esp_only(s, traffic, f"circuit lost, {name}")
    restore(s, restored, name, regain)


def restore(s, restored, name, regain):
    """The circuit comes back under traffic; both directions end on it."""
    traffic = Traffic(s.gateway, s.marker).start(links=("pub0",))    # er0 may be down
    began = time.monotonic()
    regain(s)
    s.gateway.wait_up()
    took = time.monotonic() - began
    s.report.claim(took >= WAIT_TO_RESTORE_S, f"back after {name}: it waited to restore")
    traffic.more()
    traffic.stop()
    losses = traffic.losses()
    note(s, f"back after {name}, {took:.1f} s", losses)
    esp_only(s, traffic, f"back after {name}")
    restored.append(losses.values())


def esp_only(s, traffic, what):
    leaked = capture.marked(traffic.packets["pub0"], s.marker)
    s.report.equal(len(leaked), 0, f"{what}: no probe in clear on the public link")


def note(s, what, losses):
    for name, loss in losses.items():
        s.report.note(f"{what}, {name}: {loss}")
