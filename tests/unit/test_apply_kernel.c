/*
 * apply_kernel: the kernel's step of a transaction. The loop turns while the kernel does
 * not answer, and the limit refuses then; what is refused names its connection; what
 * ran here before is committed only when the kernel has it.
 */
#include "kernel_fixture.h"

#include "base/clock.h"
#include "gatehoused/apply/apply.h"

#define LIMIT_MS 50
#define BASE 4          /* routes of an empty table: TUN and closed */

static struct gateway gateway;
static struct apply apply;
static struct transaction *transaction;
static struct gw_config from, to;
static struct gw_connection paris, rome;
static struct apply_change changes[2];
static struct gh_prefix space;

static int asked_rc;
static unsigned asked_count, committed_count;
static char asked_why[256];

static void on_asked(void *context, int rc, struct gh_buf *why)
{
	(void)context;
	asked_rc = rc;
	asked_count++;
	snprintf(asked_why, sizeof(asked_why), "%s", gh_buf_text(why));
}

static void on_committed(void *context)
{
	(void)context;
	committed_count++;
}

static void connection(struct gw_connection *c, const char *name, const char *peer,
		       const char *local)
{
	memset(c, 0, sizeof(*c));
	snprintf(c->name, sizeof(c->name), "%s", name);
	c->sessions[0] = (struct gw_session){ addr(peer), addr(local), 65001 };
	c->session_count = 1;
}

/* From a gateway with its VNet to one with an address space and two connections. */
static int setup(void **state)
{
	struct transaction_backend backend = apply_kernel;

	kernel_setup(state);
	assert_int_equal(gh_prefix_parse("10.1.0.0/16", &space), 0);
	from = (struct gw_config){ .present = true, .vnet_interface = "vnet0" };
	to = from;
	to.address_space = &space;
	to.address_space_count = 1;
	connection(&paris, "paris", "169.254.21.2", "169.254.21.1");
	connection(&rome, "rome", "169.254.22.2", "169.254.22.1");
	changes[0] = (struct apply_change){ NULL, &paris };
	changes[1] = (struct apply_change){ NULL, &rome };
	gateway = (struct gateway){ .apply = &apply, .underlay = underlay, .looping = true };
	apply = (struct apply){
		.gateway = &gateway, .from = &from, .to = &to, .changes = changes,
		.change_count = 2,
	};
	transaction = transaction_new(loop, LIMIT_MS);
	backend.self = &apply;
	transaction_subscribe(transaction, &backend);
	asked_count = committed_count = 0;
	return 0;
}

static int teardown(void **state)
{
	transaction_free(transaction);
	gh_buf_fini(&apply.kernel_why);
	gh_buf_fini(&apply.left);
	return kernel_teardown(state);
}

static void prepare(bool trusted)
{
	const struct transaction_change change = { &from, &to, trusted };
	const struct transaction_asked asked = { NULL, on_asked };

	transaction_prepare(transaction, &change, &asked);
}

static void turn_until(const unsigned *count)
{
	while (!*count) {
		ev_ref(loop);   /* the underlay alone does not keep it running */
		ev_run(loop, EVRUN_ONCE);
		ev_unref(loop);
	}
}

static void expect(unsigned spaces, unsigned sessions)
{
	underlay_wait(underlay);
	assert_int_equal(routes_in(KERNEL_TABLE), BASE + spaces);
	assert_int_equal(routes_in(RT_TABLE_MAIN), 2 * sessions);
}

static void test_commit(void **state)
{
	(void)state;
	NEED_KERNEL();
	prepare(false);
	assert_int_equal(asked_count, 0);
	turn_until(&asked_count);
	assert_int_equal(asked_rc, 0);
	transaction_commit(transaction, on_committed, NULL);
	assert_int_equal(committed_count, 1);
	assert_null(apply.kernel);
	expect(1, 2);
	/* They leave again, as one. */
	changes[0] = (struct apply_change){ &paris, NULL };
	changes[1] = (struct apply_change){ &rome, NULL };
	apply_kernel_leave(&apply, &changes[0]);
	apply_kernel_leave(&apply, &changes[1]);
	apply_kernel_left(&apply);
	apply_kernel_left(&apply);
	expect(1, 0);
}

