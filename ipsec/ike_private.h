/*
 * ike_private - what the files of ike share
 *
 * ike.c         the list of connections, for gatehoused
 * ike_authority.c  where charon asks about revoked certificates
 * ike_charon.c  the link to charon: ask, list, initiate
 * ike_differ.c  what a change of a connection asks for
 * ike_event.c   what charon says by itself
 * ike_host.c    peers that are known by name, and those that may not begin
 * ike_load.c    connections into charon and out of it; rekeys on demand
 * ike_key.c     private keys that charon holds for us
 * ike_renew.c   new SAs beside those of what was configured before
 * ike_secret.c  pre-shared keys, of which there may be two
 * ike_state.c   one connection's status, and finding connections
 * ike_try.c     connections loaded for a moment, to see whether charon takes them
 *
 * Nobody else but tests includes it.
 */
#ifndef GH_IPSEC_IKE_PRIVATE_H
#define GH_IPSEC_IKE_PRIVATE_H

#include <ev.h>

#include "ipsec/ike.h"
#include "ipsec/resolve.h"
#include "ipsec/vici.h"

#define IKE_PEERS 64
#define IKE_BUCKETS 1024
#define IKE_SAS_MAX 16          /* IKE SAs of a connection that are told apart */
#define IKE_OLDS_MAX 8          /* those that were replaced, and wait for their end */

/* IKE SAs by charon's number. What finds no room is not known: it ends with its lifetime. */
struct ike_sas {
	unsigned count;
	uint32_t id[IKE_SAS_MAX];
};

struct ike_conn {
	struct ike_conn *next, **link;          /* in the list of all; where that points here */
	struct ike_conn *next_leg, *next_name;  /* in their buckets */
	struct ike_connection want;     /* its remote, if it has a name, is what that was last */
	struct ike_status status;
	uint32_t prints;                /* how often it was to have a new IKE SA */
	bool alternate_first;           /* the alternate key is the one that we prove ourselves by */
	bool due;                       /* to be loaded in a turn to come */
	bool loaded;                    /* charon has it as we want it */
	bool listed;                    /* a list has covered it since */
	bool touched;                   /* an event came while a list was on its way */
	bool replace;                   /* close the SAs once the new version is loaded, */
	bool renew;                     /* or set up new ones beside them */
	struct ike_sas sas;             /* as of the last list */
	struct ike_sas olds;            /* of what was configured before; see ike_renew.c */
	bool doubted;                   /* a list revokes somebody since they proved themselves */
	bool olds_open;                 /* all that the next list has are among them */
	struct gh_time olds_until, close_at;    /* 0: not */
	struct gh_time next_look;       /* when its name is resolved again */
	bool connecting;                /* the list had one that is being set up */
	bool found;                     /* the list on its way had it: */
	uint32_t found_leg;
	struct ike_status listing;
	struct ike_sas found_sas;
	bool found_connecting;
	struct gh_time next_try;
	uint32_t pause_ms;
	struct gh_time resume_until;    /* make new SAs beside the old; 0: not */
};

/* So long the datapath surely keeps the SAs of a charon that died. */
#define IKE_RESUME_MS 50000

/* Whom an IKE SA is with that charon has no connection for yet. */
struct ike_peer {
	uint64_t id;
	struct gh_addr addr;
	char ids[160];                  /* "198.51.100.1[us]...198.51.100.2[them]" as it names them */
};

struct ike {
	struct ev_loop *loop;
	ike_connect *connect;
	ike_changed *changed;
	void *user;
	struct vici *vici;              /* NULL while charon is away */
	bool told_away;
	ev_io io;
	ev_timer tick, soon, more;
	struct ike_conn *conns;
	unsigned conn_count;
	struct ike_conn *legs[IKE_BUCKETS], *names[IKE_BUCKETS];
	bool settled;
	bool listing;                   /* a list is on its way */
	struct gh_time next_list;
	char version[32];
	bool told_plugins, checks_revocation;   /* charon said what it has; and it can do that */
	struct ike_peer peers[IKE_PEERS];       /* a ring */
	unsigned next_peer;
	struct ike_key *keys;           /* of this link to charon, */
	struct ike_authority *authorities;      /* and this */
	struct ike_trial *trials;
	unsigned next_trial;            /* number of the next one */
	struct resolve *resolve;        /* made for the first name */
	ike_refused *refused;           /* NULL: nobody cares */
	void *refused_user;
	ev_timer refused_soon;
};

/* ---- ike_state.c ---- */

/* Into the list and the buckets, by want.leg and want.name; and out of them. */
void ike_enlist(struct ike *k, struct ike_conn *c);
void ike_delist(struct ike *k, struct ike_conn *c);
struct ike_conn *ike_find(const struct ike *k, uint32_t leg);
struct ike_conn *ike_find_name(const struct ike *k, const char *charon_name);
struct ike_conn *ike_find_remote(const struct ike *k, const struct gh_addr *remote);
/* Has it a child SA? */
bool ike_is_up(const struct ike_conn *c);
/* Has each of its pairs one? */
bool ike_is_whole(const struct ike_conn *c);
void ike_sas_add(struct ike_sas *sas, uint32_t id);
bool ike_sas_have(const struct ike_sas *sas, uint32_t id);
/* Takes over what charon says; what it does not say (attempts, failures) stays. */
void ike_set_status(struct ike *k, struct ike_conn *c, const struct ike_status *said);
void ike_set_down(struct ike *k, struct ike_conn *c, enum ike_state state);
void ike_set_fault(struct ike *k, struct ike_conn *c, enum ike_fault fault, const char *words);

