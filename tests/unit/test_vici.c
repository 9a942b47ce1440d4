/* vici: the protocol's own example, damage, and the client over a socket pair. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "ipsec/vici.h"

/* The encoding example of strongSwan's documentation of the protocol. */
static const char example[] =
	"\x03\x04key1\x00\x06value1"
	"\x01\x08section1"
	"\x01\x0bsub-section"
	"\x03\x04key2\x00\x06value2"
	"\x02"
	"\x04\x05list1"
	"\x05\x00\x05item1"
	"\x05\x00\x05item2"
	"\x06"
	"\x02";
#define EXAMPLE_LENGTH (sizeof(example) - 1)

static void put_example(struct gh_buf *b)
{
	vici_put(b, "key1", "%s", "value1");
	vici_put_section(b, "section1");
	vici_put_section(b, "sub-section");
	vici_put_bytes(b, "key2", "value2", 6);
	vici_put_section_end(b);
	vici_put_list(b, "list1");
	vici_put_item(b, "item%d", 1);
	vici_put_item(b, "item%d", 2);
	vici_put_list_end(b);
	vici_put_section_end(b);
}

static struct vici_message example_message(void)
{
	struct vici_message m;

	assert_int_equal(vici_message_check((const uint8_t *)example, EXAMPLE_LENGTH, &m), 0);
	return m;
}

static void test_written(void **state)
{
	struct gh_buf b = { 0 };

	(void)state;
	put_example(&b);
	assert_int_equal(gh_buf_length(&b), EXAMPLE_LENGTH);
	assert_memory_equal(gh_buf_begin(&b), example, EXAMPLE_LENGTH);
	gh_buf_fini(&b);
}

static void test_read(void **state)
{
	struct vici_message m = example_message(), section, sub;
	char text[32], name[VICI_NAME_MAX + 1];
	size_t at = 0;

	(void)state;
	assert_true(vici_get(&m, "key1", text, sizeof(text)));
	assert_string_equal(text, "value1");
	assert_false(vici_get(&m, "key2", text, sizeof(text)));         /* not directly in it */
	assert_true(vici_next_section(&m, &at, name, &section));
	assert_string_equal(name, "section1");
	assert_false(vici_next_section(&m, &at, name, &sub));
	assert_true(vici_get_section(&section, "sub-section", &sub));
	assert_true(vici_get_is(&sub, "key2", "value2"));
	assert_false(vici_get_is(&sub, "key2", "value"));
	assert_true(vici_get_list(&section, "list1", text, sizeof(text)));
	assert_string_equal(text, "item1, item2");
	assert_false(vici_get_list(&section, "list2", text, sizeof(text)));
	assert_false(vici_get_section(&section, "section1", &sub));
}

static void test_short_output(void **state)
{
	struct vici_message m = example_message(), section;
	char text[8];

	(void)state;
	assert_true(vici_get(&m, "key1", text, 4));
	assert_string_equal(text, "val");
	assert_true(vici_get_section(&m, "section1", &section));
	assert_true(vici_get_list(&section, "list1", text, sizeof(text)));
	assert_string_equal(text, "item1, ");
}

static void test_items(void **state)
{
	struct vici_message m = example_message(), section;
	char text[8];
	size_t at = 0;

	(void)state;
	assert_true(vici_get_section(&m, "section1", &section));
	assert_true(vici_next_item(&section, "list1", &at, text, sizeof(text)));
	assert_string_equal(text, "item1");
	assert_true(vici_next_item(&section, "list1", &at, text, sizeof(text)));
	assert_string_equal(text, "item2");
	assert_false(vici_next_item(&section, "list1", &at, text, sizeof(text)));
	at = 0;
	assert_false(vici_next_item(&section, "list2", &at, text, sizeof(text)));
}

static void test_numbers(void **state)
{
	struct gh_buf b = { 0 };
	struct vici_message m;

	(void)state;
	vici_put(&b, "dec", "4500");
	vici_put(&b, "hex", "c030d545");
	vici_put(&b, "bad", "12x");
	vici_put(&b, "minus", "-1");
	vici_put(&b, "empty", "%s", "");
	assert_int_equal(vici_message_check(gh_buf_begin(&b), gh_buf_length(&b), &m), 0);
	assert_int_equal(vici_get_number(&m, "dec", 10, 1), 4500);
	assert_int_equal(vici_get_number(&m, "hex", 16, 1), 0xc030d545);
	assert_int_equal(vici_get_number(&m, "bad", 10, 1), 1);
	assert_int_equal(vici_get_number(&m, "minus", 10, 1), 1);
	assert_int_equal(vici_get_number(&m, "empty", 10, 1), 1);
	assert_int_equal(vici_get_number(&m, "none", 10, 1), 1);
	gh_buf_fini(&b);
}

