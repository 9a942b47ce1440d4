/*
 * fact - every message between gatehoused and its guests
 *
 * A fact is a statement ("leg 4's neighbor is established"), not a call. On
 * each new link both sides say HELLO, then state everything they hold (a
 * snapshot), then END, then changes. What a snapshot does not repeat is gone:
 * the receiver drops it at END. So either side may die at any time.
 *
 *   bgpd module  -> gatehoused   HELLO  PEER PATH PATH_DEL           END  SHOW EDIT DO VERDICT
 *   gatehoused   -> bgpd module  HELLO  SPEAKER NEIGHBOR NETWORK
 *                                       and their _DELs, CONFIG      END  REPLY EVENT TRY TRY_END
 *   charon plugin -> gatehoused  HELLO  SA SA_DEL SA_MOVE            END
 *   gatehoused -> charon plugin  HELLO                               END  SA_USE SA_EXPIRE SA_MAPPING
 *   exporter     -> gatehoused   HELLO                               SHOW
 *   gatehoused   -> exporter     HELLO                               REPLY
 *
 * Wire: an 8-byte header {u32 length of the body, u16 type, u16 0}, then the
 * body; integers big-endian; strings and arrays counted by a u16 (a text of
 * CONFIG, EDIT and REPLY by a u32). Both ends are of one build: HELLO carries
 * GH_FACT_VERSION and a link of another version is refused.
 *
 * Ownership  the decoded fact owns nothing: strings of unbounded size point
 *            into the bytes that were decoded.
 * Threads    pure functions.
 * Errors     gh_fact_decode returns -EBADMSG for anything truncated, trailing,
 *            over a limit or of an unknown value.
 */
#ifndef GH_FACT_H
#define GH_FACT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/buf.h"
#include "base/weight.h"

#define GH_FACT_VERSION 4
#define GH_FACT_HEADER 8
/* A whole configuration fits; a length beyond it is garbage, not a message. */
#define GH_FACT_BODY_MAX (16u << 20)

#define GH_NAME_MAX 80          /* longest name of a connection or circuit */
#define GH_IFNAME_MAX 15
#define GH_TEXT_MAX 255         /* longest short text: an error, a user */
#define GH_AS_PATH_MAX 64       /* ASNs kept for display; as_hops counts all */
#define GH_KEY_MAX 64
#define GH_SELECTORS_MAX 16     /* per side of an SA */

enum gh_fact_type {
	GH_HELLO = 1,
	GH_END = 2,

	GH_SPEAKER = 16,
	GH_NEIGHBOR,
	GH_NEIGHBOR_DEL,
	GH_NETWORK,
	GH_NETWORK_DEL,
	GH_CONFIG,
	GH_REPLY,
	GH_EVENT,
	GH_TRY,
	GH_TRY_END,

	GH_PEER = 32,
	GH_PATH,
	GH_PATH_DEL,
	GH_EDIT,
	GH_SHOW,
	GH_DO,
	GH_VERDICT,

	GH_SA = 48,
	GH_SA_DEL,
	GH_SA_MOVE,
	GH_SA_USE,
	GH_SA_EXPIRE,
	GH_SA_MAPPING,
};

enum gh_role {
	GH_ROLE_GATEHOUSED = 1,
	GH_ROLE_BGPD = 2,
	GH_ROLE_CHARON = 3,
	GH_ROLE_EXPORTER = 4,
	GH_ROLES,               /* one past the last */
};

struct gh_hello {
	uint32_t version;
	uint32_t role;          /* enum gh_role */
	uint32_t pid;
	char software[GH_TEXT_MAX + 1];
};

/* The gateway's BGP speaker; asn 0 takes it down with all its neighbors. */
struct gh_speaker {
	uint32_t asn;
	struct gh_addr router_id;       /* IPv4 */
	char view[GH_NAME_MAX + 1];
};

/*
 * A neighbor is numbered leg * 8 + session, so that one number names session
 * and leg: 0 to 3 are the sessions over IPv4, 4 to 7 those over IPv6.
 */
#define GH_SESSIONS 4           /* of a leg, for each family */

