/*
 * Values of a line: see cli_value.h.
 *
 * Addresses and prefixes are read by base/addr first: libyang would quietly
 * cut the host bits of a prefix, and its messages name patterns.
 */
#include "yang/cli_value.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "yang/access_path.h"

/* Room for the names of all algorithms of the model, and some more. */
#define ENUMS_MAX 32

static void list_enums(const struct lysc_type *type, const char *names[ENUMS_MAX], unsigned *count)
{
	const struct lysc_type_union *u = (const struct lysc_type_union *)type;
	const struct lysc_type_enum *e = (const struct lysc_type_enum *)type;
	LY_ARRAY_COUNT_TYPE i;

	if (type->basetype == LY_TYPE_UNION)
		LY_ARRAY_FOR(u->types, i)
			list_enums(u->types[i], names, count);
	else if (type->basetype == LY_TYPE_ENUM)
		LY_ARRAY_FOR(e->enums, i)
			if (*count < ENUMS_MAX)
				names[(*count)++] = e->enums[i].name;
}

static void expected_enum(const struct lysc_type *type, struct gh_buf *out)
{
	const char *names[ENUMS_MAX];
	unsigned i, n = 0;

	list_enums(type, names, &n);
	for (i = 0; i < n; i++)
		gh_buf_printf(out, "%s%s", !i ? "" : i + 1 == n ? " or " : ", ", names[i]);
}

/* What the schema cannot put into words. */
static const char *kind_words(const char *kind)
{
	static const struct {
		const char *kind, *words;
	} kinds[] = {
		{ "ipv4", "an IPv4 address A.B.C.D" },
		{ "ipv6", "an IPv6 address X:X::X:X" },
		{ "address", "an address A.B.C.D or X:X::X:X" },
		{ "peer", "an address A.B.C.D or X:X::X:X, the name of a host, or any" },
		{ "interface-address", "an address with the length of its subnet, A.B.C.D/M or X:X::X:X/M" },
		{ "frr-name", "a name of letters, digits and - _ . : , at most 80 characters" },
		{ "uri", "http://, https:// or ldap:// and the rest, at most 255 characters" },
		{ "prefix", "a prefix A.B.C.D/M or X:X::X:X/M" },
		{ "interface", "the name of an interface, 1 to 15 characters" },
		{ "identity", "an identity, 1 to 255 characters without spaces" },
		{ "secret", "0 SECRET, 6 ENCRYPTED, or SECRET" },
		{ "name", "a name of letters, digits and - _ . , at most 80 characters" },
		{ "file", "the name of a file, 1 to 255 characters without spaces" },
		{ "word", "a word of 1 to 80 characters without quotes and brackets" },
		{ "operations", "* or some of create, read, update, delete and exec" },
		{ "path", "a path such as /gatehouse:gateway/connection, at most 255 characters" },
		{ "text", "a text of 1 to 255 characters" },
	};
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strcmp(kind, kinds[i].kind))
			return kinds[i].words;
	return NULL;
}

/* "0, or a number from 9 to 3600" */
static void expected_range(const struct lysc_range *range, struct gh_buf *out)
{
	LY_ARRAY_COUNT_TYPE i;

	LY_ARRAY_FOR(range->parts, i) {
		unsigned long long from = range->parts[i].min_u64, to = range->parts[i].max_u64;

		gh_buf_printf(out, "%s", i ? ", or " : "");
		if (from == to)
			gh_buf_printf(out, "%llu", from);
		else
			gh_buf_printf(out, "a number from %llu to %llu", from, to);
	}
}

void cli_value_expected(const struct cli_token *token, const struct lysc_node *leaf,
			struct gh_buf *out)
{
	const struct lysc_type *type = ((const struct lysc_node_leaf *)leaf)->type;
	const char *words = kind_words(token->kind);

	if (words) {
		gh_buf_printf(out, "%s", words);
		return;
	}
	if (type->basetype == LY_TYPE_ENUM || type->basetype == LY_TYPE_UNION) {
		expected_enum(type, out);
		return;
	}
	expected_range(((const struct lysc_type_num *)type)->range, out);
}

/* The prefix that a word with host bits was probably meant to be. */
static bool without_host_bits(const char *word, struct gh_prefix *out)
{
	const char *slash = strchr(word, '/');
	char address[GH_ADDR_TEXT];
	unsigned long length;
	size_t digits;

	if (!slash || slash - word >= GH_ADDR_TEXT)
		return false;
	digits = strspn(slash + 1, "0123456789");
	if (!digits || digits > 3 || slash[1 + digits])
		return false;
	memcpy(address, word, (size_t)(slash - word));
	address[slash - word] = '\0';
	length = strtoul(slash + 1, NULL, 10);
	if (gh_addr_parse(address, &out->addr) < 0 || length > gh_family_bits(out->addr.family))
		return false;
	out->length = (uint8_t)length;
	gh_prefix_mask(out);
	return true;
}

