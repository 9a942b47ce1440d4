/* access: changes, actions and notifications, one row a question. */
#include "tests/unit/access_fixture.h"

/* ---- writing ---- */

#define SECRET "{\"acme:interfaces\":{\"interface\":[{\"name\":\"dummy\",\"secret\":{\"key\":\"k\"}}]}}"
#define CLOCK "{\"acme:interfaces\":{\"interface\":[{\"name\":\"dummy\",\"clock\":{\"zone\":\"z\"}}]}}"
#define STACK(a, b) "{\"acme:stack\":[{\"name\":\"" a "\"},{\"name\":\"" b "\"}]}"

static void test_write(void **state)
{
	static const struct {
		const char *nacm, *user, *before, *after;
		const char *denied;     /* path of the first finding; NULL: permitted */
	} rows[] = {
		{ "", "wilma", "{}", MTU("1400"), "/acme:interfaces/interface[name='dummy']" },
		{ "", "wilma", MTU("1400"), MTU("1400"), NULL },
		{ "", "root", "{}", MTU("1400"), NULL },
		{ "\"enable-nacm\":false", "wilma", "{}", SECRET, NULL },
		{ "\"write-default\":\"permit\"", "wilma", "{}", MTU("1400"), NULL },
		/* protected nodes, to read or only to write */
		{ "\"write-default\":\"permit\"", "wilma", "{}", SECRET,
		  "/acme:interfaces/interface[name='dummy']/secret/key" },
		{ "\"write-default\":\"permit\"", "wilma", "{}", CLOCK,
		  "/acme:interfaces/interface[name='dummy']/clock" },
		/* each right apart */
		{ INTERFACE(RULE("1", "/acme:interfaces", "create", "permit")), "wilma", "{}",
		  MTU("1400"), NULL },
		{ INTERFACE(RULE("1", "/acme:interfaces", "create", "permit")), "wilma", "{}",
		  SECRET, NULL },
		{ INTERFACE(RULE("1", "/acme:interfaces", "create", "permit")), "wilma",
		  MTU("1400"), MTU("1401"), "/acme:interfaces/interface[name='dummy']/mtu" },
		{ INTERFACE(RULE("1", "/acme:interfaces", "update", "permit")), "wilma",
		  MTU("1400"), MTU("1401"), NULL },
		{ INTERFACE(RULE("1", "/acme:interfaces", "update", "permit")), "wilma",
		  MTU("1400"), "{}", "/acme:interfaces/interface[name='dummy']" },
		{ INTERFACE(RULE("1", "/acme:interfaces", "delete", "permit")), "wilma",
		  MTU("1400"), "{}", NULL },
		{ INTERFACE(RULE("1", "/acme:interfaces", "read exec", "permit")), "wilma",
		  MTU("1400"), "{}", "/acme:interfaces/interface[name='dummy']" },
		/* a subtree needs the right at each of its nodes */
		{ INTERFACE(RULE("1", "/acme:interfaces/interface/mtu", "*", "deny") ","
			    RULE("2", "/acme:interfaces", "*", "permit")),
		  "wilma", MTU("1400"), "{}", "/acme:interfaces/interface[name='dummy']/mtu" },
		{ INTERFACE(RULE("1", "/acme:interfaces/interface/mtu", "*", "deny") ","
			    RULE("2", "/acme:interfaces", "*", "permit")),
		  "wilma", SECRET, "{}", NULL },
		/* no right to read is needed; a rule may reach below what is denied */
		{ "\"read-default\":\"deny\","
		  INTERFACE(RULE("1", "/acme:interfaces/interface[name='dummy']/mtu", "update",
				 "permit")),
		  "wilma", MTU("1400"), MTU("1401"), NULL },
		/* A.4: the dummy may be changed, and neither made nor removed */
		{ NODES, "wilma", MTU("1400"), MTU("1401"), NULL },
		{ NODES, "wilma", "{}", MTU("1400"), "/acme:interfaces/interface[name='dummy']" },
		{ NODES, "guest", "{\"acme:config-parameters\":{\"color\":\"a\"}}", "{}",
		  "/acme:config-parameters/color" },
		{ NODES, "wilma", "{\"acme:config-parameters\":{\"color\":\"a\"}}",
		  "{\"acme:config-parameters\":{\"shade\":\"b\"}}", NULL },
		{ NODES, "admin", SECRET, CLOCK, NULL },
		/* moved entries: update of the entry alone */
		{ INTERFACE(RULE("1", "/acme:stack/name", "*", "deny") ","
			    RULE("2", "/acme:stack", "update", "permit")),
		  "wilma", STACK("a", "b"), STACK("b", "a"), NULL },
		{ INTERFACE(RULE("2", "/acme:stack", "create delete", "permit")),
		  "wilma", STACK("a", "b"), STACK("b", "a"), "/acme:stack[name='b']" },
		{ INTERFACE(RULE("1", "/acme:order", "update", "permit")), "wilma",
		  "{\"acme:order\":[\"a\",\"b\"]}", "{\"acme:order\":[\"b\",\"a\"]}", NULL },
		{ INTERFACE(RULE("1", "/acme:order", "update", "permit")), "wilma",
		  "{\"acme:order\":[\"a\",\"b\"]}", "{\"acme:order\":[\"a\",\"b\",\"c\"]}",
		  "/acme:order[.='c']" },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct lyd_node *before = data(rows[i].before), *after = data(rows[i].after);
		struct access *a = access_of(rows[i].nacm);
		struct findings findings = { 0 };
		struct lyd_node *diff = NULL;
		bool permitted;

		assert_int_equal(lyd_diff_siblings(before, after, 0, &diff), LY_SUCCESS);
		permitted = access_write(a, user(rows[i].user), diff, &findings);
		if (permitted != !rows[i].denied || permitted != !findings.count)
			fail_msg("row %u", i);
		if (!permitted)
			assert_string_equal(findings.array[0].path, rows[i].denied);
		if (!permitted)
			assert_int_equal(findings.array[0].tag, FINDING_ACCESS_DENIED);
		assert_int_equal(access_write(a, user(rows[i].user), diff, NULL), permitted);
		findings_fini(&findings);
		lyd_free_all(before);
		lyd_free_all(after);
		lyd_free_all(diff);
		access_put(a);
	}
}

