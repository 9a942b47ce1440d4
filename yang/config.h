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
#define GW_PASSWORD_MAX 80              /* longest key of TCP MD5 (Linux) */
#define GW_ENCRYPTED_MAX 260            /* longest encrypted text of one */
#define GW_AZURE_DEFAULT "azure-default"        /* the profile that is built in */

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
	GW_GCMAES192,                   /* from here on: of ESP alone, */
	GW_CHACHA20POLY1305,
	GW_DES,
	GW_NULL,                        /* "none": integrity alone */
	GW_DES3,                        /* but for this one, which IKE has too */
};

/* The three of GCM say again what the encryption has said, as Azure's lists do. */
enum gw_integrity {
	GW_INTEGRITY_NONE,
	GW_SHA256,
	GW_SHA384,
	GW_SHA512,
	GW_SHA1,
	GW_MD5,
	GW_INTEGRITY_GCMAES128,
	GW_INTEGRITY_GCMAES192,
	GW_INTEGRITY_GCMAES256,
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
	GW_GROUP1,
	GW_GROUP2,
	GW_GROUP24,
};

/* A second key exchange of IKEv2 that a quantum computer does not break (RFC 9370). */
enum gw_kem {
	GW_KEM_NONE,
	GW_MLKEM512,
	GW_MLKEM768,
	GW_MLKEM1024,
};

enum gw_exchange {
	GW_MAIN,
	GW_AGGRESSIVE,
};

enum gw_mode {
	GW_MODE_DEFAULT,                /* either side begins */
	GW_INITIATOR_ONLY,
	GW_RESPONDER_ONLY,
};

enum gw_encapsulation {
	GW_UDP,                         /* always: ESP in UDP (RFC 3948) */
	GW_NATIVE,                      /* protocol 50 unless there is a NAT */
};

/* What a certificate of the peer that may have been revoked is worth. */
enum gw_revocation {
	GW_REVOCATION_RELAXED,          /* refused when it is known to be revoked */
	GW_REVOCATION_OFF,
	GW_REVOCATION_STRICT,           /* refused unless it is known not to be */
};

/* Of what is sent, for the meter. */
enum gw_destination {
	GW_INTERNET,
	GW_OTHER_REGION,
	GW_SAME_REGION,
	GW_DESTINATIONS,
};

/* Azure's sizes; 0: none was chosen, and nothing is limited. */
enum gw_size {
	GW_SIZE_NONE,
	GW_BASIC,
	GW_VPNGW1AZ,
	GW_VPNGW2AZ,
	GW_VPNGW3AZ,
	GW_VPNGW4AZ,
	GW_VPNGW5AZ,
	GW_SIZES,
};

/* The one IKE policy of a connection, all of it or nothing (encryption 0). */
struct gw_ike_policy {
	enum gw_encryption encryption;
	enum gw_integrity integrity;    /* with GCM, the PRF alone */
	enum gw_group group;
};

/* The child SAs. What integrity there is comes with an AEAD: then it is 0. */
struct gw_esp_policy {
	enum gw_encryption encryption;
	enum gw_integrity integrity;
	enum gw_integrity integrity_given;      /* as configured, 0: not */
};

/* A secret as the tree has it; store_clear has it. */
struct gw_secret {
	char text[GW_ENCRYPTED_MAX + 1];        /* encrypted, "" for none */
	bool usable;                            /* it decrypts under this host's key */
};

struct gw_bfd {
	uint16_t interval_ms;                   /* 0: no BFD */
	uint8_t multiplier;
};

#define GW_SESSIONS_MAX 4       /* BGP sessions of a connection */

/* One BGP session inside a tunnel. */
struct gw_session {
	struct gh_addr peer, local;
	uint32_t remote_as;
};

/* What the BGP sessions of a connection or circuit share. Names are of FRR's own things. */
struct gw_bgp {
	uint16_t keepalive_s, hold_s;
	uint8_t multihop;                       /* TTL; 0: not given */
	bool graceful_restart;
	char route_map_in[GH_NAME_MAX + 1];     /* "" for none, as all four */
	char route_map_out[GH_NAME_MAX + 1];
	char prefix_list_in[GH_NAME_MAX + 1];
	char prefix_list_out[GH_NAME_MAX + 1];
};

#define GW_FILE_MAX 255

struct gw_certificate {
	char name[GH_NAME_MAX + 1];
	char file[GW_FILE_MAX + 1];             /* absolute; "" for none */
	char key_file[GW_FILE_MAX + 1];
	char crl_file[GW_FILE_MAX + 1];
	char crl_uri[GH_TEXT_MAX + 1];          /* where to ask, "" for what it says itself */
	char ocsp_uri[GH_TEXT_MAX + 1];
};

/* Translation of addresses. Egress is what the virtual network sends, ingress what the site sends. */
struct gw_nat_rule {
	char name[GH_NAME_MAX + 1];
	bool ingress;
	bool dynamic;                           /* many to few, by ports; else one to one */
	struct gh_prefix internal, external;    /* family 0: not given, and the rule does nothing */
};

