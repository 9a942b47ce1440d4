/*
 * Inbound: see inbound.h.
 *
 * The kernel joins datagrams by size and peer, so one message may hold IKE
 * behind ESP: each piece is judged by itself (RFC 3948 2). Consecutive pieces
 * of one SPI are opened as a batch, in place.
 */
#include "ipsec/inbound.h"

#include <sys/socket.h>
#include <unistd.h>

#include "ipsec/mss.h"
#include "ipsec/nat.h"
#include "ipsec/wire.h"

#define ECN_MASK 3
#define ECN_CE 3
#define ECN_ECT1 1
#define ECN_ECT0 2

struct piece {
	uint8_t *bytes;
	uint32_t length;
};

/* The tally of one batch under one SA. */
struct tally {
	unsigned packets;
	uint64_t bytes;
};

static void write_tun(void *ctx, const struct iovec *iov, int count, unsigned packets)
{
	struct inbound *in = ctx;
	uint64_t bytes = 0;

	if (writev(in->to_fd, iov, count) < 0) {
		counters_drop(in->counters, in->to_fd == in->tun_fd ? IPSEC_DROP_TUN : IPSEC_DROP_NAT,
			      NULL, packets);
		return;
	}
	for (int k = 1; k < count; k++)
		bytes += iov[k].iov_len;
	counter_add(&in->counters->packets, packets);
	counter_add(&in->counters->bytes, bytes);
}

void inbound_flush(struct inbound *in)
{
	gro_flush(&in->gro, write_tun, in);
}

/* What was collected for another device goes first; two sites may have equal flows. */
static void turn_to(struct inbound *in, int fd)
{
	if (in->to_fd != fd)
		inbound_flush(in);
	in->to_fd = fd;
}

static void set_tos(const struct packet *p, uint8_t tos)
{
	if (p->family == AF_INET) {
		p->bytes[1] = tos;
		packet_ip_checksum(p->bytes, AF_INET, p->l4);
	} else {
		wire_put16(p->bytes, (uint16_t)((wire_get16(p->bytes) & 0xf00f) | tos << 4));
	}
}

/* RFC 6040 4.2: carries a congestion mark of the outside in; false means drop. */
static bool merge_ecn(struct packet *p, uint8_t outer)
{
	uint8_t inner = p->tos & ECN_MASK;

	outer &= ECN_MASK;
	if (outer == ECN_CE && inner == 0)
		return false;
	if ((outer == ECN_CE && inner != ECN_CE) || (outer == ECN_ECT1 && inner == ECN_ECT0)) {
		p->tos = (uint8_t)((p->tos & ~ECN_MASK) | outer);
		set_tos(p, p->tos);
	}
	return true;
}

/* An authentic, new packet. Returns what became of it: IPSEC_DROP_COUNT is delivered. */
static enum ipsec_drop deliver(struct inbound *in, struct sa *sa, const struct esp_packet *e,
			       uint8_t outer_tos)
{
	uint8_t family = e->next_header == ESP_NEXT_IPV4 ? AF_INET : AF_INET6;
	const struct nat_way *way;
	struct packet p;

	if (e->next_header != ESP_NEXT_IPV4 && e->next_header != ESP_NEXT_IPV6)
		return IPSEC_DROP_MALFORMED_PLAIN;
	if (!packet_parse(e->data + sa->esp.header, e->inner_length, &p) || p.family != family)
		return IPSEC_DROP_MALFORMED_PLAIN;
	if (!selector_match(&sa->selector, &p, false)) {
		counter_add(&sa->mismatches, 1);
		return IPSEC_DROP_SELECTOR;
	}
	if (!merge_ecn(&p, outer_tos))
		return IPSEC_DROP_ECN;
	flows_see(in->flows, &p);
	mss_clamp(&p, mss_for(in->mtu, sadb_mss(sa, in->mss), p.family));
	way = atomic_load(&sa->home->nat);
	if (way && way->outside < 0)
		return IPSEC_DROP_NAT;
	if (way)
		nat_raise_hop(&p);
	turn_to(in, way ? way->outside : in->tun_fd);
	if (!gro_add(&in->gro, &p)) {
		inbound_flush(in);
		gro_add(&in->gro, &p);
	}
	return IPSEC_DROP_COUNT;
}

static void check_mapping(struct inbound *in, struct sa *sa, const struct gh_endpoint *remote)
{
	const struct sa_outer *outer = atomic_load(&sa->outer);
	const struct gh_endpoint *known = &outer->source;

	/* Without NAT there is no mapping, and a peer may use UDP or not as it likes. */
	if (!outer->encap)
		return;
	if (known->port != remote->port || gh_addr_cmp(&known->addr, &remote->addr) != 0)
		event_mapping(in->events, sa, remote);
}

/* After opening: authentic? new? then in. */
static void take(struct inbound *in, struct sa *sa, const struct esp_packet *e,
		 const struct udp_datagram *d, struct tally *t)
{
	enum ipsec_drop drop;
	bool newest;

	if (!e->ok) {
		counters_drop(in->counters, IPSEC_DROP_AUTH, sa, 1);
		return;
	}
	newest = e->sequence > atomic_load_explicit(&sa->slot->replay.top, memory_order_relaxed);
	if (!replay_accept(&sa->replay, e->sequence)) {
		counters_drop(in->counters, IPSEC_DROP_REPLAY, sa, 1);
		return;
	}
	t->packets++;
	t->bytes += e->inner_length;
	/* Only the newest packet speaks for where the peer is now. */
	if (newest && !d->native)
		check_mapping(in, sa, &d->remote);
	if (e->next_header == ESP_NEXT_DUMMY)
		return;
	drop = deliver(in, sa, e, d->tos);
	if (drop != IPSEC_DROP_COUNT)
		counters_drop(in->counters, drop, sa, 1);
}

