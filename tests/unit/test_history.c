/* history: what is kept, in which order, and files that are not ours or damaged. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "tests/unit/yang_fixture.h"
#include "yang/history.h"

static char parent[64], dir[96];

static int setup(void **state)
{
	(void)state;
	strcpy(parent, "/tmp/gh-test.XXXXXX");
	assert_non_null(mkdtemp(parent));
	snprintf(dir, sizeof(dir), "%s/commits", parent);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	return directory_remove(parent);
}

static void add(uint64_t id, const char *text, unsigned keep)
{
	struct history_entry e = { .id = id, .wall_ms = 1000 + id, .added = 3, .removed = 1,
				   .user = "alice", .from = "netconf 192.0.2.7" };

	assert_int_equal(history_add(dir, &e, text, keep), 0);
}

static void write_file(const char *name, const char *text)
{
	char path[160];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static void test_keep(void **state)
{
	struct history_entry found[5];
	struct gh_buf text = { 0 };
	struct stat st;
	char path[160];

	(void)state;
	assert_int_equal(history_list(dir, found, 5), 0);
	for (uint64_t id = 8; id <= 12; id++)
		add(id, "gateway\n asn 1\n exit\n", 3);
	assert_int_equal(history_list(dir, found, 5), 3);
	assert_int_equal(found[0].id, 12);
	assert_int_equal(found[2].id, 10);
	assert_int_equal(found[0].wall_ms, 1012);
	assert_int_equal(found[0].added, 3);
	assert_int_equal(found[0].removed, 1);
	assert_string_equal(found[0].user, "alice");
	assert_string_equal(found[0].from, "netconf 192.0.2.7");
	assert_int_equal(history_list(dir, found, 2), 2);
	assert_int_equal(history_read(dir, 11, &text), 0);
	assert_string_equal(gh_buf_text(&text), "gateway\n asn 1\n exit\n");
	assert_int_equal(history_read(dir, 9, &text), -ENOENT);
	gh_buf_fini(&text);
	snprintf(path, sizeof(path), "%s/12.conf", dir);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
}

/* What is not a commit is passed over; cut heads too. */
static void test_damaged(void **state)
{
	static const char head[] = "! commit 4 at 5 added 6 removed 7\n";
	struct history_entry found[5];
	struct gh_buf text = { 0 };
	char cut[sizeof(head)];

	(void)state;
	assert_int_equal(history_list(dir, found, 5), 0);
	write_file("x.conf", head);
	write_file("4.conf.new", head);
	write_file("9.conf", head);
	write_file("3.conf", "");
	assert_int_equal(history_list(dir, found, 5), 0);
	for (size_t n = 0; n < sizeof(head); n++) {
		snprintf(cut, n + 1, "%s", head);
		write_file("4.conf", cut);
		history_list(dir, found, 5);
	}
	assert_int_equal(history_list(dir, found, 5), 1);
	assert_int_equal(found[0].removed, 7);
	assert_string_equal(found[0].user, "");
	/* Without a text it is the empty configuration. */
	assert_int_equal(history_read(dir, 4, &text), 0);
	assert_string_equal(gh_buf_text(&text), "");
	gh_buf_fini(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_keep, setup, teardown),
		cmocka_unit_test_setup_teardown(test_damaged, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
