/* ike_message: what a connection is loaded as, and what a list of SAs is read as. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "ipsec/ike_listing.h"
#include "ipsec/ike_message.h"

static struct ike_connection paris(void)
{
	struct ike_connection c = {
		.leg = 7, .name = "paris", .secret_length = 3, .secret = "a\0b",
		.ike_lifetime_s = 28800, .child_lifetime_s = 27000, .replay_window = 1024,
		.dpd_s = 45, .version = 2,
	};

	gh_addr_parse("203.0.113.1", &c.local);
	gh_addr_parse("198.51.100.7", &c.remote);
	return c;
}

static const struct ike_loading plain;

static void check(const struct gh_buf *b, struct vici_message *m)
{
	assert_int_equal(vici_message_check(gh_buf_begin(b), gh_buf_length(b), m), 0);
}

static void expect(const struct vici_message *m, const char *key, const char *value)
{
	char text[512];

	assert_true(vici_get(m, key, text, sizeof(text)) ||
		    vici_get_list(m, key, text, sizeof(text)));
	assert_string_equal(text, value);
}

static void test_connection(void **state)
{
	struct ike_connection c = paris();
	struct vici_message m, conn, section, child;
	struct gh_buf b = { 0 };

	(void)state;
	ike_put_connection(&b, &c, &plain);
	check(&b, &m);
	assert_true(vici_get_section(&m, "gh-paris", &conn));
	expect(&conn, "version", "2");
	expect(&conn, "mobike", "no");
	expect(&conn, "fragmentation", "no");
	expect(&conn, "dpd_delay", "45");
	expect(&conn, "local_addrs", "203.0.113.1");
	expect(&conn, "remote_addrs", "198.51.100.7");
	expect(&conn, "if_id_in", "7");
	expect(&conn, "if_id_out", "7");
	expect(&conn, "encap", "yes");
	expect(&conn, "unique", "no");
	expect(&conn, "rekey_time", "25920");
	expect(&conn, "over_time", "2880");
	assert_true(vici_get_section(&conn, "local", &section));
	expect(&section, "auth", "psk");
	expect(&section, "id", "203.0.113.1");
	assert_true(vici_get_section(&conn, "children", &section));
	assert_true(vici_get_section(&section, "paris", &child));
	expect(&child, "local_ts", "0.0.0.0/0, ::/0");
	expect(&child, "remote_ts", "0.0.0.0/0, ::/0");
	expect(&child, "life_time", "27000");
	expect(&child, "rekey_time", "24300");
	expect(&child, "replay_window", "1024");
	expect(&child, "start_action", "none");
	gh_buf_fini(&b);
	ike_put_connection(&b, &c, &(struct ike_loading){ .resume = true });
	check(&b, &m);
	assert_true(vici_get_section(&m, "gh-paris", &conn));
	expect(&conn, "unique", "never");
	gh_buf_fini(&b);
}

/* The peer's identity alone owns a key: ours is that of all connections. */
static void test_shared(void **state)
{
	struct ike_connection c = paris();
	struct vici_message m;
	struct gh_buf b = { 0 };
	char secret[8];

	(void)state;
	ike_put_shared(&b, &c, false);
	check(&b, &m);
	expect(&m, "id", "gh-paris");
	expect(&m, "type", "IKE");
	expect(&m, "owners", "198.51.100.7");
	assert_true(vici_get(&m, "data", secret, sizeof(secret)));
	assert_memory_equal(secret, "a\0b", 4);
	gh_buf_fini(&b);
	strcpy(c.remote_id, "paris.example");
	c.alternate_length = 2;
	memcpy(c.alternate, "zz", 2);
	ike_put_shared(&b, &c, true);
	check(&b, &m);
	expect(&m, "id", "gh-paris:alternate");
	expect(&m, "owners", "paris.example");
	expect(&m, "data", "zz");
	gh_buf_fini(&b);
}

