/* meaning: one row a rule; what is refused, what only warns, and what is fine. */
#include <errno.h>

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

#define CONNECTION "gateway connection a\n remote-address 198.51.100.1\n shared-key x\n"
#define BGP(as, peer, local) \
	CONNECTION " bgp remote-as " as " peer-address " peer " local-address " local "\n"
#define EDGE(role, peer, as) \
	"gateway expressroute dc1\n edge " role " interface er0 peer " peer " remote-as " as "\n"

#define RULE "gateway access-list a\n rule r action deny\n rule r "

/* part: of the one message, or NULL for a text without any message. */
struct row {
	const char *text, *part;
};

static void check(const struct row *rows, size_t count, bool refused)
{
	size_t i;

	for (i = 0; i < count; i++) {
		const char *message;
		char text[1024];
		int ret;

		/* With a router id, or every BGP session would have a warning. */
		snprintf(text, sizeof(text), "%s%s", strstr(rows[i].text, "router-id") ||
			 strstr(rows[i].text, "public-address") ? "" :
			 "gateway\n router-id 192.0.2.1\n", rows[i].text);
		ret = fixture_run(&f, NULL, text, true);
		message = gh_buf_text(&f.message);

		if (!!ret != refused || (rows[i].part ? !strstr(message, rows[i].part) : *message))
			fail_msg("%s-> %d: %s, expected %s", rows[i].text, ret, message,
				 rows[i].part ? rows[i].part : "nothing");
		if (rows[i].part && strchr(message, '\n'))
			fail_msg("more than one finding: %s", message);
	}
}

