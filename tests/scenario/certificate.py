"""certificate - a site that proves itself by certificate, as we do to it

  root ─► issuing ─► gw.example        the gateway sends its issuer along;
  root ─► paris.example                each side knows the root only

A certificate that must not be used is refused when it is committed; a renewed
one is taken over from its file without a packet lost; charon restarted is given
everything again.
"""

import tempfile
import pathlib
import subprocess
import time

import topology
from lab import Failure, NotYet, wait_until
from traffic import Traffic

PKI = "/run/lab/pki"

NODES = f"""\
gateway certificate ours
 file {PKI}/gw.pem
 key-file {PKI}/gw.key
exit
gateway certificate old
 file {PKI}/old.pem
 key-file {PKI}/old.key
exit
gateway certificate root
 file {PKI}/root.pem
exit
"""

BY_CERTIFICATE = """\
 certificate ours
 authority root
 local-id gw.example
 remote-id paris.example
"""


class Authority:
    """Keys and certificates made with openssl, in a folder that is removed at the end."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="gatehouse-pki-")
        self._openssl("req", "-x509", "-new", "-newkey", "ec", "-pkeyopt",
                      "ec_paramgen_curve:P-384", "-nodes", "-subj", "/CN=root", "-days", "90",
                      "-keyout", "root.key", "-out", "root.pem")
        self.issue("issuing", "root", "basicConstraints=critical,CA:TRUE")

    def _openssl(self, *arguments):
        done = subprocess.run(("openssl", *arguments), cwd=self.folder.name, capture_output=True,
                              text=True, check=False)
        if done.returncode:
            raise Failure(f"openssl {' '.join(arguments)}: {done.stderr.strip()}")

    def issue(self, name, issuer, extension, days=60):
        self._openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", f"{name}.key")
        self._openssl("req", "-new", "-key", f"{name}.key", "-subj", f"/CN={name}", "-out",
                      f"{name}.csr")
        self.path("extension").write_text(extension + "\n")
        self._openssl("x509", "-req", "-in", f"{name}.csr", "-CA", f"{issuer}.pem", "-CAkey",
                      f"{issuer}.key", "-CAcreateserial", "-extfile", "extension", "-days",
                      str(days), "-out", f"{name}.pem")

    def path(self, name):
        return pathlib.Path(self.folder.name, name)

    def text(self, *names):
        return "".join(self.path(name).read_text() for name in names)


def run(s):
    authority = Authority()
    for name, issuer, days in (("gw", "issuing", 60), ("old", "issuing", -1),
                               ("paris", "root", 60)):
        dns = {"gw": "gw.example", "old": "gw.example", "paris": "paris.example"}[name]
        authority.issue(name, issuer, f"subjectAltName=DNS:{dns}", days)
    give(s, authority, "gw")
    give(s, authority, "old")
    s.net.gw.write(f"{PKI}/root.pem", authority.text("root.pem"))
    s.gateway.configuration = NODES + s.gateway.configuration.replace(
        f" shared-key 0 {topology.PSK}\n", BY_CERTIFICATE)
    s.net.start_peers()
    device(s, authority)
    s.gateway.start()
    sas = s.gateway.swanctl("--list-sas")
    s.report.claim("'gw.example'" in sas and "'paris.example'" in sas,
                   "both sides prove their names by certificate; ours with its issuer")
    text = s.gateway.vtysh("show running-config")
    s.report.claim("certificate ours" in text and "PRIVATE KEY" not in text,
                   "the configuration names files and holds no key")
    s.report.claim("certificate old: it has ended" in s.gateway.show("events"),
                   "a certificate that has ended is an event")
    refused(s)
    policy(s)
    restarted(s)
    renewed(s, authority)


def give(s, authority, name):
    """Certificate with its issuer, and key, where the gateway's configuration says."""
    s.net.gw.write(f"{PKI}/{name}.pem.new", authority.text(f"{name}.pem", "issuing.pem"))
    s.net.gw.write(f"{PKI}/{name}.key.new", authority.text(f"{name}.key"), 0o640,
                   "root:gatehouse")
    s.net.gw.run("sh", "-c", f"chmod 755 {PKI}; cd {PKI} && mv {name}.key.new {name}.key && "
                             f"mv {name}.pem.new {name}.pem")


