/* plan: which line is named, what is only warned of, what nobody else's edit tells. */
#include <errno.h>

#include "tests/unit/yang_fixture.h"

static struct fixture f;

static bool no_interface(void *self, const char *name)
{
	(void)self;
	return strcmp(name, "gone");
}

static const struct plan how = { .host.interface_exists = no_interface };

static int setup(void **state)
{
	(void)state;
	fixture_init(&f);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	fixture_fini(&f);
	return 0;
}

/* The line that is named is the one of this request that caused it. */
static void test_lines(void **state)
{
	static const struct {
		const char *text, *message;
	} rows[] = {
		/* this line against what was there */
		{ "gateway connection b\n remote-address 198.51.100.1",
		  "line 2: gateway connection b: remote-address 198.51.100.1: it is already the"
		  " remote-address of connection a; each needs its own" },
		{ "gateway connection c\n\n remote-address 198.51.100.2",
		  "line 3: gateway connection c: remote-address 198.51.100.2: it is already the"
		  " remote-address of connection b; each needs its own" },
		/* what was there against this line */
		{ "gateway\n address-space 10.7.0.0/16",
		  "line 2: gateway connection a: prefix 10.7.1.0/24: it is inside address-space"
		  " 10.7.0.0/16, which is on our side; remove it here or there" },
		{ "gateway\n asn 64520",
		  "line 2: gateway connection a: bgp remote-as 64520: it is this gateway's own"
		  " number, and the session must be external; give the peer's, or change the"
		  " gateway's asn" },
		/* the schema's own words, where there are none better */
		{ "gateway\n public-address 203.0.113.1\n public-address 203.0.113.2",
		  "line 3: gateway: at most one public-address of each family; remove the old one"
		  " first" },
		{ "gateway connection a\n no bgp\n bgp remote-as 64520 peer-address ::2"
		  " local-address 10.9.9.9", "line 3: gateway connection a: bgp session ::2:"
		  " peer-address and"
		  " local-address are of different families; give both as IPv4 or both as IPv6" },
		/* several at once, each on its line */
		{ "gateway\n asn 65551\n vnet interface gone",
		  "line 2: gateway: asn 65551: it is reserved for documentation (RFC 5398); use a"
		  " public or private number (64512-65514, 4200000000-4294967294)\n"
		  "line 3: gateway: vnet interface gone: this host has no such interface; see ip"
		  " link" },
	};
	char *before;
	size_t i;

	(void)state;
	assert_int_equal(fixture_run(&f, &how, "gateway connection a\n remote-address 198.51.100.1\n"
				     " prefix 10.7.1.0/24\n bgp remote-as 64520 peer-address"
				     " 169.254.21.2 local-address 169.254.21.1\n"
				     "gateway connection b\n remote-address 198.51.100.2\n", true), 0);
	before = strdup(fixture_text(&f));
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(fixture_run(&f, &how, rows[i].text, false), -EINVAL);
		assert_string_equal(gh_buf_text(&f.message), rows[i].message);
		assert_string_equal(fixture_text(&f), before);
	}
	free(before);
}

static void test_warnings(void **state)
{
	(void)state;
	/* Entering a node is no reason to complain yet. */
	assert_int_equal(fixture_run(&f, &how, "gateway connection a", false), 0);
	assert_string_equal(gh_buf_text(&f.message), "");
	assert_int_equal(fixture_run(&f, &how, "gateway connection a\n weight 5", false), 0);
	assert_string_equal(gh_buf_text(&f.message), "line 2: gateway connection a: it has no"
			    " remote-address and no shared-key, and stays down");
	/* Another's incompleteness is not this edit's. */
	assert_int_equal(fixture_run(&f, &how, "gateway\n mtu 1300", false), 0);
	assert_string_equal(gh_buf_text(&f.message), "");
	/* Loading a whole configuration tells all, and takes what this host lacks now. */
	assert_int_equal(fixture_run(&f, &how, "gateway\n vnet interface gone\n"
				     "gateway connection a\ngateway expressroute dc1", true), 0);
	assert_string_equal(gh_buf_text(&f.message),
			    "line 2: gateway: vnet interface gone: this host has no such interface"
			    " now; it is used once it appears\n"
			    "line 4: gateway expressroute dc1: it has no edge, and stays down\n"
			    "line 3: gateway connection a: it has no remote-address and no shared-key,"
			    " and stays down");
	/* An interface that was accepted is not judged again. */
	assert_int_equal(fixture_run(&f, &how, "gateway\n mtu 1301", false), 0);
}

/* A message tells the first twenty findings and counts the rest. */
static void test_many_findings(void **state)
{
	struct gh_buf text = { 0 };
	int i;

	(void)state;
	for (i = 0; i < 30; i++)
		gh_buf_printf(&text, "gateway connection c%02d\n remote-address 0.0.0.%d\n", i, i);
	assert_int_equal(fixture_run(&f, NULL, gh_buf_text(&text), true), -EINVAL);
	assert_non_null(strstr(gh_buf_text(&f.message), "\nline 40: gateway connection c19:"));
	assert_null(strstr(gh_buf_text(&f.message), "line 42:"));
	assert_non_null(strstr(gh_buf_text(&f.message), "\n... and 10 more"));
	gh_buf_fini(&text);
}

/* A key of another host: refused when typed, a warning when the whole is loaded. */
static void test_foreign_key(void **state)
{
	char path[128], key[GW_ENCRYPTED_MAX + 1], text[512];
	struct secret_key *other;

	(void)state;
	snprintf(path, sizeof(path), "%s/other.key", f.dir);
	assert_int_equal(secret_key_open(path, &other, &f.message), 0);
	assert_int_equal(secret_encrypt(other, "secret", 6, key), 0);
	secret_key_free(other);
	fixture_remove(&f, "other.key");
	snprintf(text, sizeof(text), "gateway connection a\n remote-address 1.1.1.1\n"
		 " shared-key 6 %s\n exit\n", key);
	assert_int_equal(fixture_run(&f, NULL, text, false), -EINVAL);
	assert_string_equal(gh_buf_text(&f.message), "line 3: gateway connection a: shared-key 6:"
			    " this key was encrypted on another host; enter it in clear with"
			    " shared-key 0, or bring that host's host.key");
	assert_int_equal(fixture_run(&f, NULL, text, true), 0);
	assert_non_null(strstr(gh_buf_text(&f.message), "line 3: gateway connection a: shared-key"));
	assert_string_equal(fixture_text(&f), text);
	assert_false(fixture_config(&f)->connections[0].key_usable);
	/* It stays out of the way of other edits, and a new key replaces it. */
	assert_int_equal(fixture_run(&f, NULL, "gateway\n mtu 1300", false), 0);
	assert_int_equal(fixture_run(&f, NULL, "gateway connection a\n shared-key new", false), 0);
	assert_true(fixture_config(&f)->connections[0].key_usable);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_lines, setup, teardown),
		cmocka_unit_test_setup_teardown(test_warnings, setup, teardown),
		cmocka_unit_test_setup_teardown(test_many_findings, setup, teardown),
		cmocka_unit_test_setup_teardown(test_foreign_key, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
