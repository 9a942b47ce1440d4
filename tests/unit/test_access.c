/* access: operations and reading, one row a question; counters, users, the manual's examples. */
#include "tests/unit/access_fixture.h"
#include "tests/unit/yang_fixture.h"

/* ---- operations ---- */

static void test_operations(void **state)
{
	static const struct {
		const char *nacm, *user, *module, *name;
		bool permitted;
	} rows[] = {
		/* without rules: exec-default permit, but for two and those that say so */
		{ "", "wilma", "ietf-netconf", "get", true },
		{ "", "wilma", "ietf-netconf", "kill-session", false },
		{ "", "wilma", "ietf-netconf", "delete-config", false },
		{ "", "wilma", "acme", "reload", true },
		{ "", "wilma", "acme", "wipe-all", false },
		{ "", "wilma", "acme", "kill-session", true },
		{ "", "root", "ietf-netconf", "kill-session", true },
		{ "\"enable-nacm\":false", "wilma", "ietf-netconf", "kill-session", true },
		{ "\"exec-default\":\"deny\"", "wilma", "ietf-netconf", "get", false },
		{ "\"exec-default\":\"deny\"", "root", "ietf-netconf", "get", true },
		{ "\"exec-default\":\"deny\"", "wilma", "ietf-netconf", "close-session", true },
		{ "\"exec-default\":\"deny\"", "wilma", "acme", "close-session", false },
		/* A.2 */
		{ MODULES, "guest", "acme", "reload", false },
		{ MODULES, "guest@example.com", "acme", "reload", false },
		{ MODULES, "guest", "ietf-netconf", "get", true },
		{ MODULES, "guest", "ietf-netconf", "kill-session", false },
		{ MODULES, "bam-bam", "acme", "wipe-all", true },
		{ MODULES, "bam-bam", "ietf-netconf", "kill-session", true },
		{ MODULES, "andy", "ietf-netconf", "kill-session", true },
		{ MODULES, "stranger", "acme", "reload", true },
		{ MODULES, "stranger", "ietf-netconf", "kill-session", false },
		/* A.3 */
		{ OPERATIONS, "guest", "ietf-netconf", "kill-session", false },
		{ OPERATIONS, "guest", "ietf-netconf", "edit-config", true },
		{ OPERATIONS, "guest", "acme", "wipe-all", false },
		{ OPERATIONS, "wilma", "ietf-netconf", "kill-session", false },
		{ OPERATIONS, "wilma", "ietf-netconf", "delete-config", false },
		{ OPERATIONS, "wilma", "ietf-netconf", "edit-config", true },
		{ OPERATIONS, "wilma", "acme", "wipe-all", true },
		{ OPERATIONS, "admin", "ietf-netconf", "kill-session", true },
		{ OPERATIONS ",\"exec-default\":\"deny\"", "wilma", "ietf-netconf", "edit-config",
		  true },
		{ OPERATIONS ",\"exec-default\":\"deny\"", "wilma", "ietf-netconf", "lock", false },
		{ OPERATIONS ",\"exec-default\":\"deny\"", "stranger", "acme", "reload", false },
		/* a rule about data says nothing of operations, nor one without exec */
		{ "\"exec-default\":\"deny\"," NODES, "admin", "acme", "reload", false },
		{ "\"exec-default\":\"deny\"," NOTIFICATIONS, "admin", "acme", "reload", false },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct access *a = access_of(rows[i].nacm);

		if (access_operation(a, user(rows[i].user), rows[i].module, rows[i].name) !=
		    rows[i].permitted)
			fail_msg("row %u: %s, %s:%s", i, rows[i].user, rows[i].module,
				 rows[i].name);
		access_put(a);
	}
}

static void test_external_groups(void **state)
{
	char groups[2][ACCESS_GROUP_MAX + 1] = { "frrvty", "limited" };
	struct access_user u = { .uid = 1000, .name = "fred", .groups = groups, .group_count = 2 };
	struct access *a;

	(void)state;
	a = access_of(MODULES);
	assert_true(access_operation(a, &u, "ietf-netconf", "kill-session"));
	u.group_count = 1;
	assert_false(access_operation(a, &u, "ietf-netconf", "kill-session"));
	access_put(a);
	u.group_count = 2;
	a = access_of("\"enable-external-groups\":false," MODULES);
	assert_false(access_operation(a, &u, "ietf-netconf", "kill-session"));
	access_put(a);
	/* "*" is every group, and whoever is in none is not in it */
	a = access_of("\"rule-list\":[{\"name\":\"l\",\"group\":[\"*\"],\"rule\":[{\"name\":\"r\","
		      "\"action\":\"deny\"}]}]");
	assert_false(access_operation(a, &u, "acme", "reload"));
	u.group_count = 0;
	assert_true(access_operation(a, &u, "acme", "reload"));
	access_put(a);
}

