/* ike_differ: one row for each setting, and what its change asks for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "ipsec/ike_private.h"

static struct ike_connection paris(void)
{
	struct ike_connection c = { .leg = 1, .name = "paris", .version = 2, .secret_length = 1,
				    .secret = "x", .ike_lifetime_s = 28800, };

	gh_addr_parse("198.51.100.7", &c.remote);
	return c;
}

static void peer(struct ike_connection *c) { c->remote.b[3]++; }
static void host(struct ike_connection *c) { strcpy(c->remote_host, "paris.example"); }
static void any(struct ike_connection *c) { c->remote_any = true; }
static void ours(struct ike_connection *c) { gh_addr_parse("203.0.113.1", &c->local); }
static void public4(struct ike_connection *c) { gh_addr_parse("203.0.113.1", &c->local_ipv4); }
static void public6(struct ike_connection *c) { gh_addr_parse("2001:db8::1", &c->local_ipv6); }
static void local_id(struct ike_connection *c) { strcpy(c->local_id, "gw"); }
static void remote_id(struct ike_connection *c) { strcpy(c->remote_id, "paris"); }
static void version(struct ike_connection *c) { c->version = 1; }
static void secret(struct ike_connection *c) { c->secret[0] = 'y'; }
static void longer(struct ike_connection *c) { c->secret_length = 2; }
static void exchange(struct ike_connection *c) { c->aggressive = true; }
static void azure(struct ike_connection *c) { c->azure_default = true; }
static void strict(struct ike_connection *c) { c->revocation_strict = true; }
static void ike(struct ike_connection *c) { c->ike.group = IKE_GROUP_ECP256; }
static void kem(struct ike_connection *c) { c->kem = IKE_KEM_MLKEM768; }
static void esp(struct ike_connection *c) { c->esp.cipher = IKE_CIPHER_AES256; }
static void native(struct ike_connection *c) { c->native = true; }
static void pairs(struct ike_connection *c) { c->pair_count = 1; }
static void ike_life(struct ike_connection *c) { c->ike_lifetime_s = 300; }
static void life(struct ike_connection *c) { c->child_lifetime_s = 300; }
static void volume(struct ike_connection *c) { c->child_lifetime_kb = 1024; }
static void mobike(struct ike_connection *c) { c->mobike = true; }
static void fragments(struct ike_connection *c) { c->fragmentation = true; }
static void window(struct ike_connection *c) { c->replay_window = 64; }
static void dpd(struct ike_connection *c) { c->dpd_s = 9; }
static void alternate(struct ike_connection *c) { c->alternate_length = 1; }
static void mode(struct ike_connection *c) { c->mode = IKE_MODE_INITIATOR; }
static void nothing(struct ike_connection *c) { (void)c; }

static void test_rows(void **state)
{
	static const struct {
		void (*change)(struct ike_connection *c);
		enum ike_change asks;
	} rows[] = {
		{ nothing, IKE_SAME }, { mode, IKE_SAME }, { alternate, IKE_TOLD },
		{ ike_life, IKE_LATER }, { life, IKE_LATER }, { volume, IKE_LATER },
		{ mobike, IKE_LATER }, { fragments, IKE_LATER }, { window, IKE_LATER },
		{ dpd, IKE_LATER },
		{ secret, IKE_RENEWED }, { longer, IKE_RENEWED }, { exchange, IKE_RENEWED },
		{ azure, IKE_RENEWED }, { strict, IKE_RENEWED }, { ike, IKE_RENEWED },
		{ kem, IKE_RENEWED }, { esp, IKE_RENEWED }, { native, IKE_RENEWED },
		{ pairs, IKE_RENEWED },
		{ peer, IKE_BROKEN }, { host, IKE_BROKEN }, { any, IKE_BROKEN },
		{ ours, IKE_BROKEN }, { public4, IKE_BROKEN }, { public6, IKE_BROKEN },
		{ local_id, IKE_BROKEN }, { remote_id, IKE_BROKEN }, { version, IKE_BROKEN },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct ike_connection a = paris(), b = paris();

		rows[i].change(&b);
		assert_int_equal(ike_differ(&a, &b), rows[i].asks);
		assert_int_equal(ike_differ(&b, &a), rows[i].asks);
	}
}

/* One more authority is believed: fine; one less, and its peers may not stay. */
static void test_authorities(void **state)
{
	static const struct ike_certificates one = {
		.chain = { { (const uint8_t *)"our", 3 } }, .chain_count = 1,
		.key = { (const uint8_t *)"key", 3 },
		.authorities = { { (const uint8_t *)"old", 3 }, { (const uint8_t *)"new", 3 } },
		.authority_count = 1,
	};
	struct ike_certificates two = one, renewed = one;
	struct ike_connection a = paris(), b = paris();

	(void)state;
	two.authority_count = 2;
	renewed.key.bytes = (const uint8_t *)"kez";
	a.secret_length = b.secret_length = 0;
	a.certificates = ike_certificates_new(&one);
	b.certificates = ike_certificates_new(&two);
	assert_int_equal(ike_differ(&a, &b), IKE_LATER);
	assert_int_equal(ike_differ(&b, &a), IKE_BROKEN);
	ike_certificates_put(b.certificates);
	b.certificates = ike_certificates_new(&renewed);
	assert_int_equal(ike_differ(&a, &b), IKE_LATER);
	ike_certificates_put(b.certificates);
	b.certificates = NULL;
	b.secret_length = 1;
	assert_int_equal(ike_differ(&a, &b), IKE_RENEWED);
	ike_certificates_put(a.certificates);
}

/* A list that names nobody else is only told; one more, and everybody proves himself anew. */
static void test_lists(void **state)
{
	static const uint64_t nobody[1], two[] = { 7, 3 }, three[] = { 9, 3, 7 }, other[] = { 3, 8 };
	static const struct {
		const uint64_t *before, *after;
		size_t before_count, after_count;
		enum ike_change asks;
	} rows[] = {
		{ nobody, nobody, 0, 0, IKE_TOLD }, { two, two, 2, 2, IKE_TOLD },
		{ three, two, 3, 2, IKE_TOLD }, { two, nobody, 2, 0, IKE_TOLD },
		{ nobody, two, 0, 2, IKE_RENEWED }, { two, three, 2, 3, IKE_RENEWED },
		{ two, other, 2, 2, IKE_RENEWED },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct ike_certificates before = {
			.key = { (const uint8_t *)"key", 3 },
			.crls = { { (const uint8_t *)"monday", 6 } }, .crl_count = 1,
			.revoked = rows[i].before, .revoked_count = rows[i].before_count,
		};
		struct ike_certificates after = before;
		struct ike_connection a = paris(), b = paris();

		after.crls[0].bytes = (const uint8_t *)"friday";
		after.revoked = rows[i].after;
		after.revoked_count = rows[i].after_count;
		a.secret_length = b.secret_length = 0;
		a.certificates = ike_certificates_new(&before);
		b.certificates = ike_certificates_new(&after);
		assert_int_equal(ike_differ(&a, &b), rows[i].asks);
		ike_certificates_put(b.certificates);
		b.certificates = ike_certificates_get(a.certificates);
		assert_int_equal(ike_differ(&a, &b), IKE_SAME);
		ike_certificates_put(b.certificates);
		ike_certificates_put(a.certificates);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_authorities),
		cmocka_unit_test(test_lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
