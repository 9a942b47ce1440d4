"""vtysh - reloads, the candidate, the live log, and what a user may see

  frr-reload.py ─► gatehouse-vtysh ─► bgpd + module ◄─► gatehoused

No peers and no charon: what is shown is how the lines get in and out.
"""

import os
import re
import signal
import time

import config
from lab import wait_until
from terminal import Terminal

RELOAD = "/usr/lib/frr/frr-reload.py"
BIN = "/run/lab/bin"
FILE = "/run/lab/new.conf"
PASSWORD = "Very-Secret-Word"
MORE = """\
gateway profile branch
 ipsec lifetime 3600
 weight 3
exit
gateway connection paris
 prefix 10.30.0.0/16
 weight 5
exit
gateway connection lyon
 profile branch
 remote-address 198.51.100.8
 prefix 10.40.0.0/16
exit
router bgp 64999
 neighbor 192.0.2.77 remote-as 64998
 neighbor 192.0.2.77 password %s
exit
""" % PASSWORD


def run(s):
    s.gateway.start_daemon()
    s.gateway.start_frr()
    s.gateway.wait_answer()
    s.gateway.configure(s.gateway.configuration + MORE)
    s.gateway.vtysh("write memory")
    # frr-reload.py wants a folder in which vtysh is called vtysh.
    s.net.gw.run("mkdir", "-p", BIN)
    s.net.gw.run("ln", "-sf", s.gateway.build / "bgpd-plugin/vtysh/gatehouse-vtysh", f"{BIN}/vtysh")
    reload(s)
    statuses(s)
    hints(s)
    helped(s)
    bgpd_refuses(s)
    live_log(s)
    tech_support(s)
    candidate(s)
    others(s)
    patience(s)


# --- frr-reload.py, as it is installed ----------------------------------------------------------

def reload(s):
    saved = s.net.gw.read("/etc/frr/frr.conf")
    s.report.equal(differences(s, saved), ([], []), "a reload of what runs has nothing to do")
    s.report.equal(differences(s, shuffled(saved)), ([], []), "whatever the order of the blocks is")
    changed = (shuffled(saved).replace(" weight 5\n", " weight 9\n")
               .replace(" prefix 10.30.0.0/16\n", " prefix 10.31.0.0/16\n prefix 10.32.0.0/16\n")
               .replace("remote-as 64998", "remote-as 64997"))
    changed = without(changed, "gateway connection lyon") + """\
gateway profile hub
 weight 30
 exit
gateway connection nice
 profile hub
 remote-address 198.51.100.9
 exit
"""
    away, more = differences(s, changed)
    s.report.claim("no gateway line connection paris / weight 5" in away
                   and "gateway line connection paris / weight 9" in more
                   and "no gateway line connection lyon" in away
                   and "gateway line connection nice / profile hub" in more,
                   "--test names the lines with their nodes")
    before = commits(s)
    done = frr_reload(s, "--reload", changed)
    now = s.gateway.vtysh("show running-config")
    s.report.claim(not done.returncode and lines(now) >= lines(changed) - {"end", "!"}
                   and "lyon" not in now, f"--reload takes over all of it {done.stderr[-300:] if done.returncode else ''}")
    s.report.equal(commits(s) - before, 1, "in one transaction")
    s.report.equal(differences(s, changed), ([], []), "and then has nothing to do")
    s.report.claim("remote-as 64997" in now, "FRR's own lines too")
    less = changed.replace(" prefix 10.32.0.0/16\n", "").replace(" weight 30\n", "")
    before = commits(s)
    done = frr_reload(s, "--reload", less)
    now = s.gateway.vtysh("show running-config")
    s.report.claim(not done.returncode and "10.32.0.0" not in now and "weight 30" not in now
                   and commits(s) == before + 1, "a reload that only takes away is one transaction too")
    refused(s, less)
    frr_reload(s, "--reload", saved)
    s.report.equal(config.nodes(s.gateway.vtysh("show running-config")), config.nodes(saved),
                   "the first file again: the first text again")


def refused(s, text):
    """What gatehoused refuses fails the reload, and leaves everything."""
    before = config.ours(s)
    done = frr_reload(s, "--reload", text.replace(" weight 9\n", " weight 11\n")
                      .replace(" asn 65010\n", " asn 12076\n").replace(" asn 65515\n", " asn 12076\n"))
    s.report.claim(done.returncode and "12076" in done.stdout + done.stderr,
                   "a refused reload exits non-zero and says why")
    s.report.equal(config.ours(s), before, "and nothing of it took effect")
    # A profile that is in use cannot go: a refusal of what only takes away.
    done = frr_reload(s, "--reload", without(text, "gateway profile hub"))
    s.report.claim(done.returncode and "hub" in done.stdout + done.stderr,
                   "so does one that only takes away")
    s.report.equal(config.ours(s), before, "and nothing of it took effect")


