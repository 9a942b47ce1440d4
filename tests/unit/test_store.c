/* store: restart from running.conf, leg numbers over it, refused files, keys for charon. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/log.h"
#include "tests/unit/yang_fixture.h"
#include "yang/store.h"

static char dir[64];
static struct store *store;
static struct gh_buf message;

static void start(void)
{
	struct store_options options = { .state_dir = dir, .run_dir = dir };

	gh_buf_fini(&message);
	assert_int_equal(store_new(&options, &store, &message), 0);
}

static void restart(void)
{
	store_free(store);
	start();
	assert_int_equal(store_load(store, &message), 0);
}

static int edited;

static void on_done(void *context, const struct store_outcome *outcome)
{
	(void)context;
	edited = outcome->rc;
	gh_buf_fini(&message);
	findings_print(outcome->findings, &message);
}

static int edit(const char *text, bool replace)
{
	const struct store_request request = {
		.verb = STORE_EDIT, .target = STORE_RUNNING, .user = { .from = "test" },
		.text = text, .length = strlen(text), .whole = replace, .done = on_done,
	};

	edited = 1;
	store_submit(store, &request);
	return edited;
}

static void quiet(enum gh_log_level level, const char *line)
{
	(void)level;
	(void)line;
}

static int setup(void **state)
{
	(void)state;
	gh_log_set_sink(quiet);
	strcpy(dir, "/tmp/gh-test.XXXXXX");
	assert_non_null(mkdtemp(dir));
	start();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	store_free(store);
	store = NULL;
	gh_buf_fini(&message);
	return directory_remove(dir);
}

static void write_running(const char *text)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s/running.conf", dir);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static uint32_t leg(const char *name)
{
	return gw_config_connection(store_config(store), name)->leg;
}

static void test_restart(void **state)
{
	struct stat st;
	char path[128], *text;

	(void)state;
	assert_int_equal(store_load(store, &message), 0);       /* no file yet */
	assert_false(store_config(store)->present);
	assert_int_equal(edit("gateway connection a\ngateway connection b\n shared-key x\n"
			      "gateway connection c\n", false), 0);
	assert_int_equal(edit("no gateway connection a", false), 0);
	assert_int_equal(leg("c"), 3);
	text = strdup(store_text(store));
	snprintf(path, sizeof(path), "%s/running.conf", dir);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	restart();
	assert_string_equal(store_text(store), text);
	assert_int_equal(leg("b"), 2);
	assert_int_equal(leg("c"), 3);
	free(text);
	/* vtysh -b after it, with another order and one more, keeps the numbers. */
	assert_int_equal(edit("gateway connection d\ngateway connection c\n"
			      "gateway connection b\n shared-key x\n", true), 0);
	assert_int_equal(leg("b"), 2);
	assert_int_equal(leg("c"), 3);
	assert_int_equal(leg("d"), 1);
	restart();
	assert_int_equal(leg("d"), 1);
}

static void test_refused_file(void **state)
{
	static const char *const bad[] = {
		"gateway\n asn x\n", "\x7f" "ELF", "gateway\n asn 65535\n",
	};
	char path[128];
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		write_running(bad[i]);
		gh_buf_fini(&message);
		assert_int_equal(store_load(store, &message), -EINVAL);
		assert_non_null(strstr(gh_buf_text(&message),
				       "/running.conf.refused: line "));
		assert_string_equal(store_text(store), "");
		snprintf(path, sizeof(path), "%s/running.conf", dir);
		assert_int_equal(access(path, F_OK), -1);
		snprintf(path, sizeof(path), "%s/running.conf.refused", dir);
		assert_int_equal(access(path, F_OK), 0);
	}
	/* Life goes on, and the next start finds what was saved then. */
	assert_int_equal(edit("gateway\n asn 65010\n", false), 0);
	restart();
	assert_string_equal(store_text(store), "gateway\n asn 65010\n exit\n");
}

/* Every cut of a saved file: loaded or put aside, and a start in any case. */
static void test_cut_file(void **state)
{
	static const char text[] = "gateway\n asn 65010\n exit\ngateway connection a\n"
				   " remote-address 198.51.100.7\n exit\n! leg 5 connection a\n";
	char cut[sizeof(text)];
	size_t n;

	(void)state;
	for (n = 0; n < sizeof(text); n++) {
		snprintf(cut, n + 1, "%s", text);
		write_running(cut);
		store_free(store);
		start();
		if (!store_load(store, &message) && n == sizeof(text) - 1)
			assert_int_equal(leg("a"), 5);
	}
}