/* A default that is left or taken on is an explicit leaf created or deleted. */
static void test_write_default(void **state)
{
	static const struct {
		const char *right, *before, *after;
	} rows[] = {
		{ "create", "{}", "{\"acme:config-parameters\":{\"color\":\"blue\"}}" },
		{ "create", "{}", "{\"acme:config-parameters\":{\"color\":\"red\"}}" },
		{ "delete", "{\"acme:config-parameters\":{\"color\":\"blue\"}}", "{}" },
		{ "delete", "{\"acme:config-parameters\":{\"color\":\"red\"}}", "{}" },
		{ "update", "{\"acme:config-parameters\":{\"color\":\"red\"}}",
		  "{\"acme:config-parameters\":{\"color\":\"blue\"}}" },
	};
	static const char *const rights[] = { "create", "update", "delete" };

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct lyd_node *before = data(rows[i].before), *after = data(rows[i].after);
		struct lyd_node *diff = NULL;

		lyd_new_implicit_all(&before, context, 0, NULL);
		lyd_new_implicit_all(&after, context, 0, NULL);
		for (unsigned defaults = 0; defaults < 2; defaults++) {
			assert_int_equal(lyd_diff_siblings(before, after, defaults ?
							   LYD_DIFF_DEFAULTS : 0, &diff),
					 LY_SUCCESS);
			for (unsigned r = 0; r < 3; r++) {
				char nacm[512];
				struct access *a;

				snprintf(nacm, sizeof(nacm),
					 INTERFACE(RULE("1", "/", "%s", "permit")), rights[r]);
				a = access_of(nacm);
				if (access_write(a, user("wilma"), diff, NULL) !=
				    !strcmp(rights[r], rows[i].right))
					fail_msg("row %u, %s, defaults %u", i, rights[r], defaults);
				access_put(a);
			}
			lyd_free_all(diff);
			diff = NULL;
		}
		lyd_free_all(before);
		lyd_free_all(after);
	}
}

/* ---- actions and notifications ---- */

static struct lyd_node *operation(const char *json, enum lyd_type type)
{
	struct lyd_node *tree = NULL, *op = NULL;
	struct ly_in *in;

	assert_int_equal(ly_in_new_memory(json, &in), LY_SUCCESS);
	if (lyd_parse_op(context, NULL, in, LYD_JSON, type, &tree, &op))
		fail_msg("%s: %s", json, ly_errmsg(context));
	ly_in_free(in, 0);
	return tree;
}

