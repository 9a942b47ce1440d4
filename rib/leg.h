/*
 * leg - one way out of the gateway, and whether it is up
 *
 * A leg is an ExpressRoute edge or an IPsec connection. Several sources speak
 * of it, each with its own facts: SA (a usable security association in each
 * direction), BFD, LINK (carrier of its interface), BGP (session established),
 * TEST (down: a failover test holds the leg down; nobody need ever speak of it).
 * A leg says which facts it uses; a static-only VPN connection uses SA alone.
 *
 *              any used fact down                 any used fact down
 *   UNKNOWN ------------------------> DOWN <--------------------------- UP
 *      |                              | ^                               ^
 *      | all used facts up            | | any used fact down            |
 *      +--------------------> UP      v |                               |
 *                                  RESTORING --- wait-to-restore over --+
 *
 * Down is at once, whichever fact is first. Back up takes wait-to-restore
 * (RFC 6378 calls it WTR): a circuit that flaps must not move traffic twice.
 * The first time a leg comes up there is nothing to wait for. A RESTORING leg
 * carries traffic only where nothing else is up (see group.h).
 *
 * Ownership  embedded in the owner's struct; allocates nothing.
 * Threads    control thread.
 * Units      milliseconds; now is given by the host (base/clock.h).
 */
#ifndef RIB_LEG_H
#define RIB_LEG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"

enum leg_fact {
	LEG_FACT_SA,
	LEG_FACT_BFD,
	LEG_FACT_LINK,
	LEG_FACT_BGP,
	LEG_FACT_TEST,          /* down: an operator's failover test; else it has no say */
	LEG_FACTS,
};

#define LEG_USES(fact) (1u << (fact))

enum leg_state {
	LEG_UNKNOWN,            /* some used fact was never heard, none is down */
	LEG_DOWN,
	LEG_RESTORING,
	LEG_UP,
};

enum leg_said {
	LEG_UNHEARD,
	LEG_SAID_DOWN,
	LEG_SAID_UP,
};

struct leg {
	enum leg_state state;
	uint8_t uses;                   /* mask of LEG_USES() */
	bool was_up;                    /* has it ever been UP? */
	enum leg_said said[LEG_FACTS];
	enum leg_fact cause;            /* the fact that took it down last */
	uint32_t wait_to_restore_ms;
	struct gh_time changed;         /* when the present state began */
	struct gh_time restore_at;      /* RESTORING: when it ends */
};

void leg_init(struct leg *l, uint8_t uses, uint32_t wait_to_restore_ms, struct gh_time now);

/* Takes other uses and another wait; returns whether the state changed. */
bool leg_configure(struct leg *l, uint8_t uses, uint32_t wait_to_restore_ms, struct gh_time now);

/* Takes in a fact; returns whether the state changed. Unused facts are remembered. */
bool leg_hear(struct leg *l, enum leg_fact fact, bool up, struct gh_time now);

/* Ends wait-to-restore when it is over; returns whether the state changed. */
bool leg_timer(struct leg *l, struct gh_time now);

/* When leg_timer wants to be called; ns 0: not needed. */
struct gh_time leg_next(const struct leg *l);

/*
 * Should the peer be told to prefer other ways? True from the loss of the leg
 * until it is UP again, so that the return path waits as we do.
 */
bool leg_deprefer(const struct leg *l);

const char *leg_fact_name(enum leg_fact fact);
const char *leg_state_name(enum leg_state state);

#endif
