"""state - what is shown fits the model; rekey, reset and failover test; metrics are scraped

           ┌── edge1 ──┐     failover test: both edges leave service, their
  vnet ── gw           onprem ── site       sessions stay up, traffic takes
           ├── edge2 ──┘  │                 the tunnel both ways, and returns
           └─ inet ══════ vpn
"""

import json
import pathlib

import topology
from lab import Failure, NotYet, need, wait_until
from traffic import Traffic

MODULES = pathlib.Path(__file__).resolve().parents[2] / "yang/modules"
IETF = "/usr/share/yuma/modules/ietf"
DATA = ("", "connections", "expressroute", "bgp summary", "events", "commits", "meter", "routes",
        "connection paris", f"routes {topology.SITE_PREFIX[4]}")
OUTPUTS = {f"explain {topology.SITE[4]}": ("explain", None),
           "connection paris diagnose": ("diagnose", "paris")}
PORT = 9474


def run(s):
    need("yanglint")
    s.net.start_peers()
    s.gateway.start()
    fits_the_model(s, "all up")
    metrics(s)
    rekey(s)
    reset(s)
    failover_test(s)
    fits_the_model(s, "after it all")
    away(s)


# --- show … json ------------------------------------------------------------------------------

def lint(s, name, data, kind):
    path = s.lab.folder / f"{name}.json"
    path.write_text(json.dumps(data))
    # The feature list is explicit: a module that is only imported is not judged.
    done = s.net.gw.run("yanglint", "-p", MODULES, "-p", IETF, "-t", kind,
                        MODULES / "gatehouse.yang", path, check=False)
    return done.returncode == 0, (done.stdout + done.stderr).strip()[-300:]


def fits_the_model(s, when):
    for what in DATA:
        shown = json.loads(s.gateway.show(f"{what} json".lstrip()))
        good, words = lint(s, "data", shown, "get")
        s.report.claim(good and "gatehouse:gateway" in shown,
                       f"{when}: show gateway {what} json fits the model {words}".strip())
    for what, (name, connection) in OUTPUTS.items():
        output = json.loads(s.gateway.show(f"{what} json"))["gatehouse:output"]
        data = {f"gatehouse:{name}": output}
        if connection:
            data = {"gatehouse:gateway":
                    {"connection": [{"name": connection, name: output}]}}
        good, words = lint(s, "output", data, "reply")
        s.report.claim(good, f"{when}: show gateway {what} json fits the model {words}".strip())


def paris(s):
    return s.gateway.show_json("connections")["connection"][0]["state"]


# --- metrics ----------------------------------------------------------------------------------

FETCH = f"""
import urllib.error, urllib.request
try:
    with urllib.request.urlopen("http://127.0.0.1:{PORT}/metrics", timeout=10) as answer:
        print(answer.status); print(answer.read().decode())
except urllib.error.HTTPError as error:
    print(error.code); print(error.read().decode())
"""


def scrape(s):
    done = s.net.gw.run("python3", "-c", FETCH, check=False)
    if done.returncode:
        raise NotYet(done.stderr.strip()[-200:])
    status, _, text = done.stdout.partition("\n")
    return int(status), text


def metrics(s):
    s.exporter = s.net.gw.start("exporter", s.gateway.build / "metrics/gatehouse-exporter",
                                "--listen", f"127.0.0.1:{PORT}")
    status, text = wait_until(lambda: scrape(s), 10, "the exporter", [s.exporter])
    s.report.equal(status, 200, "the exporter answers")
    for line in ("gatehouse_tunnel_up{connection=\"paris\"} 1",
                 "gatehouse_leg_up{leg=\"dc1 primary\",source=\"ExpressRoute\"} 1",
                 "gatehouse_guest_connected{guest=\"exporter\"} 1",
                 "gatehouse_legs_up 3", "gatehouse_ike_sas 1", "gatehouse_workers_stuck 0"):
        s.report.claim(line in text, f"metrics: {line}")


