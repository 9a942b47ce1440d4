/* The gateway's side of NETCONF: see netconf_host.h. */
#include "gatehoused/netconf_host.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gatehoused/gateway.h"
#include "gatehoused/keeper.h"
#include "gatehoused/operate.h"
#include "gatehoused/state/state.h"
#include "yang/netconf/server.h"

/* A reading of state that is under way. */
struct reading {
	struct reading *next;
	struct netconf_ask *ask;
	struct state_reader *reader;
	bool wrapped;                   /* `{"gatehouse:output":{...}}`, of which the inner is wanted */
};

struct netconf_host_state {
	struct gateway *g;
	struct server *server;
	struct reading *first, **end;
	ev_idle turn;
};

/* ---- state --------------------------------------------------------------- */

static void unwrap(struct gh_buf *json)
{
	static const char head[] = "{\"gatehouse:output\":";
	size_t n = sizeof(head) - 1;

	if (gh_buf_length(json) <= n || memcmp(gh_buf_begin(json), head, n))
		return;
	gh_buf_consume(json, n);
	while (gh_buf_length(json) && json->data[json->tail - 1] != '}')
		json->tail--;
	if (gh_buf_length(json))
		json->tail--;
}

static void finish(struct netconf_host_state *h, struct reading *r)
{
	struct netconf_ask *ask = r->ask;

	state_free(r->reader);
	if (r->wrapped)
		unwrap(&ask->json);
	free(r);
	if (!h->first)
		ev_idle_stop(h->g->loop, &h->turn);
	ask->done(ask);
}

/* One slice of the first, which then goes to the end. */
static void on_turn(struct ev_loop *loop, ev_idle *w, int events)
{
	struct netconf_host_state *h = w->data;
	struct reading *r = h->first;
	int more;

	(void)events;
	if (!r) {
		ev_idle_stop(loop, w);
		return;
	}
	h->first = r->next;
	if (!h->first)
		h->end = &h->first;
	more = state_next(r->reader, &r->ask->json);
	if (gh_buf_length(&r->ask->json) > r->ask->json_max) {
		findings_add(&r->ask->findings, false, FINDING_TOO_BIG, NULL,
			     "the state is longer than %zu MiB; ask for less by a filter, and for the"
			     " routes by get-routes", r->ask->json_max >> 20);
		more = 0;
	}
	if (!more) {
		finish(h, r);
		return;
	}
	r->next = NULL;
	*h->end = r;
	h->end = &r->next;
}

static void start(struct netconf_host_state *h, struct netconf_ask *ask, const char *path,
		  const struct state_page *page)
{
	struct gh_buf why = { 0 };
	struct reading *r = calloc(1, sizeof(*r));

	if (!r)
		abort();
	r->ask = ask;
	r->wrapped = page != NULL;
	r->reader = state_read(h->g, path, page, &why);
	if (!r->reader) {
		/* One that is configured in no way, or not in running, has no state. */
		if (!strchr(path, '['))
			findings_add(&ask->findings, false, FINDING_OPERATION_FAILED, NULL, "%s",
				     gh_buf_text(&why));
		gh_buf_fini(&why);
		free(r);
		ask->done(ask);
		return;
	}
	gh_buf_fini(&why);
	*h->end = r;
	h->end = &r->next;
	ev_idle_start(h->g->loop, &h->turn);
}

static void host_state(void *context, struct netconf_ask *ask)
{
	start(context, ask, ask->what, NULL);
}

/* ---- operations ----------------------------------------------------------- */

static bool read_prefix(struct netconf_ask *ask, const char *text, struct gh_prefix *out,
			const struct gh_prefix **set)
{
	if (!text)
		return true;
	if (gh_prefix_parse(text, out) < 0) {
		findings_add(&ask->findings, false, FINDING_INVALID_VALUE, NULL, "%s is no prefix", text);
		return false;
	}
	*set = out;
	return true;
}

static void get_routes(struct netconf_host_state *h, struct netconf_ask *ask)
{
	struct gh_prefix within, after;
	struct state_page page = { .limit = ask->limit };

	if (read_prefix(ask, ask->within, &within, &page.within) &&
	    read_prefix(ask, ask->after, &after, &page.after))
		start(h, ask, "/gatehouse:get-routes", &page);
	else
		ask->done(ask);
}

