/*
 * Outbound: see outbound.h.
 *
 * Segments are collected in runs, sealed a run at a time (one atomic add for
 * its sequence numbers) and sent at the latest after 64 kB, while they are
 * still in the cache. Collecting more saves next to nothing: a run of 64
 * packets already pays one system call.
 */
#include "ipsec/outbound.h"

#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "ipsec/legset.h"
#include "ipsec/mss.h"
#include "ipsec/native.h"
#include "ipsec/nat.h"

#define PENDING_MAX UDP_RUN_BYTES

void outbound_init(struct outbound *o)
{
	memset(o, 0, sizeof(*o));
	for (unsigned k = 0; k < UDP_RUNS; k++)
		o->run[k].bytes = reclaim_alloc(UDP_RUN_BYTES + 64);
}

void outbound_fini(struct outbound *o)
{
	for (unsigned k = 0; k < UDP_RUNS; k++) {
		free(o->run[k].bytes);
		o->run[k].bytes = NULL;
	}
}

static void reply(struct outbound *o, const struct packet *p, enum icmp_reason reason)
{
	struct virtio_net_hdr v = { 0 };
	uint8_t bytes[ICMP_REPLY_MAX];
	struct iovec iov[2] = { { &v, sizeof(v) }, { bytes, 0 } };

	if (!icmp_allowed(&o->limit, o->now))
		return;
	iov[1].iov_len = icmp_reply(p, reason, o->mtu, bytes);
	if (iov[1].iov_len && writev(o->tun_fd, iov, 2) > 0)
		counter_add(&o->counters->icmp, 1);
}

/* NULL: dropped, counted and answered. */
static struct sa *route(struct outbound *o, const struct packet *p)
{
	static const enum icmp_reason answer[IPSEC_DROP_COUNT] = {
		[IPSEC_DROP_NO_ROUTE] = ICMP_NO_ROUTE,
		[IPSEC_DROP_NO_SA] = ICMP_NO_SA,
		[IPSEC_DROP_NO_SELECTOR] = ICMP_PROHIBITED,
	};
	enum ipsec_drop why = IPSEC_DROP_NO_ROUTE;
	uint32_t group = fwd_find(&o->tables->fwd, p->family, p->target);
	struct sa *sa = NULL;

	if (group != FWD_NONE)
		sa = legset_choose(idmap_find(&o->tables->groups, group), p, &why);
	if (!sa) {
		counters_drop(o->counters, why, NULL, 1);
		reply(o, p, answer[why]);
	}
	return sa;
}

static bool run_takes(const struct outbound_run *r, const struct sa *sa, uint8_t tos,
		      uint32_t sealed)
{
	return r->sa == sa && r->tos == tos && !r->closed && sealed <= r->segment &&
	       r->packets < UDP_RUN_PACKETS && r->length + sealed <= UDP_RUN_BYTES;
}

/*
 * The run that the next packet goes to. Only the SA's latest run is asked, so
 * that its packets leave in order.
 */
static struct outbound_run *run_for(struct outbound *o, struct sa *sa, uint8_t tos,
				    uint32_t sealed)
{
	struct outbound_run *r;

	for (unsigned k = o->runs; k-- > 0;) {
		if (o->run[k].sa != sa)
			continue;
		if (run_takes(&o->run[k], sa, tos, sealed))
			return &o->run[k];
		break;
	}
	if (o->runs == UDP_RUNS || o->pending >= PENDING_MAX)
		outbound_flush(o);
	r = &o->run[o->runs++];
	r->sa = sa;
	r->tos = tos;
	r->segment = (uint16_t)sealed;
	r->closed = false;
	r->packets = 0;
	r->length = 0;
	r->inner_bytes = 0;
	return r;
}

static void add_segment(struct outbound *o, struct sa *sa, struct gso *g, uint32_t length)
{
	uint32_t sealed = esp_sealed_length(&sa->esp, length);
	struct outbound_run *r = run_for(o, sa, g->packet.tos, sealed);

	gso_next(g, r->bytes + r->length + sa->esp.header);
	r->inner[r->packets] = length;
	r->next_header[r->packets] = g->packet.family == AF_INET ? ESP_NEXT_IPV4 : ESP_NEXT_IPV6;
	r->packets++;
	r->length += sealed;
	r->inner_bytes += length;
	r->closed = sealed < r->segment;
	o->pending += sealed;
}

/* Over the MTU: IPv4 without DF is left to fragment outside, the rest must shrink. */
static bool too_big(struct outbound *o, const struct sa *sa, const struct gso *g)
{
	const struct packet *p = &g->packet;
	uint32_t largest = gso_largest(g);

	if (esp_sealed_length(&sa->esp, largest) <= UDP_RUN_BYTES) {
		if (largest <= o->mtu)
			return false;
		if (p->family == AF_INET && !(p->bytes[6] & 0x40))
			return false;
	}
	counters_drop(o->counters, IPSEC_DROP_TOO_BIG, NULL, 1);
	reply(o, p, ICMP_TOO_BIG);
	return true;
}

