/*
 * Files of the store: see store_parts.h.
 *
 * Text rather than a tree of libyang's: the same parser reads it, an operator
 * can, and a newer program understands an older one's file.
 */
#include "yang/store_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "yang/startup.h"

#define FILE_MAX GH_FACT_BODY_MAX

static int write_all(int fd, const char *bytes, size_t n)
{
	while (n) {
		ssize_t done = write(fd, bytes, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -errno;
		bytes += done;
		n -= (size_t)done;
	}
	return 0;
}

int store_file_write(const char *path, const void *bytes, size_t length)
{
	char *beside;
	int fd, ret;

	if (asprintf(&beside, "%s.new", path) < 0)
		abort();
	unlink(beside);
	fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	ret = fd < 0 ? -errno : write_all(fd, bytes, length);
	if (!ret && fsync(fd) < 0)
		ret = -errno;
	if (fd >= 0)
		close(fd);
	if (!ret && rename(beside, path) < 0)
		ret = -errno;
	if (ret)
		unlink(beside);
	free(beside);
	return ret;
}

int store_file_read(const char *path, struct gh_buf *text)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct stat st;
	ssize_t n = 1;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		return -EINVAL;
	}
	while (n > 0 && gh_buf_length(text) <= FILE_MAX) {
		n = read(fd, gh_buf_reserve(text, 65536), 65536);
		if (n > 0)
			gh_buf_commit(text, (size_t)n);
	}
	if (n < 0)
		n = -errno;
	close(fd);
	return n < 0 ? (int)n : gh_buf_length(text) > FILE_MAX ? -EFBIG : 0;
}

int store_startup_read(const struct store *s, struct gh_buf *text, struct gh_buf *why)
{
	if (s->startup_by.read)
		return s->startup_by.read(s->startup_by.self, text, why);
	return startup_read(s->startup_path, text, why);
}

int store_startup_write(const struct store *s, const char *text, struct gh_buf *why)
{
	if (s->startup_by.write)
		return s->startup_by.write(s->startup_by.self, text, why);
	return startup_write(s->startup_path, text, why);
}

void store_file_print(const struct datastore_state *state, struct gh_buf *out)
{
	struct legs legs = { 0 };

	gh_buf_puts(out, state->text);
	legs_from_config(&legs, state->config);
	legs_print(&legs, out);
	legs_fini(&legs);
}
