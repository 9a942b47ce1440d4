/*
 * tunnel_peers: what the kernel is told for each session, once however many
 * share it and many in one batch, and nothing of one that it refuses. Its answers
 * are given here.
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

#define MANY 1000

int __wrap_nl_batch(struct nl *nl, struct gh_buf *b, nl_refused *refused, void *ctx);

static char said[1 << 18];
static const char *refuse;              /* what the kernel refuses, as in said */
static int refusal, lost;               /* lost: the exchange itself fails */
static unsigned batches;

static int print(const struct nlmsghdr *h, char line[128])
{
	bool del = h->nlmsg_type == RTM_DELROUTE || h->nlmsg_type == RTM_DELADDR;
	char text[GH_PREFIX_TEXT];
	struct rtnl_route r;
	struct rtnl_addr a;

	if (rtnl_route_read(h, &r))
		return snprintf(line, 128, "%s%s%s\n", del ? "-" : "+",
				gh_prefix_print(&r.prefix, text), r.metric > 100 ? " closed" : "");
	assert_true(rtnl_addr_read(h, &a));
	return snprintf(line, 128, "%s%s\n", del ? "-" : "+", gh_addr_print(&a.addr, text));
}

int __wrap_nl_batch(struct nl *nl, struct gh_buf *b, nl_refused *refused, void *ctx)
{
	size_t used = strlen(said);

	batches += gh_buf_length(b) > 0;
	while (gh_buf_length(b)) {
		const struct nlmsghdr *h = (const struct nlmsghdr *)gh_buf_begin(b);
		char line[128];

		assert_true(h->nlmsg_len <= gh_buf_length(b));
		used += (size_t)snprintf(said + used, sizeof(said) - used, "%.*s",
					 print(h, line), line);
		if (refuse && !strcmp(line, refuse)) {
			snprintf(nl->why, sizeof(nl->why), "the kernel's words");
			refused(ctx, h, refusal);
		}
		gh_buf_consume(b, NLMSG_ALIGN(h->nlmsg_len));
	}
	nl->why[0] = '\0';
	return lost;
}

static struct gh_addr addr(const char *text)
{
	struct gh_addr a;

	assert_int_equal(gh_addr_parse(text, &a), 0);
	return a;
}

static struct underlay_session session(const char *peer, const char *local)
{
	struct underlay_session s = { .peer = addr(peer) };

	if (local)
		s.local = addr(local);
	return s;
}

static struct nl nl;
static size_t culprit;

static void set_up(struct tunnel_peers *t)
{
	*t = (struct tunnel_peers){ .nl = &nl, .table = 4700, .tun_ifindex = 7 };
	said[0] = '\0';
	refuse = NULL;
	refusal = -EACCES;
	lost = 0;
	batches = 0;
	culprit = 99;
}

static void expect(const char *what)
{
	assert_string_equal(said, what);
	said[0] = '\0';
}

static int add(struct tunnel_peers *t, const char *peer, const char *local)
{
	struct underlay_session s = session(peer, local);

	return tunnel_peers_add(t, &s, 1, &culprit);
}

static void del(struct tunnel_peers *t, const char *peer, const char *local)
{
	struct underlay_session s = session(peer, local);

	tunnel_peers_del(t, &s, 1);
}

static void test_shared(void **state)
{
	struct tunnel_peers t;

	(void)state;
	set_up(&t);
	assert_int_equal(add(&t, "169.254.21.2", "169.254.21.1"), 0);
	expect("+169.254.21.1\n+169.254.21.2/32 closed\n+169.254.21.2/32\n");
	assert_int_equal(add(&t, "fd00::2", "169.254.21.1"), 0);
	expect("+fd00::2/128 closed\n+fd00::2/128\n");
	/* The same peer again, as when a connection takes another's place. */
	assert_int_equal(add(&t, "169.254.21.2", NULL), 0);
	expect("");
	del(&t, "169.254.21.2", "169.254.21.1");
	expect("");
	assert_int_equal(tunnel_peers_restore(&t), 0);
	expect("+169.254.21.1\n+169.254.21.2/32 closed\n+169.254.21.2/32\n"
	       "+fd00::2/128 closed\n+fd00::2/128\n");
	del(&t, "fd00::2", "169.254.21.1");
	expect("-fd00::2/128\n-fd00::2/128 closed\n-169.254.21.1\n");
	del(&t, "169.254.21.2", NULL);
	expect("-169.254.21.2/32\n-169.254.21.2/32 closed\n");
	del(&t, "169.254.21.2", NULL);
	expect("");
	tunnel_peers_fini(&t);
}

