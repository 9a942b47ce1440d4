/*
 * config - the configuration as typed values, for the parts that act on it
 *
 * A snapshot extracted from the YANG tree after each transaction. Backends
 * compare the old snapshot with the new one by name and never see libyang.
 *
 * Ownership  a snapshot owns all its memory. The store's running snapshot is
 *            borrowed: valid until the next committed transaction has returned.
 * Threads    immutable once made; the control thread frees it.
 * Units      in the names; addresses with family 0 are "not configured".
 * Errors     extraction of a validated tree cannot fail.
 */
#ifndef GH_YANG_CONFIG_H
#define GH_YANG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/fact.h"

#define GW_SECRET_MAX 128               /* longest shared key, in characters */
#define GW_ENCRYPTED_MAX 260            /* longest encrypted text of one */

enum gw_role {
	GW_PRIMARY,
	GW_SECONDARY,
	GW_ROLES,
};

struct gw_edge {
	uint32_t leg;                   /* 0: this edge is not configured */
	char interface[GH_IFNAME_MAX + 1];
	struct gh_addr peer;            /* IPv4 session */
	struct gh_addr peer_ipv6;       /* second session, may be none */
	uint32_t remote_as;
};

struct gw_circuit {
	char name[GH_NAME_MAX + 1];
	struct gw_edge edges[GW_ROLES];
	uint16_t bfd_interval_ms;       /* 0: no BFD */
	uint8_t bfd_multiplier;
	uint16_t wait_to_restore_s;
	uint16_t weight;                /* routing weight, step 3 of the order */
};

struct gw_connection {
	uint32_t leg;                   /* = if_id of its SAs */
	char name[GH_NAME_MAX + 1];
	struct gh_addr remote_address;  /* outer address of the peer */
	char shared_key[GW_ENCRYPTED_MAX + 1];  /* encrypted, "" for none; see store_key */
	bool key_usable;                /* it decrypts under this host's key */
	char local_id[GH_TEXT_MAX + 1];         /* IKE identities, "" for the addresses */
	char remote_id[GH_TEXT_MAX + 1];
	uint32_t remote_as;             /* 0: no BGP over it */
	struct gh_addr peer_address;    /* BGP, inside the tunnel */
	struct gh_addr local_address;
	struct gh_prefix *prefixes;     /* static prefixes behind it, sorted */
	size_t prefix_count;
	uint16_t encryption_bits;       /* AES-GCM key: 128 or 256 */
	uint32_t ipsec_lifetime_s;
	uint32_t ike_lifetime_s;
	uint32_t replay_window;         /* packets */
	uint16_t weight;
	bool shutdown;
};

struct gw_config {
	bool present;                   /* false: nothing at all is configured */
	uint32_t asn;
	struct gh_addr router_id;       /* configured, else the public IPv4, else none */
	struct gh_prefix *address_space;        /* sorted */
	size_t address_space_count;
	char vnet_interface[GH_IFNAME_MAX + 1]; /* "" for none */
	struct gh_addr public_ipv4, public_ipv6;
	uint16_t mtu;                   /* of the tunnels, bytes */
	struct gw_circuit *circuits;    /* sorted by name */
	size_t circuit_count;
	struct gw_connection *connections;      /* sorted by name */
	size_t connection_count;
};

void gw_config_free(struct gw_config *config);

/* Find or NULL. */
const struct gw_circuit *gw_config_circuit(const struct gw_config *config, const char *name);
const struct gw_connection *gw_config_connection(const struct gw_config *config,
						 const char *name);

/*
 * Who has this leg number? Sets either connection, or circuit and role, the
 * other one being NULL; false for a number that nobody has.
 */
struct gw_leg {
	const struct gw_connection *connection;
	const struct gw_circuit *circuit;
	enum gw_role role;
};
bool gw_config_leg(const struct gw_config *config, uint32_t leg, struct gw_leg *out);

/* Equal in every value, the leg numbers included. Either may be NULL (absent). */
bool gw_circuit_equal(const struct gw_circuit *a, const struct gw_circuit *b);
bool gw_connection_equal(const struct gw_connection *a, const struct gw_connection *b);
/* The values of the `gateway` block only, without circuits and connections. */
bool gw_gateway_equal(const struct gw_config *a, const struct gw_config *b);

/*
 * What keeps a connection down for want of configuration, in words such as
 * "it has no shared-key"; NULL when it is complete. A static text.
 */
const char *gw_connection_incomplete(const struct gw_connection *c);
/* The same for a circuit: NULL when it has at least one edge. */
const char *gw_circuit_incomplete(const struct gw_circuit *c);

/* "primary" or "secondary" */
const char *gw_role_name(enum gw_role role);

#endif
