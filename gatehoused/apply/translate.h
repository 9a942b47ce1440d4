/*
 * translate - what a prefix is on the other side of NAT rules
 *
 * Packets are translated in boxes (ipsec/nat.h); what is said of prefixes, by
 * BGP or in the configuration, is translated here, so that both agree:
 *
 *   1. a prefix equal to or inside internal: of a static rule the same place in
 *      external, of a dynamic one external itself
 *   2. a prefix around internal: itself, and external beside it; a default route
 *      only itself
 *   3. any other: itself
 *
 * Static rules come before dynamic ones, as in a box.
 *
 * Threads    pure functions.
 * Errors     running out of memory aborts.
 */
#ifndef GATEHOUSED_TRANSLATE_H
#define GATEHOUSED_TRANSLATE_H

#include "rib/box_rules.h"
#include "yang/config.h"

#define TRANSLATE_MAX 32

/*
 * Under ingress rules: what others see of a prefix of the site. Under egress
 * rules: what the site sees of one of ours. Returns how many, at least one;
 * those beyond TRANSLATE_MAX are left out.
 */
size_t translate_prefix(const struct box_rule rules[], size_t count, bool ingress,
			const struct gh_prefix *prefix, struct gh_prefix out[TRANSLATE_MAX]);

/*
 * The rules of a connection (NULL: none), in an array that the caller frees; every byte
 * of it is set, so that rules can be compared as bytes.
 */
struct box_rule *translate_rules(const struct gw_connection *c, size_t *count);

/* The connection's static prefixes (NULL: none) as everybody but its site sees them. */
typedef void translate_visit(void *context, const struct gh_prefix *prefix);
void translate_statics(const struct gw_connection *c, translate_visit *visit, void *context);

/* Has it rules of this mode at all? */
bool translate_any(const struct box_rule rules[], size_t count, bool ingress);

#endif