static void test_refused(void **state)
{
	struct tunnel_peers t;

	(void)state;
	set_up(&t);
	refuse = "+169.254.21.2/32\n";
	assert_int_equal(add(&t, "169.254.21.2", "169.254.21.1"), -EACCES);
	expect("+169.254.21.1\n+169.254.21.2/32 closed\n+169.254.21.2/32\n"
	       "-169.254.21.2/32\n-169.254.21.2/32 closed\n-169.254.21.1\n");
	assert_string_equal(t.why, "cannot set the route to 169.254.21.2: Permission denied, "
			    "the kernel's words");
	assert_int_equal(culprit, 0);
	refuse = "+169.254.21.1\n";
	assert_int_equal(add(&t, "169.254.21.2", "169.254.21.1"), -EACCES);
	assert_non_null(strstr(t.why, "cannot add address 169.254.21.1: "));
	said[0] = '\0';
	refuse = NULL;
	assert_int_equal(add(&t, "169.254.21.2", "169.254.21.1"), 0);
	expect("+169.254.21.1\n+169.254.21.2/32 closed\n+169.254.21.2/32\n");
	tunnel_peers_fini(&t);
}

/* One of many: its name is told, and of the others nothing stays but what was there. */
static void test_refused_among_many(void **state)
{
	const struct underlay_session sessions[] = {
		session("10.0.0.1", "10.1.0.1"), session("10.0.0.2", "10.1.0.1"),
		session("10.0.0.3", "10.1.0.3"), session("10.0.0.4", NULL),
	};
	struct tunnel_peers t;

	(void)state;
	set_up(&t);
	assert_int_equal(add(&t, "10.0.0.1", NULL), 0);
	said[0] = '\0';
	refuse = "+10.0.0.3/32 closed\n";
	assert_int_equal(tunnel_peers_add(&t, sessions, 4, &culprit), -EACCES);
	assert_int_equal(culprit, 2);
	assert_non_null(strstr(t.why, "cannot set the closed route to 10.0.0.3: "));
	expect("+10.1.0.1\n+10.0.0.2/32 closed\n+10.0.0.2/32\n+10.1.0.3\n+10.0.0.3/32 closed\n"
	       "+10.0.0.3/32\n+10.0.0.4/32 closed\n+10.0.0.4/32\n"
	       "-10.0.0.2/32\n-10.0.0.2/32 closed\n-10.1.0.1\n-10.0.0.3/32\n-10.0.0.3/32 closed\n"
	       "-10.1.0.3\n-10.0.0.4/32\n-10.0.0.4/32 closed\n");
	assert_int_equal(t.peers.count, 1);
	assert_int_equal(t.locals.count, 0);
	/* The kernel does not answer: all of it goes, and nobody is named. */
	refuse = NULL;
	lost = -ENOBUFS;
	assert_int_equal(tunnel_peers_add(&t, sessions, 4, &culprit), -ENOBUFS);
	assert_int_equal(culprit, 4);
	assert_true(t.why[0]);
	assert_int_equal(t.peers.count, 1);
	tunnel_peers_fini(&t);
}

/* What is so already is no refusal. */
static void test_tolerated(void **state)
{
	struct tunnel_peers t;

	(void)state;
	set_up(&t);
	refuse = "+169.254.21.1\n";
	refusal = -EEXIST;
	assert_int_equal(add(&t, "169.254.21.2", "169.254.21.1"), 0);
	refuse = "+169.254.22.2/32\n";
	assert_int_equal(add(&t, "169.254.22.2", "169.254.21.1"), -EEXIST);
	assert_int_equal(t.peers.count, 1);
	tunnel_peers_fini(&t);
}

static void test_many(void **state)
{
	static struct underlay_session sessions[MANY];
	struct tunnel_peers t;

	(void)state;
	set_up(&t);
	for (unsigned i = 0; i < MANY; i++) {
		sessions[i] = session("172.20.0.0", NULL);
		/* 7 and 1000 have no common divisor: each once, in no order. */
		sessions[i].peer.b[2] = (uint8_t)(i * 7 % MANY >> 8);
		sessions[i].peer.b[3] = (uint8_t)(i * 7 % MANY);
	}
	assert_int_equal(tunnel_peers_add(&t, sessions, MANY, &culprit), 0);
	assert_int_equal(batches, 1);
	assert_int_equal(t.peers.count, MANY);
	for (size_t i = 1; i < t.peers.count; i++)
		assert_true(gh_addr_cmp(&t.peers.array[i - 1].addr, &t.peers.array[i].addr) < 0);
	tunnel_peers_del(&t, sessions, MANY);
	assert_int_equal(batches, 2);
	assert_int_equal(t.peers.count, 0);
	tunnel_peers_fini(&t);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shared),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_refused_among_many),
		cmocka_unit_test(test_tolerated),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