/* What another setting is another line of charon's. */
static void test_settings(void **state)
{
	struct ike_connection c = paris();
	struct vici_message m, conn, section, child;
	struct gh_buf b = { 0 };

	(void)state;
	c.version = 1;
	c.aggressive = c.fragmentation = c.mobike = c.native = true;
	c.child_lifetime_kb = 1024;
	ike_put_connection(&b, &c, &(struct ike_loading){ .print = 0xab });
	check(&b, &m);
	assert_true(vici_get_section(&m, "gh-paris", &conn));
	expect(&conn, "version", "1");
	expect(&conn, "aggressive", "yes");
	expect(&conn, "mobike", "yes");
	expect(&conn, "fragmentation", "yes");
	expect(&conn, "encap", "no");
	expect(&conn, "dpd_delay", "15");
	expect(&conn, "dpd_timeout", "45");
	assert_true(vici_get_section(&conn, "local", &section));
	expect(&section, "aaa_id", "gh.00000000000000ab");
	assert_true(vici_get_section(&conn, "children", &section));
	assert_true(vici_get_section(&section, "paris:r", &child));
	expect(&child, "esp_proposals",
	       "aes256gcm16, aes256gcm16-ecp384, aes256gcm16-ecp256, aes256gcm16-modp2048");
	assert_true(vici_get_section(&section, "paris", &child));
	expect(&child, "esp_proposals", "aes256gcm16");
	expect(&child, "life_bytes", "1048576");
	expect(&child, "rekey_bytes", "943719");
	gh_buf_fini(&b);
}

/* A peer without an address of its own: any, and ours of either family. */
static void test_any(void **state)
{
	struct ike_connection c = paris();
	struct vici_message m, conn, section;
	struct gh_buf b = { 0 };

	(void)state;
	c.local.family = c.remote.family = 0;
	c.remote_any = true;
	strcpy(c.remote_id, "paris.example");
	gh_addr_parse("203.0.113.1", &c.local_ipv4);
	gh_addr_parse("2001:db8::1", &c.local_ipv6);
	ike_put_connection(&b, &c, &plain);
	check(&b, &m);
	assert_true(vici_get_section(&m, "gh-paris", &conn));
	expect(&conn, "remote_addrs", "%any");
	expect(&conn, "local_addrs", "203.0.113.1, 2001:db8::1");
	assert_true(vici_get_section(&conn, "remote", &section));
	expect(&section, "id", "paris.example");
	gh_buf_fini(&b);
	gh_addr_parse("2001:db8:7::7", &c.remote);      /* by name, say */
	ike_put_connection(&b, &c, &plain);
	check(&b, &m);
	assert_true(vici_get_section(&m, "gh-paris", &conn));
	expect(&conn, "local_addrs", "2001:db8::1");
	assert_true(vici_get_section(&conn, "local", &section));
	expect(&section, "id", "2001:db8::1");
	gh_buf_fini(&b);
}

/* Policy-based: a child SA of each pair. */
static void test_pairs(void **state)
{
	struct ike_connection c = paris();
	struct vici_message m, conn, section, child;
	char text[IKE_CHILD_TEXT];
	struct gh_buf b = { 0 };

	(void)state;
	gh_prefix_parse("10.1.0.0/16", &c.pairs[0].local);
	gh_prefix_parse("10.20.0.0/24", &c.pairs[0].remote);
	gh_prefix_parse("10.2.0.0/16", &c.pairs[1].local);
	gh_prefix_parse("10.30.0.0/24", &c.pairs[1].remote);
	c.pair_count = 2;
	ike_put_connection(&b, &c, &plain);
	check(&b, &m);
	assert_true(vici_get_section(&m, "gh-paris", &conn));
	assert_true(vici_get_section(&conn, "children", &section));
	assert_true(vici_get_section(&section, "paris:1", &child));
	expect(&child, "local_ts", "10.1.0.0/16");
	expect(&child, "remote_ts", "10.20.0.0/24");
	assert_true(vici_get_section(&section, "paris:2", &child));
	expect(&child, "remote_ts", "10.30.0.0/24");
	assert_false(vici_get_section(&section, "paris", &child));
	gh_buf_fini(&b);
	assert_string_equal(ike_child_name(&c, 1, text), "paris:2");
	assert_string_equal(ike_child_accepted(&c, 1, text), "paris:r2");
}

/* The print changes with whatever charon is told, and with the key. */
static void test_print(void **state)
{
	struct ike_connection c = paris();
	uint64_t first = ike_print(&c, 0);

	(void)state;
	assert_true(first != 0);
	assert_true(ike_print(&c, 0) == first);
	assert_true(ike_print(&c, 1) != first);
	c.child_lifetime_s = 300;
	assert_true(ike_print(&c, 0) != first);
}

