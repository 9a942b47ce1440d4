/*
 * One connection's status: see ike.h.
 */
#include "ipsec/ike_private.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "ipsec/ike_message.h"

/* ---- found ---- */

static struct ike_conn **bucket_leg(const struct ike *k, uint32_t leg)
{
	return (struct ike_conn **)&k->legs[leg % IKE_BUCKETS];
}

static struct ike_conn **bucket_name(const struct ike *k, const char *name)
{
	uint32_t hash = 2166136261u;    /* FNV-1a */

	while (*name)
		hash = (hash ^ (uint8_t)*name++) * 16777619u;
	return (struct ike_conn **)&k->names[hash % IKE_BUCKETS];
}

void ike_enlist(struct ike *k, struct ike_conn *c)
{
	struct ike_conn **leg = bucket_leg(k, c->want.leg);
	struct ike_conn **name = bucket_name(k, c->want.name);

	c->next_leg = *leg;
	*leg = c;
	c->next_name = *name;
	*name = c;
	c->next = k->conns;
	c->link = &k->conns;
	if (c->next)
		c->next->link = &c->next;
	k->conns = c;
	k->conn_count++;
}

void ike_delist(struct ike *k, struct ike_conn *c)
{
	struct ike_conn **leg = bucket_leg(k, c->want.leg);
	struct ike_conn **name = bucket_name(k, c->want.name);

	while (*leg != c)
		leg = &(*leg)->next_leg;
	*leg = c->next_leg;
	while (*name != c)
		name = &(*name)->next_name;
	*name = c->next_name;
	*c->link = c->next;
	if (c->next)
		c->next->link = c->link;
	k->conn_count--;
}

struct ike_conn *ike_find(const struct ike *k, uint32_t leg)
{
	struct ike_conn *c = *bucket_leg(k, leg);

	while (c && c->want.leg != leg)
		c = c->next_leg;
	return c;
}

struct ike_conn *ike_find_name(const struct ike *k, const char *charon_name)
{
	const char *name = ike_name_of(charon_name);
	struct ike_conn *c = name ? *bucket_name(k, name) : NULL;

	while (c && strcmp(c->want.name, name))
		c = c->next_name;
	return c;
}

struct ike_conn *ike_find_remote(const struct ike *k, const struct gh_addr *remote)
{
	struct ike_conn *c = k->conns;

	while (c && gh_addr_cmp(&c->want.remote, remote))
		c = c->next;
	return c;
}

bool ike_is_up(const struct ike_conn *c)
{
	return c->status.state == IKE_ESTABLISHED && c->status.child.state == IKE_CHILD_INSTALLED;
}

bool ike_is_whole(const struct ike_conn *c)
{
	unsigned count = c->want.pair_count;
	uint64_t all = count > 1 ? UINT64_MAX >> (64 - count) : 1;

	return ike_is_up(c) && (c->status.pairs & all) == all;
}

void ike_sas_add(struct ike_sas *sas, uint32_t id)
{
	if (id && sas->count < IKE_SAS_MAX && !ike_sas_have(sas, id))
		sas->id[sas->count++] = id;
}

bool ike_sas_have(const struct ike_sas *sas, uint32_t id)
{
	for (unsigned i = 0; i < sas->count; i++)
		if (sas->id[i] == id)
			return true;
	return false;
}

/* ---- status ---- */

/* Seconds that charon counts jitter by one: the first answer about an SA stays. */
static void keep_times(const struct ike_status *old, struct ike_status *s)
{
	if (s->id == old->id && s->state == old->state && old->established.ns)
		s->established = old->established;
	if (s->child.spi_in == old->child.spi_in && old->child.installed.ns) {
		s->child.installed = old->child.installed;
		s->child.rekey = old->child.rekey;
		s->child.expire = old->child.expire;
	}
	if (gh_time_ms_between(old->rekey, s->rekey) <= 2000 &&
	    gh_time_ms_between(s->rekey, old->rekey) <= 2000)
		s->rekey = old->rekey;
}

