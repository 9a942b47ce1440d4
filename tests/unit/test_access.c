/*
 * access: the rules of RFC 8341, one row a question, with the groups and rule
 * lists of the standard's appendix A; and walking compared with XPath.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include <libyang/libyang.h>

#include "tests/unit/yang_fixture.h"
#include "yang/access.h"
#include "yang/access_path.h"
#include "yang/context.h"
#include "yang/finding.h"

/* The standard's acme-netconf and dummy interfaces, with what else can be asked for. */
static const char acme[] =
	"module acme {"
	"  yang-version 1.1; namespace \"urn:acme\"; prefix a;"
	"  import ietf-netconf-acm { prefix nacm; }"
	"  container config-parameters { leaf color { type string; default red; }"
	"    leaf shade { type string; } }"
	"  container interfaces {"
	"    list interface { key name;"
	"      leaf name { type string; }"
	"      leaf mtu { type uint16; default 1500; }"
	"      leaf-list address { type string; }"
	"      container secret { nacm:default-deny-all; leaf key { type string; } }"
	"      container clock { presence on; nacm:default-deny-write; leaf zone { type string; } }"
	"      list unit { key number; leaf number { type uint8; } leaf note { type string; }"
	"        action restart { input { leaf why { type string; } } }"
	"        action wipe { nacm:default-deny-all; } }"
	"      notification flap { leaf count { type uint8; } } } }"
	"  list stack { key name; ordered-by user; leaf name { type string; }"
	"    leaf value { type string; } }"
	"  leaf-list order { type string; ordered-by user; }"
	"  list anonymous { config false; leaf x { type string; } }"
	"  rpc reload; rpc wipe-all { nacm:default-deny-all; }"
	"  notification sys-config-change { leaf what { type string; } }"
	"  notification secret-change { nacm:default-deny-all; } }";

static struct ly_ctx *context;

static struct lyd_node *data(const char *json)
{
	struct lyd_node *tree = NULL;

	if (lyd_parse_data_mem(context, json, LYD_JSON, LYD_PARSE_STRICT | LYD_PARSE_ONLY, 0,
			       &tree))
		fail_msg("%s: %s", json, ly_errmsg(context));
	return tree;
}

/* Members of a nacm container; '…' for ". */
static struct access *access_of(const char *members)
{
	struct access *a;
	struct lyd_node *tree;
	char json[16384];

	snprintf(json, sizeof(json), "{\"ietf-netconf-acm:nacm\":{%s}}", members);
	tree = data(json);
	a = access_new(tree);
	lyd_free_all(tree);
	return a;
}

static struct access_user *user(const char *name)
{
	static struct access_user u;
	static char none[1][ACCESS_GROUP_MAX + 1];

	memset(&u, 0, sizeof(u));
	u.uid = !strcmp(name, "root") ? 0 : 1000;
	snprintf(u.name, sizeof(u.name), "%s", name);
	u.groups = none;
	return &u;
}

/* Appendix A.1 */
#define GROUPS \
	"\"groups\":{\"group\":[" \
	"{\"name\":\"admin\",\"user-name\":[\"admin\",\"andy\"]}," \
	"{\"name\":\"limited\",\"user-name\":[\"wilma\",\"bam-bam\"]}," \
	"{\"name\":\"guest\",\"user-name\":[\"guest\",\"guest@example.com\"]}]}"

/* A.2: module rules */
#define MODULES GROUPS ",\"rule-list\":[" \
	"{\"name\":\"guest-acl\",\"group\":[\"guest\"],\"rule\":[" \
	" {\"name\":\"deny-acme\",\"module-name\":\"acme\",\"access-operations\":\"*\"," \
	"  \"action\":\"deny\"}]}," \
	"{\"name\":\"limited-acl\",\"group\":[\"limited\"],\"rule\":[" \
	" {\"name\":\"permit-acme\",\"module-name\":\"acme\",\"access-operations\":\"read\"," \
	"  \"action\":\"permit\"}," \
	" {\"name\":\"permit-exec\",\"module-name\":\"*\",\"access-operations\":\"exec\"," \
	"  \"action\":\"permit\"}]}," \
	"{\"name\":\"admin-acl\",\"group\":[\"admin\"],\"rule\":[" \
	" {\"name\":\"permit-all\",\"module-name\":\"*\",\"access-operations\":\"*\"," \
	"  \"action\":\"permit\"}]}]"

