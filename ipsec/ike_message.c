/* What ike says to charon and hears from it: see ike_message.h. */
#include "ipsec/ike_message.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ipsec/ike_policy.h"

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

static void put_ders(struct gh_buf *b, const char *key, const struct ike_der *ders, size_t count)
{
	vici_put_list(b, key);
	for (size_t i = 0; i < count; i++)
		vici_put_item_bytes(b, ders[i].bytes, ders[i].length);
	vici_put_list_end(b);
}

/* Without an id of its own, charon takes the subject of our certificate. */
static void put_local(struct gh_buf *b, const struct ike_connection *c)
{
	const struct ike_certificates *x = c->certificates;
	char text[GH_ADDR_TEXT];
	const char *id = x ? c->local_id : id_of(c->local_id, &c->local, text);

	vici_put_section(b, "local");
	vici_put(b, "auth", x ? "pubkey" : "psk");
	if (id[0])
		vici_put(b, "id", "%s", id);
	if (x)
		put_ders(b, "certs", x->chain, 1);
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
	vici_put_section_end(b);
}

static void put_list1(struct gh_buf *b, const char *key, const char *item)
{
	vici_put_list(b, key);
	vici_put_item(b, "%s", item);
	vici_put_list_end(b);
}

static void put_everything(struct gh_buf *b, const char *key)
{
	vici_put_list(b, key);
	vici_put_item(b, "0.0.0.0/0");
	vici_put_item(b, "::/0");
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

void ike_proposals_text(const struct ike_connection *c, char *out, size_t size)
{
	struct ike_proposals ike, child;

	ike_proposals_ike(&c->ike, &ike);
	ike_proposals_child(c->encryption, c->pfs, &child);
	snprintf(out, size, "IKE %s%s%s; ESP %s%s%s", ike.text[0], ike.count > 1 ? ", " : "",
		 ike.count > 1 ? ike.text[1] : "", child.text[0], child.count > 1 ? ", " : "",
		 child.count > 1 ? child.text[1] : "");
}

static void put_child(struct gh_buf *b, const struct ike_connection *c)
{
	struct ike_proposals proposals;

	vici_put_section(b, c->name);
	vici_put(b, "mode", "tunnel");
	put_everything(b, "local_ts");
	put_everything(b, "remote_ts");
	ike_proposals_child(c->encryption, c->pfs, &proposals);
	put_proposals(b, "esp_proposals", &proposals);
	put_lifetime(b, "life_time", c->child_lifetime_s, c->child_lifetime_s);
	vici_put(b, "replay_window", "%u", c->replay_window);
	/* ike initiates, and initiates again; charon is to do nothing by itself. */
	vici_put(b, "start_action", "none");
	vici_put(b, "close_action", "none");
	vici_put(b, "dpd_action", "none");
	vici_put_section_end(b);
}

void ike_put_connection(struct gh_buf *b, const struct ike_connection *c, bool resume)
{
	char name[IKE_NAME_TEXT], text[GH_ADDR_TEXT];
	struct ike_proposals proposals;

	vici_put_section(b, ike_name(c->name, name));
	vici_put(b, "version", "2");
	if (gh_addr_is_set(&c->local))
		put_list1(b, "local_addrs", gh_addr_print(&c->local, text));
	put_list1(b, "remote_addrs", gh_addr_print(&c->remote, text));
	ike_proposals_ike(&c->ike, &proposals);
	put_proposals(b, "proposals", &proposals);
	vici_put(b, "if_id_in", "%u", c->leg);
	vici_put(b, "if_id_out", "%u", c->leg);
	vici_put(b, "encap", "yes");
	vici_put(b, "mobike", "no");
	vici_put(b, "send_certreq", c->certificates ? "yes" : "no");
	vici_put(b, "send_cert", "always");     /* ours, if there is one; asked for or not */
	vici_put(b, "keyingtries", "1");
	vici_put(b, "unique", resume ? "never" : "no");
	vici_put(b, "dpd_delay", "%u", c->dpd_s);
	vici_put(b, "reauth_time", "0");
	put_lifetime(b, "over_time", c->ike_lifetime_s / 10, c->ike_lifetime_s);
	put_local(b, c);
	put_remote(b, c);
	vici_put_section(b, "children");
	put_child(b, c);
	vici_put_section_end(b);
	vici_put_section_end(b);
}

void ike_put_shared(struct gh_buf *b, const struct ike_connection *c)
{
	char name[IKE_NAME_TEXT], text[GH_ADDR_TEXT];
	const char *local = id_of(c->local_id, &c->local, text);

	vici_put(b, "id", "%s", ike_name(c->name, name));
	vici_put(b, "type", "IKE");
	vici_put_bytes(b, "data", c->secret, c->secret_length);
	vici_put_list(b, "owners");
	if (local[0])
		vici_put_item(b, "%s", local);
	vici_put_item(b, "%s", id_of(c->remote_id, &c->remote, text));
	vici_put_list_end(b);
}

struct gh_buf *ike_put_shared_name(struct gh_buf *b, const struct ike_connection *c)
{
	char name[IKE_NAME_TEXT];

	vici_put(b, "id", "%s", ike_name(c->name, name));
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

/* ---- from charon ---- */

static struct gh_time later(struct gh_time now, uint64_t s)
{
	return s == UINT64_MAX ? (struct gh_time){ 0 } : gh_time_add_ms(now, s * 1000);
}

static struct gh_time earlier(struct gh_time now, uint64_t s)
{
	uint64_t ns = s * 1000000000u;

	return (struct gh_time){ s == UINT64_MAX || ns > now.ns ? 0 : now.ns - ns };
}

/* "AES_GCM_16-256/PRF_HMAC_SHA2_384/ECP_384" from the keys that are there. */
static void read_algorithms(const struct vici_message *m, char *out, size_t size)
{
	static const char *const keys[][2] = {
		{ "encr-alg", "encr-keysize" },
		{ "integ-alg", "integ-keysize" },
		{ "prf-alg", NULL },
		{ "dh-group", NULL },
	};
	char name[64], bits[16];
	size_t used = 0;

	out[0] = '\0';
	for (unsigned i = 0; i < sizeof(keys) / sizeof(keys[0]) && used < size; i++) {
		const char *bits_key = keys[i][1];
		bool sized = bits_key && vici_get(m, bits_key, bits, sizeof(bits));

		if (vici_get(m, keys[i][0], name, sizeof(name)))
			used += (size_t)snprintf(out + used, size - used, "%s%s%s%s",
						 used ? "/" : "", name, sized ? "-" : "",
						 sized ? bits : "");
	}
	if (vici_get_is(m, "esn", "1") && used < size)
		snprintf(out + used, size - used, ", ESN");
}

static void read_endpoint(const struct vici_message *m, const char *host, const char *port,
			  struct gh_endpoint *out)
{
	char text[GH_ADDR_TEXT];

	if (vici_get(m, host, text, sizeof(text)))
		gh_addr_parse(text, &out->addr);
	out->port = (uint16_t)vici_get_number(m, port, 10, 0);
}

bool ike_read_child(const struct vici_message *m, struct gh_time now,
		    struct ike_child_status *out)
{
	static const char *const up[] = { "INSTALLED", "UPDATING", "REKEYING" };
	static const char *const coming[] = { "CREATED", "INSTALLING", "RETRYING" };
	struct ike_child_status c = { .state = IKE_CHILD_NONE };
	char state[32] = "";

	vici_get(m, "state", state, sizeof(state));
	for (unsigned i = 0; i < 3; i++) {
		if (!strcmp(state, up[i]))
			c.state = IKE_CHILD_INSTALLED;
		if (!strcmp(state, coming[i]))
			c.state = IKE_CHILD_INSTALLING;
	}
	if (c.state == IKE_CHILD_NONE)
		return false;
	c.spi_in = (uint32_t)vici_get_number(m, "spi-in", 16, 0);
	c.spi_out = (uint32_t)vici_get_number(m, "spi-out", 16, 0);
	c.installed = earlier(now, vici_get_number(m, "install-time", 10, UINT64_MAX));
	c.rekey = later(now, vici_get_number(m, "rekey-time", 10, UINT64_MAX));
	c.expire = later(now, vici_get_number(m, "life-time", 10, UINT64_MAX));
	vici_get_list(m, "local-ts", c.local_ts, sizeof(c.local_ts));
	vici_get_list(m, "remote-ts", c.remote_ts, sizeof(c.remote_ts));
	read_algorithms(m, c.algorithms, sizeof(c.algorithms));
	*out = c;
	return true;
}

static void read_children(const struct vici_message *m, struct gh_time now,
			  struct ike_child_status *out, uint32_t *leg)
{
	struct vici_message children, section;
	struct ike_child_status c;
	char name[VICI_NAME_MAX + 1];
	uint64_t best = 0;
	size_t at = 0;

	*out = (struct ike_child_status){ .state = IKE_CHILD_NONE };
	*leg = 0;
	if (!vici_get_section(m, "child-sas", &children))
		return;
	while (vici_next_section(&children, &at, name, &section)) {
		uint64_t id = vici_get_number(&section, "uniqueid", 10, 0);

		if (!ike_read_child(&section, now, &c) || c.state < out->state ||
		    (c.state == out->state && id < best))
			continue;
		*out = c;
		best = id;
		*leg = (uint32_t)vici_get_number(&section, "if-id-in", 16, 0);
	}
}

void ike_read_sa(const struct vici_message *m, struct gh_time now, struct ike_status *out,
		 uint32_t *leg)
{
	bool up = vici_get_is(m, "state", "ESTABLISHED") || vici_get_is(m, "state", "REKEYING") ||
		  vici_get_is(m, "state", "PASSIVE");
	bool coming = vici_get_is(m, "state", "CONNECTING") || vici_get_is(m, "state", "CREATED");

	out->state = up ? IKE_ESTABLISHED : coming ? IKE_CONNECTING : IKE_DOWN;
	out->id = (uint32_t)vici_get_number(m, "uniqueid", 10, 0);
	out->spi_initiator = vici_get_number(m, "initiator-spi", 16, 0);
	out->spi_responder = vici_get_number(m, "responder-spi", 16, 0);
	out->initiator = vici_get_is(m, "initiator", "yes");
	out->nat_local = vici_get_is(m, "nat-local", "yes");
	out->nat_remote = vici_get_is(m, "nat-remote", "yes");
	out->established = earlier(now, vici_get_number(m, "established", 10, UINT64_MAX));
	out->rekey = later(now, vici_get_number(m, "rekey-time", 10, UINT64_MAX));
	out->local = out->remote = (struct gh_endpoint){ 0 };
	read_endpoint(m, "local-host", "local-port", &out->local);
	read_endpoint(m, "remote-host", "remote-port", &out->remote);
	out->local_id[0] = out->remote_id[0] = '\0';
	vici_get(m, "local-id", out->local_id, sizeof(out->local_id));
	vici_get(m, "remote-id", out->remote_id, sizeof(out->remote_id));
	read_algorithms(m, out->algorithms, sizeof(out->algorithms));
	read_children(m, now, &out->child, leg);
}
