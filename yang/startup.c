/* The gateway's part of frr.conf: see startup.h. */
#include "yang/startup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "yang/store_parts.h"

/* ---- lines ---- */

static bool begins(const char *line, size_t n, const char *word)
{
	size_t length = strlen(word);

	return n >= length && !memcmp(line, word, length) &&
	       (n == length || strchr(" \t\r", line[length]));
}

/* One pass over a file: is the next line the gateway's? */
struct cut {
	bool inside;
};

static bool is_ours(struct cut *c, const char *line, size_t n)
{
	if (begins(line, n, "gateway"))
		return c->inside = true;
	if (!c->inside)
		return false;
	if (begins(line, n, "exit") || begins(line, n, " exit")) {
		c->inside = false;
		return true;
	}
	if (n && *line != ' ' && *line != '\t')
		c->inside = false;
	return c->inside && n;
}

void startup_take(const char *conf, struct gh_buf *out)
{
	struct cut c = { 0 };

	while (*conf) {
		size_t n = strcspn(conf, "\n");

		if (is_ours(&c, conf, n))
			gh_buf_printf(out, "%.*s\n", (int)n, conf);
		conf += n + (conf[n] == '\n');
	}
}

void startup_exchange(const char *conf, const char *text, struct gh_buf *out)
{
	struct cut c = { 0 };
	bool put = false, mark = false;

	while (*conf) {
		size_t n = strcspn(conf, "\n");

		if (is_ours(&c, conf, n)) {
			if (!put)
				gh_buf_printf(out, "%s", text);
			put = mark = true;
		} else if (!(mark && begins(conf, n, "!"))) {
			/* vtysh writes a "!" after each node; those of ours go with them. */
			mark = false;
			gh_buf_printf(out, "%.*s\n", (int)n, conf);
		}
		conf += n + (conf[n] == '\n');
	}
	if (!put)
		gh_buf_printf(out, "%s", text);
}

/* ---- the file ---- */

int startup_read(const char *path, struct gh_buf *text, struct gh_buf *why)
{
	struct gh_buf conf = { 0 };
	int rc = store_file_read(path, &conf);

	if (!rc)
		startup_take(gh_buf_text(&conf), text);
	else if (rc == -ENOENT)
		rc = 0;
	else
		gh_buf_printf(why, "%s: cannot be read: %s; let gatehoused's user read it, as a"
			      " member of the group frr", path, strerror(-rc));
	gh_buf_fini(&conf);
	return rc;
}

static int write_fd(int fd, struct gh_buf *bytes)
{
	size_t n = gh_buf_length(bytes);
	const uint8_t *p = gh_buf_begin(bytes);

	while (n) {
		ssize_t done = write(fd, p, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -errno;
		p += done;
		n -= (size_t)done;
	}
	return fsync(fd) < 0 ? -errno : 0;
}

static int exchange_file(const char *path, const struct stat *st, struct gh_buf *bytes)
{
	char *beside;
	int fd, rc;

	if (asprintf(&beside, "%s.gatehouse-new", path) < 0)
		abort();
	unlink(beside);
	fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	rc = fd < 0 ? -errno : write_fd(fd, bytes);
	if (!rc && fchown(fd, st->st_uid, st->st_gid) < 0)
		rc = -errno;
	if (!rc && fchmod(fd, st->st_mode & 07777) < 0)
		rc = -errno;
	if (fd >= 0)
		close(fd);
	if (!rc && rename(beside, path) < 0)
		rc = -errno;
	if (rc && fd >= 0)
		unlink(beside);
	free(beside);
	return rc;
}

static int rewrite_file(const char *path, struct gh_buf *bytes)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW), rc;

	if (fd < 0)
		return -errno;
	rc = write_fd(fd, bytes);
	if (!rc && ftruncate(fd, (off_t)gh_buf_length(bytes)) < 0)
		rc = -errno;
	close(fd);
	return rc;
}

int startup_write(const char *path, const char *text, struct gh_buf *why)
{
	struct gh_buf conf = { 0 }, bytes = { 0 };
	struct stat st = { .st_uid = getuid(), .st_gid = getgid(), .st_mode = 0640 };
	int rc = store_file_read(path, &conf);

	if (rc == -ENOENT)
		rc = 0;
	if (!rc && stat(path, &st) < 0 && errno != ENOENT)
		rc = -errno;
	if (!rc) {
		startup_exchange(gh_buf_text(&conf), text, &bytes);
		rc = exchange_file(path, &st, &bytes);
		if (rc == -EACCES || rc == -EPERM)
			rc = rewrite_file(path, &bytes);
	}
	if (rc)
		gh_buf_printf(why, "%s: cannot be written: %s; use write memory in vtysh, or let"
			      " gatehoused's user write it (the file's owner is frr)", path,
			      strerror(-rc));
	gh_buf_fini(&conf);
	gh_buf_fini(&bytes);
	return rc;
}