def frr_reload(s, what, text):
    s.net.gw.write(FILE, text, 0o640, "frr:frr")
    return s.net.gw.run(RELOAD, what, "--stdout", "--bindir", BIN, FILE, check=False, timeout=120)


def differences(s, text):
    """(lines to delete, lines to add) as frr-reload.py --test prints them."""
    done = frr_reload(s, "--test", text)
    parts = re.split(r"^Lines To (Delete|Add)$", done.stdout, flags=re.M)
    found = {"Delete": [], "Add": []}
    for name, part in zip(parts[1::2], parts[2::2]):
        found[name] = [line.strip() for line in part.splitlines() if line.strip(" =")]
    if done.returncode:
        found["Add"].append(done.stderr)
    return found["Delete"], found["Add"]


def blocks(text):
    """The gateway's blocks, and the rest."""
    ours, rest, inside = [], [], False
    for line in text.splitlines(keepends=True):
        if line.startswith("gateway"):
            ours.append("")
            inside = True
        elif not line.startswith(" "):
            inside = False
        if inside:
            ours[-1] += line
        else:
            rest.append(line)
    return ours, "".join(rest)


def shuffled(text):
    """Blocks in the opposite order, and behind FRR's."""
    ours, rest = blocks(text)
    return rest + "".join(reversed(ours))


def without(text, node):
    ours, rest = blocks(text)
    return rest + "".join(block for block in ours if not block.startswith(node + "\n"))


def lines(text):
    return {line.strip() for line in text.splitlines() if line.strip()}


def commits(s):
    return s.gateway.daemon.log_text().count("configuration: changed")


# --- files and lines ----------------------------------------------------------------------------

def statuses(s):
    """vtysh's exit status after a file, as a script sees it."""
    saved = s.net.gw.read("/etc/frr/frr.conf")
    for wrong, rc in ((saved, 0), (saved.replace(" mtu ", " mtu ") + "gateway\n asn 12076\n exit\n", 1)):
        s.net.gw.write("/etc/frr/frr.conf", wrong, 0o640, "frr:frr")
        done = s.net.gw.run(*s.gateway.vtysh_command(), "-b", check=False, timeout=60)
        s.report.equal(bool(done.returncode), bool(rc),
                       f"vtysh -b exits {'non-zero after a refusal' if rc else 'with 0'}")
        s.report.equal("12076" in done.stdout + done.stderr, bool(rc), "and says why" if rc else "silently")
        done = s.net.gw.run(*s.gateway.vtysh_command(), "-f", "/etc/frr/frr.conf", check=False)
        s.report.equal(bool(done.returncode), bool(rc), f"vtysh -f too ({done.returncode})")
    done = s.net.gw.run(*s.gateway.vtysh_command(), "-n", "-b", check=False)
    s.report.equal(done.returncode, 0, "vtysh -n -b does not care")
    done = s.net.gw.run(*s.gateway.vtysh_command(), "-b", "-d", "zebra", check=False)
    s.report.equal((done.returncode, done.stderr), (0, ""), "vtysh -b -d zebra leaves it to bgpd")
    s.net.gw.write("/etc/frr/frr.conf", saved, 0o640, "frr:frr")


def hints(s):
    for node, line, says in (("gateway", "asn 0", "expected (1-4294967295), not \"0\""),
                             ("gateway", "mtu 100", "(1280-9000)"),
                             ("gateway expressroute dc1", "bfd interval 5 multiplier 3", "(10-60000)"),
                             ("gateway connection paris", "weight 5 6", "nothing more")):
        done = s.gateway.vtysh("configure terminal", node, line, check=False)
        said = done.stdout + done.stderr
        s.report.claim(says in said or says in said.lower(), f"{line}: {said.strip()}")


def bgpd_refuses(s):
    """What bgpd would not take is refused by the commit, in words."""
    before = config.ours(s)
    for node, line, says in (
            ("gateway expressroute dc1",
             "edge primary interface er0 peer 172.16.0.2 remote-as 12076", "an address of this host"),
            ("gateway connection lyon",
             "bgp remote-as 65020 peer-address 192.0.2.77 local-address 192.0.2.78", "default instance")):
        done = s.gateway.vtysh("configure terminal", node, line, check=False)
        said = done.stdout + done.stderr
        s.report.claim(says in said and done.returncode, f"{line}: {said.strip()}")
    s.report.equal(config.ours(s), before, "and nothing changed")


