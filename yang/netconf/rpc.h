/*
 * rpc - one request of a client, from its bytes to those of its reply
 *
 *	read    clerk   parse, find the operation, judge access, read parameters
 *	act     loop    what the operation does; it may take its time
 *	print   clerk   the reply
 *
 * An operation that needs nothing of the loop is printed at once after read.
 * A session has one rpc at a time, so replies are in order, and so a client
 * has at most one job at the clerk.
 *
 * Ownership  the session owns its rpc; between rpc_start and done neither may go.
 * Threads    as above. The parameters are whoever's turn it is.
 */
#ifndef GH_NETCONF_RPC_H
#define GH_NETCONF_RPC_H

#include <libyang/libyang.h>

#include "base/clerk.h"
#include "yang/netconf/filter.h"
#include "yang/netconf/host.h"
#include "yang/netconf/message.h"
#include "yang/netconf/reply.h"
#include "yang/netconf/stream.h"
#include "yang/store.h"

#define RPC_REPLY_MAX (64u << 20)       /* longest reply, bytes */
#define RPC_STATE_MAX (16u << 20)       /* longest JSON of one question: as a tree it takes ten times that */

struct rpc;
struct session;
struct server;

/* One operation. Each function may be NULL: nothing to do, but a print of NULL says ok. */
struct rpc_kind {
	const char *ns, *name, *module;
	void (*read)(struct rpc *rpc);
	void (*act)(struct rpc *rpc);           /* calls rpc_acted once */
	void (*print)(struct rpc *rpc);
};

struct rpc {
	struct clerk_job job;
	struct session *session;
	struct server *server;
	struct ly_ctx *schema;
	struct gh_buf message, reply;
	void (*done)(struct rpc *rpc);

	struct lyd_node *root;                  /* the message */
	struct lyd_node *element;               /* its operation */
	const struct rpc_kind *kind;
	struct access *access;
	struct findings findings;
	enum reply_layer layer;
	bool bad;                               /* was no rpc at all (in-bad-rpcs) */
	bool printed;
	unsigned errors;                        /* in the reply (out-rpc-errors) */

	/* Parameters, by whoever needs them. */
	struct edits edits;
	struct store_request request;
	char *persist, *persist_id;
	uint32_t victim;                        /* kill-session */
	struct filter *filter;
	enum store_name source, target;
	bool operational;                       /* the source is get's or the operational datastore */
	bool data_ns_nmda;
	int config_filter;                      /* -1: both */
	unsigned max_depth;                     /* 0: unbounded */
	uint32_t defaults;                      /* LYD_PRINT_WD_* */
	struct netconf_ask ask, routes;
	unsigned asking;                        /* answers that are still to come */
	char *server_state;                     /* JSON of the server's own */
	uint64_t start_ms, stop_ms;             /* create-subscription; 0: not given */
	struct subscription *subscription;
	struct lyd_node *typed, *action;        /* an action or rpc of the model */
};

/* Takes rpc->message; done on the loop when rpc->reply is there. */
void rpc_start(struct rpc *rpc);
/* From an act: what it did is done, or failed as rpc->findings says. */
void rpc_acted(struct rpc *rpc);
/* Makes it as new for the next request; all trees are gone by then. */
void rpc_clear(struct rpc *rpc);

/* ---- for the operations ------------------------------------------------- */

extern const struct rpc_kind get_kinds[], edit_kinds[], session_kinds[], schema_kinds[],
	stream_kinds[];
extern const struct rpc_kind action_kind;       /* any operation of the model */

struct finding *rpc_error(struct rpc *rpc, enum finding_tag tag, const char *element,
			  const char *format, ...) __attribute__((format(printf, 4, 5)));
/* The parameter, or NULL. */
struct lyd_node *rpc_param(const struct rpc *rpc, const char *name);
/* The parameter's word; false: absent, with a finding if it must be there. */
bool rpc_word(struct rpc *rpc, const char *name, bool mandatory, struct gh_buf *out);
/* The datastore that the element target or source holds. */
bool rpc_store(struct rpc *rpc, const char *name, enum store_name *out);
/* The datastore of NMDA's leaf datastore. */
bool rpc_datastore(struct rpc *rpc, enum store_name *out, bool *operational);
/* Hands rpc->request to the store; rpc_acted follows its outcome. */
void rpc_submit(struct rpc *rpc);
/* Reads rpc->filter and rpc->defaults. */
bool rpc_filter(struct rpc *rpc, const char *name);
bool rpc_defaults(struct rpc *rpc);

#endif