/* ---- ike_charon.c; all but init and fini only while k->vici ---- */

void ike_charon_init(struct ike *k);
void ike_charon_fini(struct ike *k);
/* Loads all that are due, some in each turn of the loop. */
void ike_load_soon(struct ike *k);
/* Unloads all that is ours by name and not wanted, once settled. */
void ike_unload_strays(struct ike *k);
void ike_initiate_missing(struct ike *k);
void ike_list_soon(struct ike *k);
/* Closes that IKE SA, in agreement with the peer. */
void ike_close(struct ike *k, uint32_t id);

/* Sends the DELETE once and forgets the SAs: a dead peer must not keep them. */
void ike_terminate(struct ike *k, const char *name);

/* What an answer belongs to; the connection may be gone by then. */
struct ike_asked {
	struct ike *k;
	uint32_t leg;
};
/* ike_request, with a struct ike_asked for answer, which frees it. answer may be NULL. */
void ike_ask(struct ike *k, const char *command, struct gh_buf *message, vici_answer *answer,
	     uint32_t leg);
/* Sends; the message is wiped and freed. answer may be NULL. */
void ike_request(struct ike *k, const char *command, struct gh_buf *message,
		 vici_answer *answer, void *user);

/* ---- ike_load.c; only while k->vici ---- */

/* Loads the connection; if c->replace, then closes its old SAs. */
void ike_load(struct ike *k, struct ike_conn *c);
/* Unloads what charon holds under that name of ours, and closes its SAs. */
void ike_unload(struct ike *k, const char *name);
/* Asks charon for new keys: of the child SA, or the IKE SA. */
void ike_ask_rekey(struct ike *k, const struct ike_conn *c, bool child);

/* ---- ike_differ.c ---- */

enum ike_change {
	IKE_SAME,               /* nothing that charon sees */
	IKE_TOLD,               /* the alternate key, or a list of revoked certificates that
				 * names nobody else: charon is told, and no SA is touched */
	IKE_LATER,              /* what an SA need not be set up anew for */
	IKE_RENEWED,
	IKE_BROKEN,
};
enum ike_change ike_differ(const struct ike_connection *a, const struct ike_connection *b);

/* ---- ike_host.c ---- */

/* Once a second: names that are due are asked for, refusals told. */
void ike_host_tick(struct ike *k);
/* Its name is new, or its mode. */
void ike_host_changed(struct ike *k, struct ike_conn *c);
void ike_host_fini(struct ike *k);
/* Who may not begin is told again. */
void ike_refuse_soon(struct ike *k);
/* Is its address known, or not needed? */
bool ike_host_known(const struct ike_conn *c);

/* ---- ike_renew.c ---- */

/* Can new SAs stand beside the old ones, and may we begin? */
bool ike_renew_can(const struct ike_conn *c);
/* charon has the new values: what there is from now on is old. */
void ike_renew_begin(struct ike *k, struct ike_conn *c);
/* c->sas is of a list that was asked for after charon had the new values. */
void ike_renew_listed(struct ike *k, struct ike_conn *c);
/* The IKE SA was rekeyed. */
void ike_renew_rekeyed(struct ike_conn *c, uint32_t before, uint32_t after);
/* The peer's certificate is not believed any more: what it has ends. */
void ike_renew_refused(struct ike_conn *c);
/* Is it still the old ones alone that run? */
bool ike_renew_waits(const struct ike_conn *c);
/* Closes old ones that are not needed any more. */
void ike_renew_tick(struct ike *k, struct ike_conn *c);
void ike_renew_end(struct ike_conn *c);

/* ---- ike_secret.c; only while k->vici ---- */

void ike_secret_load(struct ike *k, struct ike_conn *c);
void ike_secret_unload(struct ike *k, const char *name);
/* A key was wrong: the other one is tried next, if there is one. */
void ike_secret_failed(struct ike *k, struct ike_conn *c);

/* ---- ike_key.c; load and drop only while k->vici ---- */

/* Loads our private key and what is between our certificate and its root, once. */
void ike_key_load(struct ike *k, struct ike_certificates *c);
/* Unloads what no connection wants any more. */
void ike_key_drop_unused(struct ike *k);
/* The link is closed, and every question on it answered. */
void ike_key_forget(struct ike *k);

/* ---- ike_authority.c; all but forget only while k->vici ---- */

void ike_authority_load(struct ike *k, const struct ike_certificates *c);
/* Lists that charon fetched and answers that it got are forgotten: it asks again. */
void ike_authority_ask_anew(struct ike *k);
void ike_authority_drop_unused(struct ike *k);
void ike_authority_forget(struct ike *k);

/* ---- ike_try.c ---- */

#define IKE_NO_KEM "additional-key-exchange needs strongSwan 6 or later, and this charon is older: " \
		   "remove the line, or update strongSwan"
#define IKE_NO_REVOCATION "`revocation strict` needs charon's plugin `revocation`, which is not loaded: " \
			  "install libstrongswan-extra-plugins, or load it in strongswan.conf"
/* Does this charon know additional key exchanges? */
bool ike_has_kem(const struct ike *k);

/* Cancels every trial; the link to charon is closed after it. */
void ike_try_fini(struct ike *k);

/* ---- ike_event.c ---- */

void ike_on_event(void *ike, const char *event, const struct vici_message *m);

#endif