static void test_refused(void **state)
{
	static const struct row rows[] = {
		/* 1 AS numbers: the list in full, ours and theirs */
		{ "gateway\n asn 8074\n", "asn 8074: Azure reserves it" },
		{ "gateway\n asn 8075\n", "asn 8075: Azure reserves it" },
		{ "gateway\n asn 12076\n", "asn 12076: it is that of Microsoft's" },
		{ "gateway\n asn 65517\n", "Azure reserves it" },
		{ "gateway\n asn 65520\n", "Azure reserves it" },
		{ "gateway\n asn 23456\n", "AS_TRANS" },
		{ "gateway\n asn 64496\n", "documentation" },
		{ "gateway\n asn 64499\n", "documentation" },
		{ "gateway\n asn 64511\n", "documentation" },
		{ "gateway\n asn 65535\n", "RFC 7300" },
		{ "gateway\n asn 65536\n", "documentation" },
		{ "gateway\n asn 65540\n", "documentation" },
		{ "gateway\n asn 65551\n", "documentation" },
		{ "gateway\n asn 4294967295\n", "RFC 7300" },
		{ BGP("12076", "169.254.21.2", "169.254.21.1"), "Microsoft's ExpressRoute edges" },
		{ BGP("65518", "169.254.21.2", "169.254.21.1"), "Azure reserves it" },
		{ BGP("65515", "169.254.21.2", "169.254.21.1"), "own number" },
		{ "gateway\n asn 65001\n" BGP("65001", "169.254.21.2", "169.254.21.1"),
		  "own number" },
		{ EDGE("primary", "172.16.0.1", "65515"), "own number" },
		{ EDGE("primary", "172.16.0.1", "64500"), "documentation" },
		/* 2 single addresses */
		{ "gateway\n public-address 127.0.0.1\n", "loopback" },
		{ "gateway\n public-address 224.0.0.1\n", "multicast" },
		{ "gateway\n public-address fe80::1\n", "link-local" },
		{ "gateway\n router-id 0.0.0.0\n", "no address" },
		{ "gateway connection a\n remote-address 0.0.0.0\n", "no address" },
		{ "gateway connection a\n remote-address 169.254.21.2\n", "link-local" },
		{ "gateway connection a\n remote-address ::ffff:1.2.3.4\n", "IPv6 form" },
		{ "gateway connection a\n remote-address 255.255.255.255\n", "reserved" },
		{ BGP("64520", "169.254.20.255", "10.0.0.1"), "only 169.254.21.0-169.254.22.255" },
		{ BGP("64520", "169.254.23.0", "10.0.0.1"), "only 169.254.21.0-169.254.22.255" },
		{ BGP("64520", "169.254.21.2", "169.254.1.1"), "bgp local-address 169.254.1.1" },
		{ BGP("64520", "fe80::2", "fd00::1"), "link-local" },
		{ BGP("64520", "::1", "fd00::1"), "loopback" },
		{ BGP("64520", "10.0.0.2", "10.0.0.2"), "the same" },
		{ BGP("64520", "10.0.0.2", "fd00::1"), "different families" },
		{ EDGE("primary", "224.0.0.5", "12076"), "multicast" },
		{ "gateway expressroute dc1\n edge primary peer-ipv6 fd00::1\n",
		  "edge primary interface IFNAME peer A.B.C.D remote-as ASN" },
		/* 3 addresses of more than one */
		{ "gateway\n public-address 198.51.100.1\n" CONNECTION, "public-address of the gateway" },
		{ "gateway\n public-address 203.0.113.9\n" BGP("64520", "203.0.113.9", "169.254.21.1"),
		  "public-address of the gateway" },
		{ CONNECTION "gateway connection b\n remote-address 198.51.100.1\n",
		  "remote-address of connection a" },
		{ EDGE("primary", "172.16.0.1", "12076") EDGE("secondary", "172.16.0.1", "12076"),
		  "edge peer of expressroute dc1" },
		{ EDGE("primary", "172.16.0.1", "12076") " edge primary peer-ipv6 fd00::1\n"
		  EDGE("secondary", "172.16.0.5", "12076") " edge secondary peer-ipv6 fd00::1\n",
		  "edge peer-ipv6 of expressroute dc1" },
		{ EDGE("primary", "172.16.0.1", "12076") BGP("64520", "172.16.0.1", "10.0.0.1"),
		  "edge peer of expressroute dc1" },
		{ BGP("64520", "10.0.0.2", "10.0.0.1") "gateway connection b\n bgp remote-as 64521"
		  " peer-address 10.0.0.1 local-address 10.0.0.3\n", "bgp local-address of connection a" },
		{ BGP("64520", "10.0.0.2", "10.0.0.1") "gateway connection b\n bgp remote-as 64521"
		  " peer-address 10.0.0.2 local-address 10.0.0.1\n", "bgp peer-address of connection a" },
		/* 4 prefixes */
		{ "gateway\n address-space 10.0.0.0/8\n address-space 10.1.0.0/16\n", "overlaps" },
		{ "gateway\n address-space fd00::/8\n address-space fd00:1::/32\n", "overlaps" },
		{ "gateway\n address-space 0.0.0.0/0\n", "default route" },
		{ "gateway\n address-space 127.0.0.0/16\n", "not routed" },
		{ "gateway\n address-space ff00::/16\n", "not routed" },
		{ "gateway\n address-space 10.1.0.0/16\n" CONNECTION " prefix 10.1.0.0/16\n",
		  "inside address-space 10.1.0.0/16" },
		{ "gateway\n address-space 10.1.0.0/16\n" CONNECTION " prefix 10.1.2.0/24\n",
		  "inside address-space 10.1.0.0/16" },
		{ CONNECTION " prefix 169.254.21.0/24\n", "not routed" },
		{ "gateway\n address-space 10.1.0.0/16\n" BGP("64520", "10.1.0.2", "10.1.0.1"),
		  "bgp peer-address 10.1.0.2: it is inside" },
		/* 5 names */
		{ "gateway expressroute a\n" CONNECTION, "has the name a too" },
		/* 5 policies, limits, sizes */
		{ CONNECTION " ipsec integrity gcmaes128\n", "ipsec encryption gcmaes256 with ipsec"
		  " integrity gcmaes128: with GCM both are one algorithm, as in Azure" },
		{ "gateway profile p\n ipsec encryption gcmaes128\n" CONNECTION " profile p\n ipsec"
		  " integrity gcmaes256\n", "integrity gcmaes256, profile p: with GCM" },
		{ "gateway profile p\n ipsec encryption gcmaes128\n ipsec integrity gcmaes256\n"
		  CONNECTION " profile p\n", "gateway profile p: ipsec: with GCM, encryption" },
		{ "gateway\n mtu 1300\n tcp-mss 1261\n", "tcp-mss 1261: with 40 bytes" },
		{ "gateway\n tcp-mss 1361\n", "give at most 1360 (Azure has 1350" },
		/* 6 what refers to another */
		{ CONNECTION " profile gold\n", "line 6: gateway connection a: profile gold: there is"
		  " no such profile; make it first: gateway profile gold" },
		{ "gateway connection a\n certificate c\n", "certificate c: there is no such" },
		{ "gateway connection a\n authority c\n", "authority c: there is no such certificate" },
		{ "gateway certificate c\n" CONNECTION " certificate c\n", "not by both" },
	};

	(void)state;
	check(rows, sizeof(rows) / sizeof(rows[0]), true);
}

