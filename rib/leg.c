/*
 * The state follows from the facts at every fact; nothing is kept that could
 * disagree with them, except the history that wait-to-restore needs. The
 * alternative, a table of transitions by (state, fact), grows with each new
 * source of facts.
 */
#include "rib/leg.h"

#include <string.h>

void leg_init(struct leg *l, uint8_t uses, uint32_t wait_to_restore_ms, struct gh_time now)
{
	memset(l, 0, sizeof(*l));
	l->uses = uses;
	l->wait_to_restore_ms = wait_to_restore_ms;
	l->changed = now;
}

static enum leg_said leg_verdict(const struct leg *l)
{
	enum leg_said verdict = l->uses ? LEG_SAID_UP : LEG_UNHEARD;

	for (int f = 0; f < LEG_FACTS; f++) {
		if (!(l->uses & LEG_USES(f)))
			continue;
		if (l->said[f] == LEG_SAID_DOWN)
			return LEG_SAID_DOWN;
		if (l->said[f] == LEG_UNHEARD && f != LEG_FACT_TEST)
			verdict = LEG_UNHEARD;
	}
	return verdict;
}

static bool leg_enter(struct leg *l, enum leg_state state, struct gh_time now)
{
	if (l->state == state)
		return false;
	l->state = state;
	l->changed = now;
	if (state == LEG_UP)
		l->was_up = true;
	if (state == LEG_RESTORING)
		l->restore_at = gh_time_add_ms(now, l->wait_to_restore_ms);
	return true;
}

static bool leg_settle(struct leg *l, struct gh_time now)
{
	switch (leg_verdict(l)) {
	case LEG_SAID_DOWN:
		return leg_enter(l, LEG_DOWN, now);
	case LEG_SAID_UP:
		if (l->state == LEG_UP || l->state == LEG_RESTORING)
			return false;
		if (l->was_up && l->wait_to_restore_ms)
			return leg_enter(l, LEG_RESTORING, now);
		return leg_enter(l, LEG_UP, now);
	case LEG_UNHEARD:
		/* A use was added whose fact nobody spoke of yet: what was heard still holds. */
		if (l->state == LEG_DOWN && !l->was_up)
			return leg_enter(l, LEG_UNKNOWN, now);
		return false;
	}
	return false;
}

bool leg_configure(struct leg *l, uint8_t uses, uint32_t wait_to_restore_ms, struct gh_time now)
{
	l->uses = uses;
	if (l->state == LEG_RESTORING && wait_to_restore_ms != l->wait_to_restore_ms)
		l->restore_at = gh_time_add_ms(l->changed, wait_to_restore_ms);
	l->wait_to_restore_ms = wait_to_restore_ms;
	return leg_settle(l, now);
}

bool leg_hear(struct leg *l, enum leg_fact fact, bool up, struct gh_time now)
{
	l->said[fact] = up ? LEG_SAID_UP : LEG_SAID_DOWN;
	if (!(l->uses & LEG_USES(fact)))
		return false;
	if (!up && l->state != LEG_DOWN)
		l->cause = fact;
	return leg_settle(l, now);
}

bool leg_timer(struct leg *l, struct gh_time now)
{
	if (l->state != LEG_RESTORING || now.ns < l->restore_at.ns)
		return false;
	return leg_enter(l, LEG_UP, now);
}

struct gh_time leg_next(const struct leg *l)
{
	return l->state == LEG_RESTORING ? l->restore_at : (struct gh_time){ 0 };
}

bool leg_deprefer(const struct leg *l)
{
	return l->was_up && l->state != LEG_UP;
}

const char *leg_fact_name(enum leg_fact fact)
{
	static const char *const names[] = {
		[LEG_FACT_SA] = "sa",
		[LEG_FACT_BFD] = "bfd",
		[LEG_FACT_LINK] = "link",
		[LEG_FACT_BGP] = "bgp",
		[LEG_FACT_TEST] = "test",
	};

	return fact < LEG_FACTS ? names[fact] : "?";
}

const char *leg_state_name(enum leg_state state)
{
	static const char *const names[] = {
		[LEG_UNKNOWN] = "unknown",
		[LEG_DOWN] = "down",
		[LEG_RESTORING] = "restoring",
		[LEG_UP] = "up",
	};

	return state <= LEG_UP ? names[state] : "?";
}
