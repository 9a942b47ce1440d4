/* access_path: its words of refusal; and walking down with paths, compared with XPath and timed. */
#include <time.h>

#include "tests/unit/access_fixture.h"
#include "yang/access_path.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_path),
		cmocka_unit_test(test_path_mutated),
		cmocka_unit_test(test_oracle),
		cmocka_unit_test(test_speed),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
