"""gateway - the host under test: stock FRR and charon, our module, plugin and daemon

Four groups of processes on a node, each started and stopped by itself, so
that a scenario can choose the order and whom to kill:

  start_daemon    the keeper, and gatehoused as its child
  start_frr       zebra, bfdd, and bgpd with our module
  start_charon    charon with our plugin; no socket and no ESP of its own
  configure       lines typed into vtysh through the shim

Nothing is installed: module, plugin and shim are taken from the build tree. The
plugin directory of charon cannot be chosen, so the node sees a copy of it with
ours in it, in its private mounts.

Gateway is any gateway of any lab; CoexistGateway is the one of topology.py.
"""

import json
import os
import pathlib
import signal
import string

import daemon
import topology
from lab import Failure, NotYet, wait_until

RUN_DIR = "/run/gatehouse/gateway"
SHIM = "/run/lab/gatehouse-vtysh.so"
STATE_DIR = "/run/lab/state"
TUN = "gh0"
PLUGINS = "/usr/lib/ipsec/plugins"

CONFIGURATION = string.Template(f"""\
gateway
 asn {topology.ASN}
 address-space {topology.SPACE[4]}
 address-space {topology.SPACE[6]}
 vnet interface vnet0
 public-address {topology.PUBLIC}
exit
gateway expressroute dc1
 edge primary interface er0 peer 172.16.0.1 remote-as {topology.EDGE_ASN}
 edge primary peer-ipv6 fd00:16::1
 edge secondary interface er1 peer 172.16.0.5 remote-as {topology.EDGE_ASN}
 edge secondary peer-ipv6 fd00:16:1::1
 bfd interval $bfd multiplier {topology.BFD_MULTIPLIER}
 wait-to-restore 2
exit
gateway connection paris
 remote-address {topology.DEVICE}
 shared-key 0 {topology.PSK}
 bgp remote-as {topology.ONPREM_ASN} peer-address {topology.TUNNEL_VPN} local-address \
{topology.TUNNEL_GW}
exit
""")

CHARON = """
charon {
  install_routes = no
  process_route = no
  routing_table = 0
  load_modular = no
  load = gatehouse random nonce openssl aes gcm hmac sha1 sha2 kdf curve25519 pem x509 pubkey \
    kernel-netlink vici revocation curl
  retransmit_timeout = 2.0
  retransmit_base = 1.5
  retransmit_tries = 5
  i_dont_care_about_security_and_use_aggressive_mode_psk = yes
  plugins {
    kernel-netlink {
      roam_events = no
    }
    gatehouse {
      load = yes
      run_dir = /run/gatehouse/gateway
    }
  }
  filelog {
    lab {
      path = /dev/stdout
      time_format = %H:%M:%S
      flush_line = yes
      default = 1
      net = 2
      knl = 2
    }
  }
}
"""


def build_folder():
    """Where the built programs are: $GATEHOUSE_BUILD, or build/ of the checkout."""
    root = pathlib.Path(__file__).resolve().parents[2]
    folder = pathlib.Path(os.environ.get("GATEHOUSE_BUILD", root / "build"))
    if not (folder / "gatehoused" / "gatehoused").exists():
        raise Failure(f"{folder}/gatehoused/gatehoused is missing: ./quickstart build, "
                      "or name the build folder in GATEHOUSE_BUILD")
    return folder.resolve()


def gateway_node(lab, name):
    """A node with the mounts of its own that a gateway needs."""
    return lab.node(name, daemon.FRR_MOUNTS)