/* One pair of a policy-based connection: a child SA of its own. */
struct gw_selector {
	struct gh_prefix local, remote;
};

/* A profile; its values are in the connections that use it, these to tell who is wrong. */
struct gw_profile {
	char name[GH_NAME_MAX + 1];
	struct gw_ike_policy ike;               /* 0: not given, as all of these */
	struct gw_esp_policy esp;
	enum gw_group pfs;
};

struct gw_circuit {
	char name[GH_NAME_MAX + 1];
	struct gw_edge edges[GW_ROLES];
	uint16_t bfd_interval_ms;       /* 0: no BFD */
	uint8_t bfd_multiplier;
	uint16_t wait_to_restore_s;
	uint16_t weight;                /* routing weight, step 3 of the order */
	uint32_t prefix_limit;          /* of each session; 0: none */
	struct gw_secret password;      /* of its sessions (TCP MD5) */
	struct gw_bgp bgp;              /* its multihop is 0 */
};

/* Values are the effective ones: its own, else its profile's, else built in. */
struct gw_connection {
	uint32_t leg;                   /* = if_id of its SAs */
	char name[GH_NAME_MAX + 1];
	char profile[GH_NAME_MAX + 1];          /* "" for none */
	bool azure_default;                     /* the built-in one: its offers, unless `ike` and `esp` say */
	/* The peer has an address, or a name, or any address, or nothing yet. */
	struct gh_addr remote_address;          /* outer address; family 0: not known from here */
	char remote_host[GH_TEXT_MAX + 1];      /* to be resolved; "" for none */
	bool remote_any;                        /* it comes from anywhere, found by remote_id */
	/* Ours: its own, else the public address of remote_address's family; family 0: neither. */
	struct gh_addr local_address;
	bool local_given;                       /* it has one of its own */
	char over[GH_NAME_MAX + 1];             /* circuit by which its outer packets leave; "" */
	char shared_key[GW_ENCRYPTED_MAX + 1];  /* encrypted, "" for none; see store_key */
	bool key_usable;                        /* it decrypts under this host's key */
	struct gw_secret alternate_key;         /* accepted beside shared_key */
	char certificate[GH_NAME_MAX + 1];      /* ours, in place of shared_key; "" for none */
	char certificate_file[GW_FILE_MAX + 1]; /* its files, as in struct gw_certificate */
	char key_file[GW_FILE_MAX + 1];
	struct gw_certificate *authorities;     /* of the peer's certificate, copies, by name; file "" */
	size_t authority_count;                 /* for one that is not there */
	enum gw_revocation revocation;
	char local_id[GH_TEXT_MAX + 1];         /* IKE identities, "" for the addresses */
	char remote_id[GH_TEXT_MAX + 1];
	struct gw_session sessions[GW_SESSIONS_MAX];    /* in the order of entry */
	size_t session_count;           /* 0: no BGP over it */
	struct gw_secret password;      /* of its sessions (TCP MD5) */
	struct gw_bgp bgp;
	struct gw_bfd bfd;
	struct gh_prefix *prefixes;     /* static ones behind it, and its selectors' remotes; sorted */
	size_t prefix_count;
	struct gw_selector *selectors;  /* sorted; none: route-based */
	size_t selector_count;
	struct gw_nat_rule *nat_rules;  /* copies, by name; internal unset for one that is not there */
	size_t nat_rule_count;
	uint8_t ike_version;            /* 1 or 2 */
	enum gw_exchange exchange;      /* IKEv1 */
	enum gw_mode mode;
	struct gw_ike_policy ike;       /* encryption 0: the offer that is built in */
	enum gw_kem kem;
	bool mobike;                    /* IKEv2 */
	bool fragmentation;
	uint32_t ike_lifetime_s;
	struct gw_esp_policy esp;
	bool esp_given;                 /* someone set its encryption: that one alone is offered */
	enum gw_group pfs;
	uint32_t ipsec_lifetime_s;
	uint32_t ipsec_lifetime_kb;     /* 0: none */
	enum gw_encapsulation encapsulation;
	uint16_t dpd_timeout_s;         /* 0: off */
	uint32_t replay_window;         /* packets */
	uint16_t tcp_mss;               /* 0: the gateway's, 1250 over a circuit's private peering */
	uint16_t weight;
	uint32_t prefix_limit;          /* per address family of its sessions; 0: none */
	enum gw_destination destination;
	bool shutdown;
};

/* The other instance of this gateway. */
struct gw_partner {
	bool present;                   /* anything of it is configured */
	uint32_t leg;                   /* 0 unless it has a peer */
	struct gh_addr peer, local;     /* of the iBGP session, and the next hop between them */
	char interface[GH_IFNAME_MAX + 1];
	struct gw_secret password;
	struct gw_bfd bfd;
	bool standby;                   /* active-standby; else active-active */
	bool secondary;                 /* this instance is not the preferred one */
	bool symmetry;                  /* active-active: flows use the primary both ways */
	/* active-standby with one address that moves; family 0: there is none */
	struct gh_addr moving;
	uint8_t moving_length;          /* of its subnet */
	char moving_interface[GH_IFNAME_MAX + 1];
};

