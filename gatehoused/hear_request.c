/*
 * What guests ask for: edits, operations and shows; see gateway.h.
 *
 * An answer may come in a later turn, and in pieces; by then the guest that
 * asked may be gone, or be another one.
 */
#include "gatehoused/gateway.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gatehoused/guests.h"
#include "gatehoused/operate.h"
#include "gatehoused/show/show.h"
#include "gatehoused/show/show_config.h"
#include "gatehoused/show/support.h"
#include "yang/store.h"

#define REPLY_PIECE (1u << 20)

/* A request on its way: whom to answer. The guest may be another one by then. */
struct asked {
	struct gateway *g;
	enum gh_role role;
	uint32_t id, pid;
};

static struct asked *asked_new(struct gateway *g, enum gh_role role, const struct gh_request *r)
{
	struct asked *asked = malloc(sizeof(*asked));

	if (!asked)
		abort();
	*asked = (struct asked){ g, role, r->id, guests_hello(g->guests, role)->pid };
	return asked;
}

static bool asked_gone(void *context)
{
	const struct asked *asked = context;
	const struct gh_hello *hello = guests_hello(asked->g->guests, asked->role);

	return !hello || hello->pid != asked->pid;
}

static bool asked_busy(void *context)
{
	const struct asked *asked = context;

	return guests_pending(asked->g->guests, asked->role) > REPLY_PIECE;
}

/* The last piece ends it. */
static void asked_piece(void *context, int rc, const char *text, size_t length, bool more)
{
	struct asked *asked = context;
	struct gh_fact f = { .type = GH_REPLY };

	f.reply = (struct gh_reply){
		.id = asked->id, .status = (uint32_t)-rc, .more = more,
		.text = text, .text_length = (uint32_t)length,
	};
	if (!asked_gone(asked))
		guests_send(asked->g->guests, asked->role, &f);
	if (!more)
		free(asked);
}

/* In pieces: a configuration may be longer than a fact. */
static void asked_done(void *context, int rc, struct gh_buf *text)
{
	const char *at = gh_buf_text(text);
	size_t left = gh_buf_length(text);

	for (; left > REPLY_PIECE; at += REPLY_PIECE, left -= REPLY_PIECE)
		asked_piece(context, rc, at, REPLY_PIECE, true);
	asked_piece(context, rc, at, left, false);
}

static void edit_done(void *context, const struct store_outcome *outcome)
{
	struct gh_buf message = { 0 };

	findings_print(outcome->findings, &message);
	asked_done(context, outcome->rc, &message);
	gh_buf_fini(&message);
}

/* Replies keep the order of the edits: the store does one at a time. */
void hear_edit(struct gateway *g, const struct gh_request *r)
{
	const struct store_request request = {
		.verb = STORE_EDIT,
		.target = r->flags & GH_EDIT_CANDIDATE ? STORE_CANDIDATE : STORE_RUNNING,
		.user = { .uid = r->uid, .from = "vtysh" },
		.text = r->text, .length = r->text_length,
		.whole = r->flags & GH_EDIT_REPLACE,
		.context = asked_new(g, GH_ROLE_BGPD, r), .done = edit_done,
	};

	store_submit(g->store, &request);
}

void hear_do(struct gateway *g, const struct gh_request *r)
{
	char words[GH_TEXT_MAX + 1];
	const struct operate_request request = {
		.words = words, .user = { .uid = r->uid, .from = "vtysh" },
		.context = asked_new(g, GH_ROLE_BGPD, r), .done = asked_done,
	};

	snprintf(words, sizeof(words), "%.*s", (int)r->text_length, r->text);
	operate(g, &request);
}

void hear_show(struct gateway *g, enum gh_role role, const struct gh_request *r)
{
	const struct show_reader reader = {
		.context = asked_new(g, role, r), .piece = asked_piece,
		.busy = asked_busy, .gone = asked_gone,
	};
	char words[GH_TEXT_MAX + 1];
	struct show_config config = {
		.words = words, .user = { .uid = r->uid, .from = "vtysh" },
		.context = reader.context, .done = asked_done,
	};

	snprintf(words, sizeof(words), "%.*s", (int)r->text_length, r->text);
	if (!strcmp(words, "tech-support")) {
		struct gh_buf text = { 0 };

		support_print(g, &text);
		asked_done(reader.context, 0, &text);
		gh_buf_fini(&text);
	} else if (!show_config(g, &config)) {
		show(g, words, r->uid, &reader);
	}
}
