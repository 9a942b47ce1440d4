/*
 * meaning_report - how the checks of meaning name a place and report a finding
 *
 * Private to the files meaning*.c.
 *
 * A place is made for each check and written out for the few that find something:
 * it holds what it is made of, and its path is text only in a finding.
 *
 * Ownership  a place borrows all that it names; a finding copies all.
 * Threads    one owner of the findings.
 */
#ifndef GH_YANG_MEANING_REPORT_H
#define GH_YANG_MEANING_REPORT_H

#include "yang/meaning.h"

enum severity { REFUSE, WARN };

/* Where in the gateway, or in an entry of one of its lists, the leaf is. */
enum place_within {
	PLACE_ITSELF,           /* a leaf (or "") of its own */
	PLACE_EDGE,             /* of the edge of this role */
	PLACE_SESSION,          /* of the BGP session with this gh_addr */
	PLACE_PREFIX,           /* a leaf-list's value, a gh_prefix */
	PLACE_WORD,             /* a leaf-list's value, a text */
	PLACE_SELECTOR,         /* a gw_selector */
	PLACE_RULE,             /* of the access rule of this name */
};

struct place {
	const char *root;       /* NULL: of the gateway */
	const char *list;       /* "connection", or NULL for the gateway */
	const char *name;
	const char *leaf;
	enum place_within within;
	int role;
	const void *key;        /* see enum place_within */
};

struct place place_gateway(const char *leaf);
struct place place_edge(const struct gw_circuit *c, int role, const char *leaf);
struct place place_connection(const struct gw_connection *c, const char *leaf);
struct place place_session(const struct gw_connection *c, const struct gw_session *s,
			   const char *leaf);
struct place place_entry(const char *list, const char *name, const char *leaf);
/* A value of a leaf-list. */
struct place place_prefix(const char *list, const char *name, const char *leaf,
			  const struct gh_prefix *prefix);

/*
 * tag: its error-app-tag, a static text; other may be NULL. Returns the
 * finding, valid until the next.
 */
struct meaning_finding *meaning_add(struct meaning_findings *out, enum severity severity,
				    const char *tag, const struct place *at,
				    const struct place *other, const char *format, ...)
	__attribute__((format(printf, 6, 7)));

/* Groups 2 and 3 of the checks: addresses and their owners. */
void meaning_check_addresses(const struct gw_config *to, struct meaning_findings *out);
/* Group 4: prefixes, selectors, translation. */
void meaning_check_prefixes(const struct gw_config *to, struct meaning_findings *out);
/* Group 5: policies and limits; then who there is beside us, and sizes. */
void meaning_check_policies(const struct gw_config *to, struct meaning_findings *out);
void meaning_check_topology(const struct gw_config *to, struct meaning_findings *out);
/* Group 6: what refers to another. */
void meaning_check_references(const struct gw_config *to, struct meaning_findings *out);
/* Group 7: this host. */
void meaning_check_host(const struct meaning *m, struct meaning_findings *out);
/* Group 8: access rules. */
void meaning_check_access(const struct lyd_node *tree, struct meaning_findings *out);

#endif