/* A router of the virtual network's side. */
struct gw_vnet_router {
	uint32_t leg;
	char name[GH_NAME_MAX + 1];
	struct gh_addr peer;            /* family 0: not given yet */
	uint32_t remote_as;
	struct gw_secret password;
	struct gw_bfd bfd;
};

struct gw_config {
	bool present;                   /* false: nothing at all is configured */
	uint32_t asn;
	struct gh_addr router_id;       /* configured, else the public IPv4, else none */
	struct gh_prefix *address_space;        /* sorted */
	size_t address_space_count;
	struct gh_prefix *peered_space;         /* of peered virtual networks, sorted */
	size_t peered_space_count;
	char vnet_interface[GH_IFNAME_MAX + 1]; /* "" for none */
	struct gh_addr public_ipv4, public_ipv6;
	uint16_t mtu;                   /* of the tunnels, bytes */
	uint16_t tcp_mss;               /* inside the tunnels; 0: of the mtu */
	bool transit_vpn;               /* routes of one VPN site are passed to the others */
	bool transit_expressroute;      /* between ExpressRoute and VPN sites, both ways */
	enum gw_size size;
	uint8_t instance;               /* number of this one among the partners */
	struct gw_partner partner;
	struct gw_profile *profiles;    /* sorted by name, as all that follow */
	size_t profile_count;
	struct gw_certificate *certificates;
	size_t certificate_count;
	struct gw_nat_rule *nat_rules;
	size_t nat_rule_count;
	struct gw_vnet_router *vnet_routers;
	size_t vnet_router_count;
	struct gw_circuit *circuits;
	size_t circuit_count;
	struct gw_connection *connections;
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
const struct gw_nat_rule *gw_config_nat_rule(const struct gw_config *config, const char *name);
const struct gw_vnet_router *gw_config_vnet_router(const struct gw_config *config,
						   const char *name);

/*
 * Who has this leg number? Sets one of the four, with a circuit the role too,
 * the others being NULL; false for a number that nobody has.
 */
struct gw_leg {
	const struct gw_connection *connection;
	const struct gw_circuit *circuit;
	enum gw_role role;
	const struct gw_partner *partner;
	const struct gw_vnet_router *vnet_router;
};
bool gw_config_leg(const struct gw_config *config, uint32_t leg, struct gw_leg *out);

/* Equal in every value, the leg numbers included. Either may be NULL (absent). */
bool gw_circuit_equal(const struct gw_circuit *a, const struct gw_circuit *b);
bool gw_connection_equal(const struct gw_connection *a, const struct gw_connection *b);
bool gw_certificate_equal(const struct gw_certificate *a, const struct gw_certificate *b);
bool gw_nat_rule_equal(const struct gw_nat_rule *a, const struct gw_nat_rule *b);
bool gw_vnet_router_equal(const struct gw_vnet_router *a, const struct gw_vnet_router *b);
bool gw_partner_equal(const struct gw_partner *a, const struct gw_partner *b);
bool gw_bgp_equal(const struct gw_bgp *a, const struct gw_bgp *b);
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
const char *gw_kem_name(enum gw_kem kem);
enum gw_kem gw_kem_find(const char *name);
/* "main", "initiator-only", "native", "strict", "other-region", "vpngw2az" */
const char *gw_exchange_name(enum gw_exchange exchange);
const char *gw_mode_name(enum gw_mode mode);
const char *gw_encapsulation_name(enum gw_encapsulation encapsulation);
const char *gw_revocation_name(enum gw_revocation revocation);
const char *gw_destination_name(enum gw_destination destination);
const char *gw_size_name(enum gw_size size);
/* Index of a word, 0 for an unknown one: each first value is the default. */
enum gw_exchange gw_exchange_find(const char *name);
enum gw_mode gw_mode_find(const char *name);
enum gw_encapsulation gw_encapsulation_find(const char *name);
enum gw_revocation gw_revocation_find(const char *name);
enum gw_destination gw_destination_find(const char *name);
enum gw_size gw_size_find(const char *name);

/* Does the cipher have integrity of its own? */
bool gw_encryption_is_aead(enum gw_encryption encryption);
/* The integrity of the same name as that GCM, 0 for any other. */
enum gw_integrity gw_encryption_twin(enum gw_encryption encryption);
/* Is it one that only an old device should be met with? */
bool gw_encryption_is_weak(enum gw_encryption encryption);
bool gw_integrity_is_weak(enum gw_integrity integrity);
bool gw_group_is_weak(enum gw_group group);

/* "primary" or "secondary" */
const char *gw_role_name(enum gw_role role);

#endif
