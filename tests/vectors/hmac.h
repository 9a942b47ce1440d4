/*
 * Published HMAC vectors, as hex: RFC 2202 (MD5 cases 1 and 3, SHA-1 cases 1
 * and 3) and RFC 4868 2.7.2 (SHA-2, with keys as long as the digest: cases
 * AUTH256-1, AUTH384-1, AUTH512-1, without their truncation).
 */
#ifndef VECTORS_HMAC_H
#define VECTORS_HMAC_H

#include <stdint.h>

#include "base/suite.h"

struct hmac_vector {
	uint16_t transform;
	uint8_t key, key_bytes;         /* the key is one byte, repeated */
	const char *data;
	const char *digest;
};

#define HI_THERE "4869205468657265"
#define DD_50 "dddddddddddddddddddddddddddddddddddddddddddddddddd" \
	      "dddddddddddddddddddddddddddddddddddddddddddddddddd"

static const struct hmac_vector hmac_vectors[] = {
	{ GH_AUTH_HMAC_MD5_96, 0x0b, 16, HI_THERE, "9294727a3638bb1c13f48ef8158bfc9d" },
	{ GH_AUTH_HMAC_MD5_96, 0xaa, 16, DD_50, "56be34521d144c88dbb8c733f0e8b3f6" },
	{ GH_AUTH_HMAC_SHA1_96, 0x0b, 20, HI_THERE, "b617318655057264e28bc0b6fb378c8ef146be00" },
	{ GH_AUTH_HMAC_SHA1_96, 0xaa, 20, DD_50, "125d7342b9ac11cd91a39af48aa17b4f63f175d3" },
	{ GH_AUTH_HMAC_SHA2_256_128, 0x0b, 32, HI_THERE,
	  "198a607eb44bfbc69903a0f1cf2bbdc5ba0aa3f3d9ae3c1c7a3b1696a0b68cf7" },
	{ GH_AUTH_HMAC_SHA2_384_192, 0x0b, 48, HI_THERE,
	  "b6a8d5636f5c6a7224f9977dcf7ee6c7fb6d0c48cbdee9737a959796489bddbc"
	  "4c5df61d5b3297b4fb68dab9f1b582c2" },
	{ GH_AUTH_HMAC_SHA2_512_256, 0x0b, 64, HI_THERE,
	  "637edc6e01dce7e6742a99451aae82df23da3e92439e590e43e761b33e910fb8"
	  "ac2878ebd5803f6f0b61dbce5e251ff8789a4722c1be65aea45fd464e89f8f5b" },
};

#endif
