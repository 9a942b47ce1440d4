"""access - what a user of vtysh may see, change and do, by the rules of NACM

  root    gives the rules          nobody   a user of vtysh, in the Unix group nogroup

The rules are those of docs/access.md; each question is asked before and after.
"""

import re

import config

LYON = """\
gateway connection lyon
 remote-address 198.51.100.8
 shared-key 0 another-Key
 prefix 10.40.0.0/16
 shutdown
exit
"""

CUSTOMER = """\
gateway access
 group customer user nobody
 exit
gateway access-list customer
 group customer
 rule own action permit
 rule own path /gatehouse:gateway/connection[name='paris']
 rule no-other action deny
 rule no-other path /gatehouse:gateway/connection
 rule no-circuits action deny
 rule no-circuits path /gatehouse:gateway/expressroute
 rule no-bgp action deny
 rule no-bgp path /gatehouse:gateway/bgp
 rule no-events action deny
 rule no-events path /gatehouse:gateway/events
 rule no-routes action deny
 rule no-routes path /gatehouse:gateway/routes
 rule no-commits action deny
 rule no-commits path /gatehouse:gateway/commits
 rule no-operations action deny
 rule no-operations module gatehouse
 rule no-operations rpc *
 rule no-notifications action deny
 rule no-notifications notification *
 exit
"""

PARIS = "gateway connection paris"


def run(s):
    s.net.start_peers()
    s.gateway.start()
    s.gateway.configure(LYON)
    without_rules(s)
    s.gateway.configure(CUSTOMER)
    customer(s)
    candidate(s)
    groups(s)
    s.gateway.configure("gateway access\n no enforcement\n exit\n")
    claim(s, change(s, PARIS, "weight 9"), True, "without enforcement everybody may change")
    s.gateway.wait_up()


def ask(s, *commands):
    """As nobody, through vtysh; (refused?, what was said)."""
    arguments = [word for command in commands for word in ("-c", command)]
    done = s.net.gw.run("setpriv", "--reuid", "nobody", "--regid", "frrvty", "--clear-groups",
                        *s.gateway.vtysh_command(), *arguments, check=False, timeout=60)
    # vtysh's own settings are not for everybody; it says so and goes on.
    said = "".join(line + "\n" for line in (done.stdout + done.stderr).splitlines()
                   if "vtysh.conf" not in line)
    return done.returncode != 0 or "%" in said, said


def change(s, *lines):
    return ask(s, "configure terminal", *lines)


def claim(s, answer, permitted, what):
    refused, said = answer
    words = " ".join(re.findall(r"%.*", said))[:160]
    s.report.claim(refused != permitted, f"{what}{': ' + words if words else ''}")


def without_rules(s):
    text = ask(s, "show running-config")[1]
    s.report.claim(PARIS in text and "shared-key" not in text, "without rules: reads, but no secret")
    before = config.ours(s)
    claim(s, change(s, PARIS, "weight 9"), False, "changes nothing")
    claim(s, ask(s, "gateway reset connection paris"), False, "resets nothing")
    claim(s, change(s, "gateway access", "write-default permit"), False, "gives itself no rights")
    s.report.equal(config.ours(s), before, "and nothing changed")


def customer(s):
    text = config.nodes(ask(s, "show running-config")[1])
    s.report.claim(PARIS in text and "shared-key 6" in text, "a customer reads his connection whole")
    s.report.claim("lyon" not in text and "expressroute" not in text and "access-list" not in text,
                   "and no other, no circuit, no rules")
    shown = ask(s, "show gateway connections json")[1]
    s.report.claim("paris" in shown and "lyon" not in shown, "nor any other's state")
    others = "".join(ask(s, f"show gateway {what}")[1] for what in
                     ("events json", "bgp json", "commits json", "explain 10.40.0.1", "routes"))
    s.report.claim(not re.search(r"lyon|dc1|er0|172\.16\.0", others),
                   "nor in events, BGP, commits, routes and explanations")
    claim(s, change(s, PARIS, "weight 8"), True, "he changes his connection")
    s.report.claim(" weight 8" in config.ours(s), "and it is changed")
    claim(s, change(s, "gateway connection lyon", "weight 8"), False, "not another's")
    claim(s, change(s, "gateway connection oslo", "weight 8"), False, "makes none")
    claim(s, change(s, "gateway", "mtu 1300"), False, "nor changes the gateway")
    claim(s, change(s, "no gateway connection lyon"), False, "removes no other's")
    claim(s, ask(s, "gateway reset connection lyon"), False, "resets no other's")
    claim(s, ask(s, "gateway rekey connection paris"), True, "rekeys his own")


def candidate(s):
    """The candidate is everybody's: each edit is judged, and the commit as a whole."""
    claim(s, change(s, "gateway candidate", "gateway connection lyon", "weight 7"), False,
          "edits no other's in the candidate")
    s.gateway.vtysh("configure terminal", "gateway candidate", "gateway connection lyon", "weight 7")
    claim(s, change(s, "gateway candidate", "commit"), False, "commits no other's change")
    s.report.claim(" weight 7" not in config.ours(s), "and nothing of it is there")
    s.gateway.vtysh("configure terminal", "gateway candidate", "discard")
    claim(s, change(s, "gateway candidate", PARIS, "weight 6", "commit"), True, "commits his own")
    s.report.claim(" weight 6" in config.ours(s), "and it is there")


def groups(s):
    """A rule for a Unix group, and its place before the others."""
    s.gateway.configure("no gateway access-list customer\n"
                        "gateway access-list unix\n group nogroup\n rule all action permit\n exit\n")
    claim(s, change(s, "gateway connection lyon", "weight 5"), True, "a Unix group's rule counts")
    s.gateway.configure("gateway access\n no external-groups\n exit\n")
    claim(s, change(s, "gateway connection lyon", "weight 4"), False,
          "and not with no external-groups")
    s.report.claim("weight 4" not in config.ours(s), "nothing changed")
