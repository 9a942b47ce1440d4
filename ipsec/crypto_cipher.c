/*
 * OpenSSL's ciphers: see crypto_private.h.
 *
 * DES is in OpenSSL's legacy provider. That is loaded when the first SA asks
 * for DES, and into a context of its own, so that nothing else in the process
 * can come by what is in there. It stays: SAs of the peer will come again.
 */
#include "ipsec/crypto_private.h"

#include <openssl/provider.h>

#include "base/log.h"

/* Of the control thread: SAs are made there. */
static EVP_CIPHER *des;

static const EVP_CIPHER *legacy_des(void)
{
	OSSL_LIB_CTX *context;

	if (des)
		return des;
	context = OSSL_LIB_CTX_new();
	if (context && OSSL_PROVIDER_load(context, "legacy"))
		des = EVP_CIPHER_fetch(context, "DES-CBC", NULL);
	if (!des) {
		gh_error("ESP with DES is asked for, and OpenSSL's legacy provider (ossl-modules/legacy.so) cannot be loaded: "
			 "install it, or give the connection another ipsec encryption");
		OSSL_LIB_CTX_free(context);
		return NULL;
	}
	gh_warning("ESP with DES: OpenSSL's legacy provider loaded; DES is broken by anyone who wants to");
	return des;
}

const EVP_CIPHER *crypto_cipher(const struct gh_cipher *cipher)
{
	switch (cipher->transform) {
	case GH_ENCR_AES_GCM_16:
		return cipher->key == 16 ? EVP_aes_128_gcm() :
		       cipher->key == 24 ? EVP_aes_192_gcm() : EVP_aes_256_gcm();
	case GH_ENCR_AES_CBC:
		return cipher->key == 16 ? EVP_aes_128_cbc() :
		       cipher->key == 24 ? EVP_aes_192_cbc() : EVP_aes_256_cbc();
	case GH_ENCR_CHACHA20_POLY1305:
		return EVP_chacha20_poly1305();
	case GH_ENCR_3DES:
		return EVP_des_ede3_cbc();
	case GH_ENCR_DES:
		return legacy_des();
	default:
		return NULL;
	}
}
