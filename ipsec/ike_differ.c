/*
 * What a change of a connection asks for: see ike_set in ike.h.
 */
#include "ipsec/ike_private.h"

#include <string.h>

/* With whom, and from where to where. */
static bool same_peer(const struct ike_connection *a, const struct ike_connection *b)
{
	return !gh_addr_cmp(&a->local, &b->local) &&
	       !gh_addr_cmp(&a->local_ipv4, &b->local_ipv4) &&
	       !gh_addr_cmp(&a->local_ipv6, &b->local_ipv6) &&
	       (a->remote_host[0] || !gh_addr_cmp(&a->remote, &b->remote)) &&
	       !strcmp(a->remote_host, b->remote_host) && a->remote_any == b->remote_any &&
	       !strcmp(a->local_id, b->local_id) && !strcmp(a->remote_id, b->remote_id) &&
	       a->version == b->version;
}

/* An authority that is not believed any more must not be lived on. */
static bool less_trust(const struct ike_connection *a, const struct ike_connection *b)
{
	return a->certificates && b->certificates &&
	       !ike_certificates_believes(b->certificates, a->certificates);
}

static bool same_secret(const struct ike_connection *a, const struct ike_connection *b)
{
	return a->secret_length == b->secret_length &&
	       !memcmp(a->secret, b->secret, a->secret_length);
}

static bool same_alternate(const struct ike_connection *a, const struct ike_connection *b)
{
	return a->alternate_length == b->alternate_length &&
	       !memcmp(a->alternate, b->alternate, a->alternate_length);
}

static bool same_pairs(const struct ike_connection *a, const struct ike_connection *b)
{
	if (a->pair_count != b->pair_count)
		return false;
	for (unsigned i = 0; i < a->pair_count; i++)
		if (gh_prefix_cmp(&a->pairs[i].local, &b->pairs[i].local) ||
		    gh_prefix_cmp(&a->pairs[i].remote, &b->pairs[i].remote))
			return false;
	return true;
}

/* What SAs are built on. */
static bool same_base(const struct ike_connection *a, const struct ike_connection *b)
{
	return same_secret(a, b) && !a->certificates == !b->certificates && same_pairs(a, b) &&
	       a->aggressive == b->aggressive && a->azure_default == b->azure_default &&
	       a->revocation_strict == b->revocation_strict &&
	       !memcmp(&a->ike, &b->ike, sizeof(a->ike)) && a->kem == b->kem &&
	       !memcmp(&a->esp, &b->esp, sizeof(a->esp)) && a->native == b->native;
}

static bool same_values(const struct ike_connection *a, const struct ike_connection *b)
{
	return ike_certificates_alike(a->certificates, b->certificates) &&
	       a->ike_lifetime_s == b->ike_lifetime_s &&
	       a->child_lifetime_s == b->child_lifetime_s &&
	       a->child_lifetime_kb == b->child_lifetime_kb && a->mobike == b->mobike &&
	       a->fragmentation == b->fragmentation &&
	       a->replay_window == b->replay_window && a->dpd_s == b->dpd_s;
}

/* Whoever is named now may be the one that an SA is with; charon asks only once. */
static bool revokes_more(const struct ike_connection *a, const struct ike_connection *b)
{
	return ike_certificates_revokes_more(b->certificates, a->certificates);
}

enum ike_change ike_differ(const struct ike_connection *a, const struct ike_connection *b)
{
	if (!same_peer(a, b) || less_trust(a, b))
		return IKE_BROKEN;
	if (!same_base(a, b) || revokes_more(a, b))
		return IKE_RENEWED;
	if (!same_values(a, b))
		return IKE_LATER;
	return same_alternate(a, b) && ike_certificates_equal(a->certificates, b->certificates) ?
	       IKE_SAME : IKE_TOLD;
}