/* ---- reading ---- */

#define TREE \
	"{\"acme:config-parameters\":{\"color\":\"blue\"}," \
	"\"acme:interfaces\":{\"interface\":[" \
	"{\"name\":\"dummy\",\"mtu\":1400,\"secret\":{\"key\":\"k\"}}," \
	"{\"name\":\"eth0\",\"mtu\":9000,\"unit\":[{\"number\":1,\"note\":\"n\"}]}]}," \
	"\"acme:order\":[\"a\",\"b\"]}"

static void test_prune(void **state)
{
	static const struct {
		const char *nacm, *user, *left;         /* paths, in order */
	} rows[] = {
		{ "", "root", "color dummy mtu key eth0 mtu 1 n a b" },
		{ "", "wilma", "color dummy mtu eth0 mtu 1 n a b" },
		{ "\"read-default\":\"deny\"", "wilma", "" },
		{ "\"read-default\":\"deny\"", "root", "color dummy mtu key eth0 mtu 1 n a b" },
		{ "\"read-default\":\"deny\",\"enable-nacm\":false", "wilma",
		  "color dummy mtu key eth0 mtu 1 n a b" },
		/* A.2 */
		{ MODULES, "guest", "" },
		{ MODULES, "wilma", "color dummy mtu key eth0 mtu 1 n a b" },
		{ MODULES ",\"read-default\":\"deny\"", "stranger", "" },
		/* A.4: first match wins */
		{ NODES, "wilma", "color dummy mtu key a b" },
		{ NODES, "admin", "color dummy mtu key eth0 mtu 1 n a b" },
		/* below a node that may not be read, nothing is (3.2.4) */
		{ "\"read-default\":\"deny\"," NODES, "wilma", "color" },
		/* a protected node needs a rule; one above or in it will do */
		{ INTERFACE(RULE("1", "/acme:interfaces/interface/secret", "read", "permit")),
		  "wilma", "color dummy mtu key eth0 mtu 1 n a b" },
		{ INTERFACE(RULE("1", "/acme:interfaces/interface/secret/key", "read", "permit")),
		  "wilma", "color dummy mtu eth0 mtu 1 n a b" },
		{ INTERFACE(RULE("1", "/acme:interfaces/interface/secret", "update exec",
				 "permit")),
		  "wilma", "color dummy mtu eth0 mtu 1 n a b" },
		/* keys in two depths, one missing, a value of a leaf-list, a position */
		{ INTERFACE(RULE("1", "/acme:interfaces/interface[name='eth0']/unit[number='1']",
				 "*", "deny")),
		  "wilma", "color dummy mtu eth0 mtu a b" },
		{ INTERFACE(RULE("1", "/acme:interfaces/interface/unit[number=\\\"1\\\"]/note",
				 "*", "deny")),
		  "wilma", "color dummy mtu eth0 mtu 1 a b" },
		{ INTERFACE(RULE("1", "/acme:interfaces/interface[name='dummy']/unit",
				 "*", "deny")),
		  "wilma", "color dummy mtu eth0 mtu 1 n a b" },
		{ INTERFACE(RULE("1", "/acme:order[.='b']", "*", "deny")),
		  "wilma", "color dummy mtu eth0 mtu 1 n a" },
		/* an entry whose key may not be read is not there */
		{ INTERFACE(RULE("1", "/acme:interfaces/interface[name='eth0']/name", "*",
				 "deny")),
		  "wilma", "color dummy mtu a b" },
		{ INTERFACE(RULE("1", "/", "read", "deny")), "wilma", "" },
		{ INTERFACE(RULE("1", "/", "*", "permit")), "wilma",
		  "color dummy mtu key eth0 mtu 1 n a b" },
		/* rules of operations and notifications are not about data */
		{ INTERFACE("{\"name\":\"1\",\"rpc-name\":\"*\",\"action\":\"deny\"},"
			    "{\"name\":\"2\",\"notification-name\":\"*\",\"action\":\"deny\"}"),
		  "wilma", "color dummy mtu eth0 mtu 1 n a b" },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct access *a = access_of(rows[i].nacm);
		struct lyd_node *tree = data(TREE), *root, *n;
		char left[256] = "";

		access_prune(a, user(rows[i].user), &tree);
		LY_LIST_FOR(tree, root)
			LYD_TREE_DFS_BEGIN(root, n) {
				if (n->schema->nodetype & LYD_NODE_TERM) {
					bool named = strcmp(n->schema->name, "mtu") &&
						     strcmp(n->schema->name, "color") &&
						     strcmp(n->schema->name, "key");

					snprintf(left + strlen(left), sizeof(left) - strlen(left),
						 "%s%s", left[0] ? " " : "",
						 named ? lyd_get_value(n) : n->schema->name);
				}
				LYD_TREE_DFS_END(root, n);
			}
		if (strcmp(left, rows[i].left))
			fail_msg("row %u: \"%s\", not \"%s\"", i, left, rows[i].left);
		lyd_free_all(tree);
		access_put(a);
	}
}

