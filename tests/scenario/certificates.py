"""certificates - expired, revoked, wrong name, nobody to ask; two authorities at once; drawn in tunnel.py

  old root ─► paris.example (the site, at first)     list in a file, list by HTTP,
  new root ─► paris.example (renewed)                responder by OCSP: node inet
  new root ─► branch ─► paris.example
  old root ─► gw.example

Whatever keeps a certificate from being believed is refused with its reason in
words, and what had been up with a certificate that is revoked goes down; a list
that names others takes nothing from a tunnel that is up.
"""

import re

import tunnel
from certificate import Authority, PKI
from lab import NotYet, wait_until
from tunnel import NAME

TOPOLOGY = tunnel.Net

HTTP, OCSP = "203.0.113.254", "203.0.113.254"

NODES = f"""\
gateway certificate ours
 file {PKI}/gw.pem
 key-file {PKI}/gw.key
exit
gateway certificate old-root
 file {PKI}/old.pem
exit
gateway certificate new-root
 file {PKI}/new.pem
exit
gateway certificate branch
 file {PKI}/branch.pem
exit
"""

CONNECTION = f"""\
gateway connection {NAME}
 remote-address {tunnel.DEVICE}
 certificate ours
 authority old-root
 local-id gw.example
 remote-id paris.example
{tunnel.PREFIXES}exit
"""


class Roots(Authority):
    """Two roots with their lists; openssl's own database says what is revoked."""

    def __init__(self):
        super().__init__()
        for name in ("old", "new"):
            self._openssl("req", "-x509", "-new", "-newkey", "ec", "-pkeyopt",
                          "ec_paramgen_curve:P-384", "-nodes", "-subj", f"/CN={name}-root", "-days",
                          "90", "-keyout", f"{name}.key", "-out", f"{name}.pem")
            self._keep(name)

    def _keep(self, name):
        """Its database and its first list."""
        self.path(f"{name}.cnf").write_text(
            f"[ca]\ndefault_ca=x\n[x]\ndatabase={name}.db\ndefault_md=sha256\n"
            "default_crl_days=30\ncrl_extensions=e\n[e]\n"
            "authorityKeyIdentifier=keyid:always\n")
        self.path(f"{name}.db").write_text("")
        self.list_of(name)

    def branch(self):
        self.issue("branch", "new", "basicConstraints=critical,CA:TRUE\n"
                   "keyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n"
                   "authorityKeyIdentifier=keyid")
        self._keep("branch")

    def list_of(self, root):
        self._openssl("ca", "-config", f"{root}.cnf", "-gencrl", "-cert", f"{root}.pem", "-keyfile",
                      f"{root}.key", "-out", f"{root}.crl")

    def revoke(self, root, name):
        self._openssl("ca", "-config", f"{root}.cnf", "-revoke", f"{name}.pem", "-cert",
                      f"{root}.pem", "-keyfile", f"{root}.key")
        self.list_of(root)

    def known(self, root, name):
        """For the responder: a certificate that is not in the database is unknown to it."""
        self._openssl("ca", "-config", f"{root}.cnf", "-valid", f"{name}.pem", "-cert",
                      f"{root}.pem", "-keyfile", f"{root}.key")


def run(s):
    net, roots = s.net, Roots()
    name = "subjectAltName=DNS:%s"
    roots.branch()
    for file, root, dns, days in (("gw", "old", "gw.example", 60), ("paris", "old", "paris.example", 60),
                                  ("ended", "old", "paris.example", -1),
                                  ("other", "old", "rome.example", 60),
                                  ("second", "old", "paris.example", 60),
                                  ("third", "old", "paris.example", 60),
                                  ("fourth", "old", "paris.example", 60),
                                  ("last", "old", "paris.example", 60),
                                  ("moved", "new", "paris.example", 60),
                                  ("chained", "branch", "paris.example", 60)):
        roots.issue(file, root, name % dns, days)
    give(net, roots)
    shown(net, roots, "paris")
    net.site.start()
    net.gateway.start_programs()
    net.gateway.configure(tunnel.GATEWAY + NODES + CONNECTION)
    net.up()
    s.report.claim(net.carries(), "up by certificate, with nobody to ask about revocation")
    wrong(s, roots)
    by_file(s, roots)
    responder(s, roots)
    by_http(s, roots)
    by_ocsp(s, roots)
    overlap(s, roots)
    chain(s, roots)
    net.show(s.report)
    off(s)


def give(net, roots):
    for file in ("gw.pem", "old.pem", "new.pem", "branch.pem", "old.crl", "new.crl", "branch.crl"):
        net.gw.write(f"{PKI}/{file}", roots.text(file))
    net.gw.write(f"{PKI}/gw.key", roots.text("gw.key"), 0o640, "root:gatehouse")
    net.gw.run("chmod", "755", PKI)