/* A.3: protocol operation rules */
#define OPERATIONS GROUPS ",\"rule-list\":[" \
	"{\"name\":\"guest-limited-acl\",\"group\":[\"limited\",\"guest\"],\"rule\":[" \
	" {\"name\":\"deny-kill-session\",\"module-name\":\"ietf-netconf\"," \
	"  \"rpc-name\":\"kill-session\",\"access-operations\":\"exec\",\"action\":\"deny\"}," \
	" {\"name\":\"deny-delete-config\",\"module-name\":\"ietf-netconf\"," \
	"  \"rpc-name\":\"delete-config\",\"access-operations\":\"exec\",\"action\":\"deny\"}]}," \
	"{\"name\":\"limited-acl\",\"group\":[\"limited\"],\"rule\":[" \
	" {\"name\":\"permit-edit-config\",\"module-name\":\"ietf-netconf\"," \
	"  \"rpc-name\":\"edit-config\",\"access-operations\":\"exec\",\"action\":\"permit\"}," \
	" {\"name\":\"permit-wipe\",\"rpc-name\":\"*\",\"module-name\":\"acme\"," \
	"  \"access-operations\":\"exec\",\"action\":\"permit\"}]}," \
	"{\"name\":\"admin-acl\",\"group\":[\"admin\"],\"rule\":[" \
	" {\"name\":\"permit-all\",\"module-name\":\"*\",\"access-operations\":\"exec\"," \
	"  \"action\":\"permit\"}]}]"

/* A.4: data node rules */
#define NODES GROUPS ",\"rule-list\":[" \
	"{\"name\":\"guest-acl\",\"group\":[\"guest\"],\"rule\":[" \
	" {\"name\":\"deny-nacm\",\"path\":\"/ietf-netconf-acm:nacm\"," \
	"  \"access-operations\":\"*\",\"action\":\"deny\"}]}," \
	"{\"name\":\"limited-acl\",\"group\":[\"limited\"],\"rule\":[" \
	" {\"name\":\"permit-acme-config\",\"path\":\"/acme:config-parameters\"," \
	"  \"access-operations\":\"read create update delete\",\"action\":\"permit\"}]}," \
	"{\"name\":\"guest-limited-acl\",\"group\":[\"guest\",\"limited\"],\"rule\":[" \
	" {\"name\":\"permit-dummy-interface\"," \
	"  \"path\":\"/acme:interfaces/interface[name='dummy']\"," \
	"  \"access-operations\":\"read update\",\"action\":\"permit\"}," \
	" {\"name\":\"deny-interfaces\",\"path\":\"/acme:interfaces/interface\"," \
	"  \"access-operations\":\"read\",\"action\":\"deny\"}]}," \
	"{\"name\":\"admin-acl\",\"group\":[\"admin\"],\"rule\":[" \
	" {\"name\":\"permit-interface\",\"path\":\"/acme:interfaces/interface\"," \
	"  \"access-operations\":\"*\",\"action\":\"permit\"}]}]"

/* A.5: a notification rule */
#define NOTIFICATIONS GROUPS ",\"rule-list\":[{\"name\":\"sys-acl\",\"group\":[\"*\"],\"rule\":[" \
	" {\"name\":\"deny-config-change\",\"module-name\":\"acme\"," \
	"  \"notification-name\":\"sys-config-change\",\"access-operations\":\"read\"," \
	"  \"action\":\"deny\"}]}]"

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

#define INTERFACE(rest) "\"rule-list\":[{\"name\":\"l\",\"group\":[\"limited\"],\"rule\":[" \
	rest "]}]," GROUPS
