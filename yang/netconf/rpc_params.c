/* Parameters that several operations share: see rpc.h. */
#include <stdlib.h>
#include <string.h>

#include "yang/netconf/rpc.h"

static const char *const store_words[STORE_NAMES] = {
	[STORE_RUNNING] = "running", [STORE_CANDIDATE] = "candidate", [STORE_STARTUP] = "startup",
};

struct lyd_node *rpc_param(const struct rpc *rpc, const char *name)
{
	return element_child(rpc->element, element_ns(rpc->element), name);
}

bool rpc_word(struct rpc *rpc, const char *name, bool mandatory, struct gh_buf *out)
{
	const struct lyd_node *p = rpc_param(rpc, name);

	if (!p && mandatory)
		rpc_error(rpc, FINDING_MISSING_ELEMENT, name, "the operation needs the parameter %s",
			  name);
	if (!p)
		return false;
	element_word(p, out);
	return true;
}

/* The identity in a leaf datastore (RFC 8526), by its name alone. */
static bool read_datastore(struct rpc *rpc, const struct lyd_node *leaf, enum store_name *out,
			   bool *operational)
{
	struct gh_buf word = { 0 };
	const char *name = element_word(leaf, &word), *colon = strrchr(name, ':');
	bool known = true;
	unsigned i;

	name = colon ? colon + 1 : name;
	for (i = 0; i < STORE_NAMES && strcmp(name, store_words[i]); i++)
		;
	*operational = !strcmp(name, "operational");
	if (i < STORE_NAMES || *operational) {
		*out = *operational ? STORE_RUNNING : (enum store_name)i;
	} else {
		rpc_error(rpc, FINDING_INVALID_VALUE, "datastore",
			  "the datastores are running, candidate, startup and operational");
		known = false;
	}
	gh_buf_fini(&word);
	return known;
}

bool rpc_store(struct rpc *rpc, const char *name, enum store_name *out)
{
	const struct lyd_node *p = rpc_param(rpc, name), *which = p ? lyd_child(p) : NULL;
	bool operational;

	if (!which) {
		rpc_error(rpc, FINDING_MISSING_ELEMENT, name, "say which datastore in <%s>", name);
		return false;
	}
	/* RFC 8526 3.3 adds this to lock, unlock and validate. */
	if (element_is(which, NS_NMDA, "datastore")) {
		if (!read_datastore(rpc, which, out, &operational))
			return false;
		if (operational)
			rpc_error(rpc, FINDING_INVALID_VALUE, "datastore",
				  "operational is no configuration");
		return !operational;
	}
	for (unsigned i = 0; i < STORE_NAMES; i++) {
		if (!strcmp(element_name(which), store_words[i])) {
			*out = (enum store_name)i;
			return true;
		}
	}
	if (!strcmp(element_name(which), "url"))
		rpc_error(rpc, FINDING_OPERATION_NOT_SUPPORTED, NULL,
			  "the capability :url is not supported");
	else
		rpc_error(rpc, FINDING_BAD_ELEMENT, element_name(which),
			  "the datastores are running, candidate and startup");
	return false;
}

bool rpc_datastore(struct rpc *rpc, enum store_name *out, bool *operational)
{
	const struct lyd_node *p = rpc_param(rpc, "datastore");

	*operational = false;
	if (p)
		return read_datastore(rpc, p, out, operational);
	rpc_error(rpc, FINDING_MISSING_ELEMENT, "datastore", "say which datastore");
	return false;
}

bool rpc_filter(struct rpc *rpc, const char *name)
{
	rpc->layer = REPLY_PROTOCOL;
	return filter_read(rpc->schema, rpc_param(rpc, name), &rpc->filter, &rpc->findings);
}

/* RFC 6243 3: our basic mode is explicit. */
bool rpc_defaults(struct rpc *rpc)
{
	static const struct {
		const char *word;
		uint32_t option;
	} modes[] = {
		{ "explicit", LYD_PRINT_WD_EXPLICIT }, { "trim", LYD_PRINT_WD_TRIM },
		{ "report-all", LYD_PRINT_WD_ALL }, { "report-all-tagged", LYD_PRINT_WD_ALL_TAG },
	};
	const struct lyd_node *p = element_child(rpc->element, NS_WITH_DEFAULTS, "with-defaults");
	struct gh_buf word = { 0 };
	bool known = false;

	if (!p)
		p = element_child(rpc->element, NS_NMDA, "with-defaults");
	rpc->defaults = LYD_PRINT_WD_EXPLICIT;
	if (!p)
		return true;
	element_word(p, &word);
	for (unsigned i = 0; i < sizeof(modes) / sizeof(*modes); i++) {
		if (!strcmp(gh_buf_text(&word), modes[i].word)) {
			rpc->defaults = modes[i].option;
			known = true;
		}
	}
	if (!known)
		rpc_error(rpc, FINDING_INVALID_VALUE, "with-defaults",
			  "use explicit, trim, report-all or report-all-tagged");
	gh_buf_fini(&word);
	return known;
}