def replace(net, roots, file):
    """As an authority's cron job does: whole, by its name."""
    net.gw.write(f"{PKI}/{file}.new", roots.text(file))
    net.gw.run("mv", f"{PKI}/{file}.new", f"{PKI}/{file}")


def shown(net, roots, name, identity="paris.example", issuers=("old",)):
    """The device proves itself by that certificate from now on, and shows its issuers."""
    node = net.device.node
    node.write(f"/run/lab/x509/{name}.pem", roots.text(f"{name}.pem"))
    for issuer in issuers:
        node.write(f"/run/lab/x509ca/{issuer}.pem", roots.text(f"{issuer}.pem"))
    node.write(f"/run/lab/ecdsa/{name}.pem", roots.text(f"{name}.key"), 0o600)
    net.device.tunnel(NAME, tunnel.DEVICE, tunnel.PUBLIC, None, local_id=identity,
                      remote_id="gw.example", local_auth=f"auth = pubkey\n certs = {name}.pem",
                      remote_auth="auth = pubkey\n cacerts = old.pem",
                      connection="send_cert = always")
    if net.device.charon:
        net.device.load()


def refuse(s, what, words, begin=None, rung="certificate"):
    """The connection is set up anew, does not come up, and says why: in each place that is looked at."""
    net = s.net
    net.gateway.reset(NAME)
    def told():
        if begin:
            begin()
        state = net.status()["state"]
        places = [str(state), *(plain(net.gateway.show(f"connection {NAME}{more}"))
                                for more in ("", " diagnose"))]
        failed = net.gateway.show_json(f"connection {NAME} diagnose").get("failed-rung")
        if state.get("forwarding") == "up" or failed != rung or \
           not all(words in p for p in places):
            raise NotYet("\n".join(places))
        return True
    wait_until(told, 30, f"{what} being refused with its reason",
               [*net.gateway.processes(), net.device.node], interval=0.2)
    s.report.claim(True, f"{what} is refused: … {words} …")
    for line in net.gateway.show(f"connection {NAME} diagnose").rstrip().splitlines():
        s.report.note(line)


def plain(text):
    """A table's words, wherever its lines break."""
    return re.sub(r"\s+", " ", text)


def wrong(s, roots):
    shown(s.net, roots, "ended")
    refuse(s, "an expired certificate", "expired or not yet valid")
    shown(s.net, roots, "other", "rome.example")
    refuse(s, "a certificate of another name, when we begin", "the peer refused us (AUTHENTICATION_FAILED)")
    s.net.set("mode responder-only")
    refuse(s, "a certificate of another name", "[rome.example]: compare local-id and remote-id",
           lambda: s.net.device.initiate(NAME, check=False), rung="identity")
    s.net.set("mode default")
    shown(s.net, roots, "moved")
    refuse(s, "a certificate of an authority that is not ours", "issued by an authority that is not ours")
    shown(s.net, roots, "paris")
    s.net.gateway.reset(NAME)
    s.net.up()
    s.report.claim(s.net.carries(), "and up again with the right one")


def by_file(s, roots):
    """A list in a file that is renewed under a tunnel that is up."""
    net = s.net
    net.gateway.vtysh("configure terminal", "gateway certificate old-root", f"crl-file {PKI}/old.crl")
    net.set("revocation strict")
    net.up(60, check=lambda o, t: o.count == 1)
    s.report.claim(net.carries(), "strict, with a list that names nobody: up")
    others(s, roots)
    roots.revoke("old", "paris")
    replace(net, roots, "old.crl")
    net.down(90)
    s.report.claim(True, "a renewed list that names the site's certificate takes the tunnel down")
    refuse(s, "a revoked certificate, by a list in a file", "is revoked")
    net.show(s.report)
    shown(net, roots, "second")
    net.gateway.reset(NAME)
    net.up(60)
    s.report.claim(net.carries(), "a new certificate of the site brings it up")


def others(s, roots):
    """Lists that do not name the site's certificate, under traffic."""
    net = s.net
    probes = net.probes(s.marker, rate=500).start()
    before = net.sas()[0]
    taken = lists_taken(net)
    roots.list_of("old")
    replace(net, roots, "old.crl")
    wait_until(lambda: lists_taken(net) > taken or None, 60, "charon having the renewed list",
               net.gateway.processes(), interval=0.5)
    probes.more(500)
    after = net.sas()[0]
    s.report.equal((after.id, after.spis()), (before.id, before.spis()),
                   "a renewed list that names nobody else touches no SA")
    roots.revoke("old", "other")
    replace(net, roots, "old.crl")
    net.up(90, check=lambda o, t: o.count == 1 and not set(o.spis()) & set(before.spis()))
    s.report.claim(True, "one that names somebody: all prove themselves anew, beside the old SAs")
    probes.more(500)
    probes.stop()
    s.report.figure("certificate_list_loss_packets",
                    max(len(l.lost) for l in probes.losses().values()), "packets", 0)


