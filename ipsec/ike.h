/*
 * ike - the connections that charon shall hold, and how they are doing
 *
 * Keeps a list of wanted connections. Whenever charon is there it loads them
 * over vici, unloads what is no longer wanted, and initiates what is down,
 * again and again with a growing pause. Loading an unchanged connection does
 * not disturb its SAs, so a restart of gatehoused flaps nothing; a changed
 * one is brought up anew. A restarted charon is given everything again.
 *
 * For each connection it keeps what charon says: the IKE SA, the child SA,
 * and the last failure in words.
 *
 * Ownership  copies every connection given; secrets are wiped when dropped.
 * Threads    the control thread, inside its libev loop.
 * Units      seconds for lifetimes, struct gh_time for moments.
 * Errors     0 or -errno. charon being away is no error: state says so.
 */
#ifndef GH_IPSEC_IKE_H
#define GH_IPSEC_IKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/clock.h"
#include "base/fact.h"
#include "ipsec/ike_certificates.h"

#define IKE_ID_MAX 255
#define IKE_SECRET_MAX 256
#define IKE_TEXT_MAX 255
#define IKE_HOST_MAX 255

#define IKE_DPD_S 45                            /* the default of AZURE.md 2 */
#define IKE_LIFETIME_S 28800
#define IKE_CHILD_LIFETIME_S 27000

struct ev_loop;

/* Of IKE and child SAs alike; which of them each takes is ike_policy.h's. 0: as built in. */
enum ike_cipher {
	IKE_CIPHER_ANY,
	IKE_CIPHER_AES128GCM,
	IKE_CIPHER_AES256GCM,
	IKE_CIPHER_AES128,      /* CBC */
	IKE_CIPHER_AES192,
	IKE_CIPHER_AES256,
	IKE_CIPHER_3DES,
	IKE_CIPHER_AES192GCM,   /* from here on: of child SAs only */
	IKE_CIPHER_CHACHA20POLY1305,
	IKE_CIPHER_DES,
	IKE_CIPHER_NULL,
	IKE_CIPHERS,            /* one past the last */
};

enum ike_hash {
	IKE_HASH_ANY,
	IKE_HASH_SHA256,
	IKE_HASH_SHA384,
	IKE_HASH_SHA512,
	IKE_HASH_SHA1,
	IKE_HASH_MD5,
	IKE_HASHES,
};

enum ike_group {
	IKE_GROUP_ANY,
	IKE_GROUP_WITHOUT,      /* no exchange: of child SAs only */
	IKE_GROUP_MODP2048,     /* 14 */
	IKE_GROUP_MODP3072,     /* 15 */
	IKE_GROUP_MODP4096,     /* 16 */
	IKE_GROUP_ECP256,
	IKE_GROUP_ECP384,
	IKE_GROUP_ECP521,
	IKE_GROUP_CURVE25519,
	IKE_GROUP_MODP768,      /* 1 */
	IKE_GROUP_MODP1024,     /* 2 */
	IKE_GROUP_MODP2048_256, /* 24: 2048 bits with a subgroup of 256 */
	IKE_GROUPS,
};

/* A key exchange beside the group (RFC 9370); strongSwan has it from version 6 on. */
enum ike_kem {
	IKE_KEM_NONE,
	IKE_KEM_MLKEM512,
	IKE_KEM_MLKEM768,
	IKE_KEM_MLKEM1024,
	IKE_KEMS,
};

/* All of it or nothing: with a cipher, hash and group are given too. */
struct ike_policy {
	enum ike_cipher cipher;
	enum ike_hash hash;             /* integrity and PRF; with GCM the PRF alone */
	enum ike_group group;
};

/* Of the child SAs. */
struct ike_esp {
	enum ike_cipher cipher;         /* ANY: what is built in */
	enum ike_hash hash;             /* ANY with those that need none */
	enum ike_group pfs;
};

enum ike_mode {
	IKE_MODE_BOTH,
	IKE_MODE_INITIATOR,             /* we alone begin; see ike_refuse */
	IKE_MODE_RESPONDER,             /* the peer alone begins */
};

/* A pair of a policy-based connection: a child SA of its own. */
struct ike_pair {
	struct gh_prefix local, remote;
};

#define IKE_PAIRS_MAX 64

