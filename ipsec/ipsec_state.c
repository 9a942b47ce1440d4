/*
 * What the datapath counts and holds, for those who look: see ipsec.h.
 */
#include "ipsec/ipsec_private.h"

const char *ipsec_drop_name(enum ipsec_drop drop)
{
	static const char *const name[IPSEC_DROP_COUNT] = {
		[IPSEC_DROP_MALFORMED_INNER] = "malformed-inner",
		[IPSEC_DROP_NO_ROUTE] = "no-route",
		[IPSEC_DROP_NO_SA] = "no-sa",
		[IPSEC_DROP_NO_SELECTOR] = "no-selector",
		[IPSEC_DROP_TOO_BIG] = "too-big",
		[IPSEC_DROP_SEND] = "send",
		[IPSEC_DROP_EXHAUSTED] = "exhausted",
		[IPSEC_DROP_MALFORMED] = "malformed",
		[IPSEC_DROP_UNKNOWN_SPI] = "unknown-spi",
		[IPSEC_DROP_REPLAY] = "replay",
		[IPSEC_DROP_AUTH] = "auth",
		[IPSEC_DROP_MALFORMED_PLAIN] = "malformed-plain",
		[IPSEC_DROP_SELECTOR] = "selector",
		[IPSEC_DROP_ECN] = "ecn",
		[IPSEC_DROP_TUN] = "tun",
		[IPSEC_DROP_NAT] = "nat",
	};

	return (unsigned)drop < IPSEC_DROP_COUNT ? name[drop] : "?";
}

void ipsec_counters(const struct ipsec *i, struct ipsec_counters *out)
{
	const struct counters *tx = &i->worker[WORKER_TX].counters;
	const struct counters *rx = &i->worker[WORKER_RX].counters;
	const struct counters *nat = &i->worker[WORKER_NAT].counters;

	out->out_packets = atomic_load(&tx->packets) + atomic_load(&nat->packets);
	out->out_bytes = atomic_load(&tx->bytes) + atomic_load(&nat->bytes);
	out->in_packets = atomic_load(&rx->packets);
	out->in_bytes = atomic_load(&rx->bytes);
	out->icmp_sent = atomic_load(&tx->icmp) + atomic_load(&nat->icmp);
	for (unsigned k = 0; k < IPSEC_DROP_COUNT; k++)
		out->drops[k] = atomic_load(&tx->drops[k]) + atomic_load(&rx->drops[k]) +
				atomic_load(&nat->drops[k]);
	out->out_flows = i->flow_counts[WORKER_TX] + i->flow_counts[WORKER_NAT];
	out->in_flows = i->flow_counts[WORKER_RX];
	out->workers = out->workers_stuck = 0;
	for (unsigned k = 0; k < WORKERS; k++) {
		out->workers += i->worker[k].running;
		out->workers_stuck += i->stuck[k];
	}
}

void ipsec_leg_counters(const struct ipsec *i, uint32_t leg, struct ipsec_leg_counters *out)
{
	struct sa_sum sum[2];

	sadb_leg_sum(&i->tables.sadb, leg, sum);
	*out = (struct ipsec_leg_counters){
		.in_packets = sum[0].packets, .in_bytes = sum[0].bytes,
		.in_drops = sum[0].drops, .in_mismatches = sum[0].mismatches,
		.out_packets = sum[1].packets, .out_bytes = sum[1].bytes,
		.out_drops = sum[1].drops, .out_mismatches = sum[1].mismatches,
	};
}

static void fill_state(const struct ipsec *i, const struct sa *sa, struct gh_time now,
		       struct ipsec_sa_state *s)
{
	const struct sa_outer *outer = atomic_load(&sa->outer);
	bool out = sa->name.direction == GH_OUT, any;
	const struct sa_leg *leg = idmap_find(&i->tables.sadb.legs, sa->leg);

	*s = (struct ipsec_sa_state){
		.name = sa->name,
		.leg = sa->leg,
		.source = outer->source,
		.target = outer->target,
		.encap = outer->encap,
		.algorithm = sa->algorithm,
		.esn = sa->esp.esn,
		.usable = atomic_load(&sa->usable),
		.current = out && leg && sadb_select(leg, NULL, &any) == sa,
		.orphan = sa->orphan_until.ns != 0,
		.replay_window = sa->window,
		.bytes = atomic_load(&sa->slot->bytes),
		.packets = atomic_load(&sa->slot->packets),
		.drops = atomic_load(&sa->drops),
		.sequence = out ? atomic_load(&sa->slot->sequence) :
				  atomic_load(&sa->slot->replay.top),
		.last_use_s = atomic_load(&sa->slot->last_use_s),
		.age_s = gh_time_ms_between(sa->born, now) / 1000,
	};
}

void ipsec_sa_each(const struct ipsec *i, uint32_t leg, ipsec_sa_visit *visit, void *ctx)
{
	const struct sa *sa = leg ? sadb_leg_first(&i->tables.sadb, leg) : i->tables.sadb.all;
	struct gh_time now = gh_now();

	for (; sa; sa = leg ? sa->leg_next : sa->next) {
		struct ipsec_sa_state state;

		fill_state(i, sa, now, &state);
		visit(ctx, &state);
	}
}