class Gateway:
    """The gateway's programs on one node; a lab may have several.

    configuration is what start() types into vtysh; net is the topology, for
    those who ask the gateway for it (Sshd, Traffic).
    """

    def __init__(self, node, configuration="", net=None):
        self.net, self.node, self.build = net, node, build_folder()
        self.configuration = configuration
        self.charon_configuration = CHARON
        self.program = self.build / "gatehoused/gatehoused"
        self.daemon = self.charon = None
        self.frr = {}
        self._plugins()

    def _plugins(self):
        built = self.build / "ipsec/charon/libstrongswan-gatehouse.so"
        if not built.exists():
            raise Failure(f"{built} is missing: configure with --with-strongswan-headers")
        self.node.run("mkdir", "-p", "/run/lab/plugins", STATE_DIR)
        # One after the other: an installed plugin of ours gives way to the built one.
        self.node.run("sh", "-c", f"cp {PLUGINS}/*.so /run/lab/plugins/")
        self.node.run("cp", built, "/run/lab/plugins/")
        self.node.run("mount", "--bind", "/run/lab/plugins", PLUGINS)
        # Where whoever starts vtysh can read it, wherever the build folder is.
        self.node.run("cp", self.build / "bgpd-plugin/vtysh/gatehouse-vtysh.so", SHIM)

    # --- gatehoused -------------------------------------------------------------------------

    def install(self):
        """Puts a new copy of the program where it is started from, as an upgrade does."""
        path = "/run/lab/gatehoused"
        self.node.run("cp", self.build / "gatehoused/gatehoused", f"{path}.new")
        self.node.run("mv", f"{path}.new", path)
        self.program = path

    def start_daemon(self):
        self.daemon = self.node.start(
            "gatehoused", self.program, "--instance", "gateway",
            "--run-dir", RUN_DIR, "--state-dir", STATE_DIR, "--vici", "/run/charon.vici",
            "--verbose")
        wait_until(self.child, 10, "gatehoused's child", [self.daemon])
        wait_until(lambda: self.node.run("test", "-S", f"{RUN_DIR}/facts.sock", check=False)
                   .returncode == 0, 10, "gatehoused's socket", [self.daemon])

    def child(self):
        """The pid of the daemon proper, the keeper's child; None while there is none."""
        path = f"/proc/{self.daemon.pid}/task/{self.daemon.pid}/children"
        try:
            children = pathlib.Path(path).read_text().split()
        except FileNotFoundError:
            return None
        return int(children[0]) if children else None

    def restart_child(self, number=signal.SIGKILL):
        """Kill the daemon proper; returns when the keeper has a new one that answers."""
        self._await_child(lambda child: os.kill(child, number))

    def reload(self):
        """SIGHUP to the keeper: it starts the daemon that is installed."""
        self._await_child(lambda child: os.kill(self.daemon.pid, signal.SIGHUP))

    def _await_child(self, end):
        before = self.child()
        end(before)
        def replaced():
            now = self.child()
            return now if now and now != before else None
        wait_until(replaced, 15, "the keeper starting gatehoused again", [self.daemon])
        self.wait_answer()
        wait_until(self.settled, 15, "gatehoused having heard its guests", [self.daemon])

    def settled(self):
        """Have bgpd and charon stated everything to a new gatehoused?"""
        now = self.show_json("")["state"]
        away = [g["name"] for g in now["guest"] if not g["connected"] and g["name"] != "exporter"]
        if away or now["arbiter"]["taking-over"]:
            raise NotYet(f"away: {away}, taking over: {now['arbiter']['taking-over']}")
        return True

    def stop_daemon(self, number=signal.SIGTERM):
        return self.daemon.stop(number, 20)

    # --- FRR --------------------------------------------------------------------------------

    def start_frr(self):
        module = self.build / "bgpd-plugin/gatehouse.so"
        if not module.exists():
            raise Failure(f"{module} is missing: configure with --with-frr-headers")
        self.frr = daemon.start_frr(
            self.node, {"zebra": "", "bfdd": "", "bgpd": ""},
            {"zebra": ("-s", "90000000"), "bgpd": ("-M", f"{module}:{RUN_DIR}")})
        # One frr.conf instead of a file for each daemon, as Debian has it.
        self.node.write("/etc/frr/vtysh.conf", "service integrated-vtysh-config\n", 0o640,
                        "frr:frr")

    def stop_frr(self, number=signal.SIGTERM):
        for daemon in ("bgpd", "bfdd", "zebra"):
            self.frr[daemon].stop(number)

    def reset(self, connection):
        """Sets its tunnel up anew; refused in words until the daemon has reached charon."""
        def done():
            try:
                self.vtysh(f"gateway reset connection {connection}")
            except Failure as refused:
                if "charon is away" not in str(refused):
                    raise
                raise NotYet(str(refused)) from None
            return True
        wait_until(done, 20, f"{connection} is reset", self.processes(), interval=0.2)

    def vtysh(self, *commands, check=True):
        """Commands through our vtysh; the output, or the whole result without check."""
        arguments = [word for command in commands for word in ("-c", command)]
        return self._vtysh(arguments, check)

    def load_startup(self):
        """What FRR does after starting its daemons."""
        return self._vtysh(["-b"], True)

    def _vtysh(self, arguments, check):
        return self.node.run(*self.vtysh_command(), *arguments, check=check, timeout=60)

    def vtysh_command(self):
        return ["env", f"LD_PRELOAD={SHIM}", "/usr/bin/vtysh"]

    def configure(self, text):
        """Type the lines as a user would; complaints are a Failure."""
        output = self.vtysh("configure terminal", *text.splitlines())
        if "%" in output:
            raise Failure(f"vtysh complains about the configuration:\n{output}")
        return output

    def show(self, what):
        """show gateway WHAT as vtysh prints it."""
        return self.vtysh(f"show gateway {what}".rstrip())

    def keep(self, *whats):
        """What `show gateway WHAT` prints, beside the logs: docs/topologies quotes it."""
        with open(self.node.lab.folder / f"{self.node.name}-show.txt", "a") as file:
            for what in whats:
                file.write(f"gw# show gateway {what}\n{self.show(what)}\n")

    def show_json(self, what):
        """What `show gateway WHAT json` prints, without the name that stands around it."""
        output = self.show(f"{what} json".lstrip())
        try:
            return next(iter(json.loads(output).values()))
        except (ValueError, StopIteration, AttributeError):
            raise Failure(f"show gateway {what} json is no JSON:\n{output}") from None

    def wait_answer(self, timeout=15):
        """Until `show gateway` is answered by gatehoused."""
        def answers():
            done = self.vtysh("show gateway json", check=False)
            if done.returncode or not done.stdout.lstrip().startswith("{"):
                raise NotYet((done.stdout + done.stderr).strip()[-300:])
            return True
        wait_until(answers, timeout, "`show gateway` being answered", self.processes(),
                   interval=0.05)

    # --- charon -----------------------------------------------------------------------------

    def start_charon(self):
        self.charon = daemon.start_charon(self.node, self.charon_configuration)

    def stop_charon(self, number=signal.SIGTERM):
        return self.charon.stop(number)

    def swanctl(self, *arguments, check=True):
        return daemon.swanctl(self.node, *arguments, check=check)

    def wait_ike(self, timeout=60):
        """Until charon has an IKE SA with its child SA installed."""
        def installed():
            listed = self.swanctl("--list-sas", check=False).stdout
            if "ESTABLISHED" not in listed or "INSTALLED" not in listed:
                raise NotYet(listed)
            return True
        wait_until(installed, timeout, "IKE and child SA", self.processes(), interval=0.1)

    # --- all of it --------------------------------------------------------------------------

    def processes(self):
        return [p for p in (self.daemon, self.charon, *self.frr.values()) if p]

    def start(self):
        """Daemon, FRR, charon, configuration; returns when everything is up."""
        self.start_programs()
        self.configure(self.configuration)
        self.wait_up()

    def start_programs(self):
        """Daemon, FRR and charon; returns when vtysh is answered."""
        self.start_daemon()
        self.start_frr()
        self.start_charon()
        self.wait_answer()

    def wait_up(self, timeout=40):
        """Until every edge and connection forwards."""
        wait_until(self.all_forward, timeout, f"all legs of {self.node.name} forwarding",
                   self.processes(), interval=0.1)

    def wait_established(self, count, timeout=40):
        """Until so many BGP neighbors are established, by the gateway's own word."""
        def established():
            states = [n.get("state") for n in self.show_json("bgp summary")["bgp"]["neighbor"]]
            if states.count("Established") < count:
                raise NotYet(str(states))
            return True
        wait_until(established, timeout, f"{count} BGP neighbors of {self.node.name}",
                   self.processes(), interval=0.1)

    def all_forward(self):
        """Are all edges and connections up, by the gateway's own word?"""
        edges = [edge for circuit in self.show_json("expressroute")["expressroute"]
                 for edge in circuit["edge"]]
        down = [leg for leg in (*edges, *self.show_json("connections")["connection"])
                if leg["state"].get("forwarding") != "up"
                and leg["state"].get("why-down") != "shutdown"]
        if down:
            raise NotYet(str(down))
        return True

    def forwards_to(self, family, devices, target, source, interface="vnet0"):
        """Does the kernel send what comes in by interface to target through one of the devices?"""
        return egress(self.node, family, devices, target, source, interface)