/* What the configuration says of one connection; leg is its key. */
struct ike_connection {
	uint32_t leg;                           /* if_id of its SAs */
	char name[GH_NAME_MAX + 1];
	uint8_t version;                        /* of IKE: 1 or 2 */
	bool aggressive;                        /* version 1: not main mode */
	enum ike_mode mode;
	struct gh_addr local;                   /* our outer address; unset: that of the two */
	struct gh_addr local_ipv4, local_ipv6;  /* which is of the peer's family, if it is set */
	struct gh_addr remote;                  /* unset with remote_host or remote_any */
	char remote_host[IKE_HOST_MAX + 1];     /* resolved again and again; "" for none */
	bool remote_any;                        /* from anywhere, by remote_id; RESPONDER */
	char local_id[IKE_ID_MAX + 1];          /* "": the local address; or the subject of our
						 * certificate */
	char remote_id[IKE_ID_MAX + 1];         /* "": the remote address */
	uint16_t secret_length;
	uint8_t secret[IKE_SECRET_MAX];         /* the pre-shared key */
	uint16_t alternate_length;              /* 0: there is none */
	uint8_t alternate[IKE_SECRET_MAX];      /* another one that the peer may use */
	struct ike_certificates *certificates;  /* in place of the secret; NULL for none */
	bool revocation_strict;                 /* refused unless it is known not to be revoked */
	bool azure_default;                     /* Azure's offers, where ike and esp say nothing */
	struct ike_policy ike;                  /* of the IKE SA */
	enum ike_kem kem;                       /* version 2 */
	struct ike_esp esp;
	struct ike_pair pairs[IKE_PAIRS_MAX];   /* none: one child SA for everything */
	uint16_t pair_count;
	bool mobike, fragmentation;
	bool native;                            /* ESP without UDP where there is no NAT */
	uint32_t ike_lifetime_s, child_lifetime_s;      /* hard; rekeyed before */
	uint32_t child_lifetime_kb;             /* the same in 1,024 bytes; 0: none */
	uint32_t replay_window;                 /* packets */
	uint32_t dpd_s;                         /* 0: no dead peer detection */
};

/* Wipes the secret and gives the certificates back. */
void ike_connection_fini(struct ike_connection *connection);

enum ike_state {
	IKE_AWAY,               /* charon is not reachable: nothing is known */
	IKE_REFUSED,            /* charon refused to load it: see error */
	IKE_DOWN,
	IKE_CONNECTING,
	IKE_ESTABLISHED,
};

enum ike_child_state {
	IKE_CHILD_NONE,
	IKE_CHILD_INSTALLING,
	IKE_CHILD_INSTALLED,    /* also while it is being rekeyed */
};

/* The rung of the ladder on which the last attempt failed, in its order. */
enum ike_fault {
	IKE_FAULT_NONE,
	IKE_FAULT_NO_REPLY,     /* nothing came back from the peer's UDP port */
	IKE_FAULT_PROPOSAL,     /* no common algorithms, IKE or ESP */
	IKE_FAULT_IDENTITY,     /* the other side's identity is not the expected one */
	IKE_FAULT_AUTH,         /* the shared keys differ, or a certificate is not believed */
	IKE_FAULT_SELECTORS,    /* traffic selectors have nothing in common */
	IKE_FAULT_OTHER,
};

struct ike_child_status {
	enum ike_child_state state;
	uint32_t id;                            /* charon's number of it */
	uint32_t spi_in, spi_out;               /* host order */
	char algorithms[IKE_TEXT_MAX + 1];      /* "AES_GCM_16-256/ECP_384, ESN" */
	char local_ts[IKE_TEXT_MAX + 1], remote_ts[IKE_TEXT_MAX + 1];
	struct gh_time installed, rekey, expire;        /* rekey, expire: 0 for unknown */
};

struct ike_status {
	enum ike_state state;
	uint64_t spi_initiator, spi_responder;
	uint32_t id;                            /* charon's number of the IKE SA */
	bool initiator;                         /* we began it */
	struct gh_endpoint local, remote;       /* as seen on the wire */
	char local_id[IKE_ID_MAX + 1], remote_id[IKE_ID_MAX + 1];
	bool nat_local, nat_remote;             /* a NAT on our side, on theirs (or either
						 * side forces UDP encapsulation) */
	char algorithms[IKE_TEXT_MAX + 1];      /* "AES_GCM_16-256/PRF_HMAC_SHA2_384/ECP_384" */
	struct gh_time established, rekey;
	struct ike_child_status child;
	uint64_t pairs;                         /* bit n: pair n has a child SA; bit 0 without pairs */
	bool renewing;                          /* it runs by what was configured before, and
						 * what is now is being set up beside it */

	uint32_t attempts;                      /* since it was last up */
	enum ike_fault fault;                   /* NONE once it is up again */
	char error[IKE_TEXT_MAX + 1];           /* in words; "" for none */
	struct gh_time error_at;
	char proposals_ours[IKE_TEXT_MAX + 1];  /* of the last mismatch, where charon told */
	char proposals_theirs[IKE_TEXT_MAX + 1];
};

