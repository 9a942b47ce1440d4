/*
 * state_part - the parts of the state; private to state*.c
 *
 * A part writes its members ahead of its list (head), then an entry of the
 * list at a time (entry), each call going on behind the position that the one
 * before left.
 *
 * Threads    the control thread.
 */
#ifndef GATEHOUSED_STATE_PART_H
#define GATEHOUSED_STATE_PART_H

#include "gatehoused/state/state.h"
#include "gatehoused/state/writer.h"
#include "ipsec/ipsec.h"
#include "rib/rib.h"

/* Where a reader is, in words that a change of the configuration leaves true. */
struct state_position {
	bool begun;                     /* the rest says what was written last */
	char name[GH_NAME_MAX + 1];
	uint64_t number;
	struct gh_prefix prefix;
};

struct state_part {
	const char *name;               /* of the container, or of a list of the gateway */
	const char *list;               /* within the container; NULL: there is none */
	bool explicit_only;             /* not delivered with the whole */
	void (*head)(struct gateway *g, struct writer *w);
	/* false: there is no entry behind the position. only: "" or the one key asked for. */
	bool (*entry)(struct gateway *g, struct state_reader *r, struct writer *w);
};

struct state_reader {
	struct gateway *gateway;
	struct writer writer;
	unsigned part;
	bool single;                    /* of one part */
	bool output;                    /* of get-routes */
	bool opened;                    /* the outer brackets */
	bool inside;                    /* the part's brackets */
	bool ended;
	char only[GH_NAME_MAX + 1];
	struct state_position at;
	bool has_within;
	struct gh_prefix within;
	uint32_t left;                  /* routes still to deliver; UINT32_MAX: all */
	bool more;                      /* the limit cut it short */
	struct gh_prefix last;          /* route delivered */
};

/* state_gateway.c */
void state_gateway_head(struct gateway *g, struct writer *w);
void state_bgp_head(struct gateway *g, struct writer *w);
bool state_bgp_entry(struct gateway *g, struct state_reader *r, struct writer *w);
bool state_event_entry(struct gateway *g, struct state_reader *r, struct writer *w);
void state_commits_head(struct gateway *g, struct writer *w);
bool state_commit_entry(struct gateway *g, struct state_reader *r, struct writer *w);
/* state_meter.c */
void state_meter_head(struct gateway *g, struct writer *w);
bool state_meter_entry(struct gateway *g, struct state_reader *r, struct writer *w);
/* state_leg.c */
bool state_circuit_entry(struct gateway *g, struct state_reader *r, struct writer *w);
/* state_connection.c */
bool state_connection_entry(struct gateway *g, struct state_reader *r, struct writer *w);
bool state_certificate_entry(struct gateway *g, struct state_reader *r, struct writer *w);
/* state_nat.c */
bool state_nat_entry(struct gateway *g, struct state_reader *r, struct writer *w);
/* state_partner.c */
void state_partner_head(struct gateway *g, struct writer *w);
bool state_vnet_router_entry(struct gateway *g, struct state_reader *r, struct writer *w);
/* state_route.c */
bool state_route_entry(struct gateway *g, struct state_reader *r, struct writer *w);

/* ---- shared ---- */

/* The members that every leg has. */
void state_leg(struct writer *w, const struct rib_leg_view *view);
void state_leg_names(struct gateway *g, struct writer *w, const char *key, const uint32_t legs[],
		     unsigned count);
void state_as_path(struct writer *w, const uint32_t as_path[], unsigned count);
/* What was said of a fact that the leg uses: "up", "down", "unknown"; else "off". */
const char *state_said(const struct rib_leg_view *view, enum leg_fact fact);
/* "Established" and the like, of the session that speaks for a leg; "Idle" without one. */
const char *state_bgp(struct gateway *g, uint32_t leg);

/*
 * The index of the first of `count` entries, sorted by the name at their
 * beginning, that a reader has not delivered; count: none.
 */
size_t state_after(const struct state_reader *r, const void *array, size_t count, size_t size,
		   size_t name_offset);

#endif
