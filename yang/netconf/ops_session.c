/* lock, unlock (RFC 6241 7.5, 7.6), close-session, kill-session (7.8, 7.9), hello. */
#include <stdlib.h>

#include "yang/netconf/rpc.h"
#include "yang/netconf/server.h"
#include "yang/netconf/session.h"

static void read_lock(struct rpc *rpc)
{
	rpc_store(rpc, "target", &rpc->target);
}

static void act_lock(struct rpc *rpc)
{
	struct store_user user = session_store_user(rpc->session);

	store_lock(server_store(rpc->server), rpc->target, &user, &rpc->findings);
	rpc_acted(rpc);
}

static void act_unlock(struct rpc *rpc)
{
	store_unlock(server_store(rpc->server), rpc->target, session_id(rpc->session),
		     &rpc->findings);
	rpc_acted(rpc);
}

static void act_close(struct rpc *rpc)
{
	session_end_after_reply(rpc->session);
	rpc_acted(rpc);
}

static void read_kill(struct rpc *rpc)
{
	struct gh_buf word = { 0 };

	if (rpc_word(rpc, "session-id", true, &word)) {
		char *end;
		unsigned long id = strtoul(gh_buf_text(&word), &end, 10);

		rpc->victim = (uint32_t)id;
		if (*end || !id || id > UINT32_MAX)
			rpc_error(rpc, FINDING_INVALID_VALUE, "session-id", "that is no session-id");
		else if (id == session_id(rpc->session))
			rpc_error(rpc, FINDING_INVALID_VALUE, "session-id",
				  "that is this session; end it by close-session");
	}
	gh_buf_fini(&word);
}

static void act_kill(struct rpc *rpc)
{
	if (!server_kill(rpc->server, rpc->victim, session_id(rpc->session)))
		rpc_error(rpc, FINDING_INVALID_VALUE, "session-id", "there is no session %u",
			  rpc->victim);
	rpc_acted(rpc);
}

const struct rpc_kind session_kinds[] = {
	{ NS_BASE, "lock", "ietf-netconf", read_lock, act_lock, NULL },
	{ NS_BASE, "unlock", "ietf-netconf", read_lock, act_unlock, NULL },
	{ NS_BASE, "close-session", "ietf-netconf", NULL, act_close, NULL },
	{ NS_BASE, "kill-session", "ietf-netconf", read_kill, act_kill, NULL },
	{ NULL },
};
