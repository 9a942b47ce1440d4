/*
 * The list of connections that charon shall hold: see ike.h. What is done
 * about it is in ike_charon.c.
 */
#include "ipsec/ike_private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void ike_connection_fini(struct ike_connection *connection)
{
	ike_certificates_put(connection->certificates);
	explicit_bzero(connection, sizeof(*connection));
}

static void conn_free(struct ike_conn *c)
{
	ike_connection_fini(&c->want);
	free(c);
}

struct ike *ike_new(struct ev_loop *loop, ike_connect *connect, ike_changed *changed, void *user)
{
	struct ike *k = calloc(1, sizeof(*k));

	if (!k)
		return NULL;
	k->loop = loop;
	k->connect = connect;
	k->changed = changed;
	k->user = user;
	ike_charon_init(k);
	return k;
}

void ike_free(struct ike *k)
{
	if (!k)
		return;
	ike_try_fini(k);
	ike_host_fini(k);
	ike_charon_fini(k);
	while (k->conns) {
		struct ike_conn *c = k->conns;

		ike_delist(k, c);
		conn_free(c);
	}
	free(k);
}

static bool is_policy(const struct ike_policy *p)
{
	return p->cipher == IKE_CIPHER_ANY ||
	       (p->hash != IKE_HASH_ANY && p->group > IKE_GROUP_WITHOUT);
}

static bool has_peer(const struct ike_connection *w)
{
	if (w->remote_any)
		return w->remote_id[0] && w->mode == IKE_MODE_RESPONDER;
	return w->remote_host[0] || gh_addr_is_set(&w->remote);
}

static bool is_valid(const struct ike_connection *w)
{
	return w->name[0] && has_peer(w) && !w->secret_length != !w->certificates &&
	       w->secret_length <= IKE_SECRET_MAX && w->alternate_length <= IKE_SECRET_MAX &&
	       w->pair_count <= IKE_PAIRS_MAX && (w->version == 1 || w->version == 2) &&
	       is_policy(&w->ike);
}

static struct ike_conn *add(struct ike *k, const struct ike_connection *want)
{
	struct ike_conn *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->want.leg = want->leg;
	memcpy(c->want.name, want->name, sizeof(c->want.name));
	c->status.state = k->vici ? IKE_DOWN : IKE_AWAY;
	ike_enlist(k, c);
	return c;
}

/* Takes over what is wanted; an address that a name has by now stays. */
static void take(struct ike_conn *c, const struct ike_connection *want)
{
	struct gh_addr resolved = c->want.remote;
	bool same_host = want->remote_host[0] && !strcmp(want->remote_host, c->want.remote_host);

	ike_certificates_get(want->certificates);
	ike_certificates_put(c->want.certificates);
	c->want = *want;
	if (same_host)
		c->want.remote = resolved;
}

static void change(struct ike *k, struct ike_conn *c, enum ike_change what)
{
	bool can = ike_renew_can(c);

	c->next_try = (struct gh_time){ 0 };
	c->pause_ms = 0;
	c->replace |= what == IKE_BROKEN || (what == IKE_RENEWED && !can);
	c->renew |= (what == IKE_RENEWED || what == IKE_LATER) && can && !c->replace;
	c->doubted &= c->renew || c->olds.count;        /* what is not up proves itself anyway */
	c->prints += c->renew;          /* a key or a list shows nowhere else */
	ike_host_changed(k, c);
	if (!k->vici)
		return;
	if (what != IKE_TOLD)
		ike_load(k, c);
	else if (c->want.certificates)
		ike_authority_load(k, c->want.certificates);
	else
		ike_secret_load(k, c);
	ike_key_drop_unused(k);
}

int ike_set(struct ike *k, const struct ike_connection *want)
{
	struct ike_conn *c = ike_find(k, want->leg);
	enum ike_change what = IKE_LATER;

	if (!is_valid(want))
		return -EINVAL;
	if (c && strcmp(c->want.name, want->name)) {
		ike_remove(k, want->leg);
		c = NULL;
	}
	if (c)
		what = ike_differ(&c->want, want);
	if (c && what == IKE_SAME && c->want.mode == want->mode)
		return 0;
	if (!c)
		c = add(k, want);
	if (!c)
		return -ENOMEM;
	c->doubted |= ike_certificates_revokes_more(want->certificates, c->want.certificates);
	take(c, want);
	if (what == IKE_SAME)
		ike_host_changed(k, c);         /* only who may begin */
	else
		change(k, c, what);
	return 0;
}

void ike_remove(struct ike *k, uint32_t leg)
{
	struct ike_conn *c = ike_find(k, leg);

	if (!c)
		return;
	ike_delist(k, c);
	ike_refuse_soon(k);
	if (k->vici) {
		ike_unload(k, c->want.name);
		ike_key_drop_unused(k);
	}
	conn_free(c);
}

void ike_settled(struct ike *k)
{
	k->settled = true;
	ike_unload_strays(k);
}

const struct ike_status *ike_status(const struct ike *k, uint32_t leg)
{
	const struct ike_conn *c = ike_find(k, leg);

	return c ? &c->status : NULL;
}

bool ike_charon(const struct ike *k, const char **version)
{
	*version = k->version;
	return k->vici != NULL;
}

int ike_retry(struct ike *k, uint32_t leg)
{
	struct ike_conn *c = ike_find(k, leg);

	if (!c)
		return -ENOENT;
	c->next_try = (struct gh_time){ 0 };
	c->pause_ms = 0;
	if (k->vici)
		ike_initiate_missing(k);
	return 0;
}

int ike_reset(struct ike *k, uint32_t leg)
{
	struct ike_conn *c = ike_find(k, leg);

	if (!c)
		return -ENOENT;
	if (!k->vici)
		return -EAGAIN;
	c->next_try = (struct gh_time){ 0 };
	c->pause_ms = 0;
	c->replace = true;
	if (c->want.certificates)
		ike_authority_ask_anew(k);
	ike_load(k, c);
	return 0;
}

int ike_reset_all(struct ike *k)
{
	if (!k->vici)
		return -EAGAIN;
	for (struct ike_conn *c = k->conns; c; c = c->next) {
		c->next_try = (struct gh_time){ 0 };
		c->pause_ms = 0;
		c->replace = c->due = true;
	}
	ike_authority_ask_anew(k);
	ike_load_soon(k);
	return (int)k->conn_count;
}

static int rekey(struct ike *k, uint32_t leg, bool child)
{
	const struct ike_conn *c = ike_find(k, leg);

	if (!c)
		return -ENOENT;
	if (!k->vici)
		return -EAGAIN;
	ike_ask_rekey(k, c, child);
	return 0;
}

int ike_rekey_child(struct ike *k, uint32_t leg)
{
	return rekey(k, leg, true);
}

int ike_rekey_ike(struct ike *k, uint32_t leg)
{
	return rekey(k, leg, false);
}
