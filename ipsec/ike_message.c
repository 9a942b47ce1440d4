/* What ike says to charon: see ike_message.h. */
#include "ipsec/ike_message.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ipsec/ike_policy.h"

#define AUTHORITY_TEXT 32

const char *ike_name(const char *name, char text[IKE_NAME_TEXT])
{
	snprintf(text, IKE_NAME_TEXT, "%s%.*s", IKE_PREFIX, GH_NAME_MAX, name);
	return text;
}

const char *ike_name_of(const char *charon_name)
{
	size_t n = strlen(IKE_PREFIX);

	return strncmp(charon_name, IKE_PREFIX, n) ? NULL : charon_name + n;
}

/* ---- to charon ---- */

static const char *id_of(const char *id, const struct gh_addr *otherwise,
			 char text[GH_ADDR_TEXT])
{
	if (id[0])
		return id;
	return gh_addr_is_set(otherwise) ? gh_addr_print(otherwise, text) : "";
}

static bool is_of_peer(const struct gh_addr *local, const struct gh_addr *remote)
{
	return gh_addr_is_set(local) && (!remote->family || remote->family == local->family);
}

/* None: charon takes what the route to the peer says. */
static void put_local_addresses(struct gh_buf *b, const struct ike_connection *c)
{
	const struct gh_addr *either[] = { &c->local, &c->local_ipv4, &c->local_ipv6 };
	unsigned first = gh_addr_is_set(&c->local) ? 0 : 1;
	char text[GH_ADDR_TEXT];
	bool open = false;

	for (unsigned i = first; i < (first ? 3 : 1); i++) {
		if (!is_of_peer(either[i], &c->remote))
			continue;
		if (!open)
			vici_put_list(b, "local_addrs");
		open = true;
		vici_put_item(b, "%s", gh_addr_print(either[i], text));
	}
	if (open)
		vici_put_list_end(b);
}

/* What we are called when nothing is configured. */
static const struct gh_addr *own_address(const struct ike_connection *c)
{
	if (gh_addr_is_set(&c->local))
		return &c->local;
	return is_of_peer(&c->local_ipv4, &c->remote) ? &c->local_ipv4 : &c->local_ipv6;
}

static void put_ders(struct gh_buf *b, const char *key, const struct ike_der *ders, size_t count)
{
	vici_put_list(b, key);
	for (size_t i = 0; i < count; i++)
		vici_put_item_bytes(b, ders[i].bytes, ders[i].length);
	vici_put_list_end(b);
}

/*
 * Without an id of its own, charon takes the subject of our certificate. The
 * identity of an AAA server, which only EAP has, carries the print.
 */
static void put_local(struct gh_buf *b, const struct ike_connection *c, uint64_t print)
{
	const struct ike_certificates *x = c->certificates;
	char text[GH_ADDR_TEXT];
	const char *id = x ? c->local_id : id_of(c->local_id, own_address(c), text);

	vici_put_section(b, "local");
	vici_put(b, "auth", x ? "pubkey" : "psk");
	if (id[0])
		vici_put(b, "id", "%s", id);
	if (x)
		put_ders(b, "certs", x->chain, 1);
	if (print)
		vici_put(b, "aaa_id", "gh.%016" PRIx64, print);
	vici_put_section_end(b);
}

static void put_remote(struct gh_buf *b, const struct ike_connection *c)
{
	const struct ike_certificates *x = c->certificates;
	char text[GH_ADDR_TEXT];

	vici_put_section(b, "remote");
	vici_put(b, "auth", x ? "pubkey" : "psk");
	vici_put(b, "id", "%s", id_of(c->remote_id, &c->remote, text));
	if (x)
		put_ders(b, "cacerts", x->authorities, x->authority_count);
	if (x && c->revocation_strict)
		vici_put(b, "revocation", "strict");
	vici_put_section_end(b);
}

static void put_list1(struct gh_buf *b, const char *key, const char *item)
{
	vici_put_list(b, key);
	vici_put_item(b, "%s", item);
	vici_put_list_end(b);
}

static void put_selector(struct gh_buf *b, const char *key, const struct gh_prefix *prefix)
{
	char text[GH_PREFIX_TEXT];

	vici_put_list(b, key);
	if (prefix) {
		vici_put_item(b, "%s", gh_prefix_print(prefix, text));
	} else {
		vici_put_item(b, "0.0.0.0/0");
		vici_put_item(b, "::/0");
	}
	vici_put_list_end(b);
}

/* Rekeyed at 90 % of the lifetime or up to 5 % before, so that many do not do it at once. */
static void put_lifetime(struct gh_buf *b, const char *hard, uint32_t hard_s, uint32_t life_s)
{
	vici_put(b, "rekey_time", "%u", life_s - life_s / 10);
	vici_put(b, "rand_time", "%u", life_s / 20);
	vici_put(b, hard, "%u", hard_s);
}