static inline uint32_t gh_neighbor_id(uint32_t leg, uint8_t family, unsigned session)
{
	return leg * (2 * GH_SESSIONS) + (family == AF_INET6 ? GH_SESSIONS : 0) + session;
}

static inline uint32_t gh_neighbor_leg(uint32_t neighbor)
{
	return neighbor / (2 * GH_SESSIONS);
}

/* 0 to 7 within its leg; below GH_SESSIONS it runs over IPv4. */
static inline unsigned gh_neighbor_session(uint32_t neighbor)
{
	return neighbor % (2 * GH_SESSIONS);
}

static inline bool gh_neighbor_is_ipv6(uint32_t neighbor)
{
	return gh_neighbor_session(neighbor) >= GH_SESSIONS;
}

#define GH_AF_IPV4 1u
#define GH_AF_IPV6 2u

/*
 * Which side of the gateway a neighbor is on. A path's side is that of the
 * neighbor it came from; a partner's path has the side that it began with.
 */
enum gh_side {
	GH_SIDE_OWN = 0,                /* of NETWORK: the gateway itself */
	GH_SIDE_EDGE,                   /* an ExpressRoute edge */
	GH_SIDE_VPN,                    /* a site behind a tunnel */
	GH_SIDE_PARTNER,                /* the other instance of this gateway: iBGP */
	GH_SIDE_VNET,                   /* a router of the VNet side */
	GH_SIDES,                       /* one past the last */
};

#define GH_PASS(side) (1u << (side))

/* NAT of what the gateway's side sends: internal is its own, external what the site sees. */
struct gh_translation {
	struct gh_prefix internal, external;
};
#define GH_TRANSLATIONS_MAX 32

struct gh_neighbor {
	uint32_t id;
	uint8_t side;                   /* enum gh_side, not OWN */
	struct gh_addr peer;
	struct gh_addr local;           /* update source; none: chosen by route */
	char interface[GH_IFNAME_MAX + 1];      /* for BFD and link-local; may be "" */
	uint32_t remote_as;
	uint32_t families;              /* GH_AF_* to activate */
	/*
	 * The sides whose paths are passed on to it, a mask of GH_PASS(). The
	 * gateway's own prefixes always are; a default route only to the VNET and
	 * PARTNER sides.
	 */
	uint32_t pass;
	uint16_t weight;                /* of its paths, as base/weight.h has it */
	uint8_t hops;                   /* 1: directly connected, else multihop TTL */
	uint8_t prepend;                /* our AS so many times more in what it hears */
	uint32_t med;                   /* of what it hears; 0: none of ours */
	uint16_t keepalive_s, hold_s;
	uint16_t bfd_interval_ms;       /* 0: no BFD */
	uint8_t bfd_multiplier;
	bool graceful_restart;          /* RFC 4724: also restart, not only help */
	bool passive;                   /* never opens the session itself */
	bool add_path;                  /* RFC 7911: all paths, both ways */
	/*
	 * Nothing of its own leg goes back to it, by whichever session it came or as
	 * a static prefix. Costs bgpd an update group of its own, so only where needed.
	 */
	bool split_horizon;
	uint32_t prefix_limit;          /* of each family; the session ends beyond it; 0: none */
	/* Names of FRR's own, "" for none; one that is not there lets nothing through. */
	char route_map_in[GH_NAME_MAX + 1], route_map_out[GH_NAME_MAX + 1];
	char prefix_list_in[GH_NAME_MAX + 1], prefix_list_out[GH_NAME_MAX + 1];
	char password[GH_NAME_MAX + 1]; /* TCP MD5; "" for none. A secret. */
	char description[GH_NAME_MAX + 1];
	/* It does not hear of what is inside an internal prefix, and alone hears of externals. */
	uint16_t translation_count;
	struct gh_translation translations[GH_TRANSLATIONS_MAX];
};

/*
 * NEIGHBOR_DEL: the neighbor's number. TRY, TRY_END: the trial's. What is
 * stated between them (SPEAKER, NEIGHBOR) is not done: the module says in a
 * VERDICT whether bgpd would take it, given what it has now.
 */