/* By certificate: bytes as they are, ours always sent, the authority for theirs. */
static void test_certificates(void **state)
{
	static const struct ike_certificates x = {
		.chain = { { (const uint8_t *)"our", 3 }, { (const uint8_t *)"middle", 6 } },
		.chain_count = 2,
		.key = { (const uint8_t *)"k\0y", 3 }, .ecdsa = true,
		.authorities = { { (const uint8_t *)"root", 4 } }, .authority_count = 1,
	};
	struct ike_connection c = paris();
	struct vici_message m, conn, side;
	struct gh_buf b = { 0 };
	char text[16];

	(void)state;
	c.secret_length = 0;
	c.certificates = ike_certificates_new(&x);
	ike_put_connection(&b, &c, &plain);
	check(&b, &m);
	assert_true(vici_get_section(&m, "gh-paris", &conn));
	expect(&conn, "send_certreq", "yes");
	expect(&conn, "send_cert", "always");
	assert_true(vici_get_section(&conn, "local", &side));
	expect(&side, "auth", "pubkey");
	expect(&side, "certs", "our");
	assert_false(vici_get(&side, "id", text, sizeof(text)));
	assert_true(vici_get_section(&conn, "remote", &side));
	expect(&side, "auth", "pubkey");
	expect(&side, "cacerts", "root");
	expect(&side, "id", "198.51.100.7");
	gh_buf_fini(&b);
	strcpy(c.local_id, "gw.example");
	ike_put_connection(&b, &c, &plain);
	check(&b, &m);
	assert_true(vici_get_section(&m, "gh-paris", &conn));
	assert_true(vici_get_section(&conn, "local", &side));
	expect(&side, "id", "gw.example");
	gh_buf_fini(&b);
	ike_put_key(&b, c.certificates);
	check(&b, &m);
	expect(&m, "type", "ecdsa");
	assert_true(vici_get(&m, "data", text, sizeof(text)));
	assert_memory_equal(text, "k\0y", 4);
	gh_buf_fini(&b);
	ike_put_certificate(&b, &x.chain[1]);
	check(&b, &m);
	expect(&m, "type", "X509");
	expect(&m, "flag", "NONE");
	expect(&m, "data", "middle");
	gh_buf_fini(&b);
	ike_put_shared_name(&b, "paris", false);
	check(&b, &m);
	expect(&m, "id", "gh-paris");
	gh_buf_fini(&b);
	ike_certificates_put(c.certificates);
}

static void test_authority(void **state)
{
	static const struct ike_der root = { (const uint8_t *)"root", 4 };
	static const struct ike_status_uris uris = { .ocsp = "http://ocsp.example" };
	struct vici_message m, section;
	struct gh_buf b = { 0 };

	(void)state;
	ike_put_authority(&b, 0x2a, &root, &uris);
	check(&b, &m);
	assert_true(vici_get_section(&m, "gh-ca:000000000000002a", &section));
	expect(&section, "cacert", "root");
	expect(&section, "ocsp_uris", "http://ocsp.example");
	assert_false(vici_get_list(&section, "crl_uris", (char[8]){ 0 }, 8));
	gh_buf_fini(&b);
	ike_put_authority_name(&b, 0x2a);
	check(&b, &m);
	expect(&m, "name", "gh-ca:000000000000002a");
	gh_buf_fini(&b);
	ike_put_crl(&b, &root);
	check(&b, &m);
	expect(&m, "type", "X509_CRL");
	expect(&m, "data", "root");
	gh_buf_fini(&b);
}

static void test_certificates_equal(void **state)
{
	static const struct ike_certificates x = {
		.chain = { { (const uint8_t *)"our", 3 } }, .chain_count = 1,
		.key = { (const uint8_t *)"key", 3 },
		.authorities = { { (const uint8_t *)"root", 4 } }, .authority_count = 1,
	};
	struct ike_certificates y = x, *a = ike_certificates_new(&x), *b;

	(void)state;
	assert_true(ike_certificates_equal(NULL, NULL));
	assert_false(ike_certificates_equal(a, NULL));
	assert_false(ike_certificates_same_key(NULL, a));
	b = ike_certificates_new(&x);
	assert_true(ike_certificates_equal(a, b));
	ike_certificates_put(b);
	y.chain[0].bytes = (const uint8_t *)"oux";
	b = ike_certificates_new(&y);
	assert_false(ike_certificates_equal(a, b));
	assert_true(ike_certificates_same_key(a, b));
	ike_certificates_put(b);
	y = x;
	strcpy(y.uris[0].crl, "http://crl.example");
	b = ike_certificates_new(&y);
	assert_false(ike_certificates_equal(a, b));
	ike_certificates_put(b);
	y = x;
	y.crls[0] = y.chain[0];
	y.crl_count = 1;
	b = ike_certificates_new(&y);
	assert_false(ike_certificates_equal(a, b));
	ike_certificates_put(b);
	y = x;
	y.authority_count = 0;
	b = ike_certificates_new(&y);
	assert_false(ike_certificates_equal(a, b));
	assert_true(ike_certificates_believes(a, b));
	assert_false(ike_certificates_believes(b, a));
	ike_certificates_put(b);
	assert_ptr_equal(ike_certificates_get(a), a);
	ike_certificates_put(a);
	ike_certificates_put(a);
	ike_certificates_put(NULL);
}

