"""parity - the whole configuration goes through both faces and comes out byte for byte

  parity.conf ─► vtysh ─► gatehoused ─► NETCONF get-config ─► wiped ─► edit-config ─► vtysh

The model is asked of the gateway itself (get-schema) and enumerated by yanglint:
a configuration leaf that the example does not set is a failure, so a new leaf
cannot come without its line and its row here. Leaves of LATER are those that the
programs of this host cannot do; their lines stand in the example behind "!later ".
"""

import pathlib
import re
import xml.etree.ElementTree as ElementTree

import controller
from config import ours
from controller import NS
from lab import wait_until
from sshd import Sshd

EXAMPLE = pathlib.Path(__file__).with_name("parity.conf")
MODULES = ("gatehouse", "ietf-netconf-acm")
# Refused, below gateway/: a second key exchange needs strongSwan 6. Its lines stand in the
# example behind "!later ".
LATER = "profile/ike/additional-key-exchange connection/ike/additional-key-exchange"


def later():
    return {f"gateway/{name}" for name in LATER.split()}


# There is one partner: it has timers of BFD, or no BFD.
EXCLUDED = {"gateway/partner/bfd/enabled"}


def run(s):
    s.net.start_peers()
    pki(s)
    s.gateway.start_daemon()
    s.gateway.start_frr()
    s.gateway.start_charon()
    s.gateway.wait_answer()
    sshd = Sshd(s.gateway).start()
    s.net.gw.write("/run/lab/parity.conf", EXAMPLE.read_text(), 0o640, "frr:frr")
    done = s.net.gw.run(*s.gateway.vtysh_command(), "-f", "/run/lab/parity.conf", check=False)
    s.report.claim(not done.returncode, f"the example is taken {(done.stdout + done.stderr).strip()}")
    before = ours(s)
    typed = [line for line in EXAMPLE.read_text().splitlines()
             if not line.startswith("!") and "shared-key" not in line and "password" not in line]
    lost = [line for line in typed if line not in before.splitlines() + ["exit"]]
    s.report.equal(lost, [], "vtysh shows every line of the example")
    with controller.Session(sshd) as session:
        config = text_of(session)
        data = session.get_config().find("nc:data", NS)
        enumerate_leaves(s, session, data)
        wipe(s, session)
        session.edit_config(config)
        after = ours(s)
        s.report.equal(after, before, "NETCONF's copy of it, given back, is the same text in vtysh")
        again = session.get_config().find("nc:data", NS)
        s.report.equal(canonical(again), canonical(data), "and the same data in NETCONF")
        reverse(s, session)
    reload(s, before)


def pki(s):
    """An authority and a certificate of ours, made by openssl in the gateway's mounts."""
    script = """set -e; mkdir -p /run/lab/pki; cd /run/lab/pki
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=authority \
  -keyout authority.key -out authority.pem
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=203.0.113.1 \
  -addext subjectAltName=IP:203.0.113.1 -keyout ours.key -out ours.csr
openssl x509 -req -in ours.csr -CA authority.pem -CAkey authority.key -CAcreateserial -days 20 \
  -copy_extensions copy -out ours.pem
chmod 0644 *.pem; chmod 0640 ours.key; chgrp gatehouse ours.key"""
    s.net.gw.run("sh", "-c", script)


def wipe(s, session):
    gone = session.get_config().find("nc:data", NS)
    tops = {child.tag for child in gone}
    session.edit_config("".join(
        f'<{tag.split("}")[1]} xmlns="{tag[1:].split("}")[0]}" nc:operation="delete"/>'
        for tag in sorted(tops)))
    s.report.equal(ours(s), "", "wiped over NETCONF, vtysh has nothing")


