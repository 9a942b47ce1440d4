/* What NAT rules change about the wishes: see wish.h. */
#include "gatehoused/wish.h"

#include <stdlib.h>
#include <string.h>

#include "gatehoused/apply/translate.h"

void wish_nat_neighbor(const struct gw_connection *c, struct gh_neighbor *n)
{
	size_t count;
	struct box_rule *rules = translate_rules(c, &count);

	if (translate_any(rules, count, true)) {
		n->weight = 0;
		n->split_horizon = true;        /* what stands for its paths is not for itself */
	}
	for (size_t i = 0; i < count && n->translation_count < GH_TRANSLATIONS_MAX; i++) {
		if (rules[i].ingress)
			continue;
		n->translations[n->translation_count++] = (struct gh_translation){
			rules[i].internal, rules[i].external,
		};
	}
	free(rules);
}

/* Our prefixes as a site sees them, where that differs. */
static void want_seen(struct wish *w, const struct gw_connection *c,
		      const struct gh_prefix *prefixes, size_t prefix_count)
{
	struct gh_prefix out[TRANSLATE_MAX];
	size_t count, n;
	struct box_rule *rules = translate_rules(c, &count);

	for (size_t i = 0; i < prefix_count; i++) {
		n = translate_prefix(rules, count, false, &prefixes[i], out);
		for (size_t k = 0; k < n; k++) {
			struct gh_network network;

			if (!gh_prefix_cmp(&out[k], &prefixes[i]))
				continue;
			memset(&network, 0, sizeof(network));
			network.prefix = out[k];
			network.side = GH_SIDE_VPN;
			network.to = GH_TO_TRANSLATED;
			wish_network(w, &network);
		}
	}
	free(rules);
}

struct routes_wish {
	struct wish *w;
	const struct wish_of *of;
};

static void want_route(void *context, uint32_t leg, const struct gh_prefix *prefix)
{
	const struct routes_wish *r = context;
	struct gw_leg who;
	struct gh_preference p = { .kind = GH_KIND_VPN, .standing = GH_STANDING_UP };
	struct gh_network n;

	if (!gw_config_leg(r->of->config, leg, &who) || !who.connection ||
	    !r->of->legs->leg_up(r->of->legs->context, leg))
		return;
	p.routing_weight = who.connection->weight;
	memset(&n, 0, sizeof(n));
	n.prefix = *prefix;
	n.side = GH_SIDE_VPN;
	n.leg = leg;
	n.weight = gh_weight(&p);
	wish_network(r->w, &n);
}

void wish_nat_networks(struct wish *w, const struct wish_of *of)
{
	const struct gw_config *c = of->config;
	struct routes_wish routes = { w, of };

	for (size_t i = 0; i < c->connection_count; i++) {
		want_seen(w, &c->connections[i], c->address_space, c->address_space_count);
		want_seen(w, &c->connections[i], c->peered_space, c->peered_space_count);
	}
	if (of->legs->translated)
		of->legs->translated(of->legs->context,
				     &(struct speaker_translated){ &routes, want_route });
}
