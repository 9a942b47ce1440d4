/*
 * All rules of one instance lie in a range of eight priorities, so that a dump
 * shows at once what an earlier process left. New ones are added before old
 * ones go.
 */
#include "rib/rules.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "rib/mark.h"
#include "rib/rtnl.h"

/* Below main's 32766; eight per instance. */
#define PRIORITY_BASE 1000
#define PRIORITIES 8
enum {
	PRIORITY_IIF, PRIORITY_LEFT, PRIORITY_CONNECTED, PRIORITY_SPACE, PRIORITY_OTHERS,
	PRIORITY_REFLECTED, PRIORITY_REFLECTED_TABLE,
};

#define RULES_MAX (2 * (UNDERLAY_EDGES_MAX + 4) + 3 * UNDERLAY_SPACES_MAX)

static const uint8_t families[] = { AF_INET, AF_INET6 };

struct rule_set {
	unsigned count;
	struct rtnl_rule rules[RULES_MAX];
};

static void keep_first(int *first, int error)
{
	if (error && !*first)
		*first = error;
}

static uint32_t priority_of(const struct rules_home *h)
{
	return PRIORITY_BASE + (h->table - UNDERLAY_TABLE_BASE) % 1024 * PRIORITIES;
}

/* Talks, and says what failed. */
static int talk(const struct rules_home *h, const char *what, const char *detail, int tolerated)
{
	int error = nl_talk(h->nl, h->b);

	if (!error || error == tolerated)
		return 0;
	gh_error("underlay: cannot %s rule for %s: %s%s%s", what,
		 detail[0] ? detail : "the address space",
		 strerror(-error), h->nl->why[0] ? ", " : "", h->nl->why);
	return error;
}

static void rule_add(struct rule_set *s, const struct rules_home *h, uint8_t family,
		     const char *iif)
{
	struct rtnl_rule r = {
		.family = family, .priority = priority_of(h) + PRIORITY_IIF, .table = h->table,
		.protocol = UNDERLAY_PROTOCOL, .suppress_length = -1,
	};

	memcpy(r.iif, iif, sizeof(r.iif));
	s->rules[s->count++] = r;
}

static void rule_add_space(struct rule_set *s, const struct rules_home *h,
			   const struct gh_prefix *space)
{
	struct rtnl_rule r = {
		.family = space->addr.family, .priority = priority_of(h) + PRIORITY_CONNECTED,
		.table = RT_TABLE_MAIN, .protocol = UNDERLAY_PROTOCOL, .iif = "lo", .to = *space,
		.suppress_length = 0,
	};

	if (!space->length)
		return;
	s->rules[s->count++] = r;
	r.priority = priority_of(h) + PRIORITY_SPACE;
	r.table = h->table;
	r.suppress_length = -1;
	s->rules[s->count++] = r;
	r = (struct rtnl_rule){
		.family = space->addr.family, .priority = priority_of(h) + PRIORITY_OTHERS,
		.protocol = UNDERLAY_PROTOCOL, .to = *space, .suppress_length = -1,
		.unreachable = true,
	};
	s->rules[s->count++] = r;
}

/* What the kernel answers to marked packets (mark.h): connected networks first. */
static void rule_add_reflected(struct rule_set *s, const struct rules_home *h, uint8_t family)
{
	struct rtnl_rule r = {
		.family = family, .priority = priority_of(h) + PRIORITY_REFLECTED,
		.table = RT_TABLE_MAIN,
		.protocol = UNDERLAY_PROTOCOL, .mark = MARK_BASE + h->table, .iif = "lo",
		.suppress_length = 0,
	};

	s->rules[s->count++] = r;
	r.priority = priority_of(h) + PRIORITY_REFLECTED_TABLE;
	r.table = h->table;
	r.suppress_length = -1;
	s->rules[s->count++] = r;
}

static void rules_wanted(const struct rules_home *h, const struct underlay_plan *plan,
			 struct rule_set *s)
{
	s->count = 0;
	for (unsigned f = 0; f < 2; f++) {
		rule_add(s, h, families[f], h->tun);
		rule_add_reflected(s, h, families[f]);
		if (plan->vnet[0])
			rule_add(s, h, families[f], plan->vnet);
		for (unsigned i = 0; i < plan->edges_count; i++)
			rule_add(s, h, families[f], plan->edges[i]);
	}
	for (unsigned i = 0; i < plan->spaces_count; i++)
		rule_add_space(s, h, &plan->spaces[i]);
}

