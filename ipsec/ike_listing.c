/* What charon tells of SAs: see ike_listing.h. */
#include "ipsec/ike_listing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Which pair is that child SA of? false: of none that we know. */
static bool pair_of(const char *child, unsigned *pair)
{
	const char *colon = strrchr(child, ':');
	unsigned long number;
	char *end;

	*pair = 0;
	if (!colon)
		return true;
	colon += 1 + (colon[1] == 'r');
	if (!*colon)
		return true;
	number = strtoul(colon, &end, 10);
	if (*end || !number || number > IKE_PAIRS_MAX)
		return false;
	*pair = (unsigned)number - 1;
	return true;
}

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

/*
 * A child SA carries traffic until the one that rekeyed it deletes it. When both
 * ends rekey at once, its successor may have to wait for an answer that is sent
 * again; until then there is no other. Seen as down it would be set up twice.
 */
#define REKEYED "REKEYED"

bool ike_read_child(const struct vici_message *m, struct gh_time now,
		    struct ike_child_status *out)
{
	static const char *const up[] = { "INSTALLED", "UPDATING", "REKEYING", REKEYED };
	static const char *const coming[] = { "CREATED", "INSTALLING", "RETRYING" };
	struct ike_child_status c = { .state = IKE_CHILD_NONE };
	char state[32] = "";

	vici_get(m, "state", state, sizeof(state));
	for (unsigned i = 0; i < sizeof(up) / sizeof(up[0]); i++)
		if (!strcmp(state, up[i]))
			c.state = IKE_CHILD_INSTALLED;
	for (unsigned i = 0; i < sizeof(coming) / sizeof(coming[0]); i++)
		if (!strcmp(state, coming[i]))
			c.state = IKE_CHILD_INSTALLING;
	if (c.state == IKE_CHILD_NONE)
		return false;
	c.id = (uint32_t)vici_get_number(m, "uniqueid", 10, 0);
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

/* Is it a better word for the connection than the best so far? */
static bool is_better(const struct ike_child_status *c, bool rekeyed,
		      const struct ike_child_status *best, bool best_rekeyed)
{
	if (c->state != best->state)
		return c->state > best->state;
	if (rekeyed != best_rekeyed)
		return best_rekeyed;
	return c->id >= best->id;
}

static void read_children(const struct vici_message *m, struct gh_time now,
			  struct ike_child_status *out, uint64_t *pairs, uint32_t *leg)
{
	struct vici_message children, section;
	struct ike_child_status c;
	char name[VICI_NAME_MAX + 1];
	bool best_rekeyed = false, rekeyed;
	unsigned pair;
	size_t at = 0;

	*out = (struct ike_child_status){ .state = IKE_CHILD_NONE };
	*leg = 0;
	*pairs = 0;
	if (!vici_get_section(m, "child-sas", &children))
		return;
	while (vici_next_section(&children, &at, name, &section)) {
		if (!ike_read_child(&section, now, &c))
			continue;
		if (c.state == IKE_CHILD_INSTALLED &&
		    vici_get(&section, "name", name, sizeof(name)) && pair_of(name, &pair))
			*pairs |= 1ull << pair;
		rekeyed = vici_get_is(&section, "state", REKEYED);
		if (!is_better(&c, rekeyed, out, best_rekeyed))
			continue;
		*out = c;
		best_rekeyed = rekeyed;
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
	read_children(m, now, &out->child, &out->pairs, leg);
}