static void test_fine(void **state)
{
	static const struct row rows[] = {
		{ "", NULL },
		{ "gateway\n asn 65515\n", NULL },
		{ "gateway\n asn 65516\n", NULL },
		{ "gateway\n asn 64512\n", NULL },
		{ "gateway\n asn 65552\n", NULL },
		{ "gateway\n asn 4294967294\n", NULL },
		/* a peer that is an Azure gateway at its default, when ours is another */
		{ "gateway\n asn 65001\n" BGP("65515", "169.254.21.2", "169.254.21.1"), NULL },
		{ "gateway\n tcp-mss 1340\n", NULL },
		{ RULE "path /gatehouse:gateway/connection/shared-key\n", NULL },
		{ RULE "path /\n rule r module *\n", NULL },
		{ RULE "rpc edit-config\n rule r module ietf-netconf\n", NULL },
		{ RULE "notification *\n", NULL },
		{ "gateway profile p\n ipsec encryption gcmaes128\n prefix-limit 1\n" CONNECTION
		  " profile p\n ipsec integrity gcmaes128\n", NULL },
		{ BGP("4200000000", "169.254.22.255", "169.254.21.0"), NULL },
		{ BGP("64520", "fd00::2", "fd00::1"), NULL },
		{ "gateway\n address-space 10.1.0.0/16\n" BGP("64520", "10.2.0.2", "10.1.0.1"), NULL },
		{ EDGE("primary", "172.16.0.1", "12076") EDGE("secondary", "172.16.0.5", "12076")
		  " edge secondary peer-ipv6 fe80::1\n", NULL },
		/* redundancy: the same static prefix on two connections; less specific ones */
		{ "gateway\n address-space 10.1.0.0/16\n" CONNECTION " prefix 192.168.0.0/24\n"
		  " prefix 10.0.0.0/8\n prefix 0.0.0.0/0\n gateway connection b\n remote-address"
		  " 198.51.100.2\n shared-key x\n prefix 192.168.0.0/24\n", NULL },
		/* one local address for several sessions */
		{ BGP("64520", "169.254.21.2", "169.254.21.1") "gateway connection b\n"
		  " remote-address 198.51.100.2\n shared-key x\n bgp remote-as 64520 peer-address"
		  " 169.254.21.6 local-address 169.254.21.1\n", NULL },
		{ "gateway\n address-space 10.1.0.0/16\n address-space 10.2.0.0/16\n"
		  " address-space fd00:1::/48\n", NULL },
		{ "gateway\n public-address 10.1.0.4\n", NULL },        /* behind a NAT */
	};

	(void)state;
	check(rows, sizeof(rows) / sizeof(rows[0]), false);
}

static void test_warned(void **state)
{
	static const struct row rows[] = {
		{ "gateway\n public-address 2001:db8::1\n" CONNECTION, "no IPv4 public-address" },
		{ "gateway connection a\n", "no remote-address and no shared-key" },
		{ "gateway connection a\n remote-address 1.1.1.1\n", "no shared-key" },
		{ "gateway connection a\n shared-key x\n", "no remote-address" },
		{ "gateway expressroute a\n", "no edge" },
		{ "gateway\n public-address 2001:db8::1\n" EDGE("primary", "172.16.0.1", "12076"),
		  "BGP stays down" },
		/* 8 access rules */
		{ RULE "module gatehous\n", "there is no such module; the rule never matches" },
		{ RULE "rpc edit-conf\n", "there is no such operation" },
		{ RULE "rpc edit-config\n rule r module gatehouse\n", "no such operation" },
		{ RULE "notification leg-chang\n", "there is no such notification" },
		{ "gateway\n tcp-mss 1341\n", "TCP over IPv6 needs 60 bytes" },
		{ CONNECTION " prefix-limit 10\n", "has no bgp line; static prefixes" },
		{ "gateway certificate c\n file /x\n key-file /y\ngateway connection a\n"
		  " remote-address 1.1.1.1\n authority c\n certificate c\n", "without remote-id" },
		{ "gateway certificate c\ngateway connection a\n remote-address 1.1.1.1\n"
		  " remote-id x\n certificate c\n", "no authority for the site's" },
	};

	(void)state;
	check(rows, sizeof(rows) / sizeof(rows[0]), false);
}

