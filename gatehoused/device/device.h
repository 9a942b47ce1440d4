/*
 * device - a connection as the device at its other end is to be configured
 *
 * The gateway knows its own half of everything that both ends must agree on;
 * here it is turned round and said in the words of the device: addresses and
 * identities swapped, one algorithm for each purpose, chosen from what the
 * connection offers. What only the site knows stands there in capitals, as
 * OUTSIDE-INTERFACE, and so does the shared key: no secret is printed.
 *
 *   words ──► device_describe ──► struct device ──► a maker's writer ──► text
 *
 * Ownership  a description borrows the snapshot that it was made of.
 * Threads    pure functions of a snapshot; any thread that may read it.
 * Errors     -ENOTSUP with a reason in words: the device, or its writer here,
 *            has no such thing.
 */
#ifndef GATEHOUSED_DEVICE_H
#define GATEHOUSED_DEVICE_H

#include <stdbool.h>

#include "base/buf.h"
#include "yang/config.h"

#define DEVICE_NAME_MAX 15              /* the shortest that a maker allows for an interface */
#define DEVICE_PREFIXES_MAX 64

struct device {
	const struct gw_config *gateway;
	const struct gw_connection *c;
	char name[DEVICE_NAME_MAX + 1]; /* for everything that wants one */
	char outer[GH_ADDR_TEXT + 16];  /* its own outer address, or OUTSIDE-ADDRESS */
	char gateway_outer[GH_ADDR_TEXT + 16];
	bool ipv6;                      /* outside */
	char local_id[GH_TEXT_MAX + 1]; /* as the device has them: its own is local */
	char remote_id[GH_TEXT_MAX + 1];
	bool calls;                     /* it has to begin: we wait */
	bool waits;                     /* it may not begin */
	struct gw_ike_policy ike;
	struct gw_esp_policy esp;
	enum gw_group pfs;              /* GW_GROUP_WITHOUT: none */
	unsigned mtu, mss;
	unsigned unit;                  /* a number for tunnel interfaces and the like */
	/* Behind the gateway, as the site sees them: what NAT makes of them. */
	struct gh_prefix prefixes[DEVICE_PREFIXES_MAX];
	size_t prefix_count;
};

/* config and c stay as they are while the description lives. */
void device_describe(const struct gw_config *config, const struct gw_connection *c,
		     struct device *out);

/*
 * The configuration for a kind of device, "strongswan" or "cisco-ios" and so
 * on; -ENOENT for a kind that there is not.
 */
int device_write(const struct device *d, const char *kind, struct gh_buf *out,
		 struct gh_buf *why);

/* ---- for the makers' writers ---- */

typedef int device_writer(const struct device *d, struct gh_buf *out, struct gh_buf *why);
device_writer device_strongswan, device_cisco_ios, device_junos, device_fortigate, device_vyos;

/* IANA's number of a group (RFC 3526, 5903, 8031), which most makers go by; 0 for none. */
unsigned device_group(enum gw_group group);

/*
 * A maker's word, from a table by our number of the algorithm. One that is not in it
 * is put in words into why; the writer goes on and the whole is refused at its end.
 */
const char *device_encryption(const char *const words[], size_t count, enum gw_encryption e,
			      const char *maker, struct gh_buf *why);
const char *device_integrity(const char *const words[], size_t count, enum gw_integrity i,
			     const char *maker, struct gh_buf *why);
#define DEVICE_WORDS(table) table, sizeof(table) / sizeof(*(table))

/* What only strongSwan's writer has: certificates, aggressive mode with keys of others and so on. */
bool device_is_plain(const struct device *d, const char *maker, struct gh_buf *why);

/* Sets of one's own prefixes that are static in the gateway, else SITE-PREFIX. */
bool device_has_bgp(const struct device *d);

/* "255.255.0.0" */
const char *device_mask(unsigned length, char text[GH_ADDR_TEXT]);

#endif
