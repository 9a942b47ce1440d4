/*
 * cli_grammar - the one table of the configuration's lines
 *
 * Private to cli_parse.c and cli_render.c; cli.h is the interface.
 *
 * Threads    constant data.
 */
#ifndef GH_YANG_CLI_GRAMMAR_H
#define GH_YANG_CLI_GRAMMAR_H

#include <stdbool.h>
#include <stddef.h>

enum cli_node {
	CLI_TOP,
	CLI_GATEWAY,
	CLI_EXPRESSROUTE,
	CLI_CONNECTION,
	CLI_NODES,
};

#define CLI_PATTERN_MAX 10      /* words of a pattern */
#define CLI_TOKEN_MAX 24        /* characters of one */

/*
 * A node: the words that enter it and its YANG path. {name} stands for the
 * key of the list; a node without it is a container that holds the others.
 */
struct cli_context {
	const char *words;
	const char *path;
	const char *list;               /* below /gatehouse:gateway; NULL for the container */
};

/*
 * A line of a node. In the pattern, {leaf} stands for the value of that leaf
 * below base, {leaf:kind} for one whose form the schema cannot put into words.
 */
struct cli_rule {
	enum cli_node node;
	const char *pattern;
	/* Container or list entry, below the node, of the leaves. "edge[role='{role}']" */
	const char *base;
	/* `no` needs so many words; the rest of the pattern may follow. */
	unsigned no_words;
	/* `no` removes base itself, rather than the leaves of the pattern. */
	bool whole;
	/* A line without a value: the leaf `enabled` becomes false by the line or by its `no`. */
	enum { CLI_VALUES, CLI_OFF_BY_LINE, CLI_OFF_BY_NO } form;
	/* Leaves below base that setting the line clears, as they contradict it. */
	const char *clears;
};

extern const struct cli_context cli_contexts[CLI_NODES];
#define CLI_RULES 24
extern const struct cli_rule cli_rules[CLI_RULES];

/* One word of a pattern. */
struct cli_token {
	bool value;
	char text[CLI_TOKEN_MAX];       /* the literal, or the leaf */
	char kind[CLI_TOKEN_MAX];       /* "" when the schema says enough */
};

/* A pattern taken apart. */
struct cli_pattern {
	unsigned count;
	struct cli_token tokens[CLI_PATTERN_MAX];
};

/* Takes every rule's pattern apart, in the order of cli_rules. */
void cli_patterns(struct cli_pattern patterns[CLI_RULES]);

/* Is the leaf the key in base, rather than a leaf below it? */
bool cli_is_key(const struct cli_rule *rule, const char *leaf);

#endif
