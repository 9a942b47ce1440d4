/* Why a connection fails, from charon's log: see ike_log.h. */
#include "ipsec/ike_log.h"

#include <string.h>

#define UNTRUSTED \
	"the peer's certificate does not chain to our authority, or is not of its identity: compare authority and remote-id"

/*
 * The first row whose text the line contains decides: the particular before
 * the general. A text that ends in $ is the end of the line.
 */
static const struct {
	const char *text;
	enum ike_fault fault;
	const char *words;
} rows[] = {
	{ "received NO_PROPOSAL_CHOSEN notify, no CHILD_SA", IKE_FAULT_PROPOSAL,
	  "the peer accepts none of our ESP algorithms (NO_PROPOSAL_CHOSEN): compare `ipsec encryption` and PFS" },
	{ "received NO_PROPOSAL_CHOSEN notify", IKE_FAULT_PROPOSAL,
	  "the peer accepts none of our IKE algorithms, or expects no tunnel from our address (NO_PROPOSAL_CHOSEN)" },
	{ "received INVALID_KE_PAYLOAD notify error", IKE_FAULT_PROPOSAL,
	  "the peer accepts none of our Diffie-Hellman groups (INVALID_KE_PAYLOAD)" },
	{ "received AUTHENTICATION_FAILED notify", IKE_FAULT_AUTH,
	  "the peer refused us (AUTHENTICATION_FAILED): compare shared-key (or certificate and authority), local-id and remote-id" },
	{ "received TS_UNACCEPTABLE notify", IKE_FAULT_SELECTORS,
	  "the peer refused our traffic selectors 0.0.0.0/0 and ::/0 (TS_UNACCEPTABLE): it must be route-based, or offer its own" },
	{ "MAC mismatched", IKE_FAULT_AUTH,
	  "the shared keys differ: the peer's proof does not match ours" },
	{ "no shared key found for", IKE_FAULT_AUTH,
	  "no shared key for the peer's identity: compare remote-id" },
	{ "certificate was revoked on", IKE_FAULT_AUTH,
	  "the peer's certificate is revoked: give the site a new one" },
	{ "_VALIDATION is ", IKE_FAULT_AUTH,
	  "nobody could say that the peer's certificate is not revoked, and revocation is strict: are its lists and responders reachable, and current?" },
	{ "no issuer certificate found for", IKE_FAULT_AUTH,
	  "the peer's certificate was issued by an authority that is not ours: name that authority too, or give the site one of ours" },
	{ "peer not authenticated by CA", IKE_FAULT_AUTH,
	  "the peer's certificate was issued by an authority that this connection does not name: name it here too, or give the site one of ours" },
	{ "no trusted RSA public key found for", IKE_FAULT_AUTH, UNTRUSTED },
	{ "no trusted ECDSA public key found for", IKE_FAULT_AUTH, UNTRUSTED },
	{ "no private key found for", IKE_FAULT_AUTH,
	  "our certificate is not of our identity: compare local-id with its names" },
	{ "certificate invalid (valid from", IKE_FAULT_AUTH,
	  "the peer's certificate is expired or not yet valid: see to it there, and to both clocks" },
	{ "constraint check failed: identity", IKE_FAULT_IDENTITY,
	  "the peer's identity is not the expected one: compare remote-id" },
	{ "constraint check failed: EAP identity", IKE_FAULT_IDENTITY,
	  "the peer's identity is not the expected one: compare remote-id" },
	{ "no matching peer config found", IKE_FAULT_IDENTITY,
	  "the identities that the peer names are not ours: compare local-id and remote-id" },
	{ "no IKE config found for", IKE_FAULT_IDENTITY,
	  "the peer calls an address of ours that this connection does not use: compare public-address" },
	{ "received proposals unacceptable", IKE_FAULT_PROPOSAL,
	  "we accept none of the peer's IKE algorithms" },
	{ "no acceptable proposal found", IKE_FAULT_PROPOSAL,
	  "we accept none of the peer's algorithms" },
	{ "no acceptable traffic selectors found", IKE_FAULT_SELECTORS,
	  "the peer's traffic selectors have nothing in common with ours" },
	{ " unacceptable", IKE_FAULT_OTHER, NULL },     /* its own words say what */
	{ "establishing IKE_SA failed, peer not responding", IKE_FAULT_NO_REPLY,
	  "no answer from the peer: is remote-address right, and UDP 500 and 4500 open?" },
	{ "retransmit 2 of request with message ID 0$", IKE_FAULT_NO_REPLY,
	  "no answer from the peer's UDP port 500 so far" },
	{ "retransmit 2 of request with message ID 1$", IKE_FAULT_NO_REPLY,
	  "the peer answers on UDP port 500, but not on 4500 so far: a filter between?" },
	{ "giving up after", IKE_FAULT_NO_REPLY,
	  "the peer stopped answering" },
	{ "unable to install", IKE_FAULT_OTHER, NULL },
	{ "unable to resolve", IKE_FAULT_OTHER, NULL },
	{ "notify error", IKE_FAULT_OTHER, NULL },
	{ "notify, no CHILD_SA built", IKE_FAULT_OTHER, NULL },
};

