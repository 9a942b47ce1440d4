/*
 * What is refused and what is warned of among the lines of the topologies:
 * policies, modes, selectors, translation, partner, sizes; one row a check.
 */
#include "tests/unit/yang_fixture.h"
#include "yang/meaning.h"

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

/* part: of the one message, or NULL for a text without any message. */
struct row {
	const char *text, *part;
};

static void check(const struct row *rows, size_t count, bool refused)
{
	for (size_t i = 0; i < count; i++) {
		const char *message;
		char text[2048];
		int ret;

		snprintf(text, sizeof(text), "gateway\n router-id 192.0.2.1\n%s", rows[i].text);
		ret = fixture_run(&f, NULL, text, true);
		message = gh_buf_text(&f.message);
		if (!!ret != refused || (rows[i].part ? !strstr(message, rows[i].part) : *message))
			fail_msg("%s-> %d: %s, expected %s", rows[i].text, ret, message,
				 rows[i].part ? rows[i].part : "nothing");
		if (rows[i].part && strchr(message, '\n'))
			fail_msg("more than one finding: %s", message);
	}
}

#define A "gateway connection a\n remote-address 198.51.100.1\n shared-key x\n"
#define B "gateway connection b\n remote-address 198.51.100.2\n shared-key x\n"
#define ANY(name) "gateway connection " name "\n remote-address any\n shared-key x\n"
#define SESSION(n) " bgp remote-as 64520 peer-address 169.254.21." n " local-address 169.254.21.1\n"
#define SPACE " address-space 10.1.0.0/16\n peered-space 10.2.0.0/16\n"
#define RULE(name, mode, type, internal, external) \
	"gateway nat-rule " name "\n mode " mode "\n type " type "\n internal " internal \
	"\n external " external "\n"
#define PARTNER "gateway partner\n"
#define LINK " peer-address 10.1.0.3 local-address 10.1.0.2 interface p0\n"