NODES = ("gateway", "gateway profile branch", "gateway connection paris", "gateway certificate ours",
         "gateway expressroute dc1", "gateway access", "gateway access-list operators")


def helped(s):
    """Every word that `?` offers has a sentence, in our nodes and in their twins; Tab completes."""
    silent, words = [], 0
    for path in ((), *(("configure terminal", node) for node in NODES),
                 ("configure terminal", "gateway candidate"),
                 *(("configure terminal", "gateway candidate", node) for node in NODES)):
        level = ("", "no ") if path else ("show gateway ", "gateway ", "no gateway ")
        while level:
            found = help_of(s, path, level)
            words += len(found)
            silent += [f"{path[-1:]}: {line}" for line, says in found.items() if not says]
            level = [f"{line} " for line in found if re.fullmatch("[a-z0-9-]+", line.split()[-1])
                     and line.split()[0] not in ("exit", "end", "quit") and line != "no"]
    s.gateway.vtysh("configure terminal", "no gateway certificate ours")
    s.gateway.vtysh("configure terminal", "no gateway access-list operators")
    s.gateway.vtysh("configure terminal", "gateway candidate", "discard")
    s.report.equal(silent, [], f"all {words} words of our commands have a sentence of help")
    terminal = Terminal(s.gateway)
    for typed, completed in (("show gateway expr\t", "expressroute"),
                             ("gateway reset connection par\t", "paris")):
        s.report.claim(completed in terminal.ask(typed), f"Tab completes {completed}")
        terminal.ask("\x15")
    terminal.ask("configure terminal\ngateway connection lyon\n")
    s.report.claim("branch" in terminal.ask("profile b\t"), "Tab completes the name of a profile")
    terminal.close()


def help_of(s, path, prefixes):
    """What `?` says after each of the prefixes: {words: sentence}."""
    commands = [*path, *(f"{prefix}?" for prefix in prefixes)]
    done = s.net.gw.run(*s.gateway.vtysh_command(), "-E",
                        *(word for command in commands for word in ("-c", command)), check=False)
    found, prefix = {}, None
    for line in done.stdout.splitlines():
        asked = re.match(r"^gw(?:\([\w-]+\))?# (.*)\?$", line)
        match = re.match(r"^  (\S+)(?: +(.*))?$", line)
        if asked:
            prefix = asked[1]
        elif match and prefix is not None and match[1] != "<cr>":
            found[prefix + match[1]] = (match[2] or "").strip()
    return found


# --- looking on ---------------------------------------------------------------------------------

def live_log(s):
    terminal = Terminal(s.gateway)
    terminal.ask("gateway monitor\n")
    s.gateway.vtysh("configure terminal", "gateway connection rome")
    s.gateway.vtysh("configure terminal", "no gateway connection rome")
    seen = ""

    def event():
        nonlocal seen
        seen += terminal.ask("\n")
        return "event: rome" in seen
    wait_until(event, 10, "the new connection in the live log")
    s.report.claim(True, "gateway monitor shows what happens as it happens")
    terminal.ask("no gateway monitor\n")
    terminal.close()


def tech_support(s):
    text = s.gateway.vtysh("show tech-support gateway")
    encrypted = re.search(r"shared-key 6 (\S+)", config.ours(s))[1]
    for secret, what in ((encrypted, "the encrypted shared key"), (PASSWORD, "a password of FRR's"),
                         (s.gateway.configuration.split("shared-key 0 ")[1].split()[0], "the shared key")):
        s.report.claim(secret not in text, f"show tech-support gateway does not hold {what}")
    missing = [part for part in ("show version", "show gateway\n", "show gateway connections",
                                 "show gateway events", "show bgp view all summary", "VmRSS",
                                 "net.ipv4.ip_forward = ", "er0:",
                                 "gateway connection paris", "shared-key (not shown)",
                                 "show gateway connection paris diagnose")
               if part not in text]
    s.report.equal(missing, [], "it holds the rest")


# --- the candidate, and other users -------------------------------------------------------------

