/* ike_gate: only first messages, only from the addresses that were named. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "ipsec/ike_gate.h"

/* IKE_SA_INIT: initiator's SPI, no responder's, flags of an initiator. */
static const uint8_t first[28] = { 1, 2, 3, 4, 5, 6, 7, 8, [16] = 33, 0x20, 34, 0x08 };

static struct gh_addr address(const char *text)
{
	struct gh_addr a;

	assert_int_equal(gh_addr_parse(text, &a), 0);
	return a;
}

static void test_messages(void **state)
{
	struct ike_gate *g = calloc(1, sizeof(*g));
	struct gh_addr named = address("198.51.100.7"), other = address("198.51.100.8");
	uint8_t m[28];

	(void)state;
	assert_false(ike_gate_refuses(g, &named, first, sizeof(first)));
	ike_gate_set(g, &named, 1);
	assert_true(ike_gate_refuses(g, &named, first, sizeof(first)));
	assert_false(ike_gate_refuses(g, &other, first, sizeof(first)));
	assert_false(ike_gate_refuses(g, &named, first, sizeof(first) - 1));
	memcpy(m, first, sizeof(m));
	m[15] = 1;                      /* an IKE SA that is there */
	assert_false(ike_gate_refuses(g, &named, m, sizeof(m)));
	memcpy(m, first, sizeof(m));
	m[19] = 0x20;                   /* COOKIE or INVALID_KE_PAYLOAD: an answer to us */
	assert_false(ike_gate_refuses(g, &named, m, sizeof(m)));
	ike_gate_set(g, NULL, 0);
	assert_false(ike_gate_refuses(g, &named, first, sizeof(first)));
	free(g);
}

static struct gh_addr numbered(unsigned i)
{
	struct gh_addr a = { .family = i % 2 ? AF_INET6 : AF_INET };

	memcpy(a.b, &i, sizeof(i));
	return a;
}

/* As many as fit; each set replaces the one before. */
static void test_many(void **state)
{
	struct ike_gate *g = calloc(1, sizeof(*g));
	struct gh_addr *list = calloc(IKE_GATE_MAX + 1, sizeof(*list)), a;

	(void)state;
	for (unsigned i = 0; i <= IKE_GATE_MAX; i++)
		list[i] = numbered(i);
	ike_gate_set(g, list, IKE_GATE_MAX + 1);
	for (unsigned i = 0; i < IKE_GATE_MAX; i++)
		assert_true(ike_gate_refuses(g, &list[i], first, sizeof(first)));
	for (unsigned i = IKE_GATE_MAX; i < 2 * IKE_GATE_MAX; i++) {
		a = numbered(i);
		assert_false(ike_gate_refuses(g, &a, first, sizeof(first)));
	}
	ike_gate_set(g, list, 1);
	assert_true(ike_gate_refuses(g, &list[0], first, sizeof(first)));
	assert_false(ike_gate_refuses(g, &list[1], first, sizeof(first)));
	free(list);
	free(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