static int check(const void *bytes, size_t n)
{
	struct vici_message m;

	return vici_message_check(bytes, n, &m);
}

/* A cut is good only between the elements of the root: at 0 and before section1. */
static void test_truncated(void **state)
{
	(void)state;
	for (size_t n = 0; n < EXAMPLE_LENGTH; n++)
		assert_int_equal(check(example, n), n == 0 || n == 14 ? 0 : -EBADMSG);
}

static void test_unbalanced(void **state)
{
	uint8_t deep[3 * (VICI_DEPTH_MAX + 1) + VICI_DEPTH_MAX + 1];

	(void)state;
	assert_int_equal(check("\x02", 1), -EBADMSG);                   /* end without start */
	assert_int_equal(check("\x06", 1), -EBADMSG);
	assert_int_equal(check("\x05\x00\x01x", 4), -EBADMSG);          /* item outside a list */
	assert_int_equal(check("\x04\x01l\x04\x01m\x06\x06", 8), -EBADMSG);
	assert_int_equal(check("\x04\x01l\x01\x01s\x02\x06", 8), -EBADMSG);
	assert_int_equal(check("\x04\x01l\x06", 4), 0);                 /* an empty list is fine */
	assert_int_equal(check("\x00", 1), -EBADMSG);
	assert_int_equal(check("\x07", 1), -EBADMSG);
	for (size_t i = 0; i <= VICI_DEPTH_MAX; i++)
		memcpy(deep + 3 * i, "\x01\x01s", 3);
	memset(deep + 3 * (VICI_DEPTH_MAX + 1), 2, VICI_DEPTH_MAX + 1);
	assert_int_equal(check(deep, sizeof(deep)), -EBADMSG);
	assert_int_equal(check(deep + 3, sizeof(deep) - 4), 0);
}

/* Whatever a changed byte makes of it, reading stays inside (the sanitizers see it). */
static void test_mutated(void **state)
{
	uint8_t *bytes = malloc(EXAMPLE_LENGTH);
	char name[VICI_NAME_MAX + 1], text[64];
	struct vici_message m, section;

	(void)state;
	for (size_t i = 0; i < EXAMPLE_LENGTH; i++) {
		for (unsigned v = 0; v < 256; v++) {
			size_t at = 0;

			memcpy(bytes, example, EXAMPLE_LENGTH);
			bytes[i] = (uint8_t)v;
			if (vici_message_check(bytes, EXAMPLE_LENGTH, &m) < 0)
				continue;
			vici_get(&m, "key1", text, sizeof(text));
			while (vici_next_section(&m, &at, name, &section))
				vici_get_list(&section, "list1", text, sizeof(text));
		}
	}
	free(bytes);
}

/* ---- the client ---- */

struct seen {
	int answers, nulls, events;
	char event[32], value[32];
};

static void on_answer(void *user, const struct vici_message *m)
{
	struct seen *s = user;

	s->answers++;
	s->nulls += !m;
	if (m)
		vici_get(m, "key", s->value, sizeof(s->value));
}

static void on_event(void *user, const char *name, const struct vici_message *m)
{
	struct seen *s = user;

	s->events++;
	snprintf(s->event, sizeof(s->event), "%s", name);
	vici_get(m, "key", s->value, sizeof(s->value));
}

struct pair {
	struct seen seen;
	struct vici *v;
	int other;
};

static void pair_init(struct pair *p)
{
	int fds[2];

	memset(p, 0, sizeof(*p));
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
	p->v = vici_open(fds[0], on_event, &p->seen);
	p->other = fds[1];
}

static void pair_fini(struct pair *p)
{
	vici_close(p->v);
	close(p->other);
}

static void expect_sent(struct pair *p, const char *bytes, size_t n)
{
	char got[256];

	assert_int_equal(vici_flush(p->v), 0);
	assert_int_equal(recv(p->other, got, sizeof(got), 0), n);
	assert_memory_equal(got, bytes, n);
}

