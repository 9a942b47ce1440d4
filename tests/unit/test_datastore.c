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
	assert_int_equal(step(&tree, EDIT_SET, PARIS "/nonsense", "1"), -ENXIO);
	assert_int_equal(step(&tree, EDIT_DELETE, PARIS "/weight", NULL), 0);
	assert_int_equal(step(&tree, EDIT_DELETE, PARIS "/weight", NULL), -ENOENT);
	assert_int_equal(step(&tree, EDIT_DELETE, PARIS "/prefix", NULL), 0);
	assert_int_equal(step(&tree, EDIT_DELETE, "/gatehouse:gateway", NULL), 0);
	assert_null(tree);
}

/* The verbs of edit-config: what must be there, what must not, what is emptied. */
static void test_verbs(void **state)
{
	struct lyd_node *tree = NULL, *node;

	(void)state;
	assert_int_equal(step(&tree, EDIT_CREATE, PARIS, NULL), 0);
	assert_int_equal(step(&tree, EDIT_CREATE, PARIS, NULL), -EEXIST);
	assert_int_equal(step(&tree, EDIT_CREATE, PARIS "/weight", "5"), 0);
	assert_int_equal(step(&tree, EDIT_CREATE, PARIS "/weight", "6"), -EEXIST);
	assert_int_equal(step(&tree, EDIT_REPLACE, PARIS "/weight", "6"), 0);
	assert_int_equal(lyd_find_path(tree, PARIS "/weight", 0, &node), LY_SUCCESS);
	assert_string_equal(lyd_get_value(node), "6");
	assert_int_equal(step(&tree, EDIT_SET, PARIS "/prefix[.='10.0.0.0/8']", NULL), 0);
	assert_int_equal(step(&tree, EDIT_CREATE, PARIS "/prefix[.='10.0.0.0/8']", NULL), -EEXIST);
	assert_int_equal(step(&tree, EDIT_REPLACE, PARIS, NULL), 0);
	assert_int_not_equal(lyd_find_path(tree, PARIS "/weight", 0, &node), LY_SUCCESS);
	assert_int_equal(lyd_find_path(tree, PARIS "/name", 0, &node), LY_SUCCESS);
	assert_int_equal(step(&tree, EDIT_SET, PARIS "/no-such-leaf", "1"), -ENXIO);
	assert_int_equal(step(&tree, EDIT_SET, "/no-such-module:x", NULL), -ENXIO);
	lyd_free_all(tree);
}

#define RULES "/ietf-netconf-acm:nacm/rule-list[name='l']/rule"

static void rules_are(const struct lyd_node *tree, const char *expected)
{
	struct lyd_node *list, *n;
	char got[16] = "";

	assert_int_equal(lyd_find_path(tree, "/ietf-netconf-acm:nacm/rule-list[name='l']", 0, &list),
			 LY_SUCCESS);
	LY_LIST_FOR(lyd_child_no_keys(list), n)
		if (!strcmp(n->schema->name, "rule"))
			strcat(got, lyd_get_value(lyd_child(n)));
	assert_string_equal(got, expected);
}

/* Entries of a list that the user orders go where they are told (RFC 7950 7.8.6). */
static void test_places(void **state)
{
	struct lyd_node *tree = NULL;
	struct edit e = { .verb = EDIT_SET };

	(void)state;
	step(&tree, EDIT_SET, RULES "[name='b']/action", "permit");
	step(&tree, EDIT_SET, RULES "[name='d']/action", "permit");
	rules_are(tree, "bd");
	e.path = RULES "[name='a']";
	e.place = EDIT_FIRST;
	assert_int_equal(datastore_apply(f.ds, &tree, &e, &f.message), 0);
	rules_are(tree, "abd");
	e.path = RULES "[name='c']";
	e.place = EDIT_BEFORE;
	e.anchor = RULES "[name='d']";
	assert_int_equal(datastore_apply(f.ds, &tree, &e, &f.message), 0);
	rules_are(tree, "abcd");
	e.path = RULES "[name='a']";
	e.place = EDIT_AFTER;
	assert_int_equal(datastore_apply(f.ds, &tree, &e, &f.message), 0);
	rules_are(tree, "bcda");
	e.path = RULES "[name='b']";
	e.place = EDIT_LAST;
	assert_int_equal(datastore_apply(f.ds, &tree, &e, &f.message), 0);
	rules_are(tree, "cdab");
	e.place = EDIT_BEFORE;
	e.anchor = RULES "[name='x']";
	assert_int_equal(datastore_apply(f.ds, &tree, &e, &f.message), -ENODATA);
	rules_are(tree, "cdab");
	lyd_free_all(tree);
}

