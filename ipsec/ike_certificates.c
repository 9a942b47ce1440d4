/* With what we prove ourselves: see ike_certificates.h. */
#include "ipsec/ike_certificates.h"

#include <stdlib.h>
#include <string.h>

static struct ike_der copy(const struct ike_der *from)
{
	uint8_t *bytes = malloc(from->length + 1);

	if (!bytes)
		abort();
	if (from->length)
		memcpy(bytes, from->bytes, from->length);
	return (struct ike_der){ bytes, from->length };
}

static void copy_list(struct ike_der *to, const struct ike_der *from, size_t count)
{
	for (size_t i = 0; i < count; i++)
		to[i] = copy(&from[i]);
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static const uint64_t *copy_sorted(const uint64_t *from, size_t count)
{
	uint64_t *to = calloc(count + 1, sizeof(*to));

	if (!to)
		abort();
	if (count)
		memcpy(to, from, count * sizeof(*to));
	qsort(to, count, sizeof(*to), by_value);
	return to;
}

struct ike_certificates *ike_certificates_new(const struct ike_certificates *template)
{
	struct ike_certificates *c = malloc(sizeof(*c));

	if (!c)
		abort();
	*c = *template;
	c->references = 1;
	c->key = copy(&template->key);
	copy_list(c->chain, template->chain, c->chain_count);
	copy_list(c->authorities, template->authorities, c->authority_count);
	copy_list(c->crls, template->crls, c->crl_count);
	c->revoked = copy_sorted(template->revoked, c->revoked_count);
	return c;
}

struct ike_certificates *ike_certificates_get(struct ike_certificates *c)
{
	if (c)
		c->references++;
	return c;
}

static void der_free(struct ike_der *der)
{
	uint8_t *bytes = (uint8_t *)(uintptr_t)der->bytes;

	explicit_bzero(bytes, der->length);
	free(bytes);
}

void ike_certificates_put(struct ike_certificates *c)
{
	if (!c || --c->references)
		return;
	for (size_t i = 0; i < c->chain_count; i++)
		der_free(&c->chain[i]);
	for (size_t i = 0; i < c->authority_count; i++)
		der_free(&c->authorities[i]);
	for (size_t i = 0; i < c->crl_count; i++)
		der_free(&c->crls[i]);
	der_free(&c->key);
	free((void *)(uintptr_t)c->revoked);
	free(c);
}

static bool equal(const struct ike_der *a, const struct ike_der *b)
{
	return a->length == b->length && !memcmp(a->bytes, b->bytes, a->length);
}

bool ike_certificates_same_key(const struct ike_certificates *a, const struct ike_certificates *b)
{
	return a == b || (a && b && equal(&a->key, &b->key));
}

static bool believes_one(const struct ike_certificates *c, const struct ike_der *authority)
{
	for (size_t i = 0; i < c->authority_count; i++)
		if (equal(&c->authorities[i], authority))
			return true;
	return false;
}

bool ike_certificates_believes(const struct ike_certificates *a,
			       const struct ike_certificates *b)
{
	for (size_t i = 0; i < b->authority_count; i++)
		if (!believes_one(a, &b->authorities[i]))
			return false;
	return true;
}

static bool same_list(const struct ike_der *a, size_t a_count, const struct ike_der *b,
		      size_t b_count)
{
	if (a_count != b_count)
		return false;
	for (size_t i = 0; i < a_count; i++)
		if (!equal(&a[i], &b[i]))
			return false;
	return true;
}

static bool same_uris(const struct ike_certificates *a, const struct ike_certificates *b)
{
	for (size_t i = 0; i < a->authority_count; i++)
		if (strcmp(a->uris[i].crl, b->uris[i].crl) ||
		    strcmp(a->uris[i].ocsp, b->uris[i].ocsp))
			return false;
	return true;
}

bool ike_certificates_alike(const struct ike_certificates *a, const struct ike_certificates *b)
{
	if (a == b)
		return true;
	return a && b && equal(&a->key, &b->key) &&
	       same_list(a->chain, a->chain_count, b->chain, b->chain_count) &&
	       same_list(a->authorities, a->authority_count, b->authorities, b->authority_count) &&
	       same_uris(a, b);
}

bool ike_certificates_equal(const struct ike_certificates *a, const struct ike_certificates *b)
{
	return a == b || (ike_certificates_alike(a, b) &&
			  same_list(a->crls, a->crl_count, b->crls, b->crl_count));
}

bool ike_certificates_revokes_more(const struct ike_certificates *a,
				   const struct ike_certificates *b)
{
	size_t k = 0, count = b ? b->revoked_count : 0;

	for (size_t i = 0; a && i < a->revoked_count; i++) {
		while (k < count && b->revoked[k] < a->revoked[i])
			k++;
		if (k == count || b->revoked[k] != a->revoked[i])
			return true;
	}
	return false;
}