#define RULE(name, path, operations, action) \
	"{\"name\":\"" name "\",\"path\":\"" path "\",\"access-operations\":\"" operations \
	"\",\"action\":\"" action "\"}"

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

/* ---- writing ---- */

#define MTU(n) "{\"acme:interfaces\":{\"interface\":[{\"name\":\"dummy\",\"mtu\":" n "}]}}"
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

/* ---- counters, users, paths ---- */

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

static void test_path(void **state)
{
	static const struct {
		const char *text, *why; /* NULL: accepted */
	} rows[] = {
		{ "/", NULL },
		{ "/acme:interfaces", NULL },
		{ " /acme:interfaces / interface [ name = 'x' ] ", NULL },
		{ "/acme:interfaces/interface[name='x']/acme:unit[number='7']/restart", NULL },
		{ "/acme:interfaces/interface/flap", NULL },
		{ "/acme:anonymous[2]/x", NULL },
		{ "/acme:sys-config-change", NULL },
		{ "", "a path begins with /" },
		{ "acme:interfaces", "a path begins with /" },
		{ "/interfaces", "begin with a module, as in /gatehouse:gateway" },
		{ "/nowhere:x", "there is no module nowhere; begin as in /gatehouse:gateway" },
		{ "/acme:nothing", "acme:nothing is not in the model" },
		{ "/acme:interfaces/none", "acme:none is not in interfaces" },
		{ "/acme:interfaces/interface[mtu='1']", "mtu is no key of interface" },
		{ "/acme:interfaces/interface[name=x]",
		  "a value in quotes is expected at \"x]\"" },
		{ "/acme:interfaces/interface[name='x'",
		  "] is expected at \"\"" },
		{ "/acme:interfaces/interface[.='x']", "interface is no leaf-list: [.=...] cannot be" },
		{ "/acme:interfaces/interface/unit[number='300']", "'300' is no value of number" },
		{ "/acme:interfaces | /acme:order",
		  "this is not understood: \"| /acme:order\"" },
		{ "/acme:interfaces//mtu", "a node's name is expected at \"/mtu\"" },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct access_path path = { 0 };
		struct gh_buf why = { 0 };
		int rc = access_path_parse(context, rows[i].text, &path, &why);

		assert_int_equal(rc, rows[i].why ? -EINVAL : 0);
		assert_string_equal(gh_buf_text(&why), rows[i].why ? rows[i].why : "");
		access_path_fini(&path);
		gh_buf_fini(&why);
	}
}

/* Cut and mutated texts: never a crash, and no walk goes astray. */
static void test_path_mutated(void **state)
{
	static const char whole[] =
		"/acme:interfaces/interface[name='x']/acme:unit[number=\"7\"]/note";
	char text[sizeof(whole)];

	(void)state;
	srand(1);
	for (unsigned i = 0; i < 20000; i++) {
		struct access_path path = { 0 };

		memcpy(text, whole, sizeof(whole));
		text[(size_t)rand() % sizeof(whole)] = '\0';
		for (int n = rand() % 4; n; n--)
			text[(size_t)rand() % (sizeof(whole) - 1)] =
				"/[]'\"=$. :axn17\x80"[rand() % 16];
		if (!access_path_parse(context, text, &path, NULL))
			access_path_fini(&path);
	}
}

/* ---- walking compared with XPath ---- */

struct naive_rule {
	const char *path;
	unsigned read;          /* does it speak of reading? */
	bool permit;
};

static bool is_found(const struct ly_set *set, const struct lyd_node *n)
{
	for (uint32_t i = 0; i < set->count; i++)
		if (set->dnodes[i] == n)
			return true;
	return false;
}

/* The first rule whose path finds the node or one above it, word by word. */
static bool naive_readable(const struct lyd_node *tree, const struct lyd_node *node,
			   const struct naive_rule *rules, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		struct ly_set *set = NULL;
		bool found = false;

		if (!rules[i].read)
			continue;
		assert_int_equal(lyd_find_xpath(tree, rules[i].path, &set), LY_SUCCESS);
		for (const struct lyd_node *n = node; n && !found; n = lyd_parent(n))
			found = is_found(set, n);
		ly_set_free(set, NULL);
		if (found)
			return rules[i].permit;
	}
	for (const struct lyd_node *n = node; n; n = lyd_parent(n))
		if (!strcmp(n->schema->name, "secret"))
			return false;
	return true;
}

