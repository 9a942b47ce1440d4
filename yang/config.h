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

/* The words of an algorithm are those of the model; 0 is "not set" everywhere. */
enum gw_encryption {
	GW_ENCRYPTION_NONE,
	GW_GCMAES128,
	GW_GCMAES256,
	GW_AES128,
	GW_AES192,
	GW_AES256,
};

enum gw_integrity {
	GW_INTEGRITY_NONE,
	GW_SHA256,
	GW_SHA384,
	GW_SHA512,
};

enum gw_group {
	GW_GROUP_NONE,                  /* not set: what is built in */
	GW_GROUP_WITHOUT,               /* "none": no exchange (PFS only) */
	GW_GROUP14,
	GW_GROUP15,
	GW_GROUP16,
	GW_ECP256,
	GW_ECP384,
	GW_ECP521,
	GW_CURVE25519,
};

/* The one IKE policy of a connection, all of it or nothing (encryption 0). */
struct gw_ike_policy {
	enum gw_encryption encryption;
	enum gw_integrity integrity;    /* with GCM, the PRF alone */
	enum gw_group group;
};

#define GW_FILE_MAX 255

struct gw_certificate {
	char name[GH_NAME_MAX + 1];
	char file[GW_FILE_MAX + 1];             /* absolute; "" for none */
	char key_file[GW_FILE_MAX + 1];
};

/* A profile; its values are in the connections that use it, these to tell who is wrong. */
struct gw_profile {
	char name[GH_NAME_MAX + 1];
	uint16_t encryption_bits;               /* of ESP; 0: not given */
	uint16_t integrity_bits;
};

struct gw_circuit {
	char name[GH_NAME_MAX + 1];
	struct gw_edge edges[GW_ROLES];
	uint16_t bfd_interval_ms;       /* 0: no BFD */
	uint8_t bfd_multiplier;
	uint16_t wait_to_restore_s;
	uint16_t weight;                /* routing weight, step 3 of the order */
	uint32_t prefix_limit;          /* of each session; 0: none */
};

/* Values are the effective ones: its own, else its profile's, else built in. */
struct gw_connection {
	uint32_t leg;                   /* = if_id of its SAs */
	char name[GH_NAME_MAX + 1];
	char profile[GH_NAME_MAX + 1];          /* "" for none */
	struct gh_addr remote_address;  /* outer address of the peer */
	char shared_key[GW_ENCRYPTED_MAX + 1];  /* encrypted, "" for none; see store_key */
	bool key_usable;                /* it decrypts under this host's key */
	char certificate[GH_NAME_MAX + 1];      /* ours, in place of shared_key; "" for none */
	char authority[GH_NAME_MAX + 1];        /* of the peer's certificate */
	char certificate_file[GW_FILE_MAX + 1]; /* theirs, as in struct gw_certificate */
	char key_file[GW_FILE_MAX + 1];
	char authority_file[GW_FILE_MAX + 1];
	char local_id[GH_TEXT_MAX + 1];         /* IKE identities, "" for the addresses */
	char remote_id[GH_TEXT_MAX + 1];
	uint32_t remote_as;             /* 0: no BGP over it */
	struct gh_addr peer_address;    /* BGP, inside the tunnel */
	struct gh_addr local_address;
	struct gh_prefix *prefixes;     /* static prefixes behind it, sorted */
	size_t prefix_count;
	struct gw_ike_policy ike;       /* encryption 0: the offer that is built in */
	uint32_t ike_lifetime_s;
	uint16_t encryption_bits;       /* of ESP, AES-GCM key: 128 or 256 */
	uint16_t integrity_bits;        /* as configured; 0: as encryption_bits */
	enum gw_group pfs;
	uint32_t ipsec_lifetime_s;
	uint16_t dpd_timeout_s;
	uint32_t replay_window;         /* packets */
	uint16_t weight;
	uint32_t prefix_limit;          /* per address family of its session; 0: none */
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
	uint16_t tcp_mss;               /* inside the tunnels; 0: of the mtu */
	struct gw_profile *profiles;    /* sorted by name */
	size_t profile_count;
	struct gw_certificate *certificates;    /* sorted by name */
	size_t certificate_count;
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
const struct gw_profile *gw_config_profile(const struct gw_config *config, const char *name);
const struct gw_certificate *gw_config_certificate(const struct gw_config *config,
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
bool gw_certificate_equal(const struct gw_certificate *a, const struct gw_certificate *b);
/* The values of the `gateway` block only, without its lists. */
bool gw_gateway_equal(const struct gw_config *a, const struct gw_config *b);

/*
 * What keeps a connection down for want of configuration, in words such as
 * "it has no shared-key"; NULL when it is complete. A static text.
 */
const char *gw_connection_incomplete(const struct gw_connection *c);
/* The same for a circuit: NULL when it has at least one edge. */
const char *gw_circuit_incomplete(const struct gw_circuit *c);

/* The model's words ("gcmaes256"), and back; "" and 0 for what there is not. */
const char *gw_encryption_name(enum gw_encryption encryption);
const char *gw_integrity_name(enum gw_integrity integrity);
const char *gw_group_name(enum gw_group group);
enum gw_encryption gw_encryption_find(const char *name);
enum gw_integrity gw_integrity_find(const char *name);
enum gw_group gw_group_find(const char *name);

/* "primary" or "secondary" */
const char *gw_role_name(enum gw_role role);

#endif