static void test_refused(void **state)
{
	static const struct row rows[] = {
		/* spaces */
		{ " peered-space 0.0.0.0/0\n", "a default route cannot be the virtual network" },
		{ " address-space 10.1.0.0/16\n peered-space 10.1.2.0/24\n",
		  "it overlaps address-space 10.1.0.0/16" },
		{ " peered-space 10.1.0.0/16\n peered-space 10.1.2.0/24\n",
		  "it overlaps peered-space 10.1.0.0/16" },
		{ SPACE A " prefix 10.2.3.0/24\n", "inside peered-space 10.2.0.0/16" },
		{ SPACE A " bgp remote-as 64520 peer-address 10.2.0.9 local-address 10.9.0.1\n",
		  "inside peered-space 10.2.0.0/16" },
		/* outer addresses */
		{ A " local-address 2001:db8::1\n", "the two ends of a tunnel are of one family" },
		{ A " local-address 127.0.0.1\n", "loopback" },
		{ "gateway connection a\n remote-address a.example\ngateway connection b\n"
		  " remote-address a.example\n", "already the remote-address of connection a" },
		{ ANY("a") " remote-id x\n" ANY("b") " remote-id x\n", "it alone says who comes" },
		{ ANY("a") " remote-id x\n mode initiator-only\n", "no address to begin with" },
		/* several sessions */
		{ A SESSION("2") SESSION("3") SESSION("4") SESSION("5") SESSION("6"), "session" },
		{ A SESSION("2") B SESSION("2"), "already the bgp peer-address of connection a" },
		{ A " bgp timers 20 59\n", "three times" },
		/* policies */
		{ A " ipsec encryption gcmaes192\n ipsec integrity gcmaes256\n", "one algorithm" },
		{ A " ipsec encryption aes256\n ipsec integrity gcmaes256\n", "give sha256 or another hash" },
		{ A " ipsec encryption chacha20poly1305\n ipsec integrity sha256\n", "integrity of its own" },
		{ "gateway profile p\n ipsec integrity sha256\n" A " profile p\n"
		  " ipsec encryption gcmaes128\n", "with GCM both are one algorithm" },
		{ "gateway profile p\n ipsec integrity gcmaes256\n" A " profile p\n"
		  " ipsec encryption aes128\n", "that is the integrity of GCM" },
		{ A " ike version 1\n ike encryption gcmaes256 integrity sha256 dh-group group14\n",
		  "IKEv1 has no such cipher" },
		{ A " ike version 1\n ike additional-key-exchange mlkem768\n", "only IKEv2 can do two" },
		{ A " ike exchange aggressive\n", "IKEv2 has one exchange only" },
		{ ANY("a") " remote-id x\n ike version 1\n", "only that says who is there" },
		{ A " tcp-mss 1361\n", "more than the mtu of 1400" },
		{ "gateway profile azure-default\n", "azure-default is built in" },
		{ "gateway connection a\n alternate-shared-key x\n", "there is none; give that first" },
		{ A " revocation off\n", "charon cannot leave it out for one connection" },
		/* references */
		{ A " nat-rule n\n", "gateway nat-rule n" },
		{ A " over expressroute dc1\n", "gateway expressroute dc1" },
		{ A " authority ca\n", "gateway certificate ca" },
		{ A " profile gold\n", "gateway profile gold" },
		/* selectors */
		{ A " traffic-selector local 10.1.0.0/16 remote 10.4.0.0/16\n"
		  " traffic-selector local 10.1.2.0/24 remote 10.4.5.0/24\n", "would be of both" },
		{ A " traffic-selector local 10.1.0.0/16 remote 2001:db8::/48\n",
		  "a pair of selectors is of one" },
		{ A SESSION("2") " traffic-selector local 10.1.0.0/16 remote 10.4.0.0/16\n",
		  "no traffic-selector holds this session" },
		/* translation */
		{ RULE("n", "ingress", "static", "10.4.0.0/24", "100.64.0.0/25"), "of one length" },
		{ RULE("n", "ingress", "static", "10.4.0.0/24", "2001:d00::/24"), "families" },
		{ SPACE RULE("n", "ingress", "static", "10.4.0.0/24", "10.2.9.0/24"),
		  "nobody else has" },
		{ RULE("n", "ingress", "static", "10.4.0.0/24", "224.0.0.0/24"), "unicast" },
		{ RULE("n", "ingress", "static", "10.4.0.0/24", "100.64.0.0/24")
		  RULE("m", "ingress", "static", "10.4.0.0/25", "100.65.0.0/25")
		  A " nat-rule n\n nat-rule m\n", "a packet would be of both" },
		/* partner and routers */
		{ PARTNER " peer-address 10.1.0.3 local-address fd00::2 interface p0\n",
		  "different families" },
		{ PARTNER " peer-address 10.1.0.3 local-address 10.1.0.3 interface p0\n",
		  "are the same" },
		{ PARTNER LINK "gateway vnet-router r\n peer-address 10.1.0.3 remote-as 64900\n",
		  "already the" },
		{ PARTNER LINK " address 203.0.113.7/24 interface w0\n", "mode active-standby first" },
		{ "gateway expressroute dc1\n edge primary interface p0 peer 172.16.0.1 remote-as 12076\n"
		  PARTNER LINK, "the partner needs another" },
		{ "gateway vnet-router r\n peer-address 10.1.0.9 remote-as 64500\n", "documentation" },
		/* sizes */
		{ " size basic\n" A SESSION("2"), "it has no BGP, and connection a has" },
		{ " size basic\n" PARTNER LINK, "it has no active-active" },
	};

	(void)state;
	check(rows, sizeof(rows) / sizeof(rows[0]), true);
}