def lists_taken(net):
    """How often the gateway's charon took a list for a newer one."""
    return len(re.findall(r"crl .* is newer", net.gateway.charon.log_text()))


def responder(s, roots):
    """Where only the site may begin, a list must not wait until it does."""
    net = s.net
    net.set("mode responder-only")
    net.gateway.reset(NAME)
    net.down(5)
    net.device.initiate(NAME)
    net.up()
    roots.revoke("old", "second")
    replace(net, roots, "old.crl")
    net.down(90)
    s.report.claim(True, "nor does a tunnel that the site began outlive its certificate")
    refuse(s, "a revoked certificate, when the site begins", "is revoked",
           lambda: net.device.initiate(NAME, check=False))
    net.set("mode default")


def by_http(s, roots):
    """The list where its authority publishes it."""
    net = s.net
    server = net.inet.node.start("http", "python3", "-m", "http.server", "8000", "--directory",
                                 roots.folder.name)
    net.gateway.vtysh("configure terminal", "gateway certificate old-root", "no crl-file",
                      f"crl-uri http://{HTTP}:8000/old.crl")
    restart_charon(net)
    shown(net, roots, "third")
    net.gateway.reset(NAME)
    net.up(60)
    s.report.claim("GET /old.crl" in server.log_text() and net.carries(),
                   "strict, and the list that is fetched does not name it: up")
    roots.revoke("old", "third")
    refuse(s, "a revoked certificate, by a list over HTTP", "is revoked")
    server.stop()
    shown(net, roots, "fourth")
    refuse(s, "strict, and the list cannot be fetched", "nobody could say")


def restart_charon(net):
    """charon cannot be made to forget a list that it was given from a file."""
    net.gateway.stop_charon()
    net.gateway.start_charon()
    wait_until(lambda: f"gh-{NAME}" in net.gateway.swanctl("--list-conns", check=False).stdout,
               20, "charon having the connection again", net.gateway.processes())


def by_ocsp(s, roots):
    """A responder that signs for the root; good first, then revoked, then silent."""
    net = s.net
    roots.known("old", "fourth")
    roots.known("old", "last")
    arguments = ("ocsp", "-port", "8001", "-index", "old.db", "-CA", "old.pem", "-rkey", "old.key",
                 "-rsigner", "old.pem", "-ignore_err")
    def start(number):
        return net.inet.node.start(f"ocsp{number}", "sh", "-c",
                                   f"cd {roots.folder.name} && exec openssl {' '.join(arguments)}")
    responder = start(1)
    net.gateway.vtysh("configure terminal", "gateway certificate old-root", "no crl-uri",
                      f"ocsp-uri http://{OCSP}:8001")
    net.gateway.reset(NAME)
    net.up(60)
    s.report.claim("ocsp response correctly signed" in net.gateway.charon.log_text() and
                   net.carries(), "strict, and the responder says good: up")
    responder.stop()
    roots.revoke("old", "fourth")
    responder = start(2)
    refuse(s, "a revoked certificate, by a responder", "is revoked")
    responder.stop()
    shown(net, roots, "last")
    refuse(s, "strict, and the responder is silent", "nobody could say")


def overlap(s, roots):
    """The site moves to a new authority while both are believed."""
    net = s.net
    net.set("revocation relaxed\nauthority new-root")
    net.gateway.reset(NAME)
    net.up(60)
    s.report.claim(net.carries(), "old and new authority believed at once: up by the old one's")
    shown(net, roots, "moved")
    net.gateway.reset(NAME)
    net.up(60)
    s.report.claim(net.carries(), "and by the new one's")
    before = net.sas()[0].spis()
    net.set("no authority old-root")
    net.up(60, check=lambda o, t: not set(o.spis()) & set(before))
    s.report.claim(net.carries(), "and still when the old one is not believed any more")
    shown(net, roots, "last")
    refuse(s, "whoever kept the old one's certificate", "issued by an authority that")


def chain(s, roots):
    """A certificate of an authority below the one that is believed."""
    net = s.net
    shown(net, roots, "chained")
    refuse(s, "a certificate whose issuer the site does not show", "issued by an authority that is not ours")
    shown(net, roots, "chained", issuers=("branch",))
    net.gateway.reset(NAME)
    net.up(60)
    s.report.claim(net.carries(), "shown with its issuer, whose own is believed: up")
    net.gateway.vtysh("configure terminal", "gateway certificate new-root", f"crl-file {PKI}/new.crl")
    net.set("revocation strict")
    refuse(s, "strict, and its issuer has no list", "nobody could say")
    net.gateway.vtysh("configure terminal", "gateway certificate branch", f"crl-file {PKI}/branch.crl")
    net.set("authority branch")
    net.gateway.reset(NAME)
    net.up(60)
    s.report.claim(net.carries(), "strict, with the list of each: up")


def off(s):
    said = tunnel.refused(s.net.connection("revocation off"))
    s.report.claim("charon cannot leave it out for one connection" in said, f"{said[:160]}")