static void test_nacm_itself(void **state)
{
	struct lyd_node *tree = data("{\"ietf-netconf-acm:nacm\":{\"read-default\":\"permit\"}}");
	struct access *a = access_new(NULL);

	(void)state;
	access_prune(a, user("wilma"), &tree);
	assert_null(tree);
	access_put(a);
	a = access_of(INTERFACE(RULE("1", "/ietf-netconf-acm:nacm", "read", "permit")));
	tree = data("{\"ietf-netconf-acm:nacm\":{\"read-default\":\"permit\"}}");
	access_prune(a, user("wilma"), &tree);
	assert_non_null(tree);
	access_prune(a, user("andy"), &tree);
	assert_null(tree);
	access_put(a);
}

/* ---- counters, users, the manual ---- */

static void test_counters(void **state)
{
	struct access *a = access_new(NULL);
	struct lyd_node *tree = data(MTU("1400")), *diff = NULL;
	struct access_counters before, after;

	(void)state;
	lyd_diff_siblings(NULL, tree, 0, &diff);
	access_counters(a, &before);
	access_operation(a, user("wilma"), "ietf-netconf", "kill-session");
	access_operation(a, user("wilma"), "ietf-netconf", "get");
	access_write(a, user("wilma"), diff, NULL);
	access_put(a);
	a = access_new(NULL);
	access_counters(a, &after);
	assert_int_equal(after.operations - before.operations, 1);
	assert_int_equal(after.writes - before.writes, 1);
	assert_int_equal(after.notifications - before.notifications, 0);
	access_put(a);
	lyd_free_all(tree);
	lyd_free_all(diff);
}

static void test_user(void **state)
{
	struct access_user u, copy;

	(void)state;
	assert_int_equal(access_user_init(&u, 0), 0);
	assert_string_equal(u.name, "root");
	assert_true(u.group_count >= 1);
	access_user_copy(&copy, &u);
	access_user_fini(&u);
	assert_string_equal(copy.groups[0], "root");
	access_user_fini(&copy);
	assert_int_equal(access_user_init(&u, 3999999999u), -ENOENT);
	assert_string_equal(u.name, "uid 3999999999");
	assert_int_equal(u.group_count, 0);
	access_user_fini(&u);
}

/* Every example of the manual is taken as it stands there. */
static void test_manual(void **state)
{
	const char *srcdir = getenv("srcdir");
	char path[512], line[1024];
	struct gh_buf text = { 0 };
	bool inside = false;
	unsigned examples = 0;
	struct fixture f;
	FILE *manual;

	(void)state;
	snprintf(path, sizeof(path), "%s/docs/access.md", srcdir ? srcdir : ".");
	manual = fopen(path, "r");
	if (!manual)
		skip();         /* run by hand, elsewhere */
	fixture_init(&f);
	while (fgets(line, sizeof(line), manual)) {
		if (!strncmp(line, "```", 3)) {
			inside = !inside;
			if (inside)
				continue;
			if (fixture_run(&f, NULL, gh_buf_text(&text), true))
				fail_msg("%s\n%s", gh_buf_text(&text), gh_buf_text(&f.message));
			assert_string_equal(fixture_text(&f), gh_buf_text(&text));
			gh_buf_fini(&text);
			examples++;
		} else if (inside) {
			gh_buf_printf(&text, "%s", line);
		}
	}
	assert_int_equal(examples, 4);
	fclose(manual);
	gh_buf_fini(&text);
	fixture_fini(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_operations),
		cmocka_unit_test(test_external_groups),
		cmocka_unit_test(test_prune),
		cmocka_unit_test(test_nacm_itself),
		cmocka_unit_test(test_counters),
		cmocka_unit_test(test_user),
		cmocka_unit_test(test_manual),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