static void reply(struct pair *p, const char *bytes, size_t n)
{
	assert_int_equal(send(p->other, bytes, n, 0), n);
}

#define EXPECT(p, s) expect_sent(p, s, sizeof(s) - 1)
#define REPLY(p, s) reply(p, s, sizeof(s) - 1)

/* One command at a time: the second is sent when the first is answered. */
static void test_requests(void **state)
{
	struct gh_buf b = { 0 };
	struct pair p;

	(void)state;
	pair_init(&p);
	vici_put(&b, "a", "1");
	vici_request(p.v, "one", &b, on_answer, &p.seen);
	vici_request(p.v, "two", NULL, on_answer, &p.seen);
	EXPECT(&p, "\0\0\0\x0b\x00\x03one\x03\x01" "a\0\x01" "1");
	REPLY(&p, "\0\0\0\x0b\x01\x03\x03key\0\x03yes");
	assert_int_equal(vici_receive(p.v), 0);
	assert_int_equal(p.seen.answers, 1);
	assert_string_equal(p.seen.value, "yes");
	EXPECT(&p, "\0\0\0\x05\x00\x03two");
	REPLY(&p, "\0\0\0\x01\x02");
	assert_int_equal(vici_receive(p.v), 0);
	assert_int_equal(p.seen.answers, 2);
	assert_int_equal(p.seen.nulls, 1);
	gh_buf_fini(&b);
	pair_fini(&p);
}

static void test_events(void **state)
{
	static const char event[] = "\0\0\0\x0e\x07\x04" "evnt" "\x03\x03key\0\x01v";
	struct pair p;

	(void)state;
	pair_init(&p);
	vici_listen(p.v, "evnt");
	EXPECT(&p, "\0\0\0\x06\x03\x04" "evnt");
	REPLY(&p, "\0\0\0\x01\x05");
	for (size_t i = 0; i + 1 < sizeof(event) - 1; i++) {
		reply(&p, event + i, 1);        /* byte by byte */
		assert_int_equal(vici_receive(p.v), 0);
		assert_int_equal(p.seen.events, 0);
	}
	reply(&p, event + sizeof(event) - 2, 1);
	assert_int_equal(vici_receive(p.v), 0);
	assert_int_equal(p.seen.events, 1);
	assert_string_equal(p.seen.event, "evnt");
	assert_string_equal(p.seen.value, "v");
	pair_fini(&p);
}

/* Every request is answered, if only with NULL. */
static void test_close_answers(void **state)
{
	struct pair p;

	(void)state;
	pair_init(&p);
	for (int i = 0; i < 3; i++)
		vici_request(p.v, "x", NULL, on_answer, &p.seen);
	vici_close(p.v);
	close(p.other);
	assert_int_equal(p.seen.answers, 3);
	assert_int_equal(p.seen.nulls, 3);
}

static void refuse(const char *bytes, size_t n)
{
	struct pair p;

	pair_init(&p);
	reply(&p, bytes, n);
	assert_int_equal(vici_receive(p.v), -EBADMSG);
	pair_fini(&p);
}

#define REFUSE(s) refuse(s, sizeof(s) - 1)

static void test_garbage(void **state)
{
	(void)state;
	REFUSE("\0\0\0\0");                             /* no type */
	REFUSE("\0\x08\0\x01");                         /* over 512 KiB */
	REFUSE("\0\0\0\x01\x01");                       /* an answer to nothing */
	REFUSE("\0\0\0\x01\x05");
	REFUSE("\0\0\0\x01\x63");                       /* no such operation */
	REFUSE("\0\0\0\x01\x07");                       /* an event without a name */
	REFUSE("\0\0\0\x03\x07\x05" "e");
	REFUSE("\0\0\0\x04\x07\x01" "e\x02");           /* its message is unbalanced */
}

static void test_gone(void **state)
{
	struct pair p;

	(void)state;
	pair_init(&p);
	close(p.other);
	p.other = -1;
	assert_int_equal(vici_receive(p.v), -ECONNRESET);
	vici_close(p.v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_written),
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_short_output),
		cmocka_unit_test(test_items),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_unbalanced),
		cmocka_unit_test(test_mutated),
		cmocka_unit_test(test_requests),
		cmocka_unit_test(test_events),
		cmocka_unit_test(test_close_answers),
		cmocka_unit_test(test_garbage),
		cmocka_unit_test(test_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
