/*
 * cli - the configuration as lines of text, the form that vtysh speaks
 *
 * One table (cli_grammar.c) maps a pattern of words to leaves of the YANG
 * tree; both directions use it: lines to edits, tree to lines. docs/
 * configuration.md is the reference of every line.
 *
 *	gateway                         enters a node, at any place
 *	 asn 65515                      a line of the node; indentation is free
 *	 no asn                         removes it
 *	 exit                           leaves the node
 *	no gateway connection paris     removes the whole
 *	! a comment, as # is
 *
 * The rendered text is canonical: a function of the tree alone, each node in
 * the table's order, lists sorted, and only what was set. Parsing it gives the
 * same tree again.
 *
 * Ownership  the caller's buffers; nothing is kept.
 * Threads    pure functions on a context that nobody changes.
 * Errors     -EINVAL with "line N: ..." in why for the first bad line; the
 *            edits are then incomplete and only good for edits_fini. A secret
 *            is never repeated in a message.
 */
#ifndef GH_YANG_CLI_H
#define GH_YANG_CLI_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "yang/edit.h"

#define CLI_LINE_MAX 1024

struct datastore;
struct secret_key;
struct lyd_node;

/*
 * Appends the steps that the text asks for to edits. A clear secret is
 * encrypted on the way, under key.
 */
int cli_parse(const struct datastore *datastore, const struct secret_key *key,
	      const char *text, size_t length, struct edits *edits, struct gh_buf *why);

/* Appends the canonical text of a tree; nothing for NULL. */
void cli_render(const struct lyd_node *tree, struct gh_buf *out);

/*
 * A YANG data path in the words of the lines: "gateway connection paris: bgp
 * peer-address". Without leaf, only the node: "gateway connection paris".
 */
void cli_place(const char *path, bool leaf, struct gh_buf *out);

#endif