def device(s, authority):
    """The site's strongSwan: its own certificate, and the root for ours.

    swanctl looks for them beside the file that it loads.
    """
    vpn, folder = s.net.vpn, "/run/lab"
    vpn.write(f"{folder}/x509/paris.pem", authority.text("paris.pem"))
    vpn.write(f"{folder}/x509ca/root.pem", authority.text("root.pem"))
    vpn.write(f"{folder}/ecdsa/paris.pem", authority.text("paris.key"), 0o600)
    configuration = vpn.read("/run/lab/swanctl.conf").split("secrets {")[0]
    configuration = configuration.replace("auth = psk\n            id = 198.51.100.7",
                                          "auth = pubkey\n certs = paris.pem\n id = paris.example")
    configuration = configuration.replace("auth = psk\n             id = 203.0.113.1",
                                          "auth = pubkey\n cacerts = root.pem\n id = gw.example")
    if "psk" in configuration:
        raise Failure("the device's configuration still has a pre-shared key")
    vpn.write("/run/lab/swanctl.conf", configuration)
    s.net.swanctl("--load-all", "--clear", "--file", "/run/lab/swanctl.conf")


def refused(s):
    """What must not be used is said at commit, and nothing changes."""
    before = sa(s)
    for what, lines, words in (
            ("an expired certificate",
             ("gateway connection paris", "certificate old"), "expired on"),
            ("a key of another certificate",
             ("gateway certificate ours", f"key-file {PKI}/old.key"), "does not belong to"),
            ("a file that is not there",
             ("gateway certificate ours", f"file {PKI}/none.pem"), "cannot be opened"),
            ("an authority that is none",
             ("gateway certificate root", f"file {PKI}/gw.pem"), "no certificate of an authority")):
        text = s.gateway.vtysh("show running-config")
        done = s.gateway.vtysh("configure terminal", *lines, check=False)
        said = done.stdout + done.stderr
        s.report.claim(words in said, f"{what} is refused: {complaint(said)}")
        s.report.claim(s.gateway.vtysh("show running-config") == text, f"{what}: nothing changed")
    s.report.claim(sa(s) == before, "and the tunnel was not touched")


def complaint(text):
    return " ".join(line.strip() for line in text.splitlines() if line.startswith("%"))[:200]


def sa(s):
    """SPIs of the IKE SA and of its child."""
    words = s.gateway.swanctl("--list-sas", "--raw")
    return [w for w in words.split() if w.startswith(("initiator-spi=", "spi-in="))]


def policy(s):
    """Algorithms that are configured are those that are used."""
    s.gateway.vtysh("configure terminal", "gateway connection paris",
                    "ike encryption aes256 integrity sha384 dh-group ecp384",
                    "ipsec pfs-group ecp384")
    def used():
        sas = s.gateway.swanctl("--list-sas", check=False).stdout
        if "AES_CBC-256/HMAC_SHA2_384_192/PRF_HMAC_SHA2_384/ECP_384" not in sas or \
           "INSTALLED" not in sas:
            raise NotYet(sas)
        return True
    wait_until(used, 60, "an IKE SA with the configured algorithms", s.gateway.processes(),
               interval=0.2)
    s.report.claim(True, "ike encryption, integrity and dh-group are what is negotiated")


def restarted(s):
    s.gateway.stop_charon()
    s.gateway.start_charon()
    s.gateway.wait_ike()
    wait_until(s.gateway.all_forward, 60, "all legs forwarding", s.gateway.processes())
    s.report.claim(True, "a restarted charon has key, certificates and connection again")


def renewed(s, authority):
    """The file changes, the configuration does not: the new one is shown, and nothing is lost."""
    before = sa(s)
    traffic = Traffic(s.gateway, s.marker, "site2").start()
    began = time.time()         # the routes of the restarted tunnel are back
    authority.issue("renewed", "issuing", "subjectAltName=DNS:gw.example")
    for kind in ("pem", "key"):
        authority.path(f"renewed.{kind}").replace(authority.path(f"gw.{kind}"))
    s.report.claim("CN=renewed" not in seen_by_device(s), "the site has not seen the new one yet")
    give(s, authority, "gw")
    def shown():
        now = sa(s)
        if set(now) & set(before) or "CN=renewed" not in seen_by_device(s):
            raise NotYet(str(now))
        return True
    wait_until(shown, 60, "SAs with the renewed certificate alone", s.gateway.processes(),
               interval=0.5)
    traffic.more(1500)
    traffic.stop()
    s.report.claim(True, "a renewed certificate is noticed, and the site is shown it")
    s.report.figure("certificate_renewal_loss_packets",
                    max(len(l.lost) for l in traffic.losses(after=began).values()), "packets", 0)


def seen_by_device(s):
    """The certificates that the site's charon took for ours."""
    return "".join(line for p in s.net.vpn.processes if p.name == "charon"
                   for line in p.log_text().splitlines(keepends=True) if "using certificate" in line)