def egress(node, family, devices, target, source, interface):
    """Would this node's kernel send such a packet through one of the devices? NotYet if not."""
    done = node.run("ip", f"-{family}", "route", "get", target, "from", source, "iif",
                    interface, check=False)
    seen = (done.stdout or done.stderr).strip()
    if not any(f" dev {device} " in seen + " " for device in devices):
        raise NotYet(seen)
    return True


class CoexistGateway(Gateway):
    """The gateway of topology.Coexist, which knows what up means there."""

    def __init__(self, net):
        super().__init__(net.gw, CONFIGURATION.substitute(bfd=net.bfd_ms), net)

    def wait_up(self, timeout=40):
        """Until the peers see all sessions up and the gateway forwards by ExpressRoute."""
        logs = self.processes()
        wait_until(self.net.edges_established, timeout, "BGP between gateway and edges", logs,
                   interval=0.1)
        wait_until(self.net.tunnel_established, timeout, "BGP through the tunnel", logs,
                   interval=0.1)
        wait_until(self.all_forward, timeout, "all legs forwarding", logs, interval=0.1)
        self.wait_expressroute(timeout)
        # A session whose BFD came up late has begun once more meanwhile.
        wait_until(self.net.edges_established, timeout, "BGP between gateway and edges, still",
                   logs, interval=0.1)

    def wait_expressroute(self, timeout=30):
        """Until site's prefix is offered by ExpressRoute to both sides' forwarding."""
        for family in (4, 6):
            wait_until(lambda f=family: self.forwards_to(f, ("er0", "er1")), timeout,
                       f"IPv{family} forwarding to site by ExpressRoute", self.processes())
            wait_until(lambda f=family: self.returns_by(f, ("edge1", "edge2")), timeout,
                       f"onprem's IPv{family} return path by ExpressRoute", [self.net.onprem])

    def wait_tunnel(self, timeout=30):
        """Until both directions to and from site go through the tunnel."""
        for family in (4, 6):
            wait_until(lambda f=family: self.forwards_to(f, (TUN,)), timeout,
                       f"IPv{family} forwarding to site by the tunnel", self.processes())
            wait_until(lambda f=family: self.returns_by(f, ("vpn",)), timeout,
                       f"onprem's IPv{family} return path by the tunnel", [self.net.onprem])

    def forwards_to(self, family, devices, target=None):
        """Does gw's kernel send VNet traffic to target (site) through one of the devices?"""
        return super().forwards_to(family, devices, target or topology.SITE[family],
                                   topology.VNET[family])

    def returns_by(self, family, devices):
        return egress(self.net.onprem, family, devices, topology.VNET[family],
                      topology.SITE[family], "site")