static void naive_paths(const struct lyd_node *tree, const struct lyd_node *n,
			const struct naive_rule *rules, unsigned count, struct gh_buf *out)
{
	struct lyd_node *child;
	size_t begin = gh_buf_length(out);
	char *path;

	if (!naive_readable(tree, n, rules, count))
		return;
	path = lyd_path(n, LYD_PATH_STD, NULL, 0);
	gh_buf_printf(out, "%s\n", path);
	free(path);
	LY_LIST_FOR(lyd_child(n), child) {
		if (lysc_is_key(child->schema) && !naive_readable(tree, child, rules, count)) {
			out->tail = out->head + begin;
			return;
		}
		naive_paths(tree, child, rules, count, out);
	}
}

static void real_paths(const struct lyd_node *tree, struct gh_buf *out)
{
	struct lyd_node *root, *n;

	LY_LIST_FOR((struct lyd_node *)tree, root)
		LYD_TREE_DFS_BEGIN(root, n) {
			char *path = lyd_path(n, LYD_PATH_STD, NULL, 0);

			gh_buf_printf(out, "%s\n", path);
			free(path);
			LYD_TREE_DFS_END(root, n);
		}
}

static void test_oracle(void **state)
{
	static const char *const paths[] = {
		"/acme:interfaces", "/acme:interfaces/interface",
		"/acme:interfaces/interface[name='i1']", "/acme:interfaces/interface[name='i2']",
		"/acme:interfaces/interface[name='i3']/unit", "/acme:interfaces/interface/unit",
		"/acme:interfaces/interface[name='i1']/unit[number='2']",
		"/acme:interfaces/interface/unit[number='1']/note",
		"/acme:interfaces/interface/secret", "/acme:interfaces/interface/mtu",
		"/acme:interfaces/interface[name='i2']/name", "/acme:config-parameters",
		"/acme:order[.='b']", "/acme:order", "/acme:interfaces/interface/unit/number",
	};
	struct lyd_node *tree;
	struct gh_buf json = { 0 };

	(void)state;
	gh_buf_printf(&json, "{\"acme:config-parameters\":{\"color\":\"c\"},"
			     "\"acme:order\":[\"a\",\"b\"],\"acme:interfaces\":{\"interface\":[");
	for (unsigned i = 1; i <= 4; i++)
		gh_buf_printf(&json, "%s{\"name\":\"i%u\",\"mtu\":9,\"secret\":{\"key\":\"k\"},"
				     "\"unit\":[{\"number\":1,\"note\":\"n\"},{\"number\":2}]}",
			      i > 1 ? "," : "", i);
	gh_buf_printf(&json, "]}}");
	tree = data(gh_buf_text(&json));
	gh_buf_fini(&json);
	srand(7);
	for (unsigned round = 0; round < 500; round++) {
		struct naive_rule rules[8];
		unsigned count = 1 + (unsigned)rand() % 8;
		struct gh_buf nacm = { 0 }, want = { 0 }, got = { 0 };
		struct lyd_node *copy = NULL, *n;
		struct access *a;

		for (unsigned i = 0; i < count; i++) {
			rules[i] = (struct naive_rule){ paths[(size_t)rand() % 15], rand() % 4 > 0,
							rand() & 1 };
			gh_buf_printf(&nacm, "%s{\"name\":\"%u\",\"path\":\"%s\",\"action\":\"%s\","
					     "\"access-operations\":\"%s\"}", i ? "," : "", i,
				      rules[i].path, rules[i].permit ? "permit" : "deny",
				      rules[i].read ? "read" : "update delete");
		}
		{
			char members[4096];

			snprintf(members, sizeof(members), INTERFACE("%s"), gh_buf_text(&nacm));
			a = access_of(members);
		}
		assert_int_equal(lyd_dup_siblings(tree, NULL, LYD_DUP_RECURSIVE, &copy),
				 LY_SUCCESS);
		access_prune(a, user("wilma"), &copy);
		real_paths(copy, &got);
		LY_LIST_FOR(tree, n)
			naive_paths(tree, n, rules, count, &want);
		assert_string_equal(gh_buf_text(&got), gh_buf_text(&want));
		lyd_free_all(copy);
		access_put(a);
		gh_buf_fini(&nacm);
		gh_buf_fini(&want);
		gh_buf_fini(&got);
	}
	lyd_free_all(tree);
}

