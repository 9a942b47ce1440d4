/* startup: the gateway's lines of frr.conf are found and exchanged, all others stay. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "tests/unit/yang_fixture.h"
#include "yang/startup.h"

#define OURS "gateway\n asn 65010\n exit\ngateway connection a\n exit\n"

static const struct {
	const char *conf, *text, *result;
} rows[] = {
	{ "", OURS, OURS },
	{ "hostname x\n", OURS, "hostname x\n" OURS },
	{ "hostname x\n!\ngateway\n asn 1\nexit\n!\ngateway connection b\n mtu 1\n exit\n!\nend\n",
	  OURS, "hostname x\n!\n" OURS "end\n" },
	{ "gateway\n asn 1\nrouter bgp 1\n", "", "router bgp 1\n" },
	{ "gatewayish\n x\nrouter bgp 1\n gateway\n exit\n", "",
	  "gatewayish\n x\nrouter bgp 1\n gateway\n exit\n" },
	/* no newline at the end */
	{ "gateway\n asn 1\n exit", OURS, OURS },
	{ "hostname x", OURS, "hostname x\n" OURS },
};

static void test_exchange(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct gh_buf out = { 0 };

		startup_exchange(rows[i].conf, rows[i].text, &out);
		assert_string_equal(gh_buf_text(&out), rows[i].result);
		gh_buf_fini(&out);
	}
}

/* Every cut of a file: lines of others are never lost. */
static void test_cut(void **state)
{
	static const char conf[] = "hostname x\ngateway\n asn 1\n exit\n!\nrouter bgp 1\n!\n";

	(void)state;
	for (size_t n = 0; n < sizeof(conf); n++) {
		struct gh_buf out = { 0 };
		char cut[sizeof(conf)];

		snprintf(cut, n + 1, "%s", conf);
		startup_exchange(cut, OURS, &out);
		if (n > 10)
			assert_non_null(strstr(gh_buf_text(&out), "hostname x\n"));
		if (n > 46)
			assert_non_null(strstr(gh_buf_text(&out), "router bgp 1"));
		assert_non_null(strstr(gh_buf_text(&out), OURS));
		gh_buf_fini(&out);
	}
}

static void test_file(void **state)
{
	char dir[] = "/tmp/gh-test.XXXXXX", path[64];
	struct gh_buf text = { 0 }, why = { 0 };
	struct stat st;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/frr.conf", dir);
	/* No file: nothing to start with. It is made when there is something. */
	assert_int_equal(startup_read(path, &text, &why), 0);
	assert_string_equal(gh_buf_text(&text), "");
	assert_int_equal(startup_write(path, OURS, &why), 0);
	assert_int_equal(startup_read(path, &text, &why), 0);
	assert_string_equal(gh_buf_text(&text), OURS);
	/* Mode and owner stay. */
	assert_int_equal(chmod(path, 0604), 0);
	assert_int_equal(startup_write(path, "", &why), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0604);
	assert_int_equal(st.st_size, 0);
	/* What is no file is refused in words. */
	unlink(path);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_true(startup_write(path, OURS, &why) < 0);
	assert_non_null(strstr(gh_buf_text(&why), "write memory"));
	gh_buf_fini(&why);
	assert_true(startup_read(path, &text, &why) < 0);
	assert_non_null(strstr(gh_buf_text(&why), "cannot be read"));
	gh_buf_fini(&text);
	gh_buf_fini(&why);
	directory_remove(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_exchange),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
