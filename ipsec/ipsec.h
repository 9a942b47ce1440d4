/*
 * ipsec - the ESP datapath of the gateway, as the rest of the daemon sees it
 *
 * Packets that the kernel routes to the TUN are looked up in the ESP FIB
 * (prefix -> group -> legs), sealed under an SA of the chosen leg (RFC 4303,
 * tunnel mode) and sent to its peer, in UDP (RFC 3948) or not; what arrives on
 * UDP 4500 or as protocol 50 takes the way back. No entry or no SA
 * means an ICMP unreachable to the sender, never clear text.
 *
 *   TUN -> [TX worker: fwd -> group -> leg -> SA -> seal] -> UDP 4500
 *   TUN <- [RX worker: selectors <- replay <- open <- SPI] <- UDP 4500 -> ike()
 *
 * An SA without UDP encapsulation is sent as IP protocol 50, at some thirty
 * times the cost a packet. What a peer sends is taken either way, whatever
 * the SA says (RFC 7296 2.23). Transport mode is refused.
 *
 * Ownership  struct ipsec owns its threads, tables and the mapping of the SA
 *            map. File descriptors stay the caller's; keep them open until
 *            ipsec_free returned. Arguments are copied.
 * Threads    every function is for the control thread alone. The workers call
 *            only config.ike, and it must not block. Tables are published to
 *            them by pointer swaps; a group changes by one atomic store.
 * Units      bytes of inner packets; monotonic seconds, as CLOCK_MONOTONIC.
 * Errors     0 or -errno. A drop in a worker is counted under its name.
 */
#ifndef IPSEC_H
#define IPSEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/fact.h"

struct ipsec;

struct ipsec_config {
	int tun_fd;             /* from tun_open: IFF_VNET_HDR, non-blocking */
	int natt_fd[2];         /* from port_open: UDP 4500, IPv4 and IPv6; -1: no such family */
	int esp_fd[2];          /* from port_open_esp: ESP without UDP; -1: none */
	int sa_map_fd;          /* read-write; an empty file is laid out (see seqmap.h) */
	uint16_t mtu;           /* of the TUN, bytes */
	void *ctx;
	/* An IKE message came to port 4500, with the four zero bytes of its marker. */
	void (*ike)(void *ctx, const struct gh_endpoint *local,
		    const struct gh_endpoint *remote, const uint8_t *datagram, size_t length);
};

/* Starts the workers. On failure *out is untouched. */
int ipsec_new(const struct ipsec_config *config, struct ipsec **out);
/* Stops and joins the workers, wipes the keys. SA state stays in the map. */
void ipsec_free(struct ipsec *i);

/* The TUN's MTU changed: what is larger is refused, and TCP's MSS clamped to fit. */
void ipsec_mtu_set(struct ipsec *i, uint16_t mtu);
/* What TCP's MSS is clamped to, where the MTU asks for no less; 0: what fits the MTU. */
void ipsec_mss_set(struct ipsec *i, uint16_t mss);
/* The same for one leg; 0: as for all. */
void ipsec_leg_mss_set(struct ipsec *i, uint32_t leg, uint16_t mss);

/*
 * Once a second: frees what no worker can see any more, ends orphans. changed
 * (NULL: nobody cares) is told the leg of each SA that ended.
 */
typedef void ipsec_leg_changed(void *ctx, uint32_t leg);
void ipsec_tick(struct ipsec *i, ipsec_leg_changed *changed, void *ctx);

/*
 * The FIB is complete: packets of the TUN may be looked up. Harmless to repeat.
 *
 * A process that finds SAs of the one before it in the map does not drop what
 * came meanwhile: the kernel's queues keep it until the tables are back. UDP
 * is read from the first ipsec_snapshot_end on, the TUN when that and this
 * have happened; both begin without them a second after ipsec_new.
 */
void ipsec_forward(struct ipsec *i);