struct gh_id {
	uint32_t id;
};

/* RFC 4271 8.2.2 */
enum gh_bgp_state {
	GH_BGP_IDLE = 1,
	GH_BGP_CONNECT,
	GH_BGP_ACTIVE,
	GH_BGP_OPENSENT,
	GH_BGP_OPENCONFIRM,
	GH_BGP_ESTABLISHED,
};

/* RFC 5880 4.1, the values as on the wire; NONE when BFD is not used. */
enum gh_bfd_state {
	GH_BFD_ADMIN_DOWN = 0,
	GH_BFD_DOWN = 1,
	GH_BFD_INIT = 2,
	GH_BFD_UP = 3,
	GH_BFD_NONE = 255,
};

struct gh_peer {
	uint32_t id;                    /* of the neighbor */
	uint8_t state;                  /* enum gh_bgp_state */
	uint8_t bfd;                    /* enum gh_bfd_state */
	bool restarting;                /* lost, but kept for its return (RFC 4724 4.2) */
	bool eor;                       /* end-of-RIB seen on every active family */
	uint32_t received, sent;        /* prefixes in, prefixes out */
	uint32_t received_most;         /* prefixes in, of the family that has most: limits count so */
	uint32_t established;           /* times it came up */
	uint32_t up_s;                  /* seconds in the present state */
	struct gh_addr router_id;       /* the peer's */
	char last_error[GH_TEXT_MAX + 1];
};

struct gh_path {
	uint32_t neighbor;
	uint32_t path_id;               /* RFC 7911: tells one neighbor's from each other; else 0 */
	struct gh_prefix prefix;
	struct gh_addr next_hop;
	struct gh_addr router_id;       /* of the peer that sent it */
	struct gh_addr peer;            /* its address */
	uint32_t local_pref;
	uint32_t med;                   /* absent counts as 0, RFC 4271 9.1.2.2 c */
	uint8_t origin;                 /* 0 IGP, 1 EGP, 2 INCOMPLETE */
	bool stale;                     /* kept over a graceful restart */
	uint16_t weight;                /* as bgpd shows it */
	/*
	 * A path of the partner says what it began with there; for others kind is
	 * GH_KIND_OF_LEG, and their leg's kind and routing weight hold.
	 */
	uint8_t kind;                   /* enum gh_kind */
	bool is_static;
	uint16_t routing_weight;
	uint16_t as_hops;               /* length as the decision counts it */
	uint16_t as_count;              /* ASNs in as_path */
	uint32_t as_path[GH_AS_PATH_MAX];
};

struct gh_path_del {
	uint32_t neighbor;
	uint32_t path_id;
	struct gh_prefix prefix;
};

/*
 * NETWORK, NETWORK_DEL: originate it. One prefix is one network. Those of the
 * gateway itself go to everybody; a static prefix of a connection goes where
 * its side is passed on to. Of NETWORK_DEL only the prefix counts.
 */
struct gh_network {
	struct gh_prefix prefix;
	uint8_t side;                   /* enum gh_side: OWN or VPN */
	uint32_t leg;                   /* 0 for OWN */
	uint16_t weight;                /* base/weight.h */
	uint32_t med;                   /* 0: none */
	uint32_t to;                    /* a mask of GH_PASS(): these sides alone; 0: as above */
#define GH_TO_TRANSLATED (1u << 31)     /* in its place: those that see us as this alone */
};

/*
 * Lines of configuration as vtysh knows them, one transaction. A single typed
 * line comes inside the lines that enter its node. REPLACE: the text is the
 * whole configuration (vtysh -b), otherwise it is merged.
 */
#define GH_EDIT_REPLACE 1u
#define GH_EDIT_CANDIDATE 2u            /* the candidate is edited, running stays */

struct gh_request {                     /* EDIT, SHOW, DO */
	uint32_t id;                    /* echoed by every REPLY */
	uint32_t flags;
	uint32_t uid;                   /* of the user, as the kernel says; access rules go by it */
	char user[GH_TEXT_MAX + 1];
	const char *text;               /* text_length bytes, no NUL inside */
	uint32_t text_length;
};