static void test_warned(void **state)
{
	static const struct row rows[] = {
		{ A " profile azure-default\n", "its offers hold weak algorithms" },
		{ A " ipsec encryption des3\n ipsec integrity sha1\n",
		  "ipsec encryption des3, ipsec integrity sha1: weak" },
		{ A " ike encryption des3 integrity md5 dh-group group2\n",
		  "ike encryption des3, ike integrity md5, dh-group group2: weak" },
		{ A " ipsec pfs-group group24\n", "pfs-group group24: weak" },
		{ A " ipsec encryption none\n", "ipsec encryption none: weak" },
		/* Said of the profile, once. */
		{ "gateway profile p\n ipsec encryption des\n" A " profile p\n" B " profile p\n",
		  "gateway profile p: ipsec encryption des: weak" },
		{ A " ike version 1\n ike exchange aggressive\n", "guess the shared key offline" },
		{ A " tcp-mss 1350\n", "TCP over IPv6 needs" },
		{ ANY("a"), "no remote-id to be found by" },
		{ A " prefix 10.9.0.0/16\n traffic-selector local 10.1.0.0/16 remote 10.4.0.0/16\n",
		  "no traffic-selector has it as remote" },
		{ "gateway nat-rule n\n internal 10.1.0.0/24\n", "translates nothing" },
		{ SPACE RULE("n", "egress", "static", "10.4.0.0/24", "100.64.0.0/24"),
		  "should the mode be ingress" },
		{ SPACE RULE("n", "egress", "dynamic", "10.1.0.0/24", "100.64.0.0/23"),
		  "larger than internal" },
		{ PARTNER " mode active-standby\n", "no peer-address" },
		{ PARTNER LINK " mode active-standby\n symmetry\n", "says nothing here" },
		{ PARTNER LINK " role secondary\n", "both instances are alike" },
		{ "gateway vnet-router r\n", "no peer-address" },
		{ PARTNER LINK " password 0 0123456789012345678901234567890123456789"
		  "01234567890123456789012345678901234567890\n", "longer than the 80" },
	};

	(void)state;
	check(rows, sizeof(rows) / sizeof(rows[0]), false);
}

static void test_fine(void **state)
{
	static const struct row rows[] = {
		{ SPACE, NULL },
		{ A " local-address 203.0.113.5\n", NULL },
		{ A SESSION("2") SESSION("3") " bgp remote-as 64520 peer-address fd00::2 local-address"
		  " fd00::1\n bgp password 0 secret\n", NULL },
		{ ANY("a") " remote-id x\n" ANY("b") " remote-id y\n", NULL },
		{ A " ipsec encryption aes256\n ipsec integrity sha384\n", NULL },
		{ A " ipsec encryption gcmaes192\n ipsec integrity gcmaes192\n", NULL },
		{ A " ipsec encryption chacha20poly1305\n", NULL },
		{ A " ike version 1\n ike encryption aes256 integrity sha256 dh-group group14\n", NULL },
		{ A " traffic-selector local 10.1.0.0/16 remote 10.4.0.0/16\n"
		  " traffic-selector local 10.1.0.0/16 remote 10.5.0.0/16\n", NULL },
		{ A SESSION("2") " traffic-selector local 0.0.0.0/0 remote 0.0.0.0/0\n", NULL },
		/* Two sites with the addresses of our own side, seen as others. */
		{ SPACE RULE("n", "ingress", "static", "10.1.0.0/24", "100.64.0.0/24")
		  A " prefix 10.1.0.0/24\n nat-rule n\n", NULL },
		{ SPACE RULE("n", "egress", "static", "10.1.0.0/24", "100.64.0.0/24"), NULL },
		{ PARTNER LINK " mode active-standby\n role secondary\n"
		  " address 203.0.113.7/24 interface w0\n", NULL },
		{ PARTNER LINK " symmetry\n role secondary\n", NULL },
		/* Internal BGP with a router of our own side. */
		{ "gateway vnet-router r\n peer-address 10.1.0.9 remote-as 65515\n", NULL },
		{ " size basic\n" A, NULL },
		{ " size vpngw1az\n" A SESSION("2"), NULL },
	};

	(void)state;
	check(rows, sizeof(rows) / sizeof(rows[0]), false);
}

/* The last connection that a size has room for, and the one after it. */
static void test_size(void **state)
{
	struct gh_buf text = { 0 };

	(void)state;
	gh_buf_printf(&text, "gateway\n size vpngw1az\n exit\n");
	for (unsigned i = 0; i < 30; i++)
		gh_buf_printf(&text, "gateway connection c%u\n exit\n", i);
	assert_int_equal(fixture_run(&f, NULL, gh_buf_text(&text), true), 0);
	assert_int_not_equal(fixture_run(&f, NULL, "gateway connection c30\n", false), 0);
	assert_non_null(strstr(gh_buf_text(&f.message), "it has 30 tunnels, and there are 31"));
	assert_int_equal(fixture_run(&f, NULL, "gateway\n size vpngw4az\n exit\n"
				     "gateway connection c30\n", false), 0);
	gh_buf_fini(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(test_warned, setup, teardown),
		cmocka_unit_test_setup_teardown(test_fine, setup, teardown),
		cmocka_unit_test_setup_teardown(test_size, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
