/*
 * The transforms of ESP: see suite.h.
 *
 * Two short tables, not one of every pair: IKE chooses the two by themselves.
 */
#include "base/suite.h"

#include <errno.h>
#include <stdio.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* Stream ciphers and none at all are padded to the 4 bytes of RFC 4303 2.4. */
static const struct gh_cipher ciphers[] = {
	{ "aes-128-gcm-16", GH_ENCR_AES_GCM_16, 16, 4, 8, 4, 16 },
	{ "aes-192-gcm-16", GH_ENCR_AES_GCM_16, 24, 4, 8, 4, 16 },
	{ "aes-256-gcm-16", GH_ENCR_AES_GCM_16, 32, 4, 8, 4, 16 },
	{ "chacha20-poly1305", GH_ENCR_CHACHA20_POLY1305, 32, 4, 8, 4, 16 },
	{ "aes-128-cbc", GH_ENCR_AES_CBC, 16, 0, 16, 16, 0 },
	{ "aes-192-cbc", GH_ENCR_AES_CBC, 24, 0, 16, 16, 0 },
	{ "aes-256-cbc", GH_ENCR_AES_CBC, 32, 0, 16, 16, 0 },
	{ "3des-cbc", GH_ENCR_3DES, 24, 0, 8, 8, 0 },
	{ "des-cbc", GH_ENCR_DES, 8, 0, 8, 8, 0 },
	{ "null", GH_ENCR_NULL, 0, 0, 0, 4, 0 },
};

static const struct gh_mac macs[] = {
	{ "hmac-md5-96", GH_AUTH_HMAC_MD5_96, 16, 12 },
	{ "hmac-sha-1-96", GH_AUTH_HMAC_SHA1_96, 20, 12 },
	{ "hmac-sha-256-128", GH_AUTH_HMAC_SHA2_256_128, 32, 16 },
	{ "hmac-sha-384-192", GH_AUTH_HMAC_SHA2_384_192, 48, 24 },
	{ "hmac-sha-512-256", GH_AUTH_HMAC_SHA2_512_256, 64, 32 },
};

static int find_cipher(uint16_t transform, unsigned key, const struct gh_cipher **out)
{
	int rc = -EPROTONOSUPPORT;

	for (unsigned k = 0; k < LENGTH(ciphers); k++) {
		if (ciphers[k].transform != transform)
			continue;
		rc = -EINVAL;
		if (key == 0u + ciphers[k].key + ciphers[k].salt) {
			*out = &ciphers[k];
			return 0;
		}
	}
	return rc;
}

static int find_mac(uint16_t transform, unsigned key, const struct gh_mac **out)
{
	for (unsigned k = 0; k < LENGTH(macs); k++) {
		if (macs[k].transform != transform)
			continue;
		*out = &macs[k];
		return key == macs[k].key ? 0 : -EINVAL;
	}
	return -EPROTONOSUPPORT;
}

int gh_suite_find(uint16_t encryption, unsigned key, uint16_t integrity, unsigned integrity_key,
		  struct gh_suite *out)
{
	struct gh_suite s = { 0 };
	int rc = find_cipher(encryption, key, &s.cipher);

	if (!rc && !s.cipher->icv)
		rc = find_mac(integrity, integrity_key, &s.mac);
	else if (!rc && (integrity != GH_AUTH_NONE || integrity_key))
		rc = -EPROTONOSUPPORT;
	if (!rc)
		*out = s;
	return rc;
}

const char *gh_suite_name(const struct gh_suite *s, char text[GH_SUITE_NAME])
{
	snprintf(text, GH_SUITE_NAME, "%s%s%s", s->cipher->name, s->mac ? "/" : "",
		 s->mac ? s->mac->name : "");
	return text;
}

bool gh_suite_is_weak(const struct gh_suite *s)
{
	uint16_t cipher = s->cipher->transform;

	return cipher == GH_ENCR_DES || cipher == GH_ENCR_3DES || cipher == GH_ENCR_NULL ||
	       (s->mac && s->mac->transform == GH_AUTH_HMAC_MD5_96);
}
