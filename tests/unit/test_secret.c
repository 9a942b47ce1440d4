/* secret: the key file, both ways, and every byte of a ciphertext changed. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

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

static void test_round_trip(void **state)
{
	char secret[GW_SECRET_MAX + 1], text[GW_ENCRYPTED_MAX + 1], again[GW_ENCRYPTED_MAX + 1];
	struct gh_buf clear = { 0 };
	size_t n, i;

	(void)state;
	for (n = 1; n <= GW_SECRET_MAX; n++) {
		for (i = 0; i < n; i++)
			secret[i] = (char)(0x20 + (i * 7 + n) % 0x5f);
		secret[n] = '\0';
		assert_int_equal(secret_encrypt(f.key, secret, n, text), 0);
		assert_int_equal(secret_encrypt(f.key, secret, n, again), 0);
		assert_string_not_equal(text, again);           /* the nonce is new */
		assert_null(strstr(text, secret));
		assert_int_equal(secret_decrypt(f.key, text, &clear), 0);
		assert_string_equal(gh_buf_text(&clear), secret);
		assert_true(secret_same(f.key, text, again));
		gh_buf_fini(&clear);
	}
	/* The text does not tell how long a secret is, within a block. */
	assert_int_equal(secret_encrypt(f.key, "a", 1, text), 0);
	assert_int_equal(secret_encrypt(f.key, "thirty-one characters, as it is", 31, again), 0);
	assert_int_equal(strlen(text), strlen(again));
	assert_false(secret_same(f.key, text, again));
}

static void test_bad_secrets(void **state)
{
	char text[GW_ENCRYPTED_MAX + 1] = "untouched", longer[GW_SECRET_MAX + 1];

	(void)state;
	memset(longer, 'x', sizeof(longer));
	assert_int_equal(secret_encrypt(f.key, "", 0, text), -EINVAL);
	assert_int_equal(secret_encrypt(f.key, longer, sizeof(longer), text), -EINVAL);
	assert_int_equal(secret_encrypt(f.key, "a\nb", 3, text), -EINVAL);
	assert_int_equal(secret_encrypt(f.key, "caf\xc3\xa9", 5, text), -EINVAL);
	assert_int_equal(secret_encrypt(f.key, "a\0b", 3, text), -EINVAL);
	assert_string_equal(text, "untouched");
}

/* Any change of any character is refused, and so is every cut. */
static void test_tampered(void **state)
{
	char text[GW_ENCRYPTED_MAX + 1], bad[GW_ENCRYPTED_MAX + 2];
	struct gh_buf clear = { 0 };
	size_t i, n;
	int ret;

	(void)state;
	assert_int_equal(secret_encrypt(f.key, "correct horse", 13, text), 0);
	n = strlen(text);
	for (i = 0; i < n; i++) {
		strcpy(bad, text);
		bad[i] = bad[i] == 'A' ? 'B' : 'A';
		ret = secret_decrypt(f.key, bad, &clear);
		assert_true(ret == -EBADMSG || ret == -EKEYREJECTED);
		bad[i] = '=';
		assert_int_equal(secret_decrypt(f.key, bad, &clear), -EBADMSG);
		strcpy(bad, text);
		bad[i] = '\0';
		assert_int_equal(secret_decrypt(f.key, bad, &clear), -EBADMSG);
	}
	snprintf(bad, sizeof(bad), "%sA", text);
	assert_int_equal(secret_decrypt(f.key, bad, &clear), -EBADMSG);
	memset(bad, 'A', GW_ENCRYPTED_MAX + 1);
	bad[GW_ENCRYPTED_MAX + 1] = '\0';
	assert_int_equal(secret_decrypt(f.key, bad, &clear), -EBADMSG);
	assert_int_equal(gh_buf_length(&clear), 0);
	assert_non_null(strstr(secret_error(-EBADMSG), "damaged"));
	gh_buf_fini(&clear);
}

static void test_other_host(void **state)
{
	char path[128], text[GW_ENCRYPTED_MAX + 1];
	struct secret_key *other;
	struct gh_buf clear = { 0 };

	(void)state;
	snprintf(path, sizeof(path), "%s/other.key", f.dir);
	assert_int_equal(secret_key_open(path, &other, &f.message), 0);
	assert_int_equal(secret_encrypt(other, "secret", 6, text), 0);
	assert_int_equal(secret_decrypt(f.key, text, &clear), -EKEYREJECTED);
	assert_non_null(strstr(secret_error(-EKEYREJECTED), "another host"));
	assert_int_equal(gh_buf_length(&clear), 0);
	secret_key_free(other);
	fixture_remove(&f, "other.key");
}

static void test_key_file(void **state)
{
	char path[128], text[GW_ENCRYPTED_MAX + 1];
	struct secret_key *again = NULL;
	struct gh_buf clear = { 0 };
	struct stat st;
	int fd;

	(void)state;
	snprintf(path, sizeof(path), "%s/host.key", f.dir);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, 32);
	assert_int_equal(st.st_mode & 07777, 0600);
	/* The same key again. */
	assert_int_equal(secret_encrypt(f.key, "secret", 6, text), 0);
	assert_int_equal(secret_key_open(path, &again, &f.message), 0);
	assert_int_equal(secret_decrypt(again, text, &clear), 0);
	secret_key_free(again);
	again = NULL;
	gh_buf_fini(&clear);
	/* Readable by others. */
	assert_int_equal(chmod(path, 0640), 0);
	assert_int_equal(secret_key_open(path, &again, &f.message), -EPERM);
	assert_non_null(strstr(gh_buf_text(&f.message), "others may read"));
	gh_buf_fini(&f.message);
	/* Of another length. */
	snprintf(path, sizeof(path), "%s/short.key", f.dir);
	fd = open(path, O_WRONLY | O_CREAT, 0600);
	assert_int_equal(write(fd, "short", 5), 5);
	close(fd);
	assert_int_equal(secret_key_open(path, &again, &f.message), -EBADMSG);
	assert_non_null(strstr(gh_buf_text(&f.message), "not a host key"));
	gh_buf_fini(&f.message);
	fixture_remove(&f, "short.key");
	/* Nowhere to put it; not a file; a link. */
	snprintf(path, sizeof(path), "%s/none/host.key", f.dir);
	assert_int_equal(secret_key_open(path, &again, &f.message), -ENOENT);
	assert_non_null(strstr(gh_buf_text(&f.message), "cannot open or create"));
	gh_buf_fini(&f.message);
	assert_int_equal(secret_key_open(f.dir, &again, &f.message), -EPERM);
	gh_buf_fini(&f.message);
	snprintf(path, sizeof(path), "%s/link", f.dir);
	assert_int_equal(symlink("host.key", path), 0);
	assert_int_equal(secret_key_open(path, &again, &f.message), -ELOOP);
	fixture_remove(&f, "link");
	assert_null(again);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_round_trip, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bad_secrets, setup, teardown),
		cmocka_unit_test_setup_teardown(test_tampered, setup, teardown),
		cmocka_unit_test_setup_teardown(test_other_host, setup, teardown),
		cmocka_unit_test_setup_teardown(test_key_file, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