def reverse(s, session):
    """A line typed in vtysh is in NETCONF's next answer, and the other way round."""
    s.gateway.configure("gateway connection paris\n weight 99\nexit")
    weight = session.get_config().findtext(
        ".//gh:connection[gh:name='paris']/gh:weight", None, NS)
    s.report.equal(weight, "99", "a line of vtysh is seen by NETCONF at once")
    session.edit_config(f'<gateway xmlns="{NS["gh"]}"><connection><name>paris</name>'
                        "<weight>5</weight></connection></gateway>")
    s.report.claim(" weight 5" in ours(s), "an edit of NETCONF is seen in vtysh at once")


def reload(s, before):
    """frr.conf as written loads to the same text."""
    s.gateway.vtysh("write memory")
    s.gateway.stop_frr()
    s.gateway.stop_daemon()
    s.net.gw.run("rm", "-f", "/run/gatehouse/gateway/running.conf")
    s.gateway.start_daemon()
    s.gateway.start_frr()
    s.gateway.load_startup()
    s.gateway.wait_answer()
    wait_until(lambda: ours(s) == before, 20, "the written configuration", s.gateway.processes())
    s.report.claim(True, "written to frr.conf and loaded again, it is the same text")


def text_of(session):
    """The configuration as it came: parsing loses prefixes that only values use."""
    text = session.text("<get-config><source><running/></source></get-config>").decode()
    return re.search(r"<data[^>]*>(.*)</data>", text, re.S)[1]


def canonical(element):
    return ElementTree.canonicalize(ElementTree.tostring(element), strip_text=True)


# --- every leaf ------------------------------------------------------------------------------


def enumerate_leaves(s, session, data):
    """The configuration leaves of the schema, each of which the example must set."""
    folder = s.lab.folder / "schemas"
    folder.mkdir(exist_ok=True)
    for schema in session.rpc('<get><filter type="subtree"><netconf-state '
                              f'xmlns="{NS["ncm"]}"><schemas/></netconf-state></filter></get>'
                              ).iterfind(".//ncm:schema", NS):
        name = schema.findtext("ncm:identifier", None, NS)
        text = session.rpc(f'<get-schema xmlns="{NS["ncm"]}"><identifier>{name}</identifier>'
                           "</get-schema>").findtext("ncm:data", None, NS)
        (folder / f"{name}.yang").write_text(text)
    wanted = set()
    for module in MODULES:
        wanted |= leaves(s, folder, module)
    set_here = set()
    for child in data:
        paths(child, "", set_here)
    s.report.claim(len(wanted) > 60, f"the schema has {len(wanted)} configuration leaves")
    waiting = later()
    s.report.equal(sorted(wanted - set_here - waiting - EXCLUDED), [],
                   f"the example sets every one of them, but for {len(waiting)} of what strongSwan cannot do here")
    s.report.equal(sorted(waiting - wanted), [], "which are all in the schema")


def leaves(s, folder, module):
    """Paths of the configuration leaves, read off yanglint's tree of the module."""
    tree = s.net.gw.run("yanglint", "-f", "tree", "-p", folder, folder / f"{module}.yang")
    found, stack, last = set(), [], None
    for line in tree.splitlines():
        match = re.match(r"^((?: |\|)*)\+--rw (\S+)", line)
        if not match:
            # State, actions and notifications hold no configuration.
            match = re.match(r"^((?: |\|)*)\+--(ro|-x|-n|:) ?(\S+)", line)
            if match:
                depth = len(match[1])
                stack = [entry for entry in stack if entry[0] < depth]
            continue
        depth, name = len(match[1]), match[2]
        stack = [entry for entry in stack if entry[0] < depth]
        rest = line[match.end():]
        choice = name.startswith("(")
        stack.append((depth, None if choice else name.rstrip("?*!")))
        # A leaf's line goes on with its type, a list's with its key, a container's ends.
        if not choice and rest.strip() and not rest.strip().startswith("["):
            found.add("/".join(entry[1] for entry in stack if entry[1]))
        last = line
    assert last, f"yanglint printed no tree of {module}"
    return found


def paths(element, above, into):
    name = element.tag.split("}")[1]
    path = f"{above}/{name}" if above else name
    if len(element):
        for child in element:
            paths(child, path, into)
    else:
        into.add(path)