static void tell_transition(const struct ike_conn *c, const struct ike_status *old, bool was_up)
{
	const struct ike_status *s = &c->status;
	char text[GH_ENDPOINT_TEXT];

	if (ike_is_up(c) && !was_up)
		gh_info("connection %s: tunnel up with %s, spi in 0x%08x out 0x%08x", c->want.name,
			gh_endpoint_print(&s->remote, text), s->child.spi_in, s->child.spi_out);
	else if (was_up && !ike_is_up(c) && s->state != IKE_AWAY)
		gh_info("connection %s: tunnel down, IKE %s", c->want.name,
			ike_state_name(s->state));
	else if (s->fault != old->fault && s->fault != IKE_FAULT_NONE)
		gh_warning("connection %s: %s", c->want.name, s->error);
}

/* Takes over what charon says; what it does not say (attempts, failures) stays. */
void ike_set_status(struct ike *k, struct ike_conn *c, const struct ike_status *said)
{
	struct ike_status old = c->status, s = *said;
	bool was_up = ike_is_up(c);

	keep_times(&old, &s);
	s.renewing = c->olds.count != 0;
	s.attempts = old.attempts;
	s.fault = old.fault;
	s.error_at = old.error_at;
	memcpy(s.error, old.error, sizeof(s.error));
	memcpy(s.proposals_ours, old.proposals_ours, sizeof(s.proposals_ours));
	memcpy(s.proposals_theirs, old.proposals_theirs, sizeof(s.proposals_theirs));
	c->status = s;
	if (ike_is_whole(c) && !ike_renew_waits(c)) {
		c->pause_ms = 0;
		c->status.attempts = 0;
		c->status.fault = IKE_FAULT_NONE;
		c->status.error[0] = '\0';
		c->status.proposals_ours[0] = c->status.proposals_theirs[0] = '\0';
	}
	if (!memcmp(&c->status, &old, sizeof(old)))
		return;
	tell_transition(c, &old, was_up);
	k->changed(k->user, c->want.leg);
}

void ike_set_down(struct ike *k, struct ike_conn *c, enum ike_state state)
{
	struct ike_status s;

	if (c->status.state == state && !c->status.id &&
	    c->status.child.state == IKE_CHILD_NONE)
		return;                 /* as most of them are when many are down */
	memset(&s, 0, sizeof(s));
	s.state = state;
	ike_set_status(k, c, &s);
}

void ike_set_fault(struct ike *k, struct ike_conn *c, enum ike_fault fault, const char *words)
{
	struct ike_status old = c->status;

	c->status.fault = fault;
	c->status.error_at = gh_now();
	snprintf(c->status.error, sizeof(c->status.error), "%s", words);
	if (fault != IKE_FAULT_PROPOSAL)
		c->status.proposals_ours[0] = c->status.proposals_theirs[0] = '\0';
	else if (!c->status.proposals_ours[0])
		ike_proposals_text(&c->want, c->status.proposals_ours,
				   sizeof(c->status.proposals_ours));
	tell_transition(c, &old, ike_is_up(c));
	k->changed(k->user, c->want.leg);
}

/* ---- names ---- */

const char *ike_state_name(enum ike_state state)
{
	switch (state) {
	case IKE_AWAY: return "away";
	case IKE_REFUSED: return "refused";
	case IKE_DOWN: return "down";
	case IKE_CONNECTING: return "connecting";
	case IKE_ESTABLISHED: return "established";
	}
	return "?";
}

const char *ike_child_state_name(enum ike_child_state state)
{
	switch (state) {
	case IKE_CHILD_NONE: return "none";
	case IKE_CHILD_INSTALLING: return "installing";
	case IKE_CHILD_INSTALLED: return "installed";
	}
	return "?";
}

const char *ike_fault_name(enum ike_fault fault)
{
	switch (fault) {
	case IKE_FAULT_NONE: return "none";
	case IKE_FAULT_NO_REPLY: return "no-reply";
	case IKE_FAULT_PROPOSAL: return "proposal";
	case IKE_FAULT_IDENTITY: return "identity";
	case IKE_FAULT_AUTH: return "authentication";
	case IKE_FAULT_SELECTORS: return "traffic-selectors";
	case IKE_FAULT_OTHER: return "other";
	}
	return "?";
}