static void put_proposals(struct gh_buf *b, const char *key, const struct ike_proposals *p)
{
	vici_put_list(b, key);
	for (unsigned i = 0; i < p->count; i++)
		vici_put_item(b, "%s", p->text[i]);
	vici_put_list_end(b);
}

static size_t text_of(const struct ike_proposals *p, const char *kind, char *out, size_t size)
{
	size_t used = 0;

	for (unsigned i = 0; i < p->count && used < size; i++)
		used += (size_t)snprintf(out + used, size - used, "%s%s", i ? ", " : kind,
					 p->text[i]);
	return used < size ? used : size - 1;
}

void ike_proposals_text(const struct ike_connection *c, char *out, size_t size)
{
	struct ike_proposals p;
	size_t used;

	ike_proposals_ike(c, &p);
	used = text_of(&p, "IKE ", out, size);
	ike_proposals_child(c, &p);
	text_of(&p, "; ESP ", out + used, size - used);
}

const char *ike_child_name(const struct ike_connection *c, unsigned pair,
			   char text[IKE_CHILD_TEXT])
{
	if (c->pair_count)
		snprintf(text, IKE_CHILD_TEXT, "%.*s:%u", GH_NAME_MAX, c->name, pair + 1);
	else
		snprintf(text, IKE_CHILD_TEXT, "%.*s", GH_NAME_MAX, c->name);
	return text;
}

const char *ike_child_accepted(const struct ike_connection *c, unsigned pair,
			       char text[IKE_CHILD_TEXT])
{
	if (c->pair_count)
		snprintf(text, IKE_CHILD_TEXT, "%.*s:r%u", GH_NAME_MAX, c->name, pair + 1);
	else
		snprintf(text, IKE_CHILD_TEXT, "%.*s:r", GH_NAME_MAX, c->name);
	return text;
}

/* RFC 2407 4.5: kilobytes are of 1,024. Rekeyed at 90 % of them. */
static void put_volume(struct gh_buf *b, uint32_t kb)
{
	uint64_t bytes = (uint64_t)kb * 1024;

	if (!kb)
		return;
	vici_put(b, "rekey_bytes", "%" PRIu64, bytes - bytes / 10);
	vici_put(b, "rand_bytes", "%" PRIu64, bytes / 20);
	vici_put(b, "life_bytes", "%" PRIu64, bytes);
}

static void put_child(struct gh_buf *b, const struct ike_connection *c, const char *name,
		      const struct ike_pair *pair, const struct ike_proposals *proposals)
{
	vici_put_section(b, name);
	vici_put(b, "mode", "tunnel");
	put_selector(b, "local_ts", pair ? &pair->local : NULL);
	put_selector(b, "remote_ts", pair ? &pair->remote : NULL);
	put_proposals(b, "esp_proposals", proposals);
	put_lifetime(b, "life_time", c->child_lifetime_s, c->child_lifetime_s);
	put_volume(b, c->child_lifetime_kb);
	vici_put(b, "replay_window", "%u", c->replay_window);
	/* ike initiates, and initiates again; charon is to do nothing by itself. */
	vici_put(b, "start_action", "none");
	vici_put(b, "close_action", "none");
	vici_put(b, "dpd_action", "none");
	vici_put_section_end(b);
}

/* Of forms that take the same selectors, charon's responder takes the first. */
static void put_children(struct gh_buf *b, const struct ike_connection *c)
{
	unsigned count = c->pair_count ? c->pair_count : 1;
	struct ike_proposals offered, accepted;
	char name[IKE_CHILD_TEXT];
	bool more = ike_proposals_accepted(c, &accepted);

	ike_proposals_child(c, &offered);
	vici_put_section(b, "children");
	for (unsigned i = 0; i < count; i++) {
		const struct ike_pair *pair = c->pair_count ? &c->pairs[i] : NULL;

		if (more)
			put_child(b, c, ike_child_accepted(c, i, name), pair, &accepted);
		put_child(b, c, ike_child_name(c, i, name), pair, &offered);
	}
	vici_put_section_end(b);
}

/* IKEv1 finds a peer dead by a time of its own, IKEv2 by its retransmissions. */
static void put_dpd(struct gh_buf *b, const struct ike_connection *c)
{
	if (c->version == 1 && c->dpd_s) {
		vici_put(b, "dpd_delay", "%u", c->dpd_s / 3);
		vici_put(b, "dpd_timeout", "%u", c->dpd_s);
	} else {
		vici_put(b, "dpd_delay", "%u", c->dpd_s);
	}
}

