/*
 * partner - which of two instances is preferred now, and what follows for its peers
 *
 * Two instances of one gateway agree by a **turn**: in an even one the primary
 * is preferred, in an odd one the secondary. Each tells the other its turn, and
 * the higher one holds for both. A switch-over is the next turn; so is the loss
 * of the partner in a turn that was its own, and therefore nothing switches
 * back when the partner returns. Both count over restarts.
 *
 *   active-active                  nobody is preferred
 *   active-active with symmetry    the preferred one's offers are the better ones
 *   active-standby                 the same, by more; an address that moves is
 *                                  held by the preferred one
 *   starting                       not preferred until the partner was heard and all is
 *                                  settled, or it was waited for in vain
 *   maintenance                    not preferred, in any mode, as long as the
 *                                  other one is there and not in maintenance too
 *
 * Who is less preferred says the same to its peers, with our AS prepended or a
 * higher MED: its sessions, tunnels and forwarding stay, so nothing is lost
 * when a peer moves over.
 *
 * How the turn travels: as the MED of the gateway's own prefixes on the iBGP
 * session, (turn * 2) + 1 in maintenance. No protocol of its own, and as safe
 * and as quick to fail as that session.
 *
 * Ownership  the caller's struct; allocates nothing, does no I/O.
 * Threads    any one.
 * Units      milliseconds; now is given by the host.
 */
#ifndef GATEHOUSED_PARTNER_H
#define GATEHOUSED_PARTNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"

#define PARTNER_TURN_MAX 1000000u
/* After a start, so long for the partner to be heard before it counts as gone. */
#define PARTNER_WAIT_MS 8000
/* Once it is heard, so many seconds until what it says is here, and our other peers' paths. */
#define PARTNER_SETTLE_S 3
#define PARTNER_PREPEND 3               /* our AS so many times more: standby, maintenance */
#define PARTNER_MED 100                 /* per step of less preference */

struct partner_config {
	bool present;
	bool standby;                   /* mode active-standby */
	bool secondary;                 /* role */
	bool symmetry;
	bool moves;                     /* one address moves */
	uint8_t instance;
};

struct partner {
	struct partner_config config;
	uint32_t turn;
	bool maintenance;               /* we are in it */
	bool heard;                     /* since the start, or it was waited for long enough */
	bool here;                      /* the partner is */
	bool its_maintenance;
	unsigned settle_s;              /* left of PARTNER_SETTLE_S */
	struct gh_time wait_until;      /* ns 0: not waiting */
};

/* What follows from the state. */
struct partner_standing {
	bool preferred;                 /* of the two, or alone */
	bool decided;                   /* false: the partner has not been heard yet */
	bool holds_address;             /* if one moves; means something only if decided */
	uint8_t prepend;                /* to everybody but the partner */
	uint32_t med;                   /* the same; 0: none */
	uint32_t told;                  /* the MED that tells the partner */
};

void partner_init(struct partner *p);
/* Changes keep the turn. */
void partner_configure(struct partner *p, const struct partner_config *config, struct gh_time now);

/*
 * The session to it came up or ended. Each returns whether anything that
 * partner_standing says may be another now.
 */
bool partner_here(struct partner *p, bool here);
/* What it tells: the MED of one of its own prefixes. */
bool partner_told(struct partner *p, uint32_t med);
bool partner_maintain(struct partner *p, bool on);
/* Once a second: ends the wait for a first word, and the settling. */
bool partner_timer(struct partner *p, struct gh_time now);

/* NULL: done; else in words why not. */
const char *partner_switch(struct partner *p);

void partner_stand(const struct partner *p, struct partner_standing *out);

/* What outlives a restart, as one line of text; reading returns false for anything else. */
#define PARTNER_TEXT 48
void partner_print(const struct partner *p, char text[PARTNER_TEXT]);
bool partner_read(struct partner *p, const char *text);

#endif
