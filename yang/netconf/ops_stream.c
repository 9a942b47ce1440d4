/* create-subscription (RFC 5277 2.1.1). */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "yang/netconf/libyang_compat.h"
#include "yang/netconf/rpc.h"
#include "yang/netconf/server.h"
#include "yang/netconf/session.h"

/* Of the digits behind the point. */
static uint64_t milliseconds(const char *fraction)
{
	char digits[4] = "000";

	for (unsigned i = 0; fraction && i < 3 && fraction[i]; i++)
		digits[i] = fraction[i];
	return strtoul(digits, NULL, 10);
}

static bool read_time(struct rpc *rpc, const char *name, uint64_t *out)
{
	struct gh_buf word = { 0 };
	char *fraction = NULL;
	time_t s = 0;
	bool ok = true;

	if (rpc_word(rpc, name, false, &word)) {
		/* libyang's reader says nothing of what is too short. */
		ok = gh_buf_length(&word) >= 20 && !ly_time_str2time(gh_buf_text(&word), &s, &fraction);
		if (!ok)
			rpc_error(rpc, FINDING_INVALID_VALUE, name,
				  "write a time as 2026-11-20T21:30:00Z");
		*out = (uint64_t)s * 1000 + milliseconds(fraction);
	}
	free(fraction);
	gh_buf_fini(&word);
	return ok;
}

static void read_subscription(struct rpc *rpc)
{
	struct gh_buf word = { 0 };

	if (rpc_word(rpc, "stream", false, &word) && strcmp(gh_buf_text(&word), "NETCONF"))
		rpc_error(rpc, FINDING_INVALID_VALUE, "stream", "the only stream is NETCONF");
	gh_buf_fini(&word);
	if (rpc->findings.errors || !read_time(rpc, "startTime", &rpc->start_ms) ||
	    !read_time(rpc, "stopTime", &rpc->stop_ms))
		return;
	if (rpc->stop_ms && !rpc->start_ms)
		rpc_error(rpc, FINDING_MISSING_ELEMENT, "startTime", "stopTime needs a startTime");
	else if (rpc->stop_ms && rpc->stop_ms < rpc->start_ms)
		rpc_error(rpc, FINDING_BAD_ELEMENT, "stopTime", "stopTime is before startTime");
	else if (rpc->start_ms > wall_ms())
		rpc_error(rpc, FINDING_BAD_ELEMENT, "startTime", "startTime is in the future");
	else
		rpc_filter(rpc, "filter");
}

static void act_subscription(struct rpc *rpc)
{
	const struct subscription_request request = {
		.server = rpc->server, .session = session_id(rpc->session),
		.user = session_user(rpc->session), .filter = rpc->filter,
		.start_ms = rpc->start_ms, .stop_ms = rpc->stop_ms,
	};

	if (rpc->session->subscription) {
		rpc_error(rpc, FINDING_OPERATION_FAILED, NULL,
			  "this session has a subscription; open another session for another");
	} else {
		rpc->filter = NULL;
		rpc->subscription = subscription_new(server_stream(rpc->server), &request);
	}
	rpc_acted(rpc);
}

const struct rpc_kind stream_kinds[] = {
	{ NS_NOTIFICATION, "create-subscription", "notifications", read_subscription,
	  act_subscription, NULL },
	{ NULL },
};
