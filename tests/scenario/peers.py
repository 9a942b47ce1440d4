"""peers - who may begin, peers by name, settings of IKE that are on or off, reset; drawn in tunnel.py

  initiator-only   the device's call is not heard, ours is answered
  responder-only   we do not call
  by name          /etc/hosts of the gateway names the device; the name moves to another address
  mobike           the device moves to another address under its IKE SA
  fragmentation, additional-key-exchange, dpd-timeout 0, gateway reset
"""

import re

import tunnel
from lab import NotYet, wait_until
from tunnel import NAME

TOPOLOGY = tunnel.Net

HOST, MOVED = "paris.example", "198.51.100.17"


def run(s):
    net = s.net
    net.gw.write("/run/lab/hosts", f"127.0.0.1 localhost\n{tunnel.DEVICE} {HOST}\n")
    net.gw.run("mount", "--bind", "/run/lab/hosts", "/etc/hosts")
    net.start(connection="mobike = yes")
    net.up()
    modes(s)
    by_name(s)
    mobike(s)
    settings(s)
    reset(s)


def modes(s):
    net = s.net
    net.set("mode initiator-only")
    net.gateway.vtysh(f"gateway reset connection {NAME}")
    net.up()
    s.report.claim(net.carries(), "initiator-only: our call is answered")
    # Another connection of the device's, for it has an IKE SA of this one.
    net.device.tunnel("again", tunnel.DEVICE, tunnel.PUBLIC, tunnel.PSK, version=2,
                      proposals="aes256-sha384-ecp384")
    net.device.load()
    before = calls(net)
    called = net.device.swanctl("--initiate", "--ike", "again", "--timeout", "3", check=False)
    s.report.claim(called.returncode and calls(net) == before,
                   "initiator-only: a call of the device is not heard")
    net.device.remove("again")
    net.device.load()
    net.set("shutdown")
    net.down()
    net.set("mode responder-only\nno shutdown")
    wait_until(lambda: f"gh-{NAME}" in net.gateway.swanctl("--list-conns").strip(), 10,
               "charon having the connection", net.gateway.processes())
    called = net.device.initiate(NAME, check=False)
    s.report.equal(called.returncode, 0, "responder-only: the device's call is answered")
    ours, _ = net.up()
    s.report.claim(re.search(r"IKEv2, \w+_i \w+_r\*", ours.text), "and it is the device that began")
    net.set("mode default")


def calls(net):
    """IKE_SA_INIT of the device that reached the gateway's charon."""
    return net.gateway.charon.log_text().count(f"{tunnel.DEVICE} is initiating an IKE_SA")


def by_name(s):
    net = s.net
    net.set(f"no remote-address\nremote-address {HOST}\nremote-id {tunnel.DEVICE}")
    net.up(60)
    s.report.claim(net.carries(), f"remote-address {HOST}: resolved, and up")
    net.device.node.run("ip", "address", "add", f"{MOVED}/24", "dev", "pub0")
    net.gw.write("/run/lab/hosts", f"127.0.0.1 localhost\n{MOVED} {HOST}\n")
    net.device.tunnel(NAME, MOVED, tunnel.PUBLIC, tunnel.PSK, local_id=tunnel.DEVICE,
                      connection="mobike = yes")
    net.device.load()
    def moved():
        listed = net.gateway.swanctl("--list-sas").split("\n")
        if not any(MOVED in l and "remote" in l for l in listed):
            raise NotYet("\n".join(listed))
        return True
    wait_until(moved, 90, "the tunnel with the name's new address", net.gateway.processes(),
               interval=0.5)
    net.up(60)
    s.report.claim(net.carries(), f"{HOST} moved to {MOVED}: followed without a word of ours")
    net.device.tunnel(NAME, tunnel.DEVICE, tunnel.PUBLIC, tunnel.PSK, connection="mobike = yes")
    net.device.load()
    afresh(net, lambda: net.set(f"no remote-address\nremote-address {tunnel.DEVICE}\nno remote-id"))


def afresh(net, change):
    """Until new SAs have replaced those that a change breaks."""
    before = net.sas()[0].spis()
    change()
    net.up(60, check=lambda o, t: o.count == 1 and not set(o.spis()) & set(before))


def mobike(s):
    """The device loses the address of its IKE SA, and goes on with another one (RFC 4555)."""
    net = s.net
    before = net.sas()[0].id
    net.device.node.run("ip", "address", "del", f"{tunnel.DEVICE}/24", "dev", "pub0")
    net.device.node.run("ip", "address", "replace", f"{MOVED}/24", "dev", "pub0")
    net.device.node.run("ip", "route", "replace", "default", "via", "198.51.100.254")
    def moved():
        listed = net.gateway.swanctl("--list-sas")
        if f"@ {MOVED}" not in listed:
            raise NotYet(listed)
        return True
    wait_until(moved, 40, "MOBIKE moving the tunnel", [*net.gateway.processes(), net.device.node],
               interval=0.2)
    s.report.equal(net.up()[0].id, before, f"MOBIKE: the device moved to {MOVED} with its IKE SA")
    s.report.claim(net.carries(), "and they carry")
    net.device.node.run("ip", "address", "add", f"{tunnel.DEVICE}/24", "dev", "pub0")
    afresh(net, lambda: net.gateway.vtysh(f"gateway reset connection {NAME}"))


def settings(s):
    net = s.net
    afresh(net, lambda: net.set("no ike mobike\nno ike fragmentation\ndpd-timeout 0"))
    s.report.claim(net.carries(), "without MOBIKE, fragmentation and DPD: up and carrying")
    log = net.device.charon.log_text().rsplit("IKE_SA_INIT request", 1)[-1]
    s.report.claim("N(FRAG_SUP)" not in log.split("IKE_SA_INIT response")[0],
                   "IKE_SA_INIT offers no fragmentation")
    said = tunnel.refused(net.connection("ike additional-key-exchange mlkem768"))
    version = net.gateway.swanctl("--version")
    s.report.claim("strongSwan 6" in said or "swanctl 6" in version,
                   f"additional-key-exchange with this charon: {said[:170]}")
    net.set("ike mobike\nike fragmentation\ndpd-timeout 45")


def reset(s):
    net = s.net
    before = net.up(60)[0].spis()
    said = net.gateway.vtysh("gateway reset")
    def renewed():
        ours, _ = net.sas()
        if set(ours.spis()) & set(before):
            raise NotYet(ours.text)
        return True
    wait_until(renewed, 30, "the SAs after `gateway reset`", net.gateway.processes(), interval=0.2)
    net.up(60)
    s.report.claim(net.carries(), f"gateway reset: {' '.join(said.split())}")
