"""azure-default - Azure's public offers, each forced alone by the site; drawn in tunnel.py

The device is given exactly one offer for IKE and one for IPsec at a time, and the
negotiated suite is read from both ends. As initiator the gateway offers six of each
(AZURE.md 1); as responder it accepts 26 for IPsec. A group for PFS shows in the
first rekey, for the first child SA of IKEv2 has no exchange of its own.
"""

import tunnel
from lab import NotYet, wait_until
from tunnel import NAME, PSK

TOPOLOGY = tunnel.Net

IKE = ("aes256-sha1", "aes256-sha256", "aes128-sha1", "aes128-sha256", "3des-sha1", "3des-sha256")
OFFERED = ("aes256gcm16", "aes256-sha1", "3des-sha1", "aes256-sha256", "aes128-sha1", "3des-sha256")
ACCEPTED = OFFERED + (
    "des-sha1", "aes256-sha1-modp768", "aes256-sha1-modp1024", "aes256-sha1-modp2048",
    "aes128-sha1-modp768", "aes128-sha1-modp1024", "aes128-sha1-modp2048", "3des-sha1-modp768",
    "3des-sha1-modp1024", "3des-sha256-modp1024", "aes256-sha256-modp768",
    "aes256-sha256-modp1024", "aes256-sha256-modp2048", "aes256-sha1-modp2048s256",
    "aes256-sha256-modp2048s256", "aes128-sha256", "aes128-sha256-modp768",
    "aes128-sha256-modp1024", "aes128-sha256-modp2048", "3des-sha1-modp2048")

# As strongSwan writes what was negotiated.
WORDS = {"aes256gcm16": "AES_GCM_16-256", "aes256": "AES_CBC-256", "aes128": "AES_CBC-128",
         "3des": "3DES_CBC", "des": "DES_CBC", "sha1": "HMAC_SHA1_96",
         "sha256": "HMAC_SHA2_256_128", "modp768": "MODP_768", "modp1024": "MODP_1024",
         "modp2048": "MODP_2048", "modp2048s256": "MODP_2048_256"}
PRF = {"sha1": "PRF_HMAC_SHA1", "sha256": "PRF_HMAC_SHA2_256"}


def words(offer):
    return "/".join(WORDS[w] for w in offer.split("-"))


def ike_words(offer):
    return f"{words(offer)}/{PRF[offer.split('-')[1]]}/MODP_1024"


def group_of(offer):
    last = offer.split("-")[-1]
    return last if last.startswith("modp") else None


def run(s):
    net = s.net
    net.start(tunnel.GATEWAY)
    said = net.gateway.vtysh("configure terminal", *tunnel.CONNECTION.splitlines()[:-1],
                             "profile azure-default", "mode initiator-only", "exit")
    s.report.claim("weak" in said, f"the commit says that it is weak: {' '.join(said.split())[:160]}")
    for number, offer in enumerate(OFFERED):
        one(s, IKE[number], offer, begins="gateway")
    net.set("mode responder-only")
    for number, offer in enumerate(ACCEPTED):
        one(s, IKE[number % len(IKE)], offer, begins="device")
    net.show(s.report)
    s.report.figure("azure_ike_offers", len(IKE), "offers")
    s.report.figure("azure_ipsec_offers", len(ACCEPTED), "offers")


def one(s, ike, esp, begins):
    """One offer of each kind at the device; whoever begins, both ends have just those."""
    net = s.net
    net.device.tunnel(NAME, tunnel.DEVICE, tunnel.PUBLIC, PSK, proposals=ike + "-modp1024", esp=esp)
    net.device.load()
    if begins == "gateway":
        net.gateway.reset(NAME)
    else:
        net.device.swanctl("--terminate", "--ike", NAME, "--force", check=False)
        wait_until(lambda: net.device.initiate(NAME, check=False).returncode == 0, 20,
                   f"the device's call with {ike} and {esp}",
                   [net.device.node, *net.gateway.processes()], interval=0.3)
    group = group_of(esp)
    first = words(esp[:-len(group) - 1] if group else esp)
    ours, theirs = net.up(check=lambda o, t: (o.algorithms, o.esp) == (ike_words(ike), first))
    seen = [(ours.algorithms, ours.esp), (theirs.algorithms, theirs.esp)]
    if group:
        ours, theirs = rekeyed(net, ours, words(esp))
        seen += [(ours.algorithms, ours.esp), (theirs.algorithms, theirs.esp)]
    expected = [(ike_words(ike), first)] * 2 + [(ike_words(ike), words(esp))] * (2 if group else 0)
    passed = seen == expected and net.carries()
    s.report.claim(passed, f"{begins} begins: {ike_words(ike)}; {words(esp)}"
                   + ("" if passed else f", not {seen}"))


def rekeyed(net, ours, esp):
    """The device rekeys its child SA: then with the group."""
    net.device.swanctl("--rekey", "--child", NAME)
    def renewed():
        now, theirs = net.sas()
        if now.esp != esp or theirs.esp != esp:
            raise NotYet(now.text)
        return now, theirs
    return wait_until(renewed, 15, f"a rekey with {esp}",
                      [net.device.node, *net.gateway.processes()], interval=0.1)
