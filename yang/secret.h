/*
 * secret - encryption at rest of shared keys under a key of this host
 *
 * AES-256-GCM with a random nonce. The text after `shared-key 6` is
 *
 *	base64url( version 1 | key id 4 | nonce 12 | ciphertext | tag 16 )
 *
 * The plaintext is a length byte and the secret, padded with zeros to a
 * multiple of 32 so that the text does not tell the secret's length. The key
 * id is the start of the key's SHA-256: it tells "another host's" from
 * "damaged". It protects configuration files that are copied or shown, not
 * against one who can read the host key.
 *
 * Ownership  secret_key_free wipes the key. Clear text goes to buffers that
 *            their fini wipes.
 * Threads    a key is immutable; any thread.
 * Errors     0 or -errno. -EKEYREJECTED: another host's key. -EBADMSG: not an
 *            encrypted key, or damaged.
 */
#ifndef GH_YANG_SECRET_H
#define GH_YANG_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "yang/config.h"

struct secret_key;

/*
 * Reads the key file, or creates it (32 random bytes, 0600, O_EXCL, synced).
 * Refuses one that is not a plain file of 32 bytes, or that group or others
 * may read: -EPERM or -EBADMSG with words in why.
 */
int secret_key_open(const char *path, struct secret_key **out, struct gh_buf *why);
void secret_key_free(struct secret_key *key);

/* Printable ASCII, 1 to GW_SECRET_MAX characters? */
bool secret_valid(const char *clear, size_t length);

/* A secret that secret_valid accepts; a new nonce every time. */
int secret_encrypt(const struct secret_key *key, const char *clear, size_t length,
		   char text[GW_ENCRYPTED_MAX + 1]);
/* Appends the secret to clear, which stays untouched on failure. */
int secret_decrypt(const struct secret_key *key, const char *text, struct gh_buf *clear);
/* Do both texts decrypt, and to the same secret? */
bool secret_same(const struct secret_key *key, const char *a, const char *b);
/* Why secret_decrypt failed and what to do, in words. */
const char *secret_error(int error);

#endif