/*
 * SAs, as charon's plugin states them.
 *
 * Setting an SA again is harmless: it keeps its counters, window and place. A
 * new process finds the state of each SA in the map, keyed by direction, SPI
 * and a fingerprint of the key.
 *
 * Between snapshot_begin and snapshot_end the plugin repeats SAs that may have
 * been used before. One that has no state in the map is then never used (its
 * sequence numbers are unknown, and sending one twice would reuse a nonce): it
 * counts as not usable and an IPSEC_SOFT event asks for its rekey.
 *
 * -EPROTONOSUPPORT: not tunnel mode, or no suite of base/suite.h.
 * -EOPNOTSUPP: OpenSSL here does not have the cipher. -EINVAL: key length, family. -EEXIST: inbound SPI held by a different SA.
 * -ENOSPC: the SA map is full.
 */
int ipsec_sa_set(struct ipsec *i, const struct gh_sa *sa);
/* *leg (NULL: nobody cares): whose it was. -ENOENT. */
int ipsec_sa_del(struct ipsec *i, const struct gh_sa_name *name, uint32_t *leg);
/* New outer endpoints; afterwards the SA answers to its new destination, too. */
int ipsec_sa_move(struct ipsec *i, const struct gh_sa_move *move);      /* -ENOENT */

/*
 * The leg's connection is removed or shut down: ends its SAs, whatever charon
 * knows. A snapshot that states them once more, past the next tick, finds no
 * state of theirs, so they stay unusable: the leg's number can be given to
 * another connection.
 */
void ipsec_leg_end(struct ipsec *i, uint32_t leg);

/*
 * The plugin's HELLO, and its END. SAs that the snapshot did not repeat are
 * deleted keep_ms after the end (0: at once), so that a restarted charon finds
 * the old tunnels still carrying traffic while it makes new ones.
 */
void ipsec_snapshot_begin(struct ipsec *i);
void ipsec_snapshot_end(struct ipsec *i, uint32_t keep_ms);

/* Has the leg a usable SA in each direction? */
bool ipsec_leg_up(const struct ipsec *i, uint32_t leg);

/* Bytes, packets and last use for SA_USE; -ENOENT. */
int ipsec_sa_use(const struct ipsec *i, const struct gh_sa_name *name, struct gh_sa_use *out);
/* The same of each SA that carried something since the last call, or that this charon never heard of. */
typedef void ipsec_use_visit(void *ctx, const struct gh_sa_use *use);
void ipsec_use_each(struct ipsec *i, ipsec_use_visit *visit, void *ctx);

/*
 * What the workers have to say. The descriptor polls readable when events
 * wait; ipsec_event_next drains them. An event that finds no room is raised
 * again by the SA's next packet.
 */
enum ipsec_event_kind {
	IPSEC_SOFT = 1,         /* a soft limit passed, or state unknown: rekey it */
	IPSEC_HARD,             /* a hard limit passed: the SA carries nothing any more */
	IPSEC_MAPPING,          /* an authentic packet came from a new endpoint (RFC 7296 2.23);
				   charon decides, and answers with SA_MOVE */
};

struct ipsec_event {
	enum ipsec_event_kind kind;
	uint32_t leg;
	struct gh_sa_name name;
	struct gh_endpoint remote;      /* MAPPING: where it came from */
};

int ipsec_event_fd(const struct ipsec *i);
bool ipsec_event_next(struct ipsec *i, struct ipsec_event *out);

/*
 * The ESP FIB. A group number is the caller's; it may be set before or after
 * the prefixes that use it. Its legs are alternatives of one tier: flows are
 * spread over them, and those without a usable SA are passed over. No legs, or
 * a group never set: unreachable.
 */
int ipsec_route_set(struct ipsec *i, const struct gh_prefix *prefix, uint32_t group);
int ipsec_route_del(struct ipsec *i, const struct gh_prefix *prefix);   /* -ENOENT */
#define IPSEC_GROUP_LEGS_MAX 16
int ipsec_group_set(struct ipsec *i, uint32_t group, const uint32_t legs[], unsigned count);
void ipsec_group_del(struct ipsec *i, uint32_t group);

/*
 * The leg's packets pass through a box that translates them (nat.h), with these
 * two TUNs, opened as config.tun_fd was. Both -1: until it is there nothing of
 * the leg passes. The descriptors are duplicated.
 */
int ipsec_nat_set(struct ipsec *i, uint32_t leg, int inside, int outside);
/* They pass as they are. */
void ipsec_nat_clear(struct ipsec *i, uint32_t leg);

