/*
 * What charon says by itself: see ike.h.
 *
 * An event that leaves a connection up is applied at once; any other only asks
 * for a list, which shows what is left.
 */
#include "ipsec/ike_private.h"

#include <stdio.h>
#include <string.h>

#include "ipsec/ike_log.h"
#include "ipsec/ike_listing.h"
#include "ipsec/ike_message.h"

#define REFUSED_MS 3000
#define TOLD_MS 1000

static bool is_lesser(const struct ike_status *a, const struct ike_status *b)
{
	if (a->state != b->state)
		return a->state < b->state;
	if (a->child.state != b->child.state)
		return a->child.state < b->child.state;
	return a->id < b->id;
}

static void on_list_sa(struct ike *k, const char *name, const struct vici_message *m)
{
	struct ike_conn *c = ike_find_name(k, name);
	struct ike_status s;
	uint32_t leg;

	if (!c)
		return;
	memset(&s, 0, sizeof(s));
	ike_read_sa(m, gh_now(), &s, &leg);
	ike_sas_add(&c->found_sas, s.id);
	c->found_connecting |= s.state == IKE_CONNECTING;
	/* Several may exist for a moment: the one that is up counts, then the newest. */
	if (c->found && is_lesser(&s, &c->listing))
		return;
	c->found = true;
	c->found_leg = leg;
	c->listing = s;
}

/* The peer began, was shown our proof, and closed at once: RFC 7296 2.21.2. */
static bool was_refused(const struct ike_conn *c, bool up, const struct ike_status *s)
{
	return !up && !s->initiator && s->established.ns &&
	       gh_time_ms_between(s->established, gh_now()) <= REFUSED_MS && !ike_is_up(c);
}

static void on_ike_event(struct ike *k, struct ike_conn *c, const char *event,
			 const struct vici_message *m, bool up)
{
	struct vici_message section = *m, before;
	struct ike_status s;
	uint32_t leg;

	if (!strcmp(event, "ike-rekey") && (!vici_get_section(m, "old", &before) ||
					    !vici_get_section(m, "new", &section)))
		return;
	memset(&s, 0, sizeof(s));
	ike_read_sa(&section, gh_now(), &s, &leg);
	if (!strcmp(event, "ike-rekey"))
		ike_renew_rekeyed(c, (uint32_t)vici_get_number(&before, "uniqueid", 10, 0), s.id);
	if (!up || s.state != IKE_ESTABLISHED) {
		if (was_refused(c, up, &s))
			ike_secret_failed(k, c);
		ike_list_soon(k);
		return;
	}
	/* These events say nothing of the child SA: an SA with one stays in view. */
	if (strcmp(event, "ike-updown") || !ike_is_up(c)) {
		s.child = c->status.child;
		s.pairs = c->status.pairs;
		ike_set_status(k, c, &s);
	}
}

static void on_child_event(struct ike *k, struct ike_conn *c, const char *event,
			   const struct vici_message *m, bool up)
{
	struct vici_message children, section, fresh;
	char name[VICI_NAME_MAX + 1];
	struct ike_status s;
	uint32_t leg;
	size_t at = 0;

	/* Of several pairs, one says nothing about the others. */
	if (!up || c->want.pair_count > 1 || !vici_get_section(m, "child-sas", &children) ||
	    !vici_next_section(&children, &at, name, &section)) {
		ike_list_soon(k);
		return;
	}
	memset(&s, 0, sizeof(s));
	ike_read_sa(m, gh_now(), &s, &leg);
	if (!strcmp(event, "child-rekey")) {
		if (!vici_get_section(&section, "new", &fresh))
			return;
		section = fresh;
	}
	s.pairs = 1;
	if (ike_read_child(&section, gh_now(), &s.child) &&
	    s.child.state == IKE_CHILD_INSTALLED && s.state == IKE_ESTABLISHED)
		ike_set_status(k, c, &s);
	else
		ike_list_soon(k);
}

static struct ike_peer *find_peer(struct ike *k, uint64_t id)
{
	for (unsigned i = 0; id && i < IKE_PEERS; i++)
		if (k->peers[i].id == id)
			return &k->peers[i];
	return NULL;
}

/* Keeps whom an IKE SA without a connection is with. */
static void note_peer(struct ike *k, uint64_t id, const char *line)
{
	struct ike_peer *p = find_peer(k, id);
	const char *ids = ike_log_identities(line);
	struct gh_addr addr;

	if (!ike_log_peer(line, &addr))
		return;
	if (!p) {
		p = &k->peers[k->next_peer++ % IKE_PEERS];
		*p = (struct ike_peer){ .id = id };
	}
	p->addr = addr;
	if (ids)
		snprintf(p->ids, sizeof(p->ids), "%s", ids);
}

