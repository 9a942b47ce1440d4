/*
 * meaning - the checks that a schema cannot express
 *
 * Addresses that are somebody else's, AS numbers that are reserved, prefixes
 * that overlap, interfaces that are not there. Each finding names the YANG
 * path at fault, so that the caller can tell the line.
 *
 * Ownership  findings own their strings; meaning_findings_fini frees them.
 * Threads    pure but for the host's callbacks.
 * Errors     findings, not codes: an error refuses the transaction, a warning
 *            goes with its success.
 */
#ifndef GH_YANG_MEANING_H
#define GH_YANG_MEANING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "yang/config.h"
#include "yang/secret.h"

struct meaning_finding {
	bool warning;
	const char *app_tag;    /* "gh-asn-reserved": a static text */
	char *path;             /* of the leaf at fault */
	char *other;            /* of the one it collides with, or NULL */
	char *text;             /* "bgp peer-address 10.1.2.3: reason; remedy" */
	char *other_text;       /* the same, as said of the other; NULL: text serves */
};

struct meaning_findings {
	struct meaning_finding *array;
	size_t count;
	size_t errors;
};

/*
 * What this host says of itself: asked on the clerk's thread, and only about
 * what a change brings. Any may be NULL: then all is well (unit tests).
 */
struct meaning_host {
	void *self;
	bool (*interface_exists)(void *self, const char *name);
	/* Is the address on a subnet of that interface? */
	bool (*reachable)(void *self, const char *interface, const struct gh_addr *address);
	/* MTU of the interface that has this address, 0 when there is none. */
	unsigned (*mtu)(void *self, const struct gh_addr *local);
	/*
	 * May this be our certificate, whose key is in key_file, for that IKE
	 * identity ("": whatever it names)? Without key_file (""): may it be an
	 * authority's? -errno: no; 1: yes, but; words in why.
	 */
	int (*certificate)(void *self, const char *file, const char *key_file,
			   const char *identity, struct gh_buf *why);
};

struct lyd_node;

struct meaning {
	const struct gw_config *from;   /* running, for what is judged only when it is new */
	const struct gw_config *to;
	const struct secret_key *key;
	struct meaning_host host;
	const struct lyd_node *tree;    /* that `to` was made of, for the access rules; or NULL */
	bool lenient;                   /* this host's present state only warns */
};

void meaning_check(const struct meaning *m, struct meaning_findings *out);
void meaning_findings_fini(struct meaning_findings *findings);

/* Why this AS number cannot be used, or NULL. edge: as that of an ExpressRoute edge. */
const char *meaning_asn(uint32_t asn, bool edge);

#endif
