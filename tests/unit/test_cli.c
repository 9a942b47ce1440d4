/* cli: text to tree and back, each line and its `no`, and what is said of wrong ones. */
#include <errno.h>

#include "tests/unit/yang_fixture.h"
#include "yang/cli.h"

static struct fixture f;

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

/* The whole canonical text, with a key of this host. */
static const char *full_text(void)
{
	static char text[8192];
	char key[GW_ENCRYPTED_MAX + 1];

	assert_int_equal(secret_encrypt(f.key, "s3cret", 6, key), 0);
	snprintf(text, sizeof(text), "%s shared-key 6 %s\n%s", FULL_GATEWAY FULL_PROFILE
		 FULL_CERTIFICATE FULL_CIRCUIT FULL_CONNECTION_BEFORE_KEY, key,
		 FULL_CONNECTION_AFTER_KEY FULL_CONNECTION_BY_CERTIFICATE FULL_ACCESS);
	return text;
}

static void assert_run(const char *text, bool replace)
{
	int ret = fixture_run(&f, NULL, text, replace);

	if (ret)
		print_error("%s\n-> %s\n", text, gh_buf_text(&f.message));
	assert_int_equal(ret, 0);
}

/* cmocka prints the beginning of two long texts; here the first line that differs. */
static void assert_text(const char *expect)
{
	const char *text = fixture_text(&f);
	size_t i = 0;

	while (text[i] && text[i] == expect[i])
		i++;
	if (text[i] == expect[i])
		return;
	while (i && text[i - 1] != '\n')
		i--;
	print_error("got      %.*s\nexpected %.*s\n", (int)strcspn(text + i, "\n"), text + i,
		    (int)strcspn(expect + i, "\n"), expect + i);
	fail();
}

static void test_round_trip(void **state)
{
	const char *text = full_text();

	(void)state;
	assert_run(text, true);
	assert_text(text);
	assert_run(text, false);
	assert_false(f.changed);
	assert_run(text, true);
	assert_false(f.changed);
	assert_run("", true);
	assert_text("");
}

/* What NETCONF would be given, and gave back, is the same text again, byte for byte. */
static void test_xml_round_trip(void **state)
{
	static const LYD_FORMAT formats[] = { LYD_XML, LYD_JSON };
	const char *text = full_text();
	size_t i;

	(void)state;
	assert_run(text, true);
	for (i = 0; i < 2; i++) {
		struct lyd_node *tree = NULL;
		struct gh_buf again = { 0 };
		char *data;

		assert_int_equal(lyd_print_mem(&data, datastore_running(f.ds)->tree, formats[i],
					       LYD_PRINT_WITHSIBLINGS), LY_SUCCESS);
		assert_int_equal(lyd_parse_data_mem(datastore_context(f.ds), data, formats[i],
						    LYD_PARSE_STRICT, LYD_VALIDATE_NO_STATE, &tree),
				 LY_SUCCESS);
		cli_render(tree, &again);
		assert_text(gh_buf_text(&again));
		gh_buf_fini(&again);
		lyd_free_all(tree);
		free(data);
	}
}

/* Indentation, blanks, tabs, CR, comments, `exit` at column 0, order: all are free. */
static void test_free_form(void **state)
{
	(void)state;
	assert_run("! a comment with caf\xc3\xa9\n\n# another\n"
		   "gateway connection b\r\nremote-address   2001:DB8:0::1\t\n"
		   "weight 007\n"
		   "gateway connection a\n\tprefix 10.2.0.0/16\nprefix 10.1.0.0/16\n"
		   " prefix 9.0.0.0/8\nexit\nexit\nend\n"
		   "   gateway\n address-space fd00::/48\n address-space 10.9.0.0/16\n exit", true);
	assert_string_equal(fixture_text(&f),
			    "gateway\n address-space 10.9.0.0/16\n address-space fd00::/48\n exit\n"
			    "gateway connection a\n prefix 9.0.0.0/8\n prefix 10.1.0.0/16\n"
			    " prefix 10.2.0.0/16\n exit\n"
			    "gateway connection b\n remote-address 2001:db8::1\n weight 7\n exit\n");
}

