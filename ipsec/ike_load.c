/*
 * Connections into charon and out of it: see ike.h.
 *
 * What a changed connection does to the SAs of the one before is decided when
 * charon has taken it, not before: refused, nothing has changed.
 */
#include "ipsec/ike_private.h"

#include <stdio.h>
#include <stdlib.h>

#include "ipsec/ike_message.h"

void ike_unload(struct ike *k, const char *name)
{
	struct gh_buf b = { 0 };
	char text[IKE_NAME_TEXT];

	vici_put(&b, "name", "%s", ike_name(name, text));
	ike_ask(k, "unload-conn", &b, NULL, 0);
	ike_secret_unload(k, name);
	ike_terminate(k, name);
}

static void on_loaded(void *user, const struct vici_message *m)
{
	struct ike_asked a = *(struct ike_asked *)user;
	char why[IKE_TEXT_MAX + 1] = "no reason given";
	struct ike_conn *c = ike_find(a.k, a.leg);

	free(user);
	if (!m || !c)
		return;
	if (!vici_get_is(m, "success", "yes")) {
		vici_get(m, "errmsg", why, sizeof(why));
		if (c->want.kem && !ike_has_kem(a.k))
			snprintf(why, sizeof(why), "%s", IKE_NO_KEM);
		ike_set_down(a.k, c, IKE_REFUSED);
		ike_set_fault(a.k, c, IKE_FAULT_OTHER, why);
		return;
	}
	c->loaded = true;
	c->touched = true;              /* a list on its way does not cover it */
	if (c->replace) {
		ike_renew_end(c);
		ike_terminate(a.k, c->want.name);
	} else if (c->renew) {
		ike_renew_begin(a.k, c);
	}
	c->replace = c->renew = false;
	ike_list_soon(a.k);
}

void ike_load(struct ike *k, struct ike_conn *c)
{
	const struct ike_loading loading = {
		.resume = c->resume_until.ns != 0, .print = ike_print(&c->want, c->prints),
	};
	struct gh_buf b = { 0 };

	c->due = false;
	c->loaded = c->listed = false;
	if (!ike_host_known(c))
		return;                 /* it is loaded when its name is resolved */
	if (c->want.certificates)
		ike_key_load(k, c->want.certificates);
	ike_secret_load(k, c);
	ike_put_connection(&b, &c->want, &loading);
	ike_ask(k, "load-conn", &b, on_loaded, c->want.leg);
}

/* Each pair's child SA has one of two names; the other one is not there. */
static void rekey_pairs(struct ike *k, const struct ike_conn *c)
{
	char name[IKE_NAME_TEXT], child[IKE_CHILD_TEXT];

	for (unsigned i = 0; i < 2u * c->want.pair_count; i++) {
		struct gh_buf b = { 0 };

		vici_put(&b, "ike", "%s", ike_name(c->want.name, name));
		vici_put(&b, "child", "%s", i % 2 ? ike_child_accepted(&c->want, i / 2, child)
						  : ike_child_name(&c->want, i / 2, child));
		ike_ask(k, "rekey", &b, NULL, 0);
	}
}

void ike_ask_rekey(struct ike *k, const struct ike_conn *c, bool child)
{
	char name[IKE_NAME_TEXT];
	struct gh_buf b = { 0 };

	if (child && c->want.pair_count) {
		rekey_pairs(k, c);
		return;
	}
	if (child)
		vici_put(&b, "child-id", "%u", c->status.child.id);
	else
		vici_put(&b, "ike", "%s", ike_name(c->want.name, name));
	ike_ask(k, "rekey", &b, NULL, 0);
}