static bool rule_is_same(const struct rtnl_rule *a, const struct rtnl_rule *b)
{
	return a->family == b->family && a->priority == b->priority && a->table == b->table &&
	       a->suppress_length == b->suppress_length && a->unreachable == b->unreachable &&
	       a->mark == b->mark && !strcmp(a->iif, b->iif) &&
	       !gh_prefix_cmp(&a->to, &b->to);
}

static bool rule_is_in(const struct rule_set *s, const struct rtnl_rule *r)
{
	for (unsigned i = 0; i < s->count; i++)
		if (rule_is_same(&s->rules[i], r))
			return true;
	return false;
}

struct rules_found {
	const struct rules_home *home;
	struct rule_set set;
};

static void rule_found(void *ctx, const struct nlmsghdr *h)
{
	struct rules_found *found = ctx;
	struct rtnl_rule r;

	if (rtnl_rule_read(h, &r) && r.protocol == UNDERLAY_PROTOCOL &&
	    r.priority - priority_of(found->home) < PRIORITIES && found->set.count < RULES_MAX)
		found->set.rules[found->set.count++] = r;
}

static bool has_iif(const struct rule_set *s, const char *iif)
{
	for (unsigned i = 0; i < s->count; i++)
		if (!strcmp(s->rules[i].iif, iif))
			return true;
	return false;
}

/*
 * An interface that leaves the plan stays closed: until it is ours again,
 * nothing that comes in by it is forwarded, lest it go by the main table.
 */
static bool rule_stays(const struct rules_home *h, const struct rule_set *found,
		       const struct rule_set *wanted,
		       const struct rtnl_rule *r, int *error)
{
	struct rtnl_rule closed = *r;

	if (!wanted->count || !r->iif[0] || has_iif(wanted, r->iif))
		return false;
	if (r->priority == priority_of(h) + PRIORITY_LEFT)
		return true;
	if (h->forget)
		return false;
	closed.priority = priority_of(h) + PRIORITY_LEFT;
	closed.table = 0;
	closed.unreachable = true;
	if (r->priority == priority_of(h) + PRIORITY_IIF && !rule_is_in(found, &closed)) {
		rtnl_rule_put(h->b, RTNL_ADD, &closed);
		keep_first(error, talk(h, "close", r->iif, -EEXIST));
	}
	return false;
}

static int rules_agree(const struct rules_home *h, const struct rule_set *wanted)
{
	struct rules_found *found = calloc(1, sizeof(*found));
	int error = 0;

	if (!found)
		return -ENOMEM;
	found->home = h;
	for (unsigned f = 0; f < 2; f++)
		keep_first(&error, rtnl_rule_dump(h->nl, families[f], rule_found, found));
	for (unsigned i = 0; i < wanted->count; i++) {
		if (rule_is_in(&found->set, &wanted->rules[i]))
			continue;
		rtnl_rule_put(h->b, RTNL_ADD, &wanted->rules[i]);
		keep_first(&error, talk(h, "add", wanted->rules[i].iif, -EEXIST));
	}
	/* The old ones stay beside what could be added: closed, and easily undone. */
	for (unsigned i = 0; !error && i < found->set.count; i++) {
		if (rule_is_in(wanted, &found->set.rules[i]) ||
		    rule_stays(h, &found->set, wanted, &found->set.rules[i], &error))
			continue;
		rtnl_rule_put(h->b, RTNL_DEL, &found->set.rules[i]);
		keep_first(&error, talk(h, "delete", found->set.rules[i].iif, -ENOENT));
	}
	free(found);
	return error;
}

int rules_apply(const struct rules_home *h, const struct underlay_plan *plan)
{
	struct rule_set *wanted = calloc(1, sizeof(*wanted));
	int error;

	if (!wanted)
		return -ENOMEM;
	rules_wanted(h, plan, wanted);
	error = rules_agree(h, wanted);
	free(wanted);
	return error;
}

int rules_begin(const struct rules_home *h)
{
	struct rule_set s = { 0 };
	int error = 0;

	for (unsigned f = 0; f < 2; f++) {
		rule_add(&s, h, families[f], h->tun);
		rtnl_rule_put(h->b, RTNL_ADD, &s.rules[f]);
		keep_first(&error, talk(h, "add", h->tun, -EEXIST));
	}
	return error;
}

int rules_remove(const struct rules_home *h)
{
	const struct rule_set none = { 0 };

	return rules_agree(h, &none);
}