static void at_once(struct netconf_ask *ask, int rc, struct gh_buf *why)
{
	if (rc)
		findings_add(&ask->findings, false, rc == -ENOENT ? FINDING_DATA_MISSING
								  : FINDING_INVALID_VALUE, NULL, "%s",
			     gh_buf_text(why));
	else
		unwrap(&ask->json);
	gh_buf_fini(why);
	ask->done(ask);
}

static enum finding_tag tag_of(int rc)
{
	switch (rc) {
	case -EACCES:
		return FINDING_ACCESS_DENIED;
	case -EINVAL:
		return FINDING_INVALID_VALUE;
	case -ENOENT:
		return FINDING_DATA_MISSING;
	case -EBUSY:
		return FINDING_IN_USE;
	default:
		return FINDING_OPERATION_FAILED;
	}
}

/* The words that an operation answers with are for people: NETCONF says ok. */
static void operated(void *context, int rc, struct gh_buf *text)
{
	struct netconf_ask *ask = context;

	if (rc)
		findings_add(&ask->findings, false, tag_of(rc), NULL, "%s", gh_buf_text(text));
	ask->done(ask);
}

/* "NAME for KIND" */
static int device_config(struct gateway *g, const char *words, struct gh_buf *out,
			 struct gh_buf *why)
{
	char name[GH_NAME_MAX + 1], kind[32];

	if (sscanf(words, "%80s for %31s", name, kind) != 2) {
		gh_buf_printf(why, "expected a connection and a kind of device");
		return -EINVAL;
	}
	return state_device_config(g, name, kind, false, out, why);
}

static void host_operate(void *context, struct netconf_ask *ask)
{
	struct netconf_host_state *h = context;
	struct gh_buf why = { 0 };
	int rc;

	if (!strcmp(ask->what, "get-routes")) {
		get_routes(h, ask);
	} else if (!strncmp(ask->what, "explain ", 8)) {
		rc = state_explain(h->g, ask->what + 8, false, &ask->json, &why);
		at_once(ask, rc, &why);
	} else if (!strncmp(ask->what, "diagnose connection ", 20)) {
		rc = state_diagnose(h->g, ask->what + 20, false, &ask->json, &why);
		at_once(ask, rc, &why);
	} else if (!strncmp(ask->what, "device-config connection ", 25)) {
		rc = device_config(h->g, ask->what + 25, &ask->json, &why);
		at_once(ask, rc, &why);
	} else {
		const struct operate_request request = {
			.words = ask->what, .allowed = true, .context = ask, .done = operated,
			.user = { .who = ask->who, .uid = ask->who->uid, .from = ask->from },
		};

		operate(h->g, &request);
	}
}

/* ---- start and end --------------------------------------------------------- */

struct netconf_host_state *netconf_host_new(struct gateway *g)
{
	struct netconf_host_state *h = calloc(1, sizeof(*h));
	const struct netconf_host host = {
		.context = h, .state = host_state, .operate = host_operate,
	};

	if (!h)
		return NULL;
	h->g = g;
	h->end = &h->first;
	ev_idle_init(&h->turn, on_turn);
	h->turn.data = h;
	h->server = server_new(&(struct server_options){
		.loop = g->loop, .store = g->store, .host = &host, .listener = KEEPER_NETCONF });
	if (h->server)
		return h;
	free(h);
	return NULL;
}

void netconf_host_close(struct netconf_host_state *h)
{
	if (!h)
		return;
	server_close(h->server);
	ev_idle_stop(h->g->loop, &h->turn);
	while (h->first) {
		struct reading *r = h->first;

		h->first = r->next;
		state_free(r->reader);
		free(r);
	}
}

void netconf_host_free(struct netconf_host_state *h)
{
	if (!h)
		return;
	server_free(h->server);
	free(h);
}

void netconf_host_event(struct netconf_host_state *h, const char *json)
{
	if (h)
		server_event(h->server, json);
}
