/*
 * The model's words for what the configuration has: see config.h.
 *
 * Each table is read in both directions, so that no word is known one way only.
 */
#include <string.h>

#include "yang/config.h"

#define COUNT(array) ((unsigned)(sizeof(array) / sizeof((array)[0])))

static const char *const encryption_names[] = {
	[GW_ENCRYPTION_NONE] = "",
	[GW_GCMAES128] = "gcmaes128",
	[GW_GCMAES256] = "gcmaes256",
	[GW_AES128] = "aes128",
	[GW_AES192] = "aes192",
	[GW_AES256] = "aes256",
	[GW_GCMAES192] = "gcmaes192",
	[GW_CHACHA20POLY1305] = "chacha20poly1305",
	[GW_DES] = "des",
	[GW_NULL] = "none",
	[GW_DES3] = "des3",
};

static const char *const integrity_names[] = {
	[GW_INTEGRITY_NONE] = "",
	[GW_SHA256] = "sha256",
	[GW_SHA384] = "sha384",
	[GW_SHA512] = "sha512",
	[GW_SHA1] = "sha1",
	[GW_MD5] = "md5",
	[GW_INTEGRITY_GCMAES128] = "gcmaes128",
	[GW_INTEGRITY_GCMAES192] = "gcmaes192",
	[GW_INTEGRITY_GCMAES256] = "gcmaes256",
};

static const char *const group_names[] = {
	[GW_GROUP_NONE] = "",
	[GW_GROUP_WITHOUT] = "none",
	[GW_GROUP14] = "group14",
	[GW_GROUP15] = "group15",
	[GW_GROUP16] = "group16",
	[GW_ECP256] = "ecp256",
	[GW_ECP384] = "ecp384",
	[GW_ECP521] = "ecp521",
	[GW_CURVE25519] = "curve25519",
	[GW_GROUP1] = "group1",
	[GW_GROUP2] = "group2",
	[GW_GROUP24] = "group24",
};

static const char *const kem_names[] = {
	[GW_KEM_NONE] = "",
	[GW_MLKEM512] = "mlkem512",
	[GW_MLKEM768] = "mlkem768",
	[GW_MLKEM1024] = "mlkem1024",
};

static const char *const exchange_names[] = {
	[GW_MAIN] = "main",
	[GW_AGGRESSIVE] = "aggressive",
};

static const char *const mode_names[] = {
	[GW_MODE_DEFAULT] = "default",
	[GW_INITIATOR_ONLY] = "initiator-only",
	[GW_RESPONDER_ONLY] = "responder-only",
};

static const char *const encapsulation_names[] = {
	[GW_UDP] = "udp",
	[GW_NATIVE] = "native",
};

static const char *const revocation_names[] = {
	[GW_REVOCATION_RELAXED] = "relaxed",
	[GW_REVOCATION_OFF] = "off",
	[GW_REVOCATION_STRICT] = "strict",
};

static const char *const destination_names[] = {
	[GW_INTERNET] = "internet",
	[GW_OTHER_REGION] = "other-region",
	[GW_SAME_REGION] = "same-region",
};

static const char *const size_names[] = {
	[GW_SIZE_NONE] = "",
	[GW_BASIC] = "basic",
	[GW_VPNGW1AZ] = "vpngw1az",
	[GW_VPNGW2AZ] = "vpngw2az",
	[GW_VPNGW3AZ] = "vpngw3az",
	[GW_VPNGW4AZ] = "vpngw4az",
	[GW_VPNGW5AZ] = "vpngw5az",
};

static const char *name_of(const char *const *names, unsigned count, unsigned value)
{
	return value < count ? names[value] : "";
}

static unsigned find_name(const char *const *names, unsigned count, const char *name)
{
	unsigned i;

	for (i = 0; i < count; i++)
		if (!strcmp(names[i], name))
			return i;
	return 0;
}

const char *gw_encryption_name(enum gw_encryption encryption)
{
	return name_of(encryption_names, COUNT(encryption_names), encryption);
}

const char *gw_integrity_name(enum gw_integrity integrity)
{
	return name_of(integrity_names, COUNT(integrity_names), integrity);
}

const char *gw_group_name(enum gw_group group)
{
	return name_of(group_names, COUNT(group_names), group);
}

const char *gw_kem_name(enum gw_kem kem)
{
	return name_of(kem_names, COUNT(kem_names), kem);
}

const char *gw_exchange_name(enum gw_exchange exchange)
{
	return name_of(exchange_names, COUNT(exchange_names), exchange);
}

const char *gw_mode_name(enum gw_mode mode)
{
	return name_of(mode_names, COUNT(mode_names), mode);
}

const char *gw_encapsulation_name(enum gw_encapsulation encapsulation)
{
	return name_of(encapsulation_names, COUNT(encapsulation_names), encapsulation);
}

const char *gw_revocation_name(enum gw_revocation revocation)
{
	return name_of(revocation_names, COUNT(revocation_names), revocation);
}

const char *gw_destination_name(enum gw_destination destination)
{
	return name_of(destination_names, COUNT(destination_names), destination);
}

const char *gw_size_name(enum gw_size size)
{
	return name_of(size_names, COUNT(size_names), size);
}

enum gw_encryption gw_encryption_find(const char *name)
{
	return find_name(encryption_names, COUNT(encryption_names), name);
}

enum gw_integrity gw_integrity_find(const char *name)
{
	return find_name(integrity_names, COUNT(integrity_names), name);
}

enum gw_group gw_group_find(const char *name)
{
	return find_name(group_names, COUNT(group_names), name);
}

enum gw_kem gw_kem_find(const char *name)
{
	return find_name(kem_names, COUNT(kem_names), name);
}

enum gw_exchange gw_exchange_find(const char *name)
{
	return find_name(exchange_names, COUNT(exchange_names), name);
}

enum gw_mode gw_mode_find(const char *name)
{
	return find_name(mode_names, COUNT(mode_names), name);
}

enum gw_encapsulation gw_encapsulation_find(const char *name)
{
	return find_name(encapsulation_names, COUNT(encapsulation_names), name);
}

enum gw_revocation gw_revocation_find(const char *name)
{
	return find_name(revocation_names, COUNT(revocation_names), name);
}

enum gw_destination gw_destination_find(const char *name)
{
	return find_name(destination_names, COUNT(destination_names), name);
}

enum gw_size gw_size_find(const char *name)
{
	return find_name(size_names, COUNT(size_names), name);
}

/* ---- what they are ---- */

bool gw_encryption_is_aead(enum gw_encryption encryption)
{
	return encryption == GW_GCMAES128 || encryption == GW_GCMAES192 ||
	       encryption == GW_GCMAES256 || encryption == GW_CHACHA20POLY1305;
}

enum gw_integrity gw_encryption_twin(enum gw_encryption encryption)
{
	switch (encryption) {
	case GW_GCMAES128:
		return GW_INTEGRITY_GCMAES128;
	case GW_GCMAES192:
		return GW_INTEGRITY_GCMAES192;
	case GW_GCMAES256:
		return GW_INTEGRITY_GCMAES256;
	default:
		return GW_INTEGRITY_NONE;
	}
}

bool gw_encryption_is_weak(enum gw_encryption encryption)
{
	return encryption == GW_DES || encryption == GW_DES3 || encryption == GW_NULL;
}

bool gw_integrity_is_weak(enum gw_integrity integrity)
{
	return integrity == GW_SHA1 || integrity == GW_MD5;
}

bool gw_group_is_weak(enum gw_group group)
{
	return group == GW_GROUP1 || group == GW_GROUP2 || group == GW_GROUP24;
}