struct ike;

/* Something in the status of a leg changed. It must not set, remove or free. */
typedef void ike_changed(void *user, uint32_t leg);

/*
 * A connected, non-blocking vici socket, or -errno. Asked for at once and again
 * while charon is away; who may open that socket is the caller's business.
 */
typedef int ike_connect(void *user);

struct ike *ike_new(struct ev_loop *loop, ike_connect *connect, ike_changed *changed, void *user);
/* Forgets all connections and leaves what charon holds as it is. */
void ike_free(struct ike *k);

/*
 * Adds the connection, or replaces the one of the same leg: unchanged values
 * change nothing. What changes takes effect in one of four ways.
 *
 *   break    another peer, identity, address of ours or version of IKE, or an
 *            authority that is not believed any more: the SAs are closed and
 *            set up anew.
 *   told     one more key, or a list that revokes nobody who was not revoked
 *            before: charon has it for the next time, and no SA is touched.
 *   renew    with IKEv2, for all else: a new IKE SA is set up beside the old
 *            one, and that is closed a moment after the new one carries
 *            traffic, so that nothing is lost. While the peer refuses the new
 *            values the old SAs go on, IKE_RENEW_MS at most; after a list that
 *            revokes somebody IKE_DOUBT_MS, for who is silent may be the one.
 *   later    lifetimes, windows and timers with IKEv1, or while only the peer
 *            may begin: charon keeps what an SA began with, so they hold when
 *            it is set up anew. A new key or algorithm, and a list that revokes
 *            somebody, break then.
 *
 * -EINVAL: no remote address, neither secret nor certificates or both, no name,
 * or half an IKE policy. It takes a reference of its own to the certificates.
 */
int ike_set(struct ike *k, const struct ike_connection *connection);
#define IKE_RENEW_MS 600000
#define IKE_DOUBT_MS 30000
/* Unloads it and closes its SAs; 0 also if there was none. */
void ike_remove(struct ike *k, uint32_t leg);
/*
 * Every wanted connection has been set: what charon still holds from an
 * earlier run of ours and is not wanted is unloaded, and its SAs closed.
 * Until then nothing is unloaded that was not set here.
 */
void ike_settled(struct ike *k);

/* NULL for an unknown leg; borrowed until the loop runs on. */
const struct ike_status *ike_status(const struct ike *k, uint32_t leg);
/* Is charon reachable? *version points to its version, or "". */
bool ike_charon(const struct ike *k, const char **version);

/* Try again now instead of after the pause; 0 or -ENOENT. */
int ike_retry(struct ike *k, uint32_t leg);
/*
 * Close its SAs and set them up anew; whether the peer's certificate was
 * revoked is asked again where charon fetched the answer. 0 or -ENOENT,
 * -EAGAIN while charon is away.
 */
int ike_reset(struct ike *k, uint32_t leg);
/* The same of all of them, some at a time: how many, or -EAGAIN. */
int ike_reset_all(struct ike *k);
/* Ask charon to rekey: 0 or -ENOENT, -EAGAIN while charon is away. */
int ike_rekey_child(struct ike *k, uint32_t leg);
int ike_rekey_ike(struct ike *k, uint32_t leg);

/*
 * Would charon take these connections? Each is loaded under a scratch name,
 * with addresses that no peer has, and unloaded at once. A few are under way
 * at a time, so that a thousand delay nothing else. done is called once, never
 * before ike_try has returned:
 *
 *   0          charon takes all of them
 *   -EINVAL    it refuses one; words name it and say what charon says
 *   -ENOTCONN  charon is away, or went away; nothing is known
 *
 * The connections are copied, without their secrets.
 */
struct ike_trial;
typedef void ike_tried(void *user, int rc, const char *words);

struct ike_trial *ike_try(struct ike *k, const struct ike_connection *connections, size_t count,
			  ike_tried *done, void *user);
/* The answer is no longer wanted: done is not called. ike_free does so with all. */
void ike_try_cancel(struct ike_trial *trial);

/*
 * The addresses whose owners may not begin with us (all of their connections
 * are IKE_MODE_INITIATOR): told whenever they change. charon has no such mode,
 * so it must not hear them.
 */
typedef void ike_refused(void *user, const struct gh_addr *addresses, size_t count);
void ike_refuse(struct ike *k, ike_refused *refused, void *user);

const char *ike_state_name(enum ike_state state);
const char *ike_child_state_name(enum ike_child_state state);
const char *ike_fault_name(enum ike_fault fault);

#endif