static void test_action(void **state)
{
	static const struct {
		const char *nacm;
		bool restart, wipe;
	} rows[] = {
		{ "", true, false },
		{ "\"exec-default\":\"deny\"", false, false },
		{ "\"read-default\":\"deny\"", false, false },
		{ INTERFACE(RULE("1", "/acme:interfaces", "*", "permit")), true, true },
		{ INTERFACE(RULE("1", "/acme:interfaces/interface/unit/wipe", "exec", "permit")),
		  true, true },
		{ INTERFACE(RULE("1", "/acme:interfaces/interface[name='eth0']/unit/wipe", "exec",
				 "permit")),
		  true, true },
		{ INTERFACE(RULE("1", "/acme:interfaces/interface[name='eth1']/unit/wipe", "exec",
				 "permit")),
		  true, false },
		{ INTERFACE(RULE("1", "/acme:interfaces/interface", "exec", "deny")), false,
		  false },
		/* what holds it must be readable */
		{ INTERFACE(RULE("1", "/acme:interfaces/interface", "read", "deny") ","
			    RULE("2", "/acme:interfaces", "*", "permit")),
		  false, false },
		/* an operation's name is not an action's */
		{ INTERFACE("{\"name\":\"1\",\"rpc-name\":\"restart\",\"action\":\"deny\"}"), true,
		  false },
	};
	struct lyd_node *restart = operation(
		"{\"acme:interfaces\":{\"interface\":[{\"name\":\"eth0\",\"unit\":[{\"number\":1,"
		"\"restart\":{\"why\":\"x\"}}]}]}}", LYD_TYPE_RPC_YANG);
	struct lyd_node *wipe = operation(
		"{\"acme:interfaces\":{\"interface\":[{\"name\":\"eth0\",\"unit\":[{\"number\":1,"
		"\"wipe\":{}}]}]}}", LYD_TYPE_RPC_YANG);

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct access *a = access_of(rows[i].nacm);

		if (access_action(a, user("wilma"), restart) != rows[i].restart ||
		    access_action(a, user("wilma"), wipe) != rows[i].wipe)
			fail_msg("row %u", i);
		assert_true(access_action(a, user("root"), wipe));
		access_put(a);
	}
	lyd_free_all(restart);
	lyd_free_all(wipe);
}

static void test_notification(void **state)
{
	static const struct {
		const char *nacm, *user;
		bool change, secret, flap;
	} rows[] = {
		{ "", "wilma", true, false, true },
		{ "", "root", true, true, true },
		{ "\"read-default\":\"deny\"", "wilma", false, false, false },
		/* A.5 */
		{ NOTIFICATIONS, "wilma", false, false, true },
		{ NOTIFICATIONS, "stranger", true, false, true },
		{ INTERFACE("{\"name\":\"1\",\"notification-name\":\"*\",\"action\":\"permit\"}"),
		  "wilma", true, true, true },
		{ INTERFACE("{\"name\":\"1\",\"notification-name\":\"*\",\"action\":\"permit\","
			    "\"access-operations\":\"exec\"}"), "wilma", true, false, true },
		{ INTERFACE("{\"name\":\"1\",\"notification-name\":\"flap\",\"action\":\"deny\"}"),
		  "wilma", true, false, false },
		{ INTERFACE(RULE("1", "/acme:interfaces/interface/flap", "read", "deny")),
		  "wilma", true, false, false },
		{ INTERFACE(RULE("1", "/acme:interfaces/interface", "read", "deny")),
		  "wilma", true, false, false },
		{ INTERFACE("{\"name\":\"1\",\"module-name\":\"acme\",\"action\":\"permit\"}"),
		  "wilma", true, true, true },
	};
	struct lyd_node *change = operation("{\"acme:sys-config-change\":{\"what\":\"x\"}}",
					    LYD_TYPE_NOTIF_YANG);
	struct lyd_node *secret = operation("{\"acme:secret-change\":{}}", LYD_TYPE_NOTIF_YANG);
	struct lyd_node *flap = operation(
		"{\"acme:interfaces\":{\"interface\":[{\"name\":\"eth0\",\"flap\":{\"count\":1}}]}}",
		LYD_TYPE_NOTIF_YANG);

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct access *a = access_of(rows[i].nacm);
		const struct access_user *u = user(rows[i].user);

		if (access_notification(a, u, change) != rows[i].change ||
		    access_notification(a, u, secret) != rows[i].secret ||
		    access_notification(a, u, flap) != rows[i].flap)
			fail_msg("row %u", i);
		access_put(a);
	}
	lyd_free_all(change);
	lyd_free_all(secret);
	lyd_free_all(flap);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_write),
		cmocka_unit_test(test_write_default),
		cmocka_unit_test(test_action),
		cmocka_unit_test(test_notification),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