/* status 0 is done; else an errno with words in text. more: another follows. */
struct gh_reply {                       /* REPLY, VERDICT */
	uint32_t id;
	uint32_t status;
	bool more;
	const char *text;
	uint32_t text_length;
};

/* The running configuration as text, pushed on every change; a line of the timeline. */
struct gh_text {                        /* CONFIG, EVENT */
	const char *text;
	uint32_t text_length;
};

enum gh_direction {
	GH_IN = 1,
	GH_OUT = 2,
};

struct gh_selector {                    /* RFC 4301 4.4.1.1 */
	uint8_t protocol;               /* 0: any */
	uint16_t port_from, port_to;    /* 0-65535: any */
	struct gh_addr from, to;
};

/* An SA is named by direction, SPI and destination (RFC 4301 4.1). */
struct gh_sa_name {
	uint8_t direction;              /* enum gh_direction */
	uint32_t spi;                   /* host order */
	struct gh_addr destination;
};

struct gh_sa {
	struct gh_sa_name name;
	struct gh_endpoint source, target;      /* ports are those of UDP encapsulation */
	bool encap;                     /* RFC 3948 */
	bool tunnel;                    /* tunnel mode, else transport */
	bool esn;
	bool initiator;
	uint32_t leg;                   /* if_id */
	uint32_t reqid;
	uint32_t replay_window;         /* packets */
	uint16_t encryption;            /* IANA IKEv2 transform ids */
	uint16_t integrity;
	uint16_t key_length, integrity_key_length;
	uint8_t key[GH_KEY_MAX];        /* for AEAD: key, then salt. Secrets. */
	uint8_t integrity_key[GH_KEY_MAX];
	uint64_t hard_bytes, hard_packets;      /* 0: no limit; soft is the plugin's to ask */
	uint64_t soft_bytes, soft_packets;
	uint16_t local_count, remote_count;
	/* As this side sees it: local is ours in both directions. */
	struct gh_selector local[GH_SELECTORS_MAX], remote[GH_SELECTORS_MAX];
};

struct gh_sa_move {                     /* new outer endpoints of an SA */
	struct gh_sa_name name;
	struct gh_endpoint source, target;
	bool encap;
};

struct gh_sa_use {
	struct gh_sa_name name;
	uint64_t bytes, packets;
	uint64_t last_use_s;            /* CLOCK_MONOTONIC seconds, 0 for never */
};

struct gh_sa_expire {
	struct gh_sa_name name;
	bool hard;
};

struct gh_sa_mapping {                  /* the peer's NAT mapping changed */
	struct gh_sa_name name;
	struct gh_endpoint remote;
};

struct gh_fact {
	enum gh_fact_type type;
	union {
		struct gh_hello hello;
		struct gh_speaker speaker;
		struct gh_neighbor neighbor;
		struct gh_id id;                /* NEIGHBOR_DEL, TRY, TRY_END */
		struct gh_network network;      /* NETWORK, NETWORK_DEL */
		struct gh_text config;          /* CONFIG, EVENT */
		struct gh_reply reply;          /* REPLY, VERDICT */
		struct gh_peer peer;
		struct gh_path path;
		struct gh_path_del path_del;
		struct gh_request request;      /* EDIT, SHOW, DO */
		struct gh_sa sa;
		struct gh_sa_name sa_name;      /* SA_DEL */
		struct gh_sa_move sa_move;
		struct gh_sa_use sa_use;
		struct gh_sa_expire sa_expire;
		struct gh_sa_mapping sa_mapping;
	};
};

/* Appends header and body. The fact must hold to the limits above. */
void gh_fact_encode(const struct gh_fact *fact, struct gh_buf *out);

/* Decodes one body of the given type. */
int gh_fact_decode(uint16_t type, const uint8_t *body, size_t length, struct gh_fact *out);

/* The name of a type for messages, "?" for an unknown one. */
const char *gh_fact_name(uint16_t type);
const char *gh_bgp_state_name(uint8_t state);
const char *gh_bfd_state_name(uint8_t state);

#endif