/* What is used cannot be removed: the line that removes is told who uses it. */
static void test_in_use(void **state)
{
	(void)state;
	assert_int_equal(fixture_run(&f, NULL, "gateway profile p\ngateway connection a\n profile p\n"
				     "gateway connection b\n profile p\n", true), 0);
	assert_int_equal(fixture_run(&f, NULL, "gateway\nno gateway profile p\n", false), -ENOENT);
	assert_string_equal(gh_buf_text(&f.message), "line 2: gateway profile p: connection a uses it;"
			    " enter no profile there first, or give it another");
	assert_int_equal(fixture_run(&f, NULL, "no gateway connection a\nno gateway connection b\n"
				     "no gateway profile p\n", false), 0);
}

static bool only_er0(void *self, const char *name)
{
	(*(int *)self)++;
	return !strcmp(name, "er0");
}

/* Interfaces are asked for only where they are new or changed. */
static void test_interfaces(void **state)
{
	struct gw_circuit old = { .name = "dc1" }, new = { .name = "dc1" };
	struct gw_config from = { .circuits = &old, .circuit_count = 1, .asn = 65515 };
	struct gw_config to = { .circuits = &new, .circuit_count = 1, .asn = 65515 };
	int asked = 0;
	struct meaning m = { .from = &from, .to = &to, .host.interface_exists = only_er0,
			     .host.self = &asked };
	struct meaning_findings findings = { 0 };

	(void)state;
	strcpy(old.edges[GW_PRIMARY].interface, "er0");
	strcpy(new.edges[GW_PRIMARY].interface, "er0");
	strcpy(old.edges[GW_SECONDARY].interface, "gone");
	strcpy(new.edges[GW_SECONDARY].interface, "gone");
	strcpy(from.vnet_interface, "vnet0");
	strcpy(to.vnet_interface, "vnet0");
	meaning_check(&m, &findings);
	assert_int_equal(findings.count, 0);
	assert_int_equal(asked, 0);
	strcpy(new.edges[GW_PRIMARY].interface, "er1");
	strcpy(to.vnet_interface, "er0");
	meaning_check(&m, &findings);
	assert_int_equal(asked, 2);
	assert_int_equal(findings.errors, 1);
	assert_string_equal(findings.array[0].path,
			    "/gatehouse:gateway/expressroute[name='dc1']/edge[role='primary']/interface");
	assert_string_equal(findings.array[0].text,
			    "edge interface er1: this host has no such interface; see ip link");
	meaning_findings_fini(&findings);
	m.lenient = true;
	meaning_check(&m, &findings);
	assert_int_equal(findings.count, 1);
	assert_int_equal(findings.errors, 0);
	assert_true(findings.array[0].warning);
	meaning_findings_fini(&findings);
}

/* Everything but 172.16.0.1 is somewhere else. */
static bool only_first(void *self, const char *interface, const struct gh_addr *address)
{
	char text[GH_ADDR_TEXT];

	(void)self, (void)interface;
	return !strcmp(gh_addr_print(address, text), "172.16.0.1");
}

static void test_next_hop(void **state)
{
	struct gw_circuit old = { .name = "dc1" }, new = { .name = "dc1" };
	struct gw_config from = { .circuits = &old, .circuit_count = 1, .asn = 65515 };
	struct gw_config to = { .circuits = &new, .circuit_count = 1, .asn = 65515 };
	struct gw_edge *e = &new.edges[GW_PRIMARY];
	struct meaning m = { .from = &from, .to = &to, .host.reachable = only_first };
	struct meaning_findings findings = { 0 };

	(void)state;
	strcpy(e->interface, "er0");
	gh_addr_parse("172.16.0.1", &e->peer);
	gh_addr_parse("fe80::1", &e->peer_ipv6);
	meaning_check(&m, &findings);
	assert_int_equal(findings.count, 0);
	gh_addr_parse("172.16.0.9", &e->peer);
	gh_addr_parse("fd00::1", &e->peer_ipv6);
	meaning_check(&m, &findings);
	assert_int_equal(findings.errors, 2);
	assert_string_equal(findings.array[0].app_tag, "gh-unreachable");
	assert_string_equal(findings.array[0].text, "edge peer 172.16.0.9: er0 has no address on its"
			    " subnet, so that packets could not reach it; give er0 an address"
			    " of that subnet (Azure has a /30 for each edge), or correct the address");
	assert_non_null(strstr(findings.array[1].path, "peer-ipv6"));
	meaning_findings_fini(&findings);
	/* Loaded, it is a warning; unchanged, nobody asks. */
	m.lenient = true;
	meaning_check(&m, &findings);
	assert_int_equal(findings.errors, 0);
	assert_int_equal(findings.count, 2);
	meaning_findings_fini(&findings);
	old = new;
	meaning_check(&m, &findings);
	assert_int_equal(findings.count, 0);
}

