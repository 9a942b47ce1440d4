/*
 * What charon holds of authorities for us: where to ask about revocation, and
 * lists of what is revoked.
 *
 * Whom a connection believes goes with the connection; this is only beside it,
 * and by content, so that many connections share it. charon has no command to
 * take a list back, and needs none: it goes by the newest.
 */
#include "ipsec/ike_private.h"

#include <stdlib.h>
#include <string.h>

#include "ipsec/ike_message.h"

struct ike_authority {
	struct ike_authority *next;
	uint64_t print;
	bool crl;                       /* a list; else an authority */
};

static uint64_t hash(uint64_t h, const void *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		h = (h ^ ((const uint8_t *)bytes)[i]) * 1099511628211u;         /* FNV-1a */
	return h;
}

static uint64_t print_of(const struct ike_certificates *c, size_t index)
{
	const struct ike_status_uris *u = &c->uris[index];
	uint64_t h = 14695981039346656037u;

	h = hash(h, c->authorities[index].bytes, c->authorities[index].length);
	h = hash(h, u->crl, strlen(u->crl) + 1);
	return hash(h, u->ocsp, strlen(u->ocsp) + 1);
}

static bool has_uris(const struct ike_certificates *c, size_t index)
{
	return c->uris[index].crl[0] || c->uris[index].ocsp[0];
}

/* False: it is there already. */
static bool note(struct ike *k, uint64_t print, bool crl)
{
	struct ike_authority *a = k->authorities;

	while (a && (a->print != print || a->crl != crl))
		a = a->next;
	if (a)
		return false;
	a = malloc(sizeof(*a));
	if (!a)
		abort();
	*a = (struct ike_authority){ k->authorities, print, crl };
	k->authorities = a;
	return true;
}

void ike_authority_ask_anew(struct ike *k)
{
	struct gh_buf none = { 0 };

	ike_request(k, "flush-certs", &none, NULL, NULL);
}

void ike_authority_load(struct ike *k, const struct ike_certificates *c)
{
	struct gh_buf b = { 0 };

	for (size_t i = 0; i < c->authority_count; i++) {
		if (!has_uris(c, i) || !note(k, print_of(c, i), false))
			continue;
		ike_put_authority(&b, print_of(c, i), &c->authorities[i], &c->uris[i]);
		ike_request(k, "load-authority", &b, NULL, NULL);
	}
	for (size_t i = 0; i < c->crl_count; i++) {
		if (!note(k, hash(1, c->crls[i].bytes, c->crls[i].length), true))
			continue;
		ike_put_crl(&b, &c->crls[i]);
		ike_request(k, "load-cert", &b, NULL, NULL);
		/* What it found out by the list before, charon would go on believing. */
		ike_authority_ask_anew(k);
	}
}

static bool is_wanted(const struct ike *k, uint64_t print)
{
	for (const struct ike_conn *conn = k->conns; conn; conn = conn->next) {
		const struct ike_certificates *c = conn->want.certificates;

		for (size_t i = 0; c && i < c->authority_count; i++)
			if (has_uris(c, i) && print_of(c, i) == print)
				return true;
	}
	return false;
}

void ike_authority_drop_unused(struct ike *k)
{
	struct ike_authority **p = &k->authorities, *a;
	struct gh_buf b = { 0 };

	while ((a = *p)) {
		if (a->crl || is_wanted(k, a->print)) {
			p = &a->next;
			continue;
		}
		ike_put_authority_name(&b, a->print);
		ike_request(k, "unload-authority", &b, NULL, NULL);
		*p = a->next;
		free(a);
	}
}

void ike_authority_forget(struct ike *k)
{
	while (k->authorities) {
		struct ike_authority *next = k->authorities->next;

		free(k->authorities);
		k->authorities = next;
	}
}