static void test_key(void **state)
{
	struct gh_buf key = { 0 };

	(void)state;
	assert_int_equal(edit("gateway connection a\n shared-key 0 s3cret\n"
			      "gateway connection b\n", false), 0);
	assert_int_equal(store_key(store, "a", &key), 0);
	assert_string_equal(gh_buf_text(&key), "s3cret");
	gh_buf_fini(&key);
	assert_int_equal(store_key(store, "b", &key), -ENOENT);
	assert_int_equal(store_key(store, "c", &key), -ENOENT);
	restart();
	assert_int_equal(store_key(store, "a", &key), 0);
	gh_buf_fini(&key);
	/* The host key is lost: the configuration loads, the key says so. */
	{
		char path[128];

		snprintf(path, sizeof(path), "%s/host.key", dir);
		unlink(path);
	}
	restart();
	assert_non_null(strstr(gh_buf_text(&message), "another host"));
	assert_int_equal(store_key(store, "a", &key), -EKEYREJECTED);
	assert_int_equal(gh_buf_length(&key), 0);
}

static int commits;

static int count_commit(void *self, struct transaction_token token,
			const struct transaction_change *change)
{
	(void)token;
	(void)change;
	(*(int *)self)++;
	return 0;
}

static void test_backends(void **state)
{
	struct transaction_backend b = { .name = "b", .self = &commits, .commit = count_commit };

	(void)state;
	commits = 0;
	write_running("gateway\n asn 65010\n");
	store_subscribe(store, &b);
	store_subscribe(store, &b);
	assert_int_equal(store_load(store, &message), 0);
	assert_int_equal(commits, 2);
	assert_int_equal(edit("gateway\n asn 65010\n", false), 0);
	assert_int_equal(commits, 2);
	assert_int_equal(edit("gateway\n asn 0\n", false), -EINVAL);
	assert_int_equal(commits, 2);
	assert_int_equal(edit("no gateway\n", false), 0);
	assert_int_equal(commits, 4);
}

static void test_unwritable(void **state)
{
	struct store_options options = { .state_dir = dir, .run_dir = "/nonexistent" };

	(void)state;
	store_free(store);
	assert_int_equal(store_new(&options, &store, &message), 0);
	assert_int_equal(edit("gateway\n asn 65010\n", false), 0);
	assert_non_null(strstr(gh_buf_text(&message), "the change itself is in force"));
	assert_int_equal(store_config(store)->asn, 65010);
	options.state_dir = "/nonexistent";
	store_free(store);
	store = NULL;
	gh_buf_fini(&message);
	assert_int_equal(store_new(&options, &store, &message), -ENOENT);
	assert_non_null(strstr(gh_buf_text(&message), "/nonexistent/host.key"));
}

/* 1,000 connections: loaded as one transaction, then one line more. */
static void test_many(void **state)
{
	struct gh_buf text = { 0 };
	struct gh_time begin;
	int i;

	(void)state;
	gh_buf_printf(&text, "gateway\n address-space 10.0.0.0/16\n public-address 203.0.113.1\n");
	for (i = 0; i < 1000; i++)
		gh_buf_printf(&text, "gateway connection site%d\n remote-address 198.18.%d.%d\n"
			      " shared-key 0 secret number %d\n"
			      " bgp remote-as %d peer-address 10.200.%d.%d local-address 10.0.255.30\n"
			      " prefix 10.%d.%d.0/24\n weight %d\n exit\n", i, i / 250, i % 250 + 1, i,
			      64512 + i, i / 250, i % 250 + 1,
			      100 + i / 250, i % 250, i);
	begin = gh_now();
	assert_int_equal(edit(gh_buf_text(&text), true), 0);
	print_message("1000 connections loaded in %llu ms\n",
		      (unsigned long long)gh_time_ms_between(begin, gh_now()));
	assert_int_equal(store_config(store)->connection_count, 1000);
	begin = gh_now();
	assert_int_equal(edit("gateway connection site500\n weight 7\n", false), 0);
	print_message("one line more in %llu ms\n",
		      (unsigned long long)gh_time_ms_between(begin, gh_now()));
	begin = gh_now();
	restart();
	print_message("restart from running.conf in %llu ms\n",
		      (unsigned long long)gh_time_ms_between(begin, gh_now()));
	assert_int_equal(gw_config_connection(store_config(store), "site500")->weight, 7);
	gh_buf_fini(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_restart, setup, teardown),
		cmocka_unit_test_setup_teardown(test_refused_file, setup, teardown),
		cmocka_unit_test_setup_teardown(test_cut_file, setup, teardown),
		cmocka_unit_test_setup_teardown(test_key, setup, teardown),
		cmocka_unit_test_setup_teardown(test_backends, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unwritable, setup, teardown),
		cmocka_unit_test_setup_teardown(test_many, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