static void test_refused(void **state)
{
	(void)state;
	NEED_KERNEL();
	rome.sessions[0].local = addr("ff02::1");       /* no address of a host */
	prepare(false);
	turn_until(&asked_count);
	assert_int_equal(asked_rc, -EADDRNOTAVAIL);
	assert_non_null(strstr(asked_why, "kernel: connection rome: cannot add address ff02::1: "));
	assert_null(apply.kernel);
	expect(0, 0);
	/* The next one is not told of it. */
	rome.sessions[0].local = addr("169.254.22.1");
	asked_count = 0;
	prepare(false);
	turn_until(&asked_count);
	assert_int_equal(asked_rc, 0);
	assert_string_equal(asked_why, "");
	transaction_abort(transaction);
	expect(0, 0);
}

static void test_gone(void **state)
{
	(void)state;
	NEED_KERNEL();
	snprintf(to.vnet_interface, sizeof(to.vnet_interface), "gone0");
	prepare(false);
	turn_until(&asked_count);
	assert_int_equal(asked_rc, -ENODEV);
	assert_string_equal(asked_why, "kernel: interface gone0 is gone: make it again, or use another");
	expect(0, 0);
}

/* Stuck before the change, or in the midst of it. */
static void test_stuck(void **state)
{
	(void)state;
	NEED_KERNEL();
	for (int round = 0; round < 2; round++) {
		struct gh_time began = gh_now();

		gate_set(true);
		if (round) {
			underlay_settled(underlay);
			gate_await();
		}
		asked_count = 0;
		prepare(false);
		turn_until(&asked_count);
		assert_int_equal(asked_rc, -ETIMEDOUT);
		assert_string_equal(asked_why, "kernel: no answer within 50 ms; nothing was changed");
		assert_true(gh_time_ms_between(began, gh_now()) >= LIMIT_MS);
		gate_set(false);
		expect(0, 0);
		assert_int_equal(asked_count, 1);
	}
	/* And then it works again. */
	asked_count = 0;
	prepare(false);
	turn_until(&asked_count);
	assert_int_equal(asked_rc, 0);
	transaction_commit(transaction, on_committed, NULL);
	expect(1, 2);
}

static void test_trusted(void **state)
{
	(void)state;
	NEED_KERNEL();
	gate_set(true);
	prepare(true);
	assert_int_equal(asked_count, 1);
	assert_int_equal(asked_rc, 0);
	transaction_commit(transaction, on_committed, NULL);
	ev_run(loop, EVRUN_NOWAIT);
	/* bgpd would hear of sessions whose packets would go by the host's default route. */
	assert_int_equal(committed_count, 0);
	assert_int_equal(apply.kernel_waits, KERNEL_COMMITS);
	gate_set(false);
	turn_until(&committed_count);
	assert_int_equal(apply.kernel_waits, KERNEL_UNASKED);
	expect(1, 2);
}

/* Our own start: there is no loop yet that could be told. */
static void test_before_the_loop(void **state)
{
	(void)state;
	NEED_KERNEL();
	gateway.looping = false;
	from.present = false;
	from.vnet_interface[0] = '\0';
	prepare(true);
	assert_int_equal(asked_count, 1);
	transaction_commit(transaction, on_committed, NULL);
	assert_int_equal(committed_count, 1);
	assert_int_equal(routes_in(KERNEL_TABLE), BASE + 1);
	assert_int_equal(routes_in(RT_TABLE_MAIN), 4);
}

static void test_nothing(void **state)
{
	(void)state;
	NEED_KERNEL();
	to = from;
	apply.change_count = 0;
	prepare(false);
	assert_int_equal(asked_count, 1);
	transaction_commit(transaction, on_committed, NULL);
	assert_int_equal(committed_count, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_commit, setup, teardown),
		cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(test_gone, setup, teardown),
		cmocka_unit_test_setup_teardown(test_stuck, setup, teardown),
		cmocka_unit_test_setup_teardown(test_trusted, setup, teardown),
		cmocka_unit_test_setup_teardown(test_before_the_loop, setup, teardown),
		cmocka_unit_test_setup_teardown(test_nothing, setup, teardown),
	};

	return cmocka_run_group_tests(tests, kernel_group_setup, NULL);
}