/* 1,000 entries of 40 nodes, with a rule for each: a figure, and far from a second. */
static void test_speed(void **state)
{
	struct lyd_node *tree, *nacm_tree;
	struct gh_buf json = { 0 }, nacm = { 0 };
	struct timespec begin, end;
	struct access *a;
	double ms;

	(void)state;
	gh_buf_printf(&json, "{\"acme:interfaces\":{\"interface\":[");
	gh_buf_printf(&nacm, "{\"ietf-netconf-acm:nacm\":{" GROUPS ",\"rule-list\":[{\"name\":\"l\","
			     "\"group\":[\"limited\"],\"rule\":[");
	for (unsigned i = 0; i < 1000; i++) {
		gh_buf_printf(&json, "%s{\"name\":\"if-%04u\",\"mtu\":9,\"secret\":{\"key\":\"k\"},"
				     "\"unit\":[", i ? "," : "", i);
		for (unsigned u = 0; u < 12; u++)
			gh_buf_printf(&json, "%s{\"number\":%u,\"note\":\"n\"}", u ? "," : "", u);
		gh_buf_printf(&json, "]}");
		gh_buf_printf(&nacm, "{\"name\":\"%u\",\"path\":\"/acme:interfaces/interface[name="
				     "'if-%04u']/secret\",\"access-operations\":\"read\","
				     "\"action\":\"permit\"},", i, i);
	}
	gh_buf_printf(&json, "]}}");
	gh_buf_printf(&nacm, "{\"name\":\"last\",\"action\":\"permit\"}]}]}}");
	tree = data(gh_buf_text(&json));
	nacm_tree = data(gh_buf_text(&nacm));
	a = access_new(nacm_tree);
	clock_gettime(CLOCK_MONOTONIC, &begin);
	access_prune(a, user("wilma"), &tree);
	clock_gettime(CLOCK_MONOTONIC, &end);
	ms = (double)(end.tv_sec - begin.tv_sec) * 1e3 +
	     (double)(end.tv_nsec - begin.tv_nsec) / 1e6;
	print_message("pruned 40,000 nodes with 1,001 rules in %.1f ms\n", ms);
	assert_true(ms < 1000);
	access_put(a);
	lyd_free_all(tree);
	lyd_free_all(nacm_tree);
	gh_buf_fini(&json);
	gh_buf_fini(&nacm);
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

static int setup(void **state)
{
	struct gh_buf why = { 0 };

	(void)state;
	if (context_new(&context, &why) || lys_parse_mem(context, acme, LYS_IN_YANG, NULL))
		fail_msg("%s %s", gh_buf_text(&why), ly_errmsg(context));
	gh_buf_fini(&why);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	context_free(context);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_operations),
		cmocka_unit_test(test_external_groups),
		cmocka_unit_test(test_prune),
		cmocka_unit_test(test_nacm_itself),
		cmocka_unit_test(test_write),
		cmocka_unit_test(test_write_default),
		cmocka_unit_test(test_action),
		cmocka_unit_test(test_notification),
		cmocka_unit_test(test_counters),
		cmocka_unit_test(test_user),
		cmocka_unit_test(test_path),
		cmocka_unit_test(test_path_mutated),
		cmocka_unit_test(test_oracle),
		cmocka_unit_test(test_speed),
		cmocka_unit_test(test_manual),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
