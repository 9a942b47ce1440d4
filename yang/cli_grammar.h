/*
 * cli_grammar - the one table of the configuration's lines
 *
 * Private to the files cli_*.c; cli.h is the interface.
 *
 * Threads    constant data.
 */
#ifndef GH_YANG_CLI_GRAMMAR_H
#define GH_YANG_CLI_GRAMMAR_H

#include <libyang/libyang.h>
#include <stdbool.h>
#include <stddef.h>

/* In the order in which the text shows them. */
enum cli_node {
	CLI_TOP,
	CLI_GATEWAY,
	CLI_PARTNER,
	CLI_VNET_ROUTER,
	CLI_NAT_RULE,
	CLI_PROFILE,
	CLI_CERTIFICATE,
	CLI_EXPRESSROUTE,
	CLI_CONNECTION,
	CLI_ACCESS,
	CLI_ACCESS_LIST,
	CLI_NODES,
};

#define CLI_PATTERN_MAX 10      /* words of a pattern */
#define CLI_TOKEN_MAX 24        /* characters of one */

/*
 * A node: the words that enter it and where it is in the tree. With a list,
 * the words are followed by the name of an entry.
 */
struct cli_context {
	const char *words;              /* "gateway connection" */
	const char *path;               /* of the container: "/gatehouse:gateway/partner" */
	const char *list;               /* below the container, its key being `name`; or NULL */
	const char *kind;               /* of the name, as in a pattern */
};

/*
 * A line of a node. In the pattern, {leaf} stands for the value of that leaf
 * below base, {leaf:kind} for one whose form the schema cannot put into words.
 */
struct cli_rule {
	unsigned nodes;                 /* those that have the line: bits 1 << enum cli_node */
	const char *pattern;
	/*
	 * Containers and, as the last step, a list entry, below the node: where
	 * the leaves are. "groups/group[name='{name}']", with all keys of the list.
	 */
	const char *base;
	/* `no` needs so many words; the rest of the pattern may follow. */
	unsigned no_words;
	/* `no` removes base itself, rather than the leaves of the pattern. */
	bool whole;
	/* Only with `no` is this a line: it removes what other lines make. */
	bool removal;
	/* A line without a value: a boolean becomes false, or true, by the line or by its `no`. */
	enum { CLI_VALUES, CLI_OFF_BY_LINE, CLI_OFF_BY_NO, CLI_ON_BY_LINE } form;
	const char *boolean;            /* that leaf */
	/* Leaves below base that setting the line clears, as they contradict it. */
	const char *clears;
};

extern const struct cli_context cli_contexts[CLI_NODES];
extern const struct cli_rule cli_rules[];
extern const unsigned cli_rule_count;

/* Is what follows this word of a line a secret? */
bool cli_word_is_secret(const char *word);

/* Has the node this line? */
bool cli_rule_in(const struct cli_rule *rule, enum cli_node node);

/* One word of a pattern. */
struct cli_token {
	bool value;
	bool rest;                      /* the value is all the rest of the line */
	bool secret;
	char text[CLI_TOKEN_MAX];       /* the literal, or the leaf */
	char kind[CLI_TOKEN_MAX];       /* "" when the schema says enough */
};

/* A pattern taken apart. */
struct cli_pattern {
	unsigned count;
	struct cli_token tokens[CLI_PATTERN_MAX];
};

/* Every rule's pattern taken apart, in the order of cli_rules; the caller frees it. */
struct cli_pattern *cli_patterns_new(void);

/* Is the leaf a key in base, rather than a leaf below it? */
bool cli_is_key(const struct cli_rule *rule, const char *leaf);

/* The schema of a node's container or list, NULL for CLI_TOP; of a leaf of one of its rules. */
const struct lysc_node *cli_schema_node(const struct ly_ctx *context, enum cli_node node);
const struct lysc_node *cli_schema_leaf(const struct ly_ctx *context, enum cli_node node,
					const struct cli_rule *rule, const char *leaf);

#endif