/* Lines whose `no` takes more along than themselves, which another test looks at. */
static bool takes_more(const char *line)
{
	return strstr(line, "interface er") || strstr(line, " action ") ||
	       !strcmp(line, " group empty") || !strncmp(line, " group ops user", 15);
}

/* What `no` in front of it is: a line that says no already loses the word. */
static void negate(const char *node, const char *line, char *edit, size_t size)
{
	if (!strncmp(line, " no ", 4))
		snprintf(edit, size, "%s\n%s\n", node, line + 4);
	else
		snprintf(edit, size, "%s\n no%s\n", node, line);
}

/*
 * Takes the canonical text's lines away one by one by prefixing `no`, and
 * checks that each removal takes that line and nothing else.
 */
static void test_each_no(void **state)
{
	char text[8192], node[128] = "", edit[1024], expect[8192], *line, *save = NULL;
	const char *full = full_text(), *at;
	unsigned lines = 0;

	(void)state;
	snprintf(text, sizeof(text), "%s", full);
	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		size_t n = strlen(line) + 1;

		if (line[0] != ' ') {
			snprintf(node, sizeof(node), "%s", line);
			continue;
		}
		if (!strcmp(line, " exit") || takes_more(line))
			continue;
		snprintf(edit, sizeof(edit), "\n%s\n", line);
		at = strstr(strstr(full, node), edit) + 1;
		assert_run(full, true);
		negate(node, line, edit, sizeof(edit));
		assert_run(edit, false);
		assert_true(f.changed);
		snprintf(expect, sizeof(expect), "%.*s%s", (int)(at - full), full, at + n);
		assert_text(expect);
		/* Again: nothing is there, and it says so. */
		assert_run(edit, false);
		assert_false(f.changed);
		if (strncmp(line, " no ", 4)) {
			assert_non_null(strstr(gh_buf_text(&f.message), "line 2: gateway"));
			assert_non_null(strstr(gh_buf_text(&f.message), "nothing removed"));
		}
		lines++;
	}
	assert_int_equal(lines, 67);
}

/* The short forms: `no` and the first words. */
static void test_short_no(void **state)
{
	static const struct {
		const char *node, *no, *gone;
	} rows[] = {
		{ "gateway", "asn", " asn" },
		{ "gateway", "router-id", " router-id" },
		{ "gateway", "vnet", " vnet" },
		{ "gateway", "vnet interface", " vnet" },
		{ "gateway", "mtu", " mtu" },
		{ "gateway", "tcp-mss", " tcp-mss" },
		{ "gateway profile gold", "ike encryption", " ike encryption aes256" },
		{ "gateway profile gold", "ike encryption aes256 integrity",
		  " ike encryption aes256" },
		{ "gateway profile gold", "ipsec pfs-group", " ipsec pfs-group none" },
		{ "gateway certificate own", "file", " file own" },
		{ "gateway certificate own", "key-file", " key-file" },
		{ "gateway expressroute dc1", "prefix-limit", " prefix-limit 4000" },
		{ "gateway connection rome", "profile", " profile" },
		{ "gateway connection rome", "authority ca", " authority" },
		{ "gateway access", "read-default", " read-default" },
		{ "gateway access", "group ops", " group ops user" },
		{ "gateway access", "group empty", " group empty" },
		{ "gateway access-list zulu", "rule z-first", " rule z-first" },
		{ "gateway access-list zulu", "rule z-first action", " rule z-first" },
		{ "gateway access-list zulu", "rule z-first path", " rule z-first path" },
		{ "gateway access-list zulu", "rule z-first operations",
		  " rule z-first operations" },
		{ "gateway access-list zulu", "rule z-first comment", " rule z-first comment" },
		{ "gateway expressroute dc1", "edge primary", " edge primary" },
		{ "gateway expressroute dc1", "edge secondary interface er1", " edge secondary" },
		{ "gateway expressroute dc1", "edge primary peer-ipv6", " edge primary peer-ipv6" },
		{ "gateway expressroute dc1", "bfd interval", " bfd interval" },
		{ "gateway expressroute dc1", "wait-to-restore", " wait-to-restore" },
		{ "gateway connection paris", "remote-address", " remote-address 198.51.100.7" },
		{ "gateway connection paris", "shared-key", " shared-key" },
		{ "gateway connection paris", "shared-key 0 whatever it was", " shared-key" },
		{ "gateway connection paris", "local-id", " local-id gw" },
		{ "gateway connection paris", "remote-id", " remote-id" },
		{ "gateway connection paris", "bgp", " bgp" },
		{ "gateway connection paris", "bgp peer-address 169.254.21.2", " bgp" },
		{ "gateway connection paris", "ike encryption", " ike encryption gcmaes256" },
		{ "gateway connection paris", "ipsec lifetime", " ipsec lifetime 3600" },
		{ "gateway connection paris", "ike lifetime", " ike lifetime 7200" },
		{ "gateway connection paris", "replay-window", " replay-window 2048" },
		{ "gateway connection paris", "shutdown", " shutdown" },
	};
	char edit[256];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_run(full_text(), true);
		snprintf(edit, sizeof(edit), "%s\n no %s", rows[i].node, rows[i].no);
		assert_run(edit, false);
		assert_true(f.changed);
		assert_null(strstr(gh_buf_text(&f.message), "nothing removed"));
		snprintf(edit, sizeof(edit), "\n%s", rows[i].gone);
		assert_null(strstr(fixture_text(&f), edit));
	}
}