/* To the leg's box; outbound_translated has it next. */
static void translate(struct outbound *o, const struct nat_way *way,
		      const struct virtio_net_hdr *v, const struct gso *g)
{
	const struct virtio_net_hdr whole = { 0 };      /* its checksum is finished */

	nat_raise_hop(&g->packet);
	if (!nat_write(way->inside, g->size ? v : &whole, g->packet.bytes, g->packet.length))
		counters_drop(o->counters, IPSEC_DROP_NAT, NULL, 1);
}

static void add(struct outbound *o, struct sa *sa, struct gso *g)
{
	uint32_t length;

	if (too_big(o, sa, g))
		return;
	flows_see(o->flows, &g->packet);
	if (!g->size)
		mss_clamp(&g->packet, mss_for(o->mtu, sadb_mss(sa, o->mss), g->packet.family));
	while ((length = gso_length(g)))
		add_segment(o, sa, g, length);
}

void outbound_packet(struct outbound *o, const struct virtio_net_hdr *v, uint8_t *bytes,
		     size_t length)
{
	const struct nat_way *way;
	struct sa *sa;
	struct gso g;

	if (!gso_begin(&g, v, bytes, length)) {
		counters_drop(o->counters, IPSEC_DROP_MALFORMED_INNER, NULL, 1);
		return;
	}
	sa = route(o, &g.packet);
	if (!sa)
		return;
	way = atomic_load(&sa->home->nat);
	if (way)
		translate(o, way, v, &g);
	else
		add(o, sa, &g);
}

void outbound_translated(struct outbound *o, struct sa_leg *leg, const struct virtio_net_hdr *v,
			 uint8_t *bytes, size_t length)
{
	struct sa *sa;
	struct gso g;
	bool any;

	if (!gso_begin(&g, v, bytes, length)) {
		counters_drop(o->counters, IPSEC_DROP_MALFORMED_INNER, NULL, 1);
		return;
	}
	sa = sadb_select(leg, &g.packet, &any);
	if (sa) {
		add(o, sa, &g);
		return;
	}
	if (any)
		counter_add(&leg->mismatches, 1);
	counters_drop(o->counters, any ? IPSEC_DROP_NO_SELECTOR : IPSEC_DROP_NO_SA, NULL, 1);
	reply(o, &g.packet, any ? ICMP_PROHIBITED : ICMP_NO_SA);
}

/* False: the SA has no numbers left for the run. */
static bool seal(struct outbound *o, struct outbound_run *r)
{
	struct esp_packet packet[UDP_RUN_PACKETS];
	uint8_t *at = r->bytes;
	uint64_t sequence;

	if (!sa_take_sequence(r->sa, r->packets, &sequence)) {
		event_raise(o->events, r->sa, SA_RAISED_HARD);
		counters_drop(o->counters, IPSEC_DROP_EXHAUSTED, r->sa, r->packets);
		return false;
	}
	for (unsigned k = 0; k < r->packets; k++) {
		packet[k] = (struct esp_packet){
			.data = at,
			.length = r->inner[k],
			.sequence = sequence + k,
			.next_header = r->next_header[k],
		};
		at += r->segment;       /* only the last is shorter */
	}
	esp_seal(o->nat ? &r->sa->esp_nat : &r->sa->esp, packet, r->packets);
	for (unsigned k = 0; k < r->packets; k++)
		if (!packet[k].ok)
			abort();        /* our engine broke: never send what it left behind */
	return true;
}

static void account(struct outbound *o, struct outbound_run *r)
{
	uint32_t limits = sa_count(r->sa, r->packets, r->inner_bytes, o->now);

	if (limits)
		event_raise(o->events, r->sa, limits);
	counter_add(&o->counters->packets, r->packets);
	counter_add(&o->counters->bytes, r->inner_bytes);
}

void outbound_flush(struct outbound *o)
{
	struct udp_run in_udp[UDP_RUNS], native[UDP_RUNS];
	unsigned count = 0, natives = 0, refused = 0;

	for (unsigned k = 0; k < o->runs; k++) {
		struct outbound_run *r = &o->run[k];
		const struct sa_outer *outer = atomic_load(&r->sa->outer);

		if (!seal(o, r))
			continue;
		account(o, r);
		*(outer->encap ? &in_udp[count++] : &native[natives++]) = (struct udp_run){
			.source = &outer->source,
			.to = &outer->to,
			.to_length = outer->to_length,
			.bytes = r->bytes,
			.length = r->length,
			.segment = r->segment,
			.tos = r->tos,
			.packets = r->packets,
		};
	}
	if (count)
		refused += udp_send(o->natt_fd, in_udp, count);
	if (natives)
		refused += native_send(o->esp_fd, native, natives);
	if (refused)
		counters_drop(o->counters, IPSEC_DROP_SEND, NULL, refused);
	o->runs = 0;
	o->pending = 0;
}
