/*
 * tunnel_peers - kernel state of the BGP sessions inside tunnels
 *
 * For each a host route to the peer by the TUN (RFC 4271 sessions of the host
 * itself use the main table), an unreachable one behind it, and our own address on
 * the TUN. Each is counted, because connections may share one, and touched
 * only when its count leaves or reaches 0: adding one to a thousand costs
 * what adding the first one does. Many at once are one batch of messages.
 *
 * Ownership  embedded in the ground; owns its lists.
 * Threads    whoever has the ground; calls wait for the kernel.
 * Errors     0 or -errno, with words in `why`.
 */
#ifndef RIB_TUNNEL_PEERS_H
#define RIB_TUNNEL_PEERS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/buf.h"
#include "rib/nl.h"
#include "rib/underlay.h"

struct counted {
	struct gh_addr addr;
	uint32_t count;
};

struct counted_list {
	struct counted *array;          /* sorted by address */
	size_t count, space;
};

struct tunnel_peers {
	struct nl *nl;                  /* borrowed */
	uint32_t table;                 /* of the instance: tells one gateway's routes from another's */
	int tun_ifindex;
	struct counted_list peers, locals;
	struct gh_buf b;                /* messages to send */
	/*
	 * The TUN's last IPv4 address goes: adds what else the kernel drops with it, to be
	 * made again by the same call to it, for each packet in between is lost. NULL: nothing.
	 */
	void (*again)(void *ctx, struct gh_buf *b);
	void *ctx;
	char why[256];                  /* of the last addition that failed */
};

void tunnel_peers_fini(struct tunnel_peers *t);

/* All of them. On failure nothing of it stays; culprit: the one that was refused, or count. */
int tunnel_peers_add(struct tunnel_peers *t, const struct underlay_session *sessions, size_t count,
		     size_t *culprit);
/* One that is not there is no error. */
void tunnel_peers_del(struct tunnel_peers *t, const struct underlay_session *sessions,
		      size_t count);

/*
 * Has the TUN an IPv4 address of ours? When the kernel takes the last one away, it
 * takes all IPv4 routes by that interface away with it, and says nothing.
 */
bool tunnel_peers_have_ipv4(const struct tunnel_peers *t);

/* The TUN came back, or was another one: makes all of it again. */
int tunnel_peers_restore(struct tunnel_peers *t);
/* Removes what an earlier process left and is not among ours. */
int tunnel_peers_sweep(struct tunnel_peers *t);

#endif