static int check_prefix(const char *word, char *canonical, struct gh_buf *why)
{
	struct gh_prefix prefix;

	if (!gh_prefix_parse(word, &prefix)) {
		gh_prefix_print(&prefix, canonical);
		return 0;
	}
	if (without_host_bits(word, &prefix)) {
		char text[GH_PREFIX_TEXT];

		gh_buf_printf(why, "bits beyond the length are set; the prefix is %s",
			      gh_prefix_print(&prefix, text));
	}
	return -EINVAL;
}

/* The host's bits stay: it is an address, and its subnet. */
static int check_interface_address(const char *word, char *canonical)
{
	const char *slash = strchr(word, '/');
	char text[GH_ADDR_TEXT];
	struct gh_prefix p;
	char *end;

	if (!slash || (size_t)(slash - word) >= sizeof(text) || strspn(slash + 1, "0123456789") < 1)
		return -EINVAL;
	snprintf(text, sizeof(text), "%.*s", (int)(slash - word), word);
	p.length = (uint8_t)strtoul(slash + 1, &end, 10);
	if (*end || end - slash > 4 || strtoul(slash + 1, NULL, 10) > 128 ||
	    gh_addr_parse(text, &p.addr) < 0 || !p.length ||
	    p.length > gh_family_bits(p.addr.family))
		return -EINVAL;
	snprintf(canonical, GH_TEXT_MAX + 1, "%s/%u", gh_addr_print(&p.addr, text), p.length);
	return 0;
}

/* An address in its one form; what else there may be, the schema judges. */
static void print_peer(const char *word, char *canonical)
{
	struct gh_addr a;

	if (!gh_addr_parse(word, &a))
		gh_addr_print(&a, canonical);
}

static int check_address(const char *kind, const char *word, char *canonical)
{
	struct gh_addr a;

	if (gh_addr_parse(word, &a) < 0)
		return -EINVAL;
	if ((!strcmp(kind, "ipv4") && a.family != AF_INET) ||
	    (!strcmp(kind, "ipv6") && a.family != AF_INET6))
		return -EINVAL;
	gh_addr_print(&a, canonical);
	return 0;
}

/* What is wrong with a path, if the reader of access rules can tell. */
static void tell_path(const struct ly_ctx *context, const char *word, struct gh_buf *why)
{
	struct access_path path = { 0 };

	access_path_parse(context, word, &path, why);
	access_path_fini(&path);
}

int cli_value_check(const struct cli_token *token, const struct lysc_node *leaf, const char *word,
		    char canonical[GH_TEXT_MAX + 1], struct gh_buf *why)
{
	size_t n = strlen(word);
	int ret = n > GH_TEXT_MAX ? -EINVAL : 0;

	if (!ret) {
		memcpy(canonical, word, n + 1);
		if (!strcmp(token->kind, "prefix"))
			ret = check_prefix(word, canonical, why);
		else if (!strcmp(token->kind, "ipv4") || !strcmp(token->kind, "ipv6") ||
			 !strcmp(token->kind, "address"))
			ret = check_address(token->kind, word, canonical);
		else if (!strcmp(token->kind, "interface-address"))
			ret = check_interface_address(word, canonical);
		else if (!strcmp(token->kind, "peer"))
			print_peer(word, canonical);
	}
	/* Incomplete: whether what it refers to is there shows when all is there. */
	if (!ret) {
		LY_ERR rc = lyd_value_validate(NULL, leaf, canonical, strlen(canonical), NULL,
					       NULL, NULL);

		ret = rc && rc != LY_EINCOMPLETE ? -EINVAL : 0;
	}
	if (ret && !strcmp(token->kind, "path") && n <= GH_TEXT_MAX)
		tell_path(leaf->module->ctx, word, why);
	if (ret && !gh_buf_length(why)) {
		gh_buf_printf(why, "expected ");
		cli_value_expected(token, leaf, why);
	}
	return ret;
}

int cli_value_secret(const struct secret_key *key, const char *rest,
		     char encrypted[GW_ENCRYPTED_MAX + 1], struct gh_buf *why)
{
	bool typed = (rest[0] == '0' || rest[0] == '6') && (!rest[1] || rest[1] == ' ');
	const char *value = typed ? rest + 1 + strspn(rest + 1, " ") : rest;
	size_t n = strlen(value);

	if (!n) {
		gh_buf_printf(why, "the line ends here; expected 0 SECRET, 6 ENCRYPTED, or SECRET");
	} else if (typed && rest[0] == '6') {
		if (n <= GW_ENCRYPTED_MAX && !strchr(value, ' ')) {
			memcpy(encrypted, value, n + 1);
			return 0;
		}
		gh_buf_printf(why, "expected one encrypted key after 6, as show running-config"
			      " prints it");
	} else if (!secret_valid(value, n)) {
		gh_buf_printf(why, "expected a secret of 1 to %d printable ASCII characters",
			      GW_SECRET_MAX);
	} else if (secret_encrypt(key, value, n, encrypted)) {
		gh_buf_printf(why, "the key could not be encrypted; look at the host's OpenSSL");
	} else {
		return 0;
	}
	return -EINVAL;
}