/* Before opening: is it worth the cipher's time? */
static bool prepare(struct inbound *in, struct sa *sa, const struct piece *piece,
		    struct esp_packet *e)
{
	*e = (struct esp_packet){ .data = piece->bytes, .length = piece->length };
	if (!esp_length_valid(&sa->esp, piece->length)) {
		counters_drop(in->counters, IPSEC_DROP_MALFORMED, sa, 1);
		return false;
	}
	e->sequence = wire_get32(piece->bytes + 4);
	if (sa->esp.esn)
		e->sequence = replay_extend(&sa->replay, (uint32_t)e->sequence);
	if (!replay_check(&sa->replay, e->sequence)) {
		counters_drop(in->counters, IPSEC_DROP_REPLAY, sa, 1);
		return false;
	}
	return true;
}

/* Their SA may be on its way (early.h). */
static void keep_early(struct inbound *in, const struct piece *pieces, unsigned count,
		       const struct udp_datagram *d)
{
	for (unsigned k = 0; k < count; k++)
		if (!early_keep(&in->early, pieces[k].bytes, pieces[k].length, d, in->now))
			counters_drop(in->counters, IPSEC_DROP_UNKNOWN_SPI, NULL, 1);
}

/* Pieces of one SPI. */
static void open_batch(struct inbound *in, const struct piece *pieces, unsigned count,
		       const struct udp_datagram *d)
{
	struct sa *sa = sadb_find_in(&in->tables->sadb, wire_get32(pieces[0].bytes));
	struct esp_packet packet[ESP_BATCH_MAX];
	struct tally t = { 0 };
	unsigned n = 0;

	if (!sa) {
		keep_early(in, pieces, count, d);
		return;
	}
	if (!atomic_load_explicit(&sa->usable, memory_order_relaxed)) {
		counters_drop(in->counters, IPSEC_DROP_EXHAUSTED, sa, count);
		return;
	}
	for (unsigned k = 0; k < count; k++)
		n += prepare(in, sa, &pieces[k], &packet[n]);
	esp_open(&sa->esp, packet, n);
	for (unsigned k = 0; k < n; k++)
		take(in, sa, &packet[k], d, &t);
	if (t.packets) {
		uint32_t limits = sa_count(sa, t.packets, t.bytes, in->now);

		if (limits)
			event_raise(in->events, sa, limits);
	}
}

static void hand_to_ike(struct inbound *in, const struct piece *piece,
			const struct udp_datagram *d)
{
	struct gh_endpoint local = { .addr = d->local, .port = in->port };

	in->ike(in->ctx, &local, &d->remote, piece->bytes, piece->length);
}

/* RFC 3948 2.2 and 2.3. True: the piece is ESP. What has no UDP is nothing else; SPI 0 is none. */
static bool sort_out(struct inbound *in, const struct piece *piece, const struct udp_datagram *d)
{
	if (!d->native && piece->length == 1 && piece->bytes[0] == 0xff)
		return false;           /* keepalive: it has done its work in the NAT */
	if (piece->length < 8 || (d->native && !wire_get32(piece->bytes))) {
		counters_drop(in->counters, IPSEC_DROP_MALFORMED, NULL, 1);
		return false;
	}
	if (wire_get32(piece->bytes) != 0)
		return true;
	hand_to_ike(in, piece, d);
	return false;
}

void inbound_datagram(struct inbound *in, const struct udp_datagram *d)
{
	struct piece batch[ESP_BATCH_MAX];
	unsigned n = 0;

	for (uint32_t at = 0; at < d->length; at += d->segment) {
		uint32_t left = d->length - at;
		struct piece piece = { d->bytes + at, left < d->segment ? left : d->segment };

		if (!sort_out(in, &piece, d))
			continue;
		if (n == ESP_BATCH_MAX || (n && wire_get32(batch[0].bytes) !=
					   wire_get32(piece.bytes))) {
			open_batch(in, batch, n, d);
			n = 0;
		}
		batch[n++] = piece;
	}
	if (n)
		open_batch(in, batch, n, d);
}

void inbound_retry(struct inbound *in)
{
	bool done[EARLY_PACKETS];

	for (unsigned k = 0; k < in->early.count; k++) {
		struct early_packet *p = &in->early.packet[k];
		struct piece piece = { p->bytes, p->length };
		struct udp_datagram d = { .tos = p->tos, .native = p->native, .remote = p->remote };

		done[k] = true;
		if (sadb_find_in(&in->tables->sadb, wire_get32(p->bytes)))
			open_batch(in, &piece, 1, &d);
		else if (gh_time_ms_between(p->since, in->now) >= EARLY_MS)
			counters_drop(in->counters, IPSEC_DROP_UNKNOWN_SPI, NULL, 1);
		else
			done[k] = false;
	}
	inbound_flush(in);
	early_remove(&in->early, done);
}