/* A default that was filled in is not there to be deleted; one that was set is. */
static void test_defaults(void **state)
{
	struct lyd_node *tree = datastore_copy(f.ds);
	struct findings found = { 0 };

	(void)state;
	assert_non_null(tree);
	assert_int_equal(step(&tree, EDIT_DELETE, "/gatehouse:gateway/asn", NULL), -ENOENT);
	assert_int_equal(step(&tree, EDIT_SET, "/gatehouse:gateway/asn", "65515"), 0);
	assert_int_equal(datastore_validate(f.ds, &tree, &found), 0);
	assert_int_equal(step(&tree, EDIT_DELETE, "/gatehouse:gateway/asn", NULL), 0);
	lyd_free_all(tree);
}

#define SESSION PARIS "/bgp/session[peer-address='10.0.0.1']"

static void test_validate(void **state)
{
	char edge[100], leaf[120];
	unsigned i, k;
	struct lyd_node *tree = NULL;
	struct findings found = { 0 };

	(void)state;
	step(&tree, EDIT_SET, SESSION "/remote-as", "65001");
	assert_int_equal(datastore_validate(f.ds, &tree, &found), -EINVAL);
	assert_int_equal(found.errors, 1);
	assert_int_equal(found.array[0].tag, FINDING_MISSING_ELEMENT);
	assert_string_equal(found.array[0].path, SESSION "/local-address");
	assert_string_equal(found.array[0].detail, "local-address");
	findings_fini(&found);
	step(&tree, EDIT_SET, SESSION "/local-address", "10.0.0.2");
	step(&tree, EDIT_SET, SESSION "/remote-as", "65515");
	assert_int_equal(datastore_validate(f.ds, &tree, &found), -EINVAL);
	assert_string_equal(found.array[0].path, SESSION "/remote-as");
	assert_string_equal(found.array[0].app_tag, "gh-asn-equal");
	assert_non_null(strstr(found.array[0].text, "AS number of this gateway"));
	findings_fini(&found);
	/* Two with one address. */
	step(&tree, EDIT_SET, SESSION "/remote-as", "65001");
	for (i = 0; i < 2; i++) {
		snprintf(edge, sizeof(edge), "/gatehouse:gateway/expressroute[name='dc1']/edge"
			 "[role='%s']", i ? "primary" : "secondary");
		for (k = 0; k < 3; k++) {
			static const char *const leaves[][2] = {
				{ "interface", "er0" }, { "peer", "10.0.0.9" }, { "remote-as", "7" },
			};

			snprintf(leaf, sizeof(leaf), "%s/%s", edge, leaves[k][0]);
			step(&tree, EDIT_SET, leaf, leaves[k][1]);
		}
	}
	assert_int_equal(datastore_validate(f.ds, &tree, &found), -EINVAL);
	assert_string_equal(found.array[0].app_tag, "data-not-unique");
	assert_int_equal(found.array[0].tag, FINDING_OPERATION_FAILED);
	findings_fini(&found);
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
		cmocka_unit_test_setup_teardown(test_verbs, setup, teardown),
		cmocka_unit_test_setup_teardown(test_places, setup, teardown),
		cmocka_unit_test_setup_teardown(test_validate, setup, teardown),
		cmocka_unit_test_setup_teardown(test_swap, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