static void test_no_nodes(void **state)
{
	(void)state;
	assert_run(full_text(), true);
	assert_run("no gateway connection paris", false);
	assert_text(FULL_GATEWAY FULL_PROFILE FULL_CERTIFICATE
			    FULL_CIRCUIT FULL_CONNECTION_BY_CERTIFICATE FULL_ACCESS);
	assert_run("no gateway access-list zulu\nno gateway access-list alpha", false);
	assert_run("no gateway access", false);
	assert_run("no gateway connection rome", false);
	assert_run("no gateway profile gold\nno gateway certificate own\n"
		   "no gateway certificate ca", false);
	assert_text(FULL_GATEWAY FULL_CIRCUIT);
	assert_run("no gateway", false);
	assert_text(FULL_CIRCUIT);
	assert_run("gateway expressroute dc1\n no gateway expressroute dc1\n", false);
	assert_text("");
	assert_run("no gateway connection paris", false);
	assert_string_equal(gh_buf_text(&f.message),
			    "line 1: gateway connection paris: not configured, nothing removed");
	assert_run("no gateway", false);
	assert_run("no gateway access", false);
}

/* Entries that the user orders stay in the order in which they were entered. */
static void test_order(void **state)
{
	static const char text[] =
		"gateway access-list zulu\n rule z action deny\n rule b action permit\n exit\n"
		"gateway access-list alpha\n exit\n";

	(void)state;
	assert_run(text, true);
	assert_text(text);
	/* A new one comes last; a changed one stays. */
	assert_run("gateway access-list zulu\n rule a action deny\n rule z action permit\n", false);
	assert_text("gateway access-list zulu\n rule z action permit\n"
			    " rule b action permit\n rule a action deny\n exit\n"
			    "gateway access-list alpha\n exit\n");
	assert_run("gateway access-list zulu\n no rule z\n rule z action deny\n", false);
	assert_text("gateway access-list zulu\n rule b action permit\n"
			    " rule a action deny\n rule z action deny\n exit\n"
			    "gateway access-list alpha\n exit\n");
}

/* A rule is about one thing: the later line takes the place of the earlier. */
static void test_rule_kinds(void **state)
{
	(void)state;
	assert_run("gateway access-list a\n rule r action deny\n rule r path /gatehouse:gateway\n",
		   true);
	assert_run("gateway access-list a\n rule r rpc edit-config\n", false);
	assert_text("gateway access-list a\n rule r action deny\n"
			    " rule r rpc edit-config\n exit\n");
	assert_run("gateway access-list a\n rule r notification failover\n", false);
	assert_text("gateway access-list a\n rule r action deny\n"
			    " rule r notification failover\n exit\n");
	assert_run("gateway access-list a\n rule r path /\n rule r operations delete create\n", false);
	assert_text("gateway access-list a\n rule r action deny\n"
			    " rule r operations create delete\n rule r path /\n exit\n");
}

