/* datastore: single steps on a tree, what the schema refuses, the exchange. */
#include <errno.h>

#include "tests/unit/yang_fixture.h"

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

#define PARIS "/gatehouse:gateway/connection[name='paris']"

static int step(struct lyd_node **tree, enum edit_verb verb, const char *path, const char *value)
{
	struct edit e = { .verb = verb, .path = (char *)path, .value = (char *)value };

	gh_buf_fini(&f.message);
	return datastore_apply(f.ds, tree, &e, &f.message);
}

static void test_steps(void **state)
{
	struct lyd_node *tree = NULL;

	(void)state;
	assert_int_equal(step(&tree, EDIT_DELETE, PARIS, NULL), -ENOENT);
	assert_int_equal(step(&tree, EDIT_CLEAR, PARIS, NULL), 0);
	assert_int_equal(step(&tree, EDIT_SET, PARIS, NULL), 0);
	assert_int_equal(step(&tree, EDIT_SET, PARIS, NULL), 0);
	assert_int_equal(step(&tree, EDIT_SET, PARIS "/weight", "5"), 0);
	assert_int_equal(step(&tree, EDIT_SET, PARIS "/weight", "6"), 0);
	assert_int_equal(step(&tree, EDIT_SET, PARIS "/prefix[.='10.0.0.0/8']", NULL), 0);
	assert_int_equal(step(&tree, EDIT_SET, PARIS "/prefix[.='10.0.0.0/8']", NULL), 0);
	assert_int_equal(step(&tree, EDIT_SET, PARIS "/weight", "32001"), -EINVAL);
	assert_true(gh_buf_length(&f.message) > 0);
	assert_int_equal(step(&tree, EDIT_SET, PARIS "/nonsense", "1"), -EINVAL);
	assert_int_equal(step(&tree, EDIT_DELETE, PARIS "/weight", NULL), 0);
	assert_int_equal(step(&tree, EDIT_DELETE, PARIS "/weight", NULL), -ENOENT);
	assert_int_equal(step(&tree, EDIT_DELETE, PARIS "/prefix", NULL), 0);
	assert_int_equal(step(&tree, EDIT_DELETE, "/gatehouse:gateway", NULL), 0);
	assert_null(tree);
}

/* A default that was filled in is not there to be deleted; one that was set is. */
static void test_defaults(void **state)
{
	struct lyd_node *tree = datastore_copy(f.ds);
	struct gh_buf path = { 0 };

	(void)state;
	assert_non_null(tree);
	assert_int_equal(step(&tree, EDIT_DELETE, "/gatehouse:gateway/asn", NULL), -ENOENT);
	assert_int_equal(step(&tree, EDIT_SET, "/gatehouse:gateway/asn", "65515"), 0);
	assert_int_equal(datastore_validate(f.ds, &tree, &path, &f.message), 0);
	assert_int_equal(step(&tree, EDIT_DELETE, "/gatehouse:gateway/asn", NULL), 0);
	lyd_free_all(tree);
}

static void test_validate(void **state)
{
	struct lyd_node *tree = NULL;
	struct gh_buf path = { 0 };

	(void)state;
	step(&tree, EDIT_SET, PARIS "/bgp/remote-as", "65001");
	step(&tree, EDIT_SET, PARIS "/bgp/peer-address", "10.0.0.1");
	assert_int_equal(datastore_validate(f.ds, &tree, &path, &f.message), -EINVAL);
	assert_non_null(strstr(gh_buf_text(&f.message), "local-address"));
	gh_buf_fini(&path);
	step(&tree, EDIT_SET, PARIS "/bgp/local-address", "10.0.0.2");
	step(&tree, EDIT_SET, PARIS "/bgp/remote-as", "65515");
	gh_buf_fini(&f.message);
	assert_int_equal(datastore_validate(f.ds, &tree, &path, &f.message), -EINVAL);
	assert_string_equal(gh_buf_text(&path), PARIS "/bgp/remote-as");
	assert_non_null(strstr(gh_buf_text(&f.message), "AS number of this gateway"));
	gh_buf_fini(&path);
	lyd_free_all(tree);
}

static void test_swap(void **state)
{
	struct datastore_state next = { .text = strdup("next") };
	struct gw_config *before = datastore_running(f.ds)->config;

	(void)state;
	next.config = calloc(1, sizeof(*next.config));
	datastore_swap(f.ds, &next);
	assert_string_equal(datastore_running(f.ds)->text, "next");
	assert_string_equal(next.text, "");
	assert_ptr_equal(next.config, before);
	datastore_state_fini(&next);
	assert_null(next.tree);
	assert_null(datastore_copy(f.ds));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_steps, setup, teardown),
		cmocka_unit_test_setup_teardown(test_defaults, setup, teardown),
		cmocka_unit_test_setup_teardown(test_validate, setup, teardown),
		cmocka_unit_test_setup_teardown(test_swap, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