/* With "received proposals" and "configured proposals", which come before the failure. */
static void note_proposals(struct ike_status *s, const char *line)
{
	const char *theirs = ike_log_proposals_theirs(line);
	const char *ours = ike_log_proposals_ours(line);

	if (theirs)
		snprintf(s->proposals_theirs, sizeof(s->proposals_theirs), "%s", theirs);
	if (ours)
		snprintf(s->proposals_ours, sizeof(s->proposals_ours), "%s", ours);
}

/*
 * Of an attempt, the first word about certificates counts. That none is
 * believed, or that an identity or a revocation is not as it must be, comes
 * once more at the end in general words; and charon goes on with other
 * certificates of the same name that it still knows, but the peer has shown
 * the first.
 */
static bool is_told(const struct ike_conn *c, const char *line, const char *words)
{
	const struct ike_status *s = &c->status;
	bool known = s->fault == IKE_FAULT_AUTH ||
		     (s->fault == IKE_FAULT_IDENTITY && ike_log_is_sequel(line));

	return known && (ike_log_is_sequel(line) || ike_log_is_certificate(line)) &&
	       strcmp(s->error, words) && gh_time_ms_between(s->error_at, gh_now()) < TOLD_MS;
}

/*
 * Of a tunnel that is up, a question sent again is no silence yet: charon loses
 * answers when rekeys meet. And the end of the patience counts for the IKE SA in
 * use, or what is to replace it: of two rekeys that met one SA is left over, and
 * whoever closes it may ask a peer that has forgotten it.
 */
static bool is_no_silence(const struct ike_conn *c, uint64_t id, const char *line)
{
	return ike_is_up(c) && !ike_renew_waits(c) &&
	       (id != c->status.id || !strncmp(line, "retransmit ", 11));
}

static void on_log(struct ike *k, const struct vici_message *m)
{
	char line[1024] = "", name[IKE_NAME_TEXT] = "", text[IKE_TEXT_MAX + 1];
	uint64_t id = vici_get_number(m, "ikesa-uniqueid", 10, 0);
	struct ike_peer *p = NULL;
	struct ike_conn *c;
	enum ike_fault fault;
	const char *words;

	vici_get(m, "msg", line, sizeof(line));
	vici_get(m, "ikesa-name", name, sizeof(name));
	c = ike_find_name(k, name);
	if (!ike_name_of(name)) {
		note_peer(k, id, line);
		p = find_peer(k, id);
		c = p ? ike_find_remote(k, &p->addr) : NULL;
	}
	if (!c)
		return;
	note_proposals(&c->status, line);
	if (!ike_log_fault(line, &fault, &words) || is_told(c, line, words) ||
	    (fault == IKE_FAULT_NO_REPLY && is_no_silence(c, id, line)))
		return;
	if (fault == IKE_FAULT_IDENTITY && p && p->ids[0]) {
		snprintf(text, sizeof(text), "the peer asks for %s: compare local-id and remote-id",
			 p->ids);
		words = text;
	}
	/* The rungs of an IKE SA's first messages are not those of a later silence. */
	if (fault == IKE_FAULT_NO_REPLY && c->status.state == IKE_ESTABLISHED)
		words = "the peer stopped answering";
	ike_set_fault(k, c, fault, words);
	if (fault == IKE_FAULT_AUTH)
		ike_secret_failed(k, c);
	if (fault == IKE_FAULT_AUTH && ike_log_is_certificate(line))
		ike_renew_refused(c);
	if (!ike_is_up(c))
		ike_list_soon(k);
}

void ike_on_event(void *ike, const char *event, const struct vici_message *m)
{
	bool child = !strncmp(event, "child-", 6), up;
	char name[VICI_NAME_MAX + 1];
	struct vici_message section;
	struct ike *k = ike;
	struct ike_conn *c;
	size_t at = 0;

	if (!strcmp(event, "log")) {
		on_log(k, m);
		return;
	}
	if (!vici_next_section(m, &at, name, &section))
		return;
	if (!strcmp(event, "list-sa")) {
		on_list_sa(k, name, &section);
		return;
	}
	c = ike_find_name(k, name);
	if (!c)
		return;
	c->touched = true;
	up = strcmp(event + (child ? 6 : 4), "updown") || vici_get_is(m, "up", "yes");
	if (child)
		on_child_event(k, c, event, &section, up);
	else
		on_ike_event(k, c, event, &section, up);
}