static bool contains(const char *line, const char *text)
{
	size_t n = strlen(text), length = strlen(line);

	if (text[n - 1] != '$')
		return strstr(line, text);
	n--;
	return length >= n && !memcmp(line + length - n, text, n);
}

bool ike_log_fault(const char *line, enum ike_fault *fault, const char **words)
{
	/* RFC 7296 2.25: rekeys have met; charon keeps the SA and tries again by itself. */
	if (strstr(line, "TEMPORARY_FAILURE"))
		return false;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (!contains(line, rows[i].text))
			continue;
		*fault = rows[i].fault;
		if (strstr(line, "traffic selectors") && *fault == IKE_FAULT_OTHER)
			*fault = IKE_FAULT_SELECTORS;
		*words = rows[i].words ? rows[i].words : line;
		return true;
	}
	return false;
}

static bool contains_any(const char *line, const char *const *texts)
{
	while (*texts && !strstr(line, *texts))
		texts++;
	return *texts;
}

bool ike_log_is_certificate(const char *line)
{
	static const char *const texts[] = {
		"no issuer certificate found for", "peer not authenticated by CA",
		"certificate was revoked on", "_VALIDATION is ", "certificate invalid (valid from",
		NULL,
	};

	return contains_any(line, texts);
}

bool ike_log_is_sequel(const char *line)
{
	static const char *const texts[] = {
		"no trusted RSA public key found for", "no trusted ECDSA public key found for",
		"unacceptable: constraint checking failed", NULL,
	};

	return contains_any(line, texts);
}

static const char *after(const char *line, const char *text)
{
	size_t n = strlen(text);

	return strncmp(line, text, n) ? NULL : line + n;
}

const char *ike_log_proposals_theirs(const char *line)
{
	return after(line, "received proposals: ");
}

const char *ike_log_proposals_ours(const char *line)
{
	return after(line, "configured proposals: ");
}

const char *ike_log_identities(const char *line)
{
	return after(line, "looking for peer configs matching ");
}

/* The address that text begins with, ended by a character that none holds. */
static bool leading_address(const char *text, struct gh_addr *out)
{
	char word[GH_ADDR_TEXT];
	size_t n = strspn(text, "0123456789abcdefABCDEF.:");

	if (n >= sizeof(word))
		return false;
	memcpy(word, text, n);
	word[n] = '\0';
	return !gh_addr_parse(word, out);
}

bool ike_log_peer(const char *line, struct gh_addr *out)
{
	const char *dots = strstr(line, "...");

	if (strstr(line, " is initiating an IKE_SA"))
		return leading_address(line, out);
	if (!dots || (!ike_log_identities(line) && !after(line, "no IKE config found for ")))
		return false;
	return leading_address(dots + 3, out);
}