static void test_bfd_and_shutdown(void **state)
{
	(void)state;
	assert_run("gateway expressroute dc1\n bfd interval 50 multiplier 3\n no bfd\n", true);
	assert_text("gateway expressroute dc1\n no bfd\n exit\n");
	assert_int_equal(fixture_config(&f)->circuits[0].bfd_interval_ms, 0);
	assert_run("gateway expressroute dc1\n bfd\n", false);
	assert_text("gateway expressroute dc1\n exit\n");
	assert_int_equal(fixture_config(&f)->circuits[0].bfd_interval_ms, 300);
	assert_run("gateway expressroute dc1\n no bfd\n bfd interval 50 multiplier 3\n", false);
	assert_string_equal(fixture_text(&f),
			    "gateway expressroute dc1\n bfd interval 50 multiplier 3\n exit\n");
	assert_int_equal(fixture_config(&f)->circuits[0].bfd_interval_ms, 50);
	assert_run("gateway connection a\n shutdown", true);
	assert_true(fixture_config(&f)->connections[0].shutdown);
}

static void test_shared_key_forms(void **state)
{
	static const char *const forms[] = {
		"shared-key two words", "shared-key 0 two words", "shared-key  0   two words  ",
	};
	const struct gw_connection *c;
	struct gh_buf clear = { 0 };
	char first[GW_ENCRYPTED_MAX + 1] = "", text[256];
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		snprintf(text, sizeof(text), "gateway connection a\n %s", forms[i]);
		assert_run(text, false);
		c = fixture_config(&f)->connections;
		assert_true(c->key_usable);
		assert_int_equal(secret_decrypt(f.key, c->shared_key, &clear), 0);
		assert_string_equal(gh_buf_text(&clear), "two words");
		gh_buf_fini(&clear);
		/* The same secret again keeps its ciphertext: nothing changes. */
		if (i)
			assert_string_equal(c->shared_key, first);
		snprintf(first, sizeof(first), "%s", c->shared_key);
	}
	assert_run("gateway connection a\n shared-key 0 6", false);
	assert_int_equal(secret_decrypt(f.key, fixture_config(&f)->connections->shared_key, &clear), 0);
	assert_string_equal(gh_buf_text(&clear), "6");
	gh_buf_fini(&clear);
	assert_null(strstr(fixture_text(&f), "shared-key 0"));
}

