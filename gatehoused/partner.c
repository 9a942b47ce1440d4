/*
 * The turn: see partner.h.
 *
 * Roles with a priority and a preemption delay, as VRRP has them, were the
 * alternative. They need an election on each side to come out alike; the
 * higher of two numbers always does, and a switch-over is no exception to it.
 */
#include "gatehoused/partner.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void partner_init(struct partner *p)
{
	*p = (struct partner){ 0 };
}

/* Is the present turn ours? */
static bool is_ours(const struct partner *p)
{
	return (p->turn & 1) == p->config.secondary;
}

static void turn_raise(struct partner *p, uint32_t turn)
{
	if (turn > p->turn && turn <= PARTNER_TURN_MAX)
		p->turn = turn;
}

void partner_configure(struct partner *p, const struct partner_config *config, struct gh_time now)
{
	bool came = config->present && !p->config.present;

	p->config = *config;
	if (came) {
		p->here = p->heard = p->its_maintenance = false;
		p->settle_s = 0;
		p->wait_until = gh_time_add_ms(now, PARTNER_WAIT_MS);
	} else if (!config->present) {
		p->here = p->heard = p->its_maintenance = false;
		p->wait_until = (struct gh_time){ 0 };
	}
}

bool partner_here(struct partner *p, bool here)
{
	bool lost = p->here && !here;

	if (!p->config.present || p->here == here)
		return false;
	p->here = here;
	if (here) {
		p->settle_s = p->heard ? p->settle_s : PARTNER_SETTLE_S;
		p->heard = true;
		p->wait_until = (struct gh_time){ 0 };
	}
	p->its_maintenance = false;     /* it says so again */
	if (!here)
		p->settle_s = 0;
	/* In maintenance too: nobody else is left. */
	if (lost && !is_ours(p))
		turn_raise(p, p->turn + 1);
	return true;
}

bool partner_told(struct partner *p, uint32_t med)
{
	struct partner before = *p;

	if (!p->config.present)
		return false;
	p->its_maintenance = med & 1;
	turn_raise(p, med / 2);
	return memcmp(&before, p, sizeof(*p)) != 0;
}

bool partner_maintain(struct partner *p, bool on)
{
	bool changed = p->maintenance != on;

	p->maintenance = on;
	return changed;
}

bool partner_timer(struct partner *p, struct gh_time now)
{
	if (p->settle_s)
		return --p->settle_s == 0;
	if (!p->wait_until.ns || now.ns < p->wait_until.ns)
		return false;
	p->wait_until = (struct gh_time){ 0 };
	p->heard = true;
	return true;
}

const char *partner_switch(struct partner *p)
{
	if (!p->config.present)
		return "there is no partner: configure `gateway partner`";
	if (!p->config.standby && !p->config.symmetry)
		return "both instances carry traffic in active-active without symmetry: "
		       "use `gateway maintenance` to drain this one";
	if (!p->here)
		return "the partner is away: there is nobody to switch to or from";
	if (p->maintenance || p->its_maintenance)
		return "an instance is in maintenance: end it first by `no gateway maintenance` there";
	turn_raise(p, p->turn + 1);
	return NULL;
}

static bool is_starting(const struct partner *p)
{
	return !p->heard || p->settle_s;
}

static bool is_preferred(const struct partner *p)
{
	if (is_starting(p))
		return false;
	if (!p->here)
		return true;
	if (p->maintenance != p->its_maintenance)
		return p->its_maintenance;
	return is_ours(p);
}

void partner_stand(const struct partner *p, struct partner_standing *out)
{
	const struct partner_config *c = &p->config;
	unsigned steps = 0;

	*out = (struct partner_standing){ .preferred = true, .decided = true, .holds_address = true };
	if (!c->present) {
		out->prepend = p->maintenance ? PARTNER_PREPEND : 0;
		out->med = p->maintenance ? PARTNER_MED * PARTNER_PREPEND : 0;
		return;
	}
	out->preferred = is_preferred(p);
	out->decided = !is_starting(p);
	out->holds_address = c->moves && out->preferred;
	out->told = p->turn * 2 + p->maintenance;
	if (p->maintenance || is_starting(p) || (c->standby && !out->preferred))
		steps = PARTNER_PREPEND;
	else if (c->symmetry && !out->preferred)
		steps = c->instance ? c->instance : 1;
	out->prepend = (uint8_t)steps;
	out->med = steps * PARTNER_MED;
}

void partner_print(const struct partner *p, char text[PARTNER_TEXT])
{
	snprintf(text, PARTNER_TEXT, "turn %" PRIu32 "%s\n", p->turn,
		 p->maintenance ? " maintenance" : "");
}

bool partner_read(struct partner *p, const char *text)
{
	char word[16] = "", end;
	uint32_t turn;
	int n = sscanf(text, "turn %9" SCNu32 " %15s %c", &turn, word, &end);

	if (n < 1 || n > 2 || turn > PARTNER_TURN_MAX ||
	    (n == 2 && strcmp(word, "maintenance")))
		return false;
	p->turn = turn;
	p->maintenance = n == 2;
	return true;
}