void ike_put_connection(struct gh_buf *b, const struct ike_connection *c,
			const struct ike_loading *l)
{
	char name[IKE_NAME_TEXT], text[GH_ADDR_TEXT];
	struct ike_proposals proposals;

	vici_put_section(b, ike_name(c->name, name));
	vici_put(b, "version", "%u", c->version);
	if (c->version == 1)
		vici_put(b, "aggressive", c->aggressive ? "yes" : "no");
	put_local_addresses(b, c);
	put_list1(b, "remote_addrs", gh_addr_is_set(&c->remote) ? gh_addr_print(&c->remote, text)
								 : "%any");
	ike_proposals_ike(c, &proposals);
	put_proposals(b, "proposals", &proposals);
	vici_put(b, "if_id_in", "%u", c->leg);
	vici_put(b, "if_id_out", "%u", c->leg);
	vici_put(b, "encap", c->native ? "no" : "yes");
	vici_put(b, "mobike", c->mobike ? "yes" : "no");
	vici_put(b, "fragmentation", c->fragmentation ? "yes" : "no");
	vici_put(b, "send_certreq", c->certificates ? "yes" : "no");
	vici_put(b, "send_cert", "always");     /* ours, if there is one; asked for or not */
	vici_put(b, "keyingtries", "1");
	vici_put(b, "unique", l->resume ? "never" : "no");
	put_dpd(b, c);
	vici_put(b, "reauth_time", "0");
	put_lifetime(b, "over_time", c->ike_lifetime_s / 10, c->ike_lifetime_s);
	put_local(b, c, l->print);
	put_remote(b, c);
	put_children(b, c);
	vici_put_section_end(b);
}

uint64_t ike_print(const struct ike_connection *c, uint32_t number)
{
	const struct ike_loading plain = { 0 };
	uint64_t hash = 14695981039346656037u;  /* FNV-1a */
	struct gh_buf b = { 0 };

	ike_put_connection(&b, c, &plain);
	gh_buf_append(&b, &number, sizeof(number));
	for (size_t i = 0; i < gh_buf_length(&b); i++)
		hash = (hash ^ gh_buf_begin(&b)[i]) * 1099511628211u;
	gh_buf_fini(&b);
	return hash ? hash : 1;
}

static const char *shared_name(const char *name, bool alternate, char text[IKE_CHILD_TEXT])
{
	char charon_name[IKE_NAME_TEXT];

	snprintf(text, IKE_CHILD_TEXT, "%s%s", ike_name(name, charon_name),
		 alternate ? ":alternate" : "");
	return text;
}

void ike_put_shared(struct gh_buf *b, const struct ike_connection *c, bool alternate)
{
	char name[IKE_CHILD_TEXT], text[GH_ADDR_TEXT];

	vici_put(b, "id", "%s", shared_name(c->name, alternate, name));
	vici_put(b, "type", "IKE");
	if (alternate)
		vici_put_bytes(b, "data", c->alternate, c->alternate_length);
	else
		vici_put_bytes(b, "data", c->secret, c->secret_length);
	put_list1(b, "owners", id_of(c->remote_id, &c->remote, text));
}

struct gh_buf *ike_put_shared_name(struct gh_buf *b, const char *name, bool alternate)
{
	char text[IKE_CHILD_TEXT];

	vici_put(b, "id", "%s", shared_name(name, alternate, text));
	return b;
}

void ike_put_key(struct gh_buf *b, const struct ike_certificates *c)
{
	vici_put(b, "type", c->ecdsa ? "ecdsa" : "rsa");
	vici_put_bytes(b, "data", c->key.bytes, c->key.length);
}

void ike_put_certificate(struct gh_buf *b, const struct ike_der *certificate)
{
	vici_put(b, "type", "X509");
	vici_put(b, "flag", "NONE");
	vici_put_bytes(b, "data", certificate->bytes, certificate->length);
}

void ike_put_crl(struct gh_buf *b, const struct ike_der *crl)
{
	vici_put(b, "type", "X509_CRL");
	vici_put(b, "flag", "NONE");
	vici_put_bytes(b, "data", crl->bytes, crl->length);
}

static const char *authority_name(uint64_t print, char text[AUTHORITY_TEXT])
{
	snprintf(text, AUTHORITY_TEXT, IKE_PREFIX "ca:%016" PRIx64, print);
	return text;
}

void ike_put_authority(struct gh_buf *b, uint64_t print, const struct ike_der *certificate,
		       const struct ike_status_uris *uris)
{
	char name[AUTHORITY_TEXT];

	vici_put_section(b, authority_name(print, name));
	vici_put_bytes(b, "cacert", certificate->bytes, certificate->length);
	if (uris->crl[0])
		put_list1(b, "crl_uris", uris->crl);
	if (uris->ocsp[0])
		put_list1(b, "ocsp_uris", uris->ocsp);
	vici_put_section_end(b);
}

void ike_put_authority_name(struct gh_buf *b, uint64_t print)
{
	char name[AUTHORITY_TEXT];

	vici_put(b, "name", "%s", authority_name(print, name));
}
