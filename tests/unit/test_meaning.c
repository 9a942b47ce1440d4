/* meaning: one row a rule; what is refused, what only warns, and what is fine. */
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
	};

	(void)state;
	check(rows, sizeof(rows) / sizeof(rows[0]), false);
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
	struct meaning m = { .from = &from, .to = &to, .interface_exists = only_er0,
			     .self = &asked };
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(test_fine, setup, teardown),
		cmocka_unit_test_setup_teardown(test_warned, setup, teardown),
		cmocka_unit_test_setup_teardown(test_interfaces, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