def away(s):
    s.gateway.stop_daemon()
    status, text = scrape(s)
    s.report.claim(status == 503 and "gatehoused is away" in text,
                   f"metrics without the daemon: {status}, {text.strip()}")
    s.exporter.stop()


# --- operations -------------------------------------------------------------------------------

def changed(s, path, before, what):
    def other():
        state = paris(s)
        now = state[path[0]].get(path[1])
        if not now or now == before or state["forwarding"] != "up":
            raise NotYet(f"{path}: {now}, forwarding {state['forwarding']}")
        return now
    wait_until(other, 30, what, s.gateway.processes(), interval=0.1)
    s.report.claim(True, what)


def rekey(s):
    before = paris(s)
    traffic = Traffic(s.gateway, s.marker, "site2", topology.SITE2).start()
    s.gateway.vtysh("gateway rekey connection paris child")
    changed(s, ("child-sa", "spi-out"), before["child-sa"]["spi-out"], "rekey: another child SA")
    s.gateway.vtysh("gateway rekey connection paris ike")
    changed(s, ("ike-sa", "initiator-spi"), before["ike-sa"]["initiator-spi"],
            "rekey: another IKE SA")
    traffic.more()
    traffic.stop()
    lost = sum(len(loss.lost) for loss in traffic.losses().values())
    s.report.figure("operated_rekey_loss_packets", lost, "packets", 0)
    after = paris(s)["traffic"]
    for name in ("in-packets", "out-packets", "in-octets", "out-octets"):
        s.report.claim(int(after[name]) > int(before["traffic"][name]),
                       f"rekey: {name} go on counting over the new SA")


def reset(s):
    before = paris(s)
    s.gateway.vtysh("gateway reset connection paris")
    changed(s, ("ike-sa", "initiator-spi"), before["ike-sa"]["initiator-spi"],
            "reset: set up anew")
    after = paris(s)["traffic"]
    s.report.claim(int(after["in-packets"]) >= int(before["traffic"]["in-packets"]),
                   "reset: the counters of the connection outlive its SAs")
    s.gateway.wait_up()


def edges(s):
    return [edge["state"] for edge in s.gateway.show_json("expressroute")["expressroute"][0]["edge"]]


def failover_test(s):
    traffic = Traffic(s.gateway, s.marker).start()
    s.gateway.vtysh("gateway failover-test expressroute dc1 for 5")
    s.gateway.wait_tunnel()
    seen = edges(s)
    s.report.equal([(e["forwarding"], e["down-by"], e["bgp"], e["test"]) for e in seen],
                   [("down", "test", "Established", True)] * 2,
                   "failover test: edges out of service, their sessions up")
    s.report.claim("FAILOVER TEST" in s.gateway.show(""), "failover test: show gateway says so")
    fits_the_model(s, "failover test")
    status, text = scrape(s)
    s.report.claim("gatehouse_circuit_failover_test{circuit=\"dc1\"} 1" in text,
                   "failover test: metrics say so")
    traffic.more()
    s.gateway.vtysh("no gateway failover-test expressroute dc1")
    s.gateway.wait_expressroute()
    traffic.more()
    traffic.stop()
    losses = traffic.losses()
    s.report.figure("failover_test_loss_packets", sum(len(l.lost) for l in losses.values()),
                    "packets", 0)
    events = [e["text"] for e in s.gateway.show_json("events")["events"]["event"]]
    for words in ("dc1: failover test: began", "dc1: failover test: ended by command",
                  "failover: dc1 primary, dc1 secondary -> dc1 secondary"):
        s.report.claim(any(words in e for e in events), f"failover test: event {words}")
    s.gateway.vtysh("gateway failover-test expressroute dc1 for 5")
    s.gateway.wait_tunnel()
    s.gateway.restart_child()
    s.gateway.wait_expressroute()
    s.report.claim(all(not e["test"] for e in edges(s)),
                   "failover test: a restart of the daemon ends it")
    refused = s.gateway.vtysh("gateway failover-test expressroute nowhere for 5", check=False)
    if "no expressroute nowhere" not in refused.stdout + refused.stderr:
        raise Failure(f"a test of a circuit that is not there: {refused.stdout}")