static unsigned outer_1500(void *self, const struct gh_addr *local)
{
	char text[GH_ADDR_TEXT];

	(void)self;
	return strcmp(gh_addr_print(local, text), "192.0.2.9") ? 1500 : 0;
}

static void test_mtu(void **state)
{
	static const struct {
		const char *address;
		uint16_t mtu;
		const char *part;
	} rows[] = {
		{ "203.0.113.1", 1400, NULL },
		{ "203.0.113.1", 1435, NULL },
		{ "203.0.113.1", 1436, "mtu 1436: ESP adds up to 65 bytes, and the interface that"
		  " has 203.0.113.1 carries 1500; full packets will be fragmented: lower the mtu to"
		  " 1435" },
		{ "2001:db8::1", 1415, NULL },
		{ "2001:db8::1", 1416, "lower the mtu to 1415" },
		{ "192.0.2.9", 1280, "public-address 192.0.2.9: no interface of this host has it" },
	};
	struct gw_config to = { .asn = 65515 };
	struct meaning m = { .to = &to, .host.mtu = outer_1500 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct meaning_findings findings = { 0 };
		struct gh_addr a;

		gh_addr_parse(rows[i].address, &a);
		to.public_ipv4 = to.public_ipv6 = (struct gh_addr){ 0 };
		*(a.family == AF_INET ? &to.public_ipv4 : &to.public_ipv6) = a;
		to.mtu = rows[i].mtu;
		meaning_check(&m, &findings);
		assert_int_equal(findings.count, rows[i].part ? 1 : 0);
		assert_int_equal(findings.errors, 0);
		if (rows[i].part)
			assert_non_null(strstr(findings.array[0].text, rows[i].part));
		meaning_findings_fini(&findings);
	}
}

/* Counts the looks; ours is too old, the authority is none. */
static int judge_file(void *self, const char *file, const char *key_file, const char *identity,
		      struct gh_buf *why)
{
	assert_string_equal(identity, *key_file ? "gw.example" : "");
	(*(int *)self)++;
	assert_string_equal(file, *key_file ? "/own.pem" : "/ca.pem");
	if (!*key_file) {
		gh_buf_printf(why, "it expires in 3 days");
		return 1;
	}
	gh_buf_printf(why, "it expired");
	return -EINVAL;
}

static void test_certificates(void **state)
{
	struct gw_certificate certificates[] = { { .name = "ca", .file = "/ca.pem" },
						 { .name = "own", .file = "/own.pem",
						   .key_file = "/own.key" } };
	struct gw_connection c[2] = { { .name = "a", .certificate = "own",
					.authorities = &certificates[0], .authority_count = 1,
					.certificate_file = "/own.pem", .key_file = "/own.key",
					.remote_id = "x",
					.local_id = "gw.example" } };
	struct gw_config to = { .asn = 65515, .certificates = certificates, .certificate_count = 2,
				.connections = c, .connection_count = 2 };
	int looks = 0;
	struct meaning m = { .to = &to, .host.certificate = judge_file, .host.self = &looks };
	struct meaning_findings findings = { 0 };

	(void)state;
	c[1] = c[0];
	c[1].name[0] = 'b';
	meaning_check(&m, &findings);
	assert_int_equal(looks, 2);
	assert_int_equal(findings.count, 2);
	assert_int_equal(findings.errors, 1);
	assert_string_equal(findings.array[0].path, "/gatehouse:gateway/certificate[name='own']/file");
	assert_string_equal(findings.array[0].text, "certificate own of connection a: it expired");
	assert_true(findings.array[1].warning);
	meaning_findings_fini(&findings);
	/* One that is in use and only grew old is nobody's business here. */
	m.from = &to;
	meaning_check(&m, &findings);
	assert_int_equal(looks, 2);
	meaning_findings_fini(&findings);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(test_fine, setup, teardown),
		cmocka_unit_test_setup_teardown(test_warned, setup, teardown),
		cmocka_unit_test_setup_teardown(test_in_use, setup, teardown),
		cmocka_unit_test_setup_teardown(test_interfaces, setup, teardown),
		cmocka_unit_test(test_next_hop),
		cmocka_unit_test(test_mtu),
		cmocka_unit_test(test_certificates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
