/*
 * gateway - the one place that knows every part, and joins them
 *
 *   gateway.c   makes the parts, runs the loop, ends
 *   apply.c     configuration  -> parts      (a backend of the transaction)
 *   hear.c      facts of guests and events of parts -> parts
 *   hear_peer.c     what bgpd's module says of sessions -> legs
 *   hear_request.c  what guests ask for -> store, operations, shows
 *   show.c      parts -> text and JSON
 *
 * Ownership  the struct owns every part below.
 * Threads    the control thread.
 */
#ifndef GATEHOUSED_GATEWAY_H
#define GATEHOUSED_GATEWAY_H

#include <ev.h>
#include <stdbool.h>

#include "base/clock.h"
#include "base/fact.h"
#include "gatehoused/meter.h"
#include "gatehoused/options.h"
#include "yang/config.h"

struct gateway {
	const struct options *options;
	struct ev_loop *loop;
	struct gh_time started;

	struct timeline *timeline;
	struct guests *guests;
	struct speaker *speaker;
	struct store *store;
	struct rib *rib;
	struct fib *kernel, *esp;
	struct underlay *underlay;
	struct monitor *monitor;
	struct ipsec *ipsec;
	struct ike *ike;
	struct partner_parts *partner;  /* apply_partner.h */
	struct credentials *credentials;
	unsigned credentials_age_s;     /* since their files were last looked at */
	struct ike_relay *relay;
	struct netconf_host_state *netconf;

	ev_prepare turn;                /* before each wait: flush what the turn collected */
	ev_prepare asleep;              /* the last of a turn: how long it took */
	ev_idle more;                   /* active while the arbiter has work left */
	ev_timer rib_due, second, settle, sweep;
	ev_io link_events, esp_events, keeper_line;
	ev_signal term, interrupt;

	struct meter *meter;
	struct ledger_file *ledger;     /* what the meter of `show gateway meter` counts */
	struct pulse pulse;
	struct failover_tests *tests;
	struct expiry *expiry;
	struct show_job *shows;         /* answers in the making */
	ev_check awake;                 /* after each wait */

	struct apply *apply;
	struct nat *nat;
	struct nat_routes *nat_routes;
	bool looping;                   /* the loop has begun: who works long keeps others waiting */
	uint64_t commits;               /* changes of the running configuration since the start */
	bool speaker_due;               /* legs or configuration changed */
	uint32_t bgpd_pid;              /* of the bgpd whose paths we hold */
	uint64_t told;                  /* number of the last event that bgpd was told */
	struct ike_told *ike_told;      /* hear.c: by leg */
	size_t ike_told_count;
};

/* Runs the daemon until SIGTERM; returns the exit status. */
int gateway_run(const struct options *o);

/* ---- apply.c ---- */

/* Registers the backends that make the parts agree with the configuration. */
int apply_new(struct gateway *g);
void apply_free(struct apply *a);
/* Once per turn of the loop: the next slice of a change under way; is there more? */
bool apply_turn(struct gateway *g);
/* bgpd is told of the running configuration's sessions: now, or as soon as the kernel has their routes. */
void apply_speaker(struct gateway *g);
struct gh_reply;
/* bgpd's VERDICT of a trial; its link ended before it. */
void apply_verdict(struct gateway *g, const struct gh_reply *verdict);
void apply_bgpd_left(struct gateway *g);
/* Looks whether certificates' files were renewed; their connections are then set up anew. */
void apply_certificates(struct gateway *g);
/* States the running configuration's text to bgpd's module. */
void apply_text(struct gateway *g);
/* The usable SAs of a leg changed, or may have: tell arbiter and speaker. */
void apply_tunnel(struct gateway *g, uint32_t leg);

/* gateway_loop.c: from now on the loop serves the parts. */
void gateway_watch(struct gateway *g);

/* speaker_legs.c: what the wishes for bgpd ask the parts. */
struct speaker_legs speaker_legs_of(struct gateway *g);

/* apply_nat.c: makes nat and nat_routes. */
int apply_nat_start(struct gateway *g);
/* For the speaker: what is passed on of sites behind NAT rules. */
struct speaker_translated;
void apply_nat_translated(void *gateway, const struct speaker_translated *to);

/* ---- hear.c ---- */

struct gh_fact;
struct rib_leg_event;
struct link_state;
struct store_event;
struct gh_request;

void hear_joined(void *gateway, enum gh_role role);
void hear_left(void *gateway, enum gh_role role);
void hear_fact(void *gateway, enum gh_role role, const struct gh_fact *fact);
void hear_leg(void *gateway, const struct rib_leg_event *event);
/* A failover test of a circuit began or ended. */
void hear_test(void *gateway, const char *circuit, const char *why);
void hear_store(void *gateway, const struct store_event *event);
void hear_link(void *gateway, const struct link_state *link);
void hear_link_lost(void *gateway);
void hear_ike(void *gateway, uint32_t leg);
/* Drains the datapath's events towards charon. */
void hear_esp(struct gateway *g);
/* Tells charon how much each SA carried. */
void hear_use(struct gateway *g);

/* ---- hear_peer.c ---- */

void hear_peer(struct gateway *g, const struct gh_peer *p);

/* ---- hear_request.c ---- */

/* They answer by a REPLY, perhaps in a later turn. */
void hear_edit(struct gateway *g, const struct gh_request *r);
void hear_do(struct gateway *g, const struct gh_request *r);
void hear_show(struct gateway *g, enum gh_role role, const struct gh_request *r);

/* The name of a leg for messages: "paris", "dc1 primary", or "leg 7". */
const char *gateway_leg_name(const struct gateway *g, uint32_t leg, char text[GH_NAME_MAX + 16]);

#endif
