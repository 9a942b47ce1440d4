/*
 * show_config - the configuration's views: what is asked of the store
 *
 *	diff               what a commit of the candidate would change
 *	commit N           what the commit N back changed
 *	candidate          the candidate's text
 *	running-config     the configuration as this user may see it
 *
 * Threads    the control thread; the clerk makes the texts, so the answer may
 *            come in a later turn.
 */
#ifndef GATEHOUSED_SHOW_CONFIG_H
#define GATEHOUSED_SHOW_CONFIG_H

#include <stdbool.h>

#include "base/buf.h"
#include "yang/store.h"

struct gateway;

struct show_config {
	const char *words;
	struct store_user user;
	void *context;
	/* Exactly once, perhaps before show_config has returned. */
	void (*done)(void *context, int rc, struct gh_buf *text);
};

/* False: the words are none of these, and done is not called. */
bool show_config(struct gateway *g, const struct show_config *s);

#endif
