/* link: facts in pieces, a guest that leaves, and garbage. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/link.h"

struct pair {
	struct gh_link link;
	int other;
};

static void pair_init(struct pair *p)
{
	int fds[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
	gh_link_init(&p->link, fds[0], GH_ROLE_GATEHOUSED, "test");
	p->other = fds[1];
}

static void pair_fini(struct pair *p)
{
	gh_link_fini(&p->link);
	if (p->other >= 0)
		close(p->other);
}

static void put_hello(struct gh_buf *b, uint32_t version)
{
	struct gh_fact f = { .type = GH_HELLO };

	f.hello.version = version;
	f.hello.role = GH_ROLE_BGPD;
	gh_fact_encode(&f, b);
}

static void test_byte_by_byte(void **state)
{
	struct gh_fact f = { .type = GH_NEIGHBOR_DEL, .id.id = 8 }, got;
	struct gh_buf b = { 0 };
	unsigned seen = 0;
	struct pair p;

	(void)state;
	pair_init(&p);
	put_hello(&b, GH_FACT_VERSION);
	gh_fact_encode(&f, &b);
	for (size_t i = 0; i < gh_buf_length(&b); i++) {
		assert_int_equal(write(p.other, gh_buf_begin(&b) + i, 1), 1);
		assert_int_equal(gh_link_receive(&p.link), 0);
		while (gh_link_next(&p.link, &got) == 1)
			seen++;
	}
	assert_int_equal(seen, 2);
	assert_int_equal(got.type, GH_NEIGHBOR_DEL);
	assert_int_equal(got.id.id, 8);
	assert_true(p.link.greeted);
	gh_buf_fini(&b);
	pair_fini(&p);
}

static int feed(const void *bytes, size_t n)
{
	struct gh_fact got;
	struct pair p;
	int rc;

	pair_init(&p);
	assert_int_equal(write(p.other, bytes, n), (ssize_t)n);
	assert_int_equal(gh_link_receive(&p.link), 0);
	while ((rc = gh_link_next(&p.link, &got)) == 1)
		;
	if (rc < 0)
		assert_string_not_equal(p.link.why, "");
	pair_fini(&p);
	return rc;
}

static void test_garbage(void **state)
{
	struct gh_buf b = { 0 };
	struct gh_fact f = { .type = GH_END };
	static const uint8_t huge[] = { 0xff, 0xff, 0xff, 0xff, 0, 1, 0, 0 };

	(void)state;
	assert_int_equal(feed("GET / HTTP/1.0\r\n\r\n", 18), -EBADMSG);
	assert_int_equal(feed(huge, sizeof(huge)), -EBADMSG);
	gh_fact_encode(&f, &b);         /* before HELLO */
	assert_int_equal(feed(gh_buf_begin(&b), gh_buf_length(&b)), -EBADMSG);
	gh_buf_fini(&b);
	put_hello(&b, GH_FACT_VERSION + 1);
	assert_int_equal(feed(gh_buf_begin(&b), gh_buf_length(&b)), -EBADMSG);
	gh_buf_fini(&b);
	put_hello(&b, GH_FACT_VERSION);
	put_hello(&b, GH_FACT_VERSION);
	assert_int_equal(feed(gh_buf_begin(&b), gh_buf_length(&b)), -EBADMSG);
	gh_buf_fini(&b);
	assert_int_equal(feed("\0\0", 2), 0);   /* half a header: wait */
}

static void test_end_of_file(void **state)
{
	struct pair p;
	struct gh_buf b = { 0 };
	struct gh_fact got;

	(void)state;
	pair_init(&p);
	put_hello(&b, GH_FACT_VERSION);
	assert_true(write(p.other, gh_buf_begin(&b), gh_buf_length(&b)) > 0);
	close(p.other);
	p.other = -1;
	assert_int_equal(gh_link_receive(&p.link), 0);
	assert_int_equal(gh_link_next(&p.link, &got), 1);
	assert_int_equal(gh_link_receive(&p.link), -ECONNRESET);
	assert_true(gh_link_flush(&p.link) < 0);
	gh_buf_fini(&b);
	pair_fini(&p);
}

/* A slow reader gets everything, in order, and the sender never blocks. */
static void test_back_pressure(void **state)
{
	struct gh_fact f = { .type = GH_CONFIG };
	static char text[300000], sink[65536];
	size_t queued, read_bytes = 0;
	struct pair p;

	(void)state;
	memset(text, 'x', sizeof(text));
	f.config.text = text;
	f.config.text_length = sizeof(text);
	pair_init(&p);
	for (unsigned i = 0; i < 8; i++)
		gh_link_send(&p.link, &f);
	queued = gh_link_pending(&p.link);
	assert_int_equal(gh_link_flush(&p.link), 0);
	assert_true(gh_link_pending(&p.link) > 0);
	while (read_bytes < queued) {
		ssize_t n = read(p.other, sink, sizeof(sink));

		assert_true(n > 0);
		read_bytes += (size_t)n;
		assert_int_equal(gh_link_flush(&p.link), 0);
	}
	assert_int_equal(gh_link_pending(&p.link), 0);
	pair_fini(&p);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_byte_by_byte),
		cmocka_unit_test(test_garbage),
		cmocka_unit_test(test_end_of_file),
		cmocka_unit_test(test_back_pressure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