/* What is refused by its form: line and reason, and nothing of it is done. */
static void test_refusals(void **state)
{
	static const struct {
		const char *text, *message;
	} rows[] = {
		{ "gateway\n\n asn 70000000000",
		  "line 3: asn 70000000000: expected a number from 1 to 4294967295" },
		{ "gateway\n asn 0", "line 2: asn 0: expected a number from 1 to 4294967295" },
		{ "gateway\n asn -1", "line 2: asn -1: expected a number from 1 to 4294967295" },
		{ "gateway\n asn 1x", "line 2: asn 1x: expected a number from 1 to 4294967295" },
		{ "gateway\n asn",
		  "line 2: asn: the line ends here; expected a number from 1 to 4294967295" },
		{ "gateway\n asn 1 2", "line 2: asn 1 2: expected the end of the line" },
		{ "gateway\n mtu 1279", "line 2: mtu 1279: expected a number from 1280 to 9000" },
		{ "gateway\n router-id 1.2.3",
		  "line 2: router-id 1.2.3: expected an IPv4 address A.B.C.D" },
		{ "gateway\n router-id ::1",
		  "line 2: router-id ::1: expected an IPv4 address A.B.C.D" },
		{ "gateway\n address-space 10.1.2.0/16", "line 2: address-space 10.1.2.0/16: bits"
		  " beyond the length are set; the prefix is 10.1.0.0/16" },
		{ "gateway\n address-space 10.1.0.0/33", "line 2: address-space 10.1.0.0/33:"
		  " expected a prefix A.B.C.D/M or X:X::X:X/M" },
		{ "gateway\n no address-space", "line 2: no address-space: the line ends here;"
		  " expected a prefix A.B.C.D/M or X:X::X:X/M" },
		{ "gateway\n public-address fe80::1%eth0", "line 2: public-address fe80::1%eth0:"
		  " expected an address A.B.C.D or X:X::X:X" },
		{ "gateway\n vnet interface a/b", "line 2: vnet interface a/b: expected the name of"
		  " an interface, 1 to 15 characters" },
		{ "gateway\n vnet interface ..", "line 2: vnet interface ..: expected the name of"
		  " an interface, 1 to 15 characters" },
		{ "gateway\n vnet interface abcdefghijklmnop", "line 2: vnet interface"
		  " abcdefghijklmnop: expected the name of an interface, 1 to 15 characters" },
		{ "gateway\n remote-address 1.2.3.4", "line 2: remote-address: unknown word; gateway"
		  " has: asn, router-id, address-space, peered-space, vnet, public-address, mtu,"
		  " tcp-mss, transit, size, instance, exit" },
		{ "gateway\n asn 65010\nexit\n asn 65011", "line 4: asn: no node is entered; begin"
		  " with gateway, gateway partner, gateway vnet-router NAME, gateway nat-rule"
		  " NAME, gateway profile NAME, gateway certificate NAME, gateway"
		  " expressroute NAME, gateway connection NAME, gateway access or gateway"
		  " access-list NAME" },
		{ "gateway\n no exit", "line 2: no exit: unknown word; gateway"
		  " has: asn, router-id, address-space, peered-space, vnet, public-address, mtu,"
		  " tcp-mss, transit, size, instance, exit" },
		{ "gateway\n no", "line 2: no: the line ends here; expected what to remove" },
		{ "gateway foo", "line 1: gateway foo: expected partner, vnet-router, nat-rule, profile, certificate, expressroute,"
		  " connection, access, access-list, or the end of the line" },
		{ "gateway connection",
		  "line 1: gateway connection: the line ends here; expected a name" },
		{ "gateway connection -x", "line 1: gateway connection -x: expected a name of"
		  " letters, digits and - _ . , at most 80 characters" },
		{ "gateway connection a'b", "line 1: gateway connection a'b: expected a name of"
		  " letters, digits and - _ . , at most 80 characters" },
		{ "gateway connection a b",
		  "line 1: gateway connection a b: expected the end of the line" },
		{ "gateway expressroute d\n edge third interface x", "line 2: edge third: expected"
		  " primary or secondary" },
		{ "gateway expressroute d\n edge primary", "line 2: edge primary: the line ends"
		  " here; expected interface, or peer-ipv6" },
		{ "gateway expressroute d\n edge primary interface e peer 1.1.1.1",
		  "line 2: edge primary interface e peer 1.1.1.1: the line ends here; expected"
		  " remote-as" },
		{ "gateway expressroute d\n edge primary peer-ipv6 1.1.1.1", "line 2: edge primary"
		  " peer-ipv6 1.1.1.1: expected an IPv6 address X:X::X:X" },
		{ "gateway expressroute d\n bfd 300", "line 2: bfd 300: expected interval, or the"
		  " end of the line" },
		{ "gateway expressroute d\n bfd interval 9 multiplier 3", "line 2: bfd interval 9:"
		  " expected a number from 10 to 60000" },
		{ "gateway connection a\n bgp remote-as 1 peer 1.1.1.1", "line 2: bgp remote-as 1"
		  " peer: expected peer-address" },
		{ "gateway connection a\n ipsec encryption aes", "line 2: ipsec encryption aes:"
		  " expected gcmaes128, gcmaes192, gcmaes256, chacha20poly1305, aes128, aes192,"
		  " aes256, des3, des or none" },
		{ "gateway connection a\n ipsec", "line 2: ipsec: the line ends here; expected"
		  " encryption, or integrity, or pfs-group, or lifetime, or lifetime-kilobytes" },
		{ "gateway connection a\n shutdown now",
		  "line 2: shutdown now: expected the end of the line" },
		{ "gateway connection a\n shared-key", "line 2: shared-key: the line ends here;"
		  " expected 0 SECRET, 6 ENCRYPTED, or SECRET" },
		{ "gateway connection a\n shared-key 0", "line 2: shared-key: the line ends here;"
		  " expected 0 SECRET, 6 ENCRYPTED, or SECRET" },
		{ "gateway connection a\n shared-key 6 a b", "line 2: shared-key: expected one"
		  " encrypted key after 6, as show running-config prints it" },
		{ "gateway connection a\n shared-key 6 abc", "line 2: gateway connection a:"
		  " shared-key 6: this is not an encrypted key, or it was damaged; enter the key in"
		  " clear with shared-key 0" },
		{ "gateway connection a\n local-id two words",
		  "line 2: local-id two words: expected the end of the line" },
		{ "gateway access now", "line 1: gateway access now: expected the end of the line" },
		{ "gateway access-list", "line 1: gateway access-list: the line ends here; expected"
		  " a name" },
		{ "gateway access-list a'b", "line 1: gateway access-list a'b: expected a word of 1"
		  " to 80 characters without quotes and brackets" },
		{ "gateway access\n enforcement off", "line 2: enforcement off: expected the end of"
		  " the line" },
		{ "gateway access\n read-default no", "line 2: read-default no: expected permit or"
		  " deny" },
		{ "gateway access\n group", "line 2: group: the line ends here; expected a word of 1"
		  " to 80 characters without quotes and brackets" },
		{ "gateway access\n group *", "line 2: group *: expected a word of 1 to 80"
		  " characters without quotes and brackets" },
		{ "gateway access\n group g member", "line 2: group g member: expected user, or the"
		  " end of the line" },
		{ "gateway access-list a\n rule r", "line 2: rule r: the line ends here; expected"
		  " action, or module, or operations, or path, or rpc, or notification, or comment" },
		{ "gateway access-list a\n rule r operations fly", "line 2: rule r operations fly:"
		  " expected * or some of create, read, update, delete and exec" },
		{ "gateway access-list a\n rule r path a b ]", "line 2: rule r path a: a path begins"
		  " with /" },
		{ "gateway access-list a\n rule r path /gatehouse:gateway/conection", "line 2: rule r path"
		  " /gatehouse:gateway/conection: gatehouse:conection is not in gateway" },
		{ "gateway access-list a\n rule r comment", "line 2: rule r comment: the line ends"
		  " here; expected a text of 1 to 255 characters" },
		{ "gateway connection a\n ipsec pfs-group x", "line 2: ipsec pfs-group x: expected"
		  " none, group14, group15, group16, ecp256, ecp384, ecp521, curve25519, group1, group2 or group24" },
		{ "gateway connection a\n ike encryption aes256 dh-group group14", "line 2: ike"
		  " encryption aes256 dh-group: expected integrity" },
		{ "gateway profile p\n shared-key hunter2", "line 2: shared-key: unknown word;"
		  " gateway profile p has: local-id, bgp, mode, ike, ipsec, encapsulation,"
		  " revocation, dpd-timeout, replay-window, weight, prefix-limit, tcp-mss,"
		  " destination-class, exit" },
		{ "gateway access-list a\n rule r module x", "line 1: gateway access-list a:"
		  " rule r action: it is mandatory here, and not given" },
		{ "gateway connection a\n ike encryption aes256 integrity sha256 dh-group none",
		  "line 2: ike encryption aes256 integrity sha256 dh-group none: expected group14,"
		  " group15, group16, ecp256, ecp384, ecp521, curve25519, group1, group2 or group24" },
		{ "gateway\n tcp-mss 535", "line 2: tcp-mss 535: expected a number from 536 to 8960" },
		{ "gateway certificate c\n file", "line 2: file: the line ends here; expected the"
		  " name of a file, 1 to 255 characters without spaces" },
		{ "gateway\n asn 1\a", "line 2: character 6 is a control character (0x07)" },
		{ "gateway\n asn \xc3\xa9", "line 2: character 5 is not ASCII (byte 0xc3)" },
		{ "gateway connection a\n weight 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17",
		  "line 2: weight 1 2: expected the end of the line" },
	};
	size_t i;

	(void)state;
	assert_run(FULL_GATEWAY, true);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(fixture_run(&f, NULL, rows[i].text, false), -EINVAL);
		assert_string_equal(gh_buf_text(&f.message), rows[i].message);
		assert_text(FULL_GATEWAY);
	}
}

