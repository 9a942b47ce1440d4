/*
 * suite - the transforms of ESP that the datapath carries, and their sizes
 *
 * A child SA has either one transform that encrypts and authenticates (RFC
 * 4106, RFC 7634), or a cipher in CBC mode with a MAC behind it (RFC 4303).
 * IKE names both by IANA's numbers (RFC 7296 3.3.2) and the length of a key.
 *
 * A cipher without a MAC, or no protection at all, is no suite (RFC 8221 4).
 *
 * Threads    pure functions of constant tables.
 * Units      bytes.
 */
#ifndef GH_SUITE_H
#define GH_SUITE_H

#include <stdbool.h>
#include <stdint.h>

/* RFC 7296 3.3.2, transform type 1; 20: RFC 4106, 28: RFC 7634. */
enum gh_encryption {
	GH_ENCR_DES = 2,
	GH_ENCR_3DES = 3,
	GH_ENCR_NULL = 11,
	GH_ENCR_AES_CBC = 12,
	GH_ENCR_AES_GCM_16 = 20,
	GH_ENCR_CHACHA20_POLY1305 = 28,
};

/* Transform type 3; 12 to 14: RFC 4868. */
enum gh_integrity {
	GH_AUTH_NONE = 0,
	GH_AUTH_HMAC_MD5_96 = 1,
	GH_AUTH_HMAC_SHA1_96 = 2,
	GH_AUTH_HMAC_SHA2_256_128 = 12,
	GH_AUTH_HMAC_SHA2_384_192 = 13,
	GH_AUTH_HMAC_SHA2_512_256 = 14,
};

#define GH_SUITE_IV_MAX 16
#define GH_SUITE_ICV_MAX 32
#define GH_SUITE_NAME 48

struct gh_cipher {
	const char *name;               /* "aes-256-cbc" */
	uint16_t transform;             /* enum gh_encryption */
	uint8_t key, salt;              /* IKE derives both as one */
	uint8_t iv;                     /* carried by each packet */
	uint8_t block;                  /* what payload and trailer are padded to */
	uint8_t icv;                    /* 0: needs a MAC beside it */
};

struct gh_mac {
	const char *name;               /* "hmac-sha-256-128" */
	uint16_t transform;             /* enum gh_integrity */
	uint8_t key, icv;
};

struct gh_suite {
	const struct gh_cipher *cipher;
	const struct gh_mac *mac;       /* NULL: the cipher authenticates */
};

/*
 * 0; -EPROTONOSUPPORT: not carried; -EINVAL: carried, but not with keys of
 * these lengths. key is with the salt.
 */
int gh_suite_find(uint16_t encryption, unsigned key, uint16_t integrity, unsigned integrity_key,
		  struct gh_suite *out);

/* "aes-256-gcm-16", "aes-128-cbc/hmac-sha-1-96". */
const char *gh_suite_name(const struct gh_suite *s, char text[GH_SUITE_NAME]);

/* The length of the ICV. */
static inline unsigned gh_suite_icv(const struct gh_suite *s)
{
	return s->mac ? s->mac->icv : s->cipher->icv;
}

/* Would nobody choose it today (RFC 8221 5 and 6: MUST NOT or SHOULD NOT, and NULL)? */
bool gh_suite_is_weak(const struct gh_suite *s);

#endif