static void test_names(void **state)
{
	char text[IKE_NAME_TEXT];

	(void)state;
	assert_string_equal(ike_name("paris", text), "gh-paris");
	assert_string_equal(ike_name_of("gh-paris"), "paris");
	assert_null(ike_name_of("paris"));
	assert_null(ike_name_of(""));
}

static void put_child(struct gh_buf *b, const char *name, const char *id, const char *state,
		      const char *spi)
{
	vici_put_section(b, name);
	vici_put(b, "name", "%.*s", (int)(strrchr(name, '-') - name), name);
	vici_put(b, "uniqueid", "%s", id);
	vici_put(b, "state", "%s", state);
	vici_put(b, "spi-in", "%s", spi);
	vici_put(b, "spi-out", "0000abcd");
	vici_put(b, "if-id-in", "00000007");
	vici_put(b, "encr-alg", "AES_GCM_16");
	vici_put(b, "encr-keysize", "256");
	vici_put(b, "dh-group", "ECP_384");
	vici_put(b, "esn", "1");
	vici_put(b, "install-time", "10");
	vici_put(b, "rekey-time", "20");
	vici_put(b, "life-time", "30");
	vici_put_section_end(b);
}

static void put_sa(struct gh_buf *b)
{
	vici_put(b, "uniqueid", "3");
	vici_put(b, "state", "ESTABLISHED");
	vici_put(b, "local-host", "203.0.113.1");
	vici_put(b, "local-port", "4500");
	vici_put(b, "remote-host", "198.51.100.7");
	vici_put(b, "remote-port", "61000");
	vici_put(b, "remote-id", "paris.example");
	vici_put(b, "initiator", "yes");
	vici_put(b, "initiator-spi", "faa744b9126a3b91");
	vici_put(b, "nat-remote", "yes");
	vici_put(b, "encr-alg", "AES_CBC");
	vici_put(b, "encr-keysize", "256");
	vici_put(b, "integ-alg", "HMAC_SHA2_384_192");
	vici_put(b, "prf-alg", "PRF_HMAC_SHA2_384");
	vici_put(b, "established", "5");
	vici_put_section(b, "child-sas");
	put_child(b, "paris-1", "1", "REKEYED", "00000001");
	put_child(b, "paris-3", "3", "INSTALLED", "00000003");
	put_child(b, "paris-2", "2", "INSTALLED", "00000002");
	put_child(b, "paris-4", "4", "CREATED", "00000004");
	vici_put_section_end(b);
}

static void test_read(void **state)
{
	struct gh_time now = { 100 * 1000000000ull };
	struct ike_status s = { 0 };
	struct vici_message m;
	struct gh_buf b = { 0 };
	char text[GH_ENDPOINT_TEXT];
	uint32_t leg;

	(void)state;
	put_sa(&b);
	check(&b, &m);
	ike_read_sa(&m, now, &s, &leg);
	assert_int_equal(s.state, IKE_ESTABLISHED);
	assert_int_equal(s.id, 3);
	assert_true(s.spi_initiator == 0xfaa744b9126a3b91u);
	assert_true(s.initiator && s.nat_remote && !s.nat_local);
	assert_string_equal(gh_endpoint_print(&s.remote, text), "198.51.100.7:61000");
	assert_string_equal(s.remote_id, "paris.example");
	assert_string_equal(s.algorithms, "AES_CBC-256/HMAC_SHA2_384_192/PRF_HMAC_SHA2_384");
	assert_true(s.established.ns == 95 * 1000000000ull);
	assert_int_equal(s.rekey.ns, 0);
	assert_int_equal(leg, 7);
	assert_int_equal(s.child.state, IKE_CHILD_INSTALLED);
	assert_int_equal(s.child.spi_in, 3);            /* the newest of those installed */
	assert_int_equal(s.child.spi_out, 0xabcd);
	assert_int_equal(s.child.id, 3);
	assert_int_equal(s.pairs, 1);
	assert_string_equal(s.child.algorithms, "AES_GCM_16-256/ECP_384, ESN");
	assert_true(s.child.installed.ns == 90 * 1000000000ull);
	assert_true(s.child.expire.ns == 130 * 1000000000ull);
	gh_buf_fini(&b);
}