static void test_long_lines(void **state)
{
	char text[CLI_LINE_MAX + 64], name[82];

	(void)state;
	memset(text, 'x', sizeof(text));
	memcpy(text, "gateway\n", 8);
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(fixture_run(&f, NULL, text, false), -EINVAL);
	assert_string_equal(gh_buf_text(&f.message), "line 2: longer than 1024 characters");
	text[8 + CLI_LINE_MAX] = '\0';
	assert_int_equal(fixture_run(&f, NULL, text, false), -EINVAL);
	/* A comment may be of any length. */
	memset(text + 8, '!', sizeof(text) - 9);
	assert_run(text, false);
	/* 80 characters are a name, 81 are not; a secret has 128. */
	memset(name, 'n', 81);
	name[81] = '\0';
	snprintf(text, sizeof(text), "gateway connection %s", name);
	assert_int_equal(fixture_run(&f, NULL, text, false), -EINVAL);
	snprintf(text, sizeof(text), "gateway connection %s", name + 1);
	assert_run(text, false);
	assert_string_equal(fixture_config(&f)->connections[0].name, name + 1);
	snprintf(text, sizeof(text), "gateway connection a\n shared-key %0129d", 1);
	assert_int_equal(fixture_run(&f, NULL, text, false), -EINVAL);
	assert_string_equal(gh_buf_text(&f.message),
			    "line 2: shared-key: expected a secret of 1 to 128 printable ASCII"
			    " characters");
}

