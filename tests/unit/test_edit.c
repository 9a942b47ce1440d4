/* edit: which line is to blame for a finding at a path. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "yang/edit.h"

static void add(struct edits *edits, unsigned line, const char *path)
{
	edits_add(edits, &(struct edit){ .line = line, .verb = EDIT_SET, .path = (char *)path });
}

static void test_line(void **state)
{
	static const struct {
		const char *path;
		unsigned line;
	} rows[] = {
		{ "/g/connection[name='paris']/mtu", 4 },       /* the last that set it */
		{ "/g/connection[name='paris']/bgp", 3 },       /* something below it */
		{ "/g/connection[name='paris']", 4 },
		{ "/g/connection[name='paris']/weight", 1 },    /* what holds it */
		{ "/g/connection[name='par']/mtu", 0 },         /* another one */
		{ "/g/connection[name='lyon']/mtu", 5 },
		{ "/g/prefix", 6 },                             /* any value of a leaf-list */
		{ "/g/prefix[.='10.0.0.0/8']", 6 },
		{ "/g/prefix[.='10.0.0.0/9']", 0 },
		{ "/g/pre", 0 },
	};
	struct edits edits = { 0 };
	size_t i;

	(void)state;
	add(&edits, 1, "/g/connection[name='paris']");
	add(&edits, 2, "/g/connection[name='paris']/mtu");
	add(&edits, 3, "/g/connection[name='paris']/bgp/remote-as");
	add(&edits, 4, "/g/connection[name='paris']/mtu");
	add(&edits, 5, "/g/connection[name='lyon']");
	add(&edits, 6, "/g/prefix[.='10.0.0.0/8']");
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(edits_line(&edits, rows[i].path), rows[i].line);
	assert_true(edits_touch(&edits, "/g/connection[name='paris']"));
	assert_false(edits_touch(&edits, "/g/connection[name='lyon']"));
	assert_false(edits_touch(&edits, "/g/connection[name='par']"));
	edits_fini(&edits);
	assert_int_equal(edits_line(&edits, "/g"), 0);
}

static void test_copies(void **state)
{
	char path[] = "/g/x", value[] = "1";
	struct edits edits = { 0 };
	int i;

	(void)state;
	for (i = 0; i < 100; i++)
		edits_add(&edits, &(struct edit){ .line = 1, .path = path, .value = value });
	path[1] = value[0] = '?';
	assert_string_equal(edits.array[99].path, "/g/x");
	assert_string_equal(edits.array[99].value, "1");
	edits_fini(&edits);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_line),
		cmocka_unit_test(test_copies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
