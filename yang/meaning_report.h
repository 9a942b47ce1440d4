/*
 * meaning_report - how the checks of meaning name a place and report a finding
 *
 * Private to meaning.c and meaning_address.c.
 *
 * Ownership  a place borrows the name; a finding copies all.
 * Threads    one owner of the findings.
 */
#ifndef GH_YANG_MEANING_REPORT_H
#define GH_YANG_MEANING_REPORT_H

#include "yang/meaning.h"

enum severity { REFUSE, WARN };

/* A leaf (or "") of the gateway, of a circuit or of a connection. */
struct place {
	const char *list;       /* "expressroute", "connection", or NULL for the gateway */
	const char *name;
	char leaf[GH_PREFIX_TEXT + 40];
};

struct place place_gateway(const char *leaf);
struct place place_edge(const struct gw_circuit *c, int role, const char *leaf);
struct place place_connection(const struct gw_connection *c, const char *leaf);
/* A value of a leaf-list. */
struct place place_prefix(const char *list, const char *name, const char *leaf,
			  const struct gh_prefix *prefix);

/* Returns the finding, valid until the next. other may be NULL. */
struct meaning_finding *finding_add(struct meaning_findings *out, enum severity severity,
				    const struct place *at, const struct place *other,
				    const char *format, ...)
	__attribute__((format(printf, 5, 6)));

/* Groups 2 to 4 of the checks: addresses, their owners, prefixes. */
void meaning_check_addresses(const struct gw_config *to, struct meaning_findings *out);

#endif