/* No message ever repeats a secret, wherever the mistake is. */
static void test_secret_is_not_repeated(void **state)
{
	static const char *const rows[] = {
		"gateway connection a\n shared-key 6 hunter2 hunter2",
		"gateway connection a\n shared-key 6 hunter2",
		"gateway connection a\n shared-key hunter2\x01",
		"gateway connection a\n shared-key 0 hunter2\xff",
		"gateway connection a\n shared-key 0 hunter2\n bgp remote-as 1",
		"gateway connection a shared-key 0 hunter2",
		"gateway connection a\n profile shared-key hunter2",
		"gateway shared-key hunter2",
		"gateway\n shared-key 0 hunter2",
		"shared-key 0 hunter2",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(fixture_run(&f, NULL, rows[i], false), -EINVAL);
		assert_null(strstr(gh_buf_text(&f.message), "hunter2"));
	}
}

/* A NUL inside, and every cut of a whole configuration: refused or accepted, never worse. */
static void test_cut(void **state)
{
	struct edits edits = { 0 };
	struct gh_buf why = { 0 };
	const char *full = full_text();
	size_t n, length = strlen(full);

	(void)state;
	assert_int_equal(cli_parse(f.ds, f.key, "gateway\n asn\0 1", 15, &edits, &why), -EINVAL);
	assert_string_equal(gh_buf_text(&why), "line 2: character 4 is a control character (0x00)");
	edits_fini(&edits);
	gh_buf_fini(&why);
	for (n = 0; n <= length; n++) {
		char *cut = malloc(n + 1);

		memcpy(cut, full, n);
		cut[n] = '\0';
		if (!fixture_run(&f, NULL, cut, true)) {
			char *canonical = strdup(fixture_text(&f));

			assert_run(canonical, true);
			assert_false(f.changed);
			free(canonical);
		}
		free(cut);
	}
}

