/* moving: the address on a link of our own, with the real kernel, and what it announces. */
#include "kernel_fixture.h"

#include <arpa/inet.h>
#include <net/ethernet.h>
#include <netpacket/packet.h>
#include <sys/socket.h>
#include <unistd.h>

#include "rib/moving.h"

#define ANNOUNCED 3

static struct moving *moving;
static int ear = -1;                    /* at the other end of er0 */

static struct moving_address at(const char *text, uint8_t length, const char *interface)
{
	struct moving_address a = { .addr = addr(text), .length = length };

	snprintf(a.interface, sizeof(a.interface), "%s", interface);
	return a;
}

static void listen_to(const char *interface)
{
	struct sockaddr_ll sll = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL) };

	sll.sll_ifindex = (int)if_nametoindex(interface);
	ear = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, htons(ETH_P_ALL));
	assert_true(ear >= 0);
	assert_int_equal(bind(ear, (struct sockaddr *)&sll, sizeof(sll)), 0);
}

/* Requests of ARP since the last look that say where 203.0.113.10 is. */
static unsigned heard(void)
{
	static const uint8_t place[4] = { 203, 0, 113, 10 };
	uint8_t frame[256];
	unsigned count = 0;
	ssize_t n;

	while ((n = recv(ear, frame, sizeof(frame), 0)) > 0)
		count += n >= 42 && frame[12] == 8 && frame[13] == 6 && !memcmp(frame + 28, place, 4);
	return count;
}

static void change(const char *text, uint8_t length, enum rtnl_verb verb)
{
	struct rtnl_addr a = { .ifindex = (int)if_nametoindex("er0"), .addr = addr(text),
			       .length = length };
	struct gh_buf b = { 0 };

	rtnl_addr_put(&b, verb, &a);
	assert_int_equal(__real_nl_talk(&eye, &b), 0);
	gh_buf_fini(&b);
}

static int setup(void **state)
{
	struct moving_address a = at("203.0.113.10", 24, "er0");

	(void)state;
	if (!kernel_is_here)
		return 0;
	assert_int_equal(moving_new(&moving), 0);
	moving_configure(moving, &a);
	listen_to("er0x");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	if (!kernel_is_here)
		return 0;
	moving_hold(moving, false);
	moving_free(moving);
	close(ear);
	return 0;
}

static void test_hold(void **state)
{
	(void)state;
	NEED_KERNEL();
	for (int i = 0; i < 3; i++)
		moving_tick(moving);
	assert_false(has_addr("203.0.113.10"));         /* nobody has told us */
	assert_false(moving_is_held(moving));
	assert_int_equal(moving_hold(moving, true), 0);
	assert_true(has_addr("203.0.113.10"));
	assert_true(moving_is_held(moving));
	assert_int_equal(heard(), 1);
	for (int i = 0; i < 5; i++)
		moving_tick(moving);
	assert_int_equal(heard(), ANNOUNCED - 1);
	assert_int_equal(moving_hold(moving, true), 0);
	assert_int_equal(heard(), 0);
	assert_int_equal(moving_hold(moving, false), 0);
	assert_int_equal(moving_hold(moving, false), 0);
	assert_false(has_addr("203.0.113.10"));
	assert_false(moving_is_held(moving));
	moving_tick(moving);
	assert_false(has_addr("203.0.113.10"));
	assert_int_equal(heard(), 0);
}

/* Somebody takes it away: it is back with the next second, and announced anew. */
static void test_taken(void **state)
{
	(void)state;
	NEED_KERNEL();
	moving_hold(moving, true);
	for (int i = 0; i < 5; i++)
		moving_tick(moving);
	heard();
	change("203.0.113.10", 24, RTNL_DEL);
	moving_tick(moving);
	assert_true(has_addr("203.0.113.10"));
	assert_int_equal(heard(), 1);
}

/* An earlier process left it there: held, it is announced; not held, it goes. */
static void test_left(void **state)
{
	(void)state;
	NEED_KERNEL();
	change("203.0.113.10", 24, RTNL_ADD);
	moving_tick(moving);
	assert_true(has_addr("203.0.113.10"));          /* not before we are told */
	assert_int_equal(moving_hold(moving, true), 0);
	assert_true(moving_is_held(moving));
	assert_int_equal(heard(), 1);
	assert_int_equal(moving_hold(moving, false), 0);
	assert_false(has_addr("203.0.113.10"));
	change("203.0.113.10", 24, RTNL_ADD);
	assert_int_equal(moving_hold(moving, false), 0);
	assert_false(has_addr("203.0.113.10"));
}

static void test_another(void **state)
{
	struct moving_address six = at("2001:db8:203::10", 64, "er0"), none = { 0 };

	(void)state;
	NEED_KERNEL();
	moving_hold(moving, true);
	moving_configure(moving, &six);
	assert_false(has_addr("203.0.113.10"));
	assert_false(has_addr("2001:db8:203::10"));
	assert_int_equal(moving_hold(moving, true), 0);
	assert_true(has_addr("2001:db8:203::10"));
	moving_configure(moving, &six);                 /* the same is no change */
	assert_true(moving_is_held(moving));
	moving_configure(moving, &none);
	assert_false(has_addr("2001:db8:203::10"));
	assert_int_equal(moving_hold(moving, true), 0);
	assert_false(moving_is_held(moving));
}

static void test_no_interface(void **state)
{
	struct moving_address a = at("198.51.100.10", 24, "late0");

	(void)state;
	NEED_KERNEL();
	moving_configure(moving, &a);
	assert_int_equal(moving_hold(moving, true), -ENODEV);
	assert_false(moving_is_held(moving));
	moving_tick(moving);
	kernel_link("late0", "late0x");
	moving_tick(moving);
	assert_true(has_addr("198.51.100.10"));
	assert_true(moving_is_held(moving));
}

/* Forwarding outlives the process, and so does what it goes by. */
static void test_outlives(void **state)
{
	struct moving_address a = at("203.0.113.10", 24, "er0");

	(void)state;
	NEED_KERNEL();
	moving_hold(moving, true);
	moving_free(moving);
	assert_true(has_addr("203.0.113.10"));
	assert_int_equal(moving_new(&moving), 0);
	moving_configure(moving, &a);
	moving_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_hold, setup, teardown),
		cmocka_unit_test_setup_teardown(test_taken, setup, teardown),
		cmocka_unit_test_setup_teardown(test_left, setup, teardown),
		cmocka_unit_test_setup_teardown(test_another, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_interface, setup, teardown),
		cmocka_unit_test_setup_teardown(test_outlives, setup, teardown),
	};

	return cmocka_run_group_tests(tests, kernel_group_setup, NULL);
}
