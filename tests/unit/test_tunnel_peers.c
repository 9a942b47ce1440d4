/*
 * tunnel_peers: what the kernel is told for each session, once however many
 * share it, and nothing of one that it refuses. Its answers are given here.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "rib/rtnl.h"
#include "rib/tunnel_peers.h"

int __wrap_nl_talk(struct nl *nl, struct gh_buf *b);

static char said[4096];
static const char *refuse;              /* what the kernel refuses, as in said */

int __wrap_nl_talk(struct nl *nl, struct gh_buf *b)
{
	const struct nlmsghdr *h = (const struct nlmsghdr *)gh_buf_begin(b);
	bool del = h->nlmsg_type == RTM_DELROUTE || h->nlmsg_type == RTM_DELADDR;
	char line[128], text[GH_PREFIX_TEXT];
	struct nlmsghdr copy[64];
	struct rtnl_route r;
	struct rtnl_addr a;

	nl->why[0] = '\0';
	/* The readers know what the kernel tells: of additions. */
	assert_true(h->nlmsg_len <= sizeof(copy));
	memcpy(copy, h, h->nlmsg_len);
	copy->nlmsg_type = h->nlmsg_type == RTM_DELROUTE ? RTM_NEWROUTE
			 : h->nlmsg_type == RTM_DELADDR ? RTM_NEWADDR : h->nlmsg_type;
	if (rtnl_route_read(copy, &r))
		snprintf(line, sizeof(line), "%s%s%s\n", del ? "-" : "+",
			 gh_prefix_print(&r.prefix, text), r.metric > 100 ? " closed" : "");
	else if (rtnl_addr_read(copy, &a))
		snprintf(line, sizeof(line), "%s%s\n", del ? "-" : "+",
			 gh_addr_print(&a.addr, text));
	else
		fail();
	gh_buf_consume(b, gh_buf_length(b));
	strcat(said, line);
	return refuse && !del && !strcmp(line, refuse) ? -EACCES : 0;
}

static struct gh_addr addr(const char *text)
{
	struct gh_addr a;

	assert_int_equal(gh_addr_parse(text, &a), 0);
	return a;
}

static struct nl nl;

static void set_up(struct tunnel_peers *t)
{
	*t = (struct tunnel_peers){ .nl = &nl, .table = 4700, .tun_ifindex = 7 };
	said[0] = '\0';
	refuse = NULL;
}

static void expect(const char *what)
{
	assert_string_equal(said, what);
	said[0] = '\0';
}

static void test_shared(void **state)
{
	struct gh_addr local = addr("169.254.21.1"), none = { 0 };
	struct gh_addr a = addr("169.254.21.2"), b = addr("fd00::2");
	struct tunnel_peers t;

	(void)state;
	set_up(&t);
	assert_int_equal(tunnel_peers_add(&t, &a, &local), 0);
	expect("+169.254.21.1\n+169.254.21.2/32 closed\n+169.254.21.2/32\n");
	assert_int_equal(tunnel_peers_add(&t, &b, &local), 0);
	expect("+fd00::2/128 closed\n+fd00::2/128\n");
	/* The same peer again, as when a connection takes another's place. */
	assert_int_equal(tunnel_peers_add(&t, &a, &none), 0);
	expect("");
	tunnel_peers_del(&t, &a, &local);
	expect("");
	assert_int_equal(tunnel_peers_restore(&t), 0);
	expect("+169.254.21.1\n+169.254.21.2/32 closed\n+169.254.21.2/32\n"
	       "+fd00::2/128 closed\n+fd00::2/128\n");
	tunnel_peers_del(&t, &b, &local);
	expect("-fd00::2/128\n-fd00::2/128 closed\n-169.254.21.1\n");
	tunnel_peers_del(&t, &a, &none);
	expect("-169.254.21.2/32\n-169.254.21.2/32 closed\n");
	tunnel_peers_del(&t, &a, &none);
	expect("");
	tunnel_peers_fini(&t);
}

static void test_refused(void **state)
{
	struct gh_addr local = addr("169.254.21.1"), a = addr("169.254.21.2");
	struct tunnel_peers t;

	(void)state;
	set_up(&t);
	refuse = "+169.254.21.1\n";
	assert_int_equal(tunnel_peers_add(&t, &a, &local), -EACCES);
	expect("+169.254.21.1\n");
	assert_non_null(strstr(t.why, "169.254.21.1"));
	refuse = "+169.254.21.2/32\n";
	assert_int_equal(tunnel_peers_add(&t, &a, &local), -EACCES);
	expect("+169.254.21.1\n+169.254.21.2/32 closed\n+169.254.21.2/32\n"
	       "-169.254.21.2/32\n-169.254.21.2/32 closed\n-169.254.21.1\n");
	refuse = NULL;
	assert_int_equal(tunnel_peers_add(&t, &a, &local), 0);
	expect("+169.254.21.1\n+169.254.21.2/32 closed\n+169.254.21.2/32\n");
	tunnel_peers_fini(&t);
}

static void test_many(void **state)
{
	struct gh_addr none = { 0 }, a = addr("172.20.0.0");
	struct tunnel_peers t;

	(void)state;
	set_up(&t);
	for (unsigned i = 0; i < 1000; i++) {
		/* 7 and 1000 have no common divisor: each once, in no order. */
		a.b[2] = (uint8_t)(i * 7 % 1000 >> 8);
		a.b[3] = (uint8_t)(i * 7 % 1000);
		said[0] = '\0';
		assert_int_equal(tunnel_peers_add(&t, &a, &none), 0);
	}
	assert_int_equal(t.peers.count, 1000);
	for (size_t i = 1; i < t.peers.count; i++)
		assert_true(gh_addr_cmp(&t.peers.array[i - 1].addr, &t.peers.array[i].addr) < 0);
	for (unsigned i = 0; i < 1000; i++) {
		a.b[2] = (uint8_t)(i >> 8);
		a.b[3] = (uint8_t)i;
		said[0] = '\0';
		tunnel_peers_del(&t, &a, &none);
	}
	assert_int_equal(t.peers.count, 0);
	tunnel_peers_fini(&t);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shared),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
