/*
 * Pre-shared keys, of which there may be two while they are being exchanged.
 *
 * charon verifies a peer by any of them, but proves us by the first that it
 * finds, and the one that it was given last comes first. Which of the two the
 * peer has by now only shows when it refuses us; then they change places.
 */
#include "ipsec/ike_private.h"

#include "base/log.h"
#include "ipsec/ike_message.h"

static void load(struct ike *k, const struct ike_conn *c, bool alternate)
{
	struct gh_buf b = { 0 };

	ike_put_shared(&b, &c->want, alternate);
	ike_request(k, "load-shared", &b, NULL, NULL);
}

static void unload(struct ike *k, const char *name, bool alternate)
{
	struct gh_buf b = { 0 };

	ike_request(k, "unload-shared", ike_put_shared_name(&b, name, alternate), NULL, NULL);
}

void ike_secret_load(struct ike *k, struct ike_conn *c)
{
	if (c->want.certificates) {
		ike_secret_unload(k, c->want.name);
		return;
	}
	if (!c->want.alternate_length) {
		unload(k, c->want.name, true);
		c->alternate_first = false;
	} else {
		load(k, c, !c->alternate_first);
	}
	load(k, c, c->alternate_first);
}

void ike_secret_unload(struct ike *k, const char *name)
{
	unload(k, name, false);
	unload(k, name, true);
}

void ike_secret_failed(struct ike *k, struct ike_conn *c)
{
	if (!c->want.alternate_length || c->want.certificates)
		return;
	c->alternate_first = !c->alternate_first;
	gh_info("connection %s: the %s key is tried first from now on", c->want.name,
		c->alternate_first ? "alternate" : "shared");
	ike_secret_load(k, c);
	if (c->status.attempts <= 1)
		c->next_try = (struct gh_time){ 0 };    /* later ones keep their pause */
}