def candidate(s):
    before = config.ours(s)
    terminal = Terminal(s.gateway)
    terminal.ask("configure terminal\n")
    for keys, prompt in (("gateway candidate\n", "(candidate)#"),
                         ("gateway connection paris\n", "(candidate-gateway-connection)#"),
                         ("weight 21\n", "(candidate-gateway-connection)#"),
                         ("gateway connection oslo\n", "(candidate-gateway-connection)#"),
                         ("exit\n", "(candidate)#"), ("exit\n", "(config)#"),
                         ("gateway connection paris\n", "(config-gateway-connection)#"),
                         ("gateway candidate\n", "(candidate)#")):
        said = terminal.ask(keys)
        s.report.claim(prompt in said and "%" not in said, f"{keys.strip()}: {said.splitlines()[-1]}")
    s.report.equal(config.ours(s), before, "running is as it was")
    diff = terminal.ask("show diff\n")
    s.report.claim("weight 21" in diff and "oslo" in diff, "show diff has both changes")
    s.report.claim("%" not in terminal.ask("validate\n"), "validate")
    terminal.ask("commit\n")
    s.report.claim("weight 21" in config.ours(s) and "oslo" in config.ours(s), "commit")
    terminal.ask("rollback 1\ncommit\n")
    s.report.equal(config.ours(s), before, "rollback 1, commit")
    terminal.ask("gateway connection paris\nweight 22\n")
    terminal.ask("discard\n")
    s.report.claim("weight 22" not in terminal.ask("show diff\n"), "discard, inside a node")
    terminal.ask("weight 23\ncommit confirmed 1\n")
    s.report.claim("weight 23" in config.ours(s), "commit confirmed")
    terminal.ask("cancel\n")
    s.report.equal(config.ours(s), before, "cancel takes it back")
    terminal.close()
    terminal = Terminal(s.gateway)
    terminal.ask("configure terminal\ngateway connection paris\n")
    # bgpd's own `no bgp …` begins with the same words, and must not be asked.
    for keys in ("no bgp\n", "exit\n", "gateway candidate\n", "gateway connection paris\n", "no bgp\n"):
        said = terminal.ask(keys)
        s.report.claim("%" not in said, f"{keys.strip()}: {said.splitlines()[-1]}")
    s.report.claim("(candidate-gateway-connection)#" in said and " bgp " not in config.ours(s),
                   "the nodes of vtysh and of bgpd stay the same")
    terminal.ask("discard\n")
    terminal.close()
    s.gateway.vtysh("configure terminal", "gateway candidate", "rollback 1", "commit")
    s.report.equal(config.ours(s), before, "another rollback")
    table = s.gateway.vtysh("show gateway commits")
    s.report.claim("root" in table and "vtysh" in table, "show gateway commits says who and from where")
    s.report.claim("weight 21" in s.gateway.vtysh("show gateway commit 5"),
                   "show gateway commit says what")


def others(s):
    """A user of vtysh who is not root."""
    s.gateway.vtysh("configure terminal", "gateway access", "write-default deny")
    seen = as_user(s, "show running-config").stdout
    s.report.claim("gateway connection paris" in seen and "shared-key" not in seen,
                   "another user sees the lines without the secrets")
    done = as_user(s, "configure terminal", "gateway connection paris", "weight 66")
    s.report.claim(done.returncode and "weight 66" not in config.ours(s),
                   f"and may not change them: {done.stdout.strip()}")


def as_user(s, *commands):
    arguments = [word for command in commands for word in ("-c", command)]
    return s.net.gw.run("setpriv", "--reuid", "nobody", "--regid", "frrvty", "--clear-groups",
                        *s.gateway.vtysh_command(), *arguments, check=False, timeout=60)


# --- a gatehoused that does not answer ----------------------------------------------------------

def patience(s):
    """A change waits, bgpd does not: it serves others, and lives when the one who waits leaves."""
    child = s.gateway.child()
    os.kill(child, signal.SIGSTOP)
    waiting = [s.net.gw.start(f"waiting{i}", *s.gateway.vtysh_command(), "-c", "configure terminal",
                              "-c", "gateway connection paris", "-c", "weight 41") for i in range(3)]
    time.sleep(0.5)
    began = time.monotonic()
    s.gateway.vtysh("show bgp view all summary")
    s.report.figure("vtysh_beside_waiting_change_ms", (time.monotonic() - began) * 1000, "ms", 1000)
    waiting[0].stop(signal.SIGKILL)
    for one in waiting[1:]:
        rc = one.wait(15)
        s.report.claim(rc and "has not answered within 6 s" in one.log_text(), "a change gives up after 6 s")
    os.kill(child, signal.SIGCONT)
    s.gateway.wait_answer()
    os.kill(child, signal.SIGSTOP)
    gone = s.net.gw.start("gone", *s.gateway.vtysh_command(), "-c", "configure terminal",
                          "-c", "gateway connection paris", "-c", "weight 42")
    time.sleep(0.5)
    os.kill(child, signal.SIGKILL)
    s.report.claim(gone.wait(15) and "went away before it answered" in gone.log_text(),
                   "a gatehoused that ends is told to who waits")
    s.gateway.wait_answer()
    s.gateway.vtysh("configure terminal", "gateway connection paris", "weight 43")
    s.report.claim("weight 43" in config.ours(s), "afterwards all is as ever")