/* Every example of the manual that is a configuration is one. */
static void test_manual(void **state)
{
	const char *srcdir = getenv("srcdir");
	char path[512], line[1024], text[4096] = "";
	bool inside = false;
	unsigned examples = 0;
	FILE *manual;

	(void)state;
	snprintf(path, sizeof(path), "%s/docs/configuration.md", srcdir ? srcdir : ".");
	manual = fopen(path, "r");
	if (!manual)
		skip();
	while (fgets(line, sizeof(line), manual)) {
		if (!strncmp(line, "```", 3)) {
			inside = !inside;
			if (!inside && !strncmp(text, "gateway", 7)) {
				assert_run(text, true);
				examples++;
			}
			text[0] = '\0';
		} else if (inside && !strstr(line, "...")) {
			assert_true(strlen(text) + strlen(line) < sizeof(text));
			strcat(text, line);
		}
	}
	fclose(manual);
	assert_true(examples >= 3);
}

static void test_place(void **state)
{
	static const struct {
		const char *path, *node, *leaf;
	} rows[] = {
		{ "/gatehouse:gateway", "gateway", "gateway" },
		{ "/gatehouse:gateway/asn", "gateway", "gateway: asn" },
		{ "/gatehouse:gateway/address-space[.='10.0.0.0/8']", "gateway",
		  "gateway: address-space 10.0.0.0/8" },
		{ "/gatehouse:gateway/connection[name='paris']", "gateway connection paris",
		  "gateway connection paris" },
		{ "/gatehouse:gateway/connection[name='paris']/bgp/peer-address",
		  "gateway connection paris", "gateway connection paris: bgp peer-address" },
		{ "/gatehouse:gateway/expressroute[name='dc1']/edge[role='primary']/peer-ipv6",
		  "gateway expressroute dc1",
		  "gateway expressroute dc1: edge primary peer-ipv6" },
		{ "/else", "", "" },
		{ "/gatehouse:gateway/profile[name='gold']/ike/dh-group", "gateway profile gold",
		  "gateway profile gold: ike dh-group" },
		{ "/ietf-netconf-acm:nacm/enable-nacm", "gateway access",
		  "gateway access: enable-nacm" },
		{ "/ietf-netconf-acm:nacm/groups/group[name='ops']/user-name[.='ann']",
		  "gateway access", "gateway access: groups group ops user-name ann" },
		{ "/ietf-netconf-acm:nacm/rule-list[name='z']/rule[name='r']/action",
		  "gateway access-list z", "gateway access-list z: rule r action" },
		{ "/gatehouse:gateway/connection[name='par", "gateway connection", "gateway connection" },
	};
	struct gh_buf out = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cli_place(rows[i].path, false, &out);
		assert_string_equal(gh_buf_text(&out), rows[i].node);
		gh_buf_fini(&out);
		cli_place(rows[i].path, true, &out);
		assert_string_equal(gh_buf_text(&out), rows[i].leaf);
		gh_buf_fini(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_round_trip, setup, teardown),
		cmocka_unit_test_setup_teardown(test_xml_round_trip, setup, teardown),
		cmocka_unit_test_setup_teardown(test_free_form, setup, teardown),
		cmocka_unit_test_setup_teardown(test_each_no, setup, teardown),
		cmocka_unit_test_setup_teardown(test_short_no, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_nodes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_order, setup, teardown),
		cmocka_unit_test_setup_teardown(test_rule_kinds, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bfd_and_shutdown, setup, teardown),
		cmocka_unit_test_setup_teardown(test_shared_key_forms, setup, teardown),
		cmocka_unit_test_setup_teardown(test_refusals, setup, teardown),
		cmocka_unit_test_setup_teardown(test_long_lines, setup, teardown),
		cmocka_unit_test_setup_teardown(test_secret_is_not_repeated, setup, teardown),
		cmocka_unit_test_setup_teardown(test_cut, setup, teardown),
		cmocka_unit_test_setup_teardown(test_manual, setup, teardown),
		cmocka_unit_test_setup_teardown(test_place, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