static void read_two(const char *state, const char *state_newer, struct ike_status *s)
{
	struct gh_time now = { 100 * 1000000000ull };
	struct vici_message m;
	struct gh_buf b = { 0 };
	uint32_t leg;

	memset(s, 0, sizeof(*s));
	vici_put(&b, "state", "ESTABLISHED");
	vici_put_section(&b, "child-sas");
	put_child(&b, "paris-5", "5", state, "00000005");
	put_child(&b, "paris-6", "6", state_newer, "00000006");
	vici_put_section_end(&b);
	check(&b, &m);
	ike_read_sa(&m, now, s, &leg);
	gh_buf_fini(&b);
}

/* While two rekeys meet, what is rekeyed is all there is, and it carries traffic. */
static void test_read_rekeyed(void **state)
{
	static const struct {
		const char *older, *newer;
		enum ike_child_state state;
		uint32_t spi;
	} rows[] = {
		{ "REKEYED", "CREATED", IKE_CHILD_INSTALLED, 5 },
		{ "REKEYED", "DELETING", IKE_CHILD_INSTALLED, 5 },
		{ "REKEYED", "REKEYED", IKE_CHILD_INSTALLED, 6 },
		{ "REKEYED", "INSTALLED", IKE_CHILD_INSTALLED, 6 },
		{ "INSTALLED", "REKEYED", IKE_CHILD_INSTALLED, 5 },     /* that one lost */
		{ "REKEYING", "REKEYED", IKE_CHILD_INSTALLED, 5 },
		{ "DELETED", "CREATED", IKE_CHILD_INSTALLING, 6 },
		{ "DELETED", "DELETING", IKE_CHILD_NONE, 0 },
	};
	struct ike_status s;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		read_two(rows[i].older, rows[i].newer, &s);
		assert_int_equal(s.child.state, rows[i].state);
		assert_int_equal(s.child.spi_in, rows[i].spi);
		assert_int_equal(s.pairs, rows[i].state == IKE_CHILD_INSTALLED);
	}
}

/* Which pairs have a child SA; names that are none of ours count for nothing. */
static void test_read_pairs(void **state)
{
	struct ike_status s = { 0 };
	struct vici_message m;
	struct gh_buf b = { 0 };
	uint32_t leg;

	(void)state;
	vici_put(&b, "state", "ESTABLISHED");
	vici_put_section(&b, "child-sas");
	put_child(&b, "paris:1-1", "1", "INSTALLED", "00000001");
	put_child(&b, "paris:r3-2", "2", "INSTALLED", "00000002");
	put_child(&b, "paris:2-3", "3", "DELETING", "00000003");
	put_child(&b, "paris:65-4", "4", "INSTALLED", "00000004");
	put_child(&b, "paris:x-5", "5", "INSTALLED", "00000005");
	put_child(&b, "paris:0-6", "6", "INSTALLED", "00000006");
	vici_put_section_end(&b);
	check(&b, &m);
	ike_read_sa(&m, (struct gh_time){ 1 }, &s, &leg);
	assert_true(s.pairs == 5);
	gh_buf_fini(&b);
}

static void test_read_nothing(void **state)
{
	struct vici_message m = { (const uint8_t *)"", 0 };
	struct ike_status s = { 0 };
	struct ike_child_status c;
	uint32_t leg;

	(void)state;
	ike_read_sa(&m, (struct gh_time){ 1 }, &s, &leg);
	assert_int_equal(s.state, IKE_DOWN);
	assert_int_equal(s.child.state, IKE_CHILD_NONE);
	assert_int_equal(leg, 0);
	assert_false(ike_read_child(&m, (struct gh_time){ 1 }, &c));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_connection),
		cmocka_unit_test(test_shared),
		cmocka_unit_test(test_settings),
		cmocka_unit_test(test_any),
		cmocka_unit_test(test_pairs),
		cmocka_unit_test(test_print),
		cmocka_unit_test(test_certificates),
		cmocka_unit_test(test_authority),
		cmocka_unit_test(test_certificates_equal),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_read_rekeyed),
		cmocka_unit_test(test_read_pairs),
		cmocka_unit_test(test_read_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