/* What the datapath would do with a packet to addr. -ENOENT: no entry. */
struct ipsec_route {
	struct gh_prefix prefix;
	uint32_t group;
	uint32_t leg;           /* 0: no leg of the group is usable */
	uint32_t spi;           /* outbound, of that leg's newest SA; 0: none */
};
int ipsec_lookup(const struct ipsec *i, const struct gh_addr *addr, struct ipsec_route *out);

/* Why a packet was dropped: one name per drop. */
enum ipsec_drop {
	IPSEC_DROP_MALFORMED_INNER,     /* from the TUN: not IP, or its lengths lie */
	IPSEC_DROP_NO_ROUTE,            /* no entry, or its group has no leg */
	IPSEC_DROP_NO_SA,               /* no usable SA on any leg of the group */
	IPSEC_DROP_NO_SELECTOR,         /* outbound: no SA's selectors take the packet */
	IPSEC_DROP_TOO_BIG,             /* over the MTU with DF, or IPv6 */
	IPSEC_DROP_SEND,                /* the kernel refused to send it */
	IPSEC_DROP_EXHAUSTED,           /* sequence numbers or a hard limit used up */
	IPSEC_DROP_MALFORMED,           /* from a peer: too short, or not ESP */
	IPSEC_DROP_UNKNOWN_SPI,
	IPSEC_DROP_REPLAY,              /* seen before, or older than the window */
	IPSEC_DROP_AUTH,                /* integrity check failed */
	IPSEC_DROP_MALFORMED_PLAIN,     /* authentic, but not an IP packet inside */
	IPSEC_DROP_SELECTOR,            /* inbound: outside the SA's selectors */
	IPSEC_DROP_ECN,                 /* congestion mark on a not-ECT packet (RFC 6040) */
	IPSEC_DROP_TUN,                 /* the kernel refused the write to the TUN */
	IPSEC_DROP_NAT,                 /* the leg's translation is not there, or took no packet */
	IPSEC_DROP_COUNT
};

/* "no-route" and the like: the leaf in YANG and the word in show. */
const char *ipsec_drop_name(enum ipsec_drop drop);

struct ipsec_counters {
	uint64_t out_packets, out_bytes;        /* inner, sealed and handed to the kernel */
	uint64_t in_packets, in_bytes;          /* inner, written to the TUN */
	uint64_t icmp_sent;                     /* unreachables and too-bigs to inner senders */
	uint64_t drops[IPSEC_DROP_COUNT];
	uint32_t out_flows, in_flows;           /* in the last whole minute, estimated */
	unsigned workers, workers_stuck;        /* stuck: did not come round since the last tick */
};
void ipsec_counters(const struct ipsec *i, struct ipsec_counters *out);

/*
 * What a leg carried over all of its SAs, those that ended included: it never
 * decreases while the process lives. An SA that a new process takes over
 * brings along what it carried before.
 */
struct ipsec_leg_counters {
	uint64_t in_packets, in_bytes, out_packets, out_bytes;  /* inner */
	uint64_t in_drops, out_drops;
	uint64_t in_mismatches, out_mismatches; /* drops by traffic selectors */
};
void ipsec_leg_counters(const struct ipsec *i, uint32_t leg, struct ipsec_leg_counters *out);

/* For show. */
struct ipsec_sa_state {
	struct gh_sa_name name;
	uint32_t leg;
	struct gh_endpoint source, target;
	bool encap;                     /* in UDP */
	const char *algorithm;          /* "aes-256-gcm-16"; lives as long as the SA */
	bool esn;
	bool usable;
	bool current;                   /* outbound: new packets of the leg use it */
	bool orphan;                    /* charon does not know it (see snapshot_end) */
	uint32_t replay_window;
	uint64_t bytes, packets, drops;
	uint64_t sequence;              /* last sent, or highest received */
	uint64_t last_use_s;            /* 0: never */
	uint64_t age_s;                 /* since this process learnt of it */
};
typedef void ipsec_sa_visit(void *ctx, const struct ipsec_sa_state *state);
/* Each SA of a leg, newest first; leg 0: of all legs. */
void ipsec_sa_each(const struct ipsec *i, uint32_t leg, ipsec_sa_visit *visit, void *ctx);

#endif
