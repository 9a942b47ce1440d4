#include "rib/explain.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rib/entry.h"

static char *text_of(struct gh_buf *b)
{
	char *text = gh_buf_length(b) ? strdup(gh_buf_text(b)) : NULL;

	gh_buf_fini(b);
	return text;
}

static void candidate_of(const struct candidate *c, struct explain_candidate *out)
{
	const struct path *p = c->path;

	*out = (struct explain_candidate){
		.leg = c->leg, .neighbor = c->neighbor,
		.name = p->leg->config.name, .edge = p->leg->config.edge,
		.kind = c->kind, .state = p->leg->leg.state,
		.is_static = c->is_static, .stale = p->stale,
		.tier = c->tier, .lost = c->lost,
		.weight = c->weight, .local_pref = c->local_pref, .med = c->med,
		.as_hops = c->as_hops, .origin = c->origin, .router_id = c->router_id,
	};
	if (!p->attr)
		return;
	out->next_hop = p->attr->next_hop;
	out->as_count = p->attr->as_count;
	memcpy(out->as_path, p->attr->as_path, p->attr->as_count * sizeof(out->as_path[0]));
}

static char *tiers_text(const struct group *group)
{
	struct gh_buf b = { 0 };

	for (unsigned i = 0; i < group->count; i++) {
		const struct group_member *m = &group->members[i];
		const struct rib_leg_config *leg = &m->leg->config;

		if (!i || m->tier != group->members[i - 1].tier)
			gh_buf_printf(&b, "%s%u: ", i ? "; " : "", m->tier + 1);
		else
			gh_buf_printf(&b, ", ");
		gh_buf_printf(&b, "%s%s%s %s", leg->name, leg->edge[0] ? "/" : "", leg->edge,
			      leg_state_name(m->leg->leg.state));
	}
	return text_of(&b);
}

static char *kernel_text(const struct rib *r, const struct entry *e)
{
	struct fib *f = r->config.kernel;
	struct gh_buf b = { 0 };

	if (!f)
		return NULL;
	if (r->taking_over) {
		gh_buf_printf(&b, "as the process before left it, until bgpd's paths are complete");
	} else if (e->in_kernel == ENTRY_KERNEL_NONE) {
		gh_buf_printf(&b, "by the default route to the TUN");
	} else {
		gh_buf_printf(&b, e->in_kernel == ENTRY_KERNEL_STANDBY ? "to the TUN, " : "");
		f->ops->describe(f, e->in_kernel == ENTRY_KERNEL_GROUP ? e->kernel : FIB_STANDBY,
				 e->node->prefix.addr.family, &b);
	}
	return text_of(&b);
}

static char *esp_text(const struct rib *r, const struct entry *e)
{
	struct fib *f = r->config.esp;
	struct gh_buf b = { 0 };

	if (!f)
		return NULL;
	if (e->esp)
		f->ops->describe(f, e->esp, e->node->prefix.addr.family, &b);
	else
		gh_buf_printf(&b, "no VPN leg offers it");
	return text_of(&b);
}

static char *held_text(struct fib *f, const struct gh_addr *addr)
{
	struct gh_buf b = { 0 };

	if (!f || !f->ops->query)
		return NULL;
	if (f->ops->query(f, addr, &b)) {
		gh_buf_fini(&b);
		return NULL;
	}
	return text_of(&b);
}

static void explain_entry(const struct rib *r, const struct entry *e, struct explain *out)
{
	const struct rib_leg *legs[RIB_LEGS_SHOWN];
	const struct candidate *c;
	size_t count;

	out->found = true;
	out->prefix = e->node->prefix;
	c = entry_candidates(r, e, &count);
	for (size_t i = 0; i < count && i < EXPLAIN_CANDIDATES_MAX; i++) {
		out->refused |= entry_refuses(e, c[i].path);
		candidate_of(&c[i], &out->candidates[out->candidates_count++]);
	}
	for (struct table_node *n = table_covering(e->node);
	     n && out->covering_count < EXPLAIN_COVERING_MAX; n = table_covering(n))
		out->covering[out->covering_count++] = n->prefix;
	out->kernel = kernel_text(r, e);
	out->esp = esp_text(r, e);
	if (!e->group)
		return;
	out->group = e->group->id;
	out->tiers = tiers_text(e->group);
	out->active_count = group_active(e->group, GROUP_ANY, legs, RIB_LEGS_SHOWN);
	for (unsigned i = 0; i < out->active_count; i++)
		out->active[i] = legs[i]->config.number;
}

int explain_address(const struct rib *r, const struct gh_addr *addr, struct explain *out)
{
	const struct table_node *n = table_match(&r->table, addr);

	memset(out, 0, sizeof(*out));
	out->addr = *addr;
	if (n)
		explain_entry(r, n->value, out);
	out->kernel_holds = held_text(r->config.kernel, addr);
	out->esp_holds = held_text(r->config.esp, addr);
	return n ? 0 : -ENOENT;
}

void explain_fini(struct explain *e)
{
	free(e->tiers);
	free(e->kernel);
	free(e->esp);
	free(e->kernel_holds);
	free(e->esp_holds);
	memset(e, 0, sizeof(*e));
}
