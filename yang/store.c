/*
 * The store: see store.h.
 *
 * running.conf is text rather than a tree of libyang's: the same parser reads
 * it, an operator can, and a newer program understands an older one's file.
 */
#include "yang/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "yang/datastore.h"
#include "yang/legs.h"
#include "yang/secret.h"

#define FILE_MAX GH_FACT_BODY_MAX

struct store {
	struct datastore *datastore;
	struct secret_key *key;
	char *path;                     /* of running.conf */
	struct transaction_backend *backends;
	size_t backend_count;
	bool (*interface_exists)(void *self, const char *name);
	void *self;
};

int store_new(const struct store_options *options, struct store **out, struct gh_buf *message)
{
	struct store *s;
	char *key_path;
	int ret;

	s = calloc(1, sizeof(*s));
	if (!s || asprintf(&s->path, "%s/running.conf", options->run_dir) < 0 ||
	    asprintf(&key_path, "%s/host.key", options->state_dir) < 0)
		abort();
	s->interface_exists = options->interface_exists;
	s->self = options->self;
	ret = secret_key_open(key_path, &s->key, message);
	if (!ret)
		ret = datastore_new(&s->datastore, message);
	free(key_path);
	if (ret) {
		store_free(s);
		return ret;
	}
	*out = s;
	return 0;
}

void store_free(struct store *store)
{
	if (!store)
		return;
	datastore_free(store->datastore);
	secret_key_free(store->key);
	free(store->backends);
	free(store->path);
	free(store);
}

void store_subscribe(struct store *store, const struct transaction_backend *backend)
{
	store->backends = reallocarray(store->backends, store->backend_count + 1,
				       sizeof(*store->backends));
	if (!store->backends)
		abort();
	store->backends[store->backend_count++] = *backend;
}

/* ---- running.conf ---- */

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

/* Beside it and renamed: a crash leaves the old file or the new one, never half. */
static int save(const struct store *s)
{
	struct gh_buf text = { 0 };
	struct legs legs = { 0 };
	char *beside;
	int fd, ret;

	if (asprintf(&beside, "%s.new", s->path) < 0)
		abort();
	gh_buf_printf(&text, "%s", store_text(s));
	legs_from_config(&legs, store_config(s));
	legs_print(&legs, &text);
	legs_fini(&legs);
	unlink(beside);
	fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	ret = fd < 0 ? -errno : write_all(fd, (const char *)gh_buf_begin(&text),
					  gh_buf_length(&text));
	if (!ret && fsync(fd) < 0)
		ret = -errno;
	if (fd >= 0)
		close(fd);
	if (!ret && rename(beside, s->path) < 0)
		ret = -errno;
	if (ret)
		unlink(beside);
	gh_buf_fini(&text);
	free(beside);
	return ret;
}

/* The whole file into text; -ENOENT when there is none. */
static int read_file(const char *path, struct gh_buf *text)
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

static int run(struct store *s, const struct transaction_request *request, struct gh_buf *message,
	       bool *changed)
{
	struct transaction t = {
		.datastore = s->datastore,
		.key = s->key,
		.interface_exists = s->interface_exists,
		.self = s->self,
		.backends = s->backends,
		.backend_count = s->backend_count,
	};

	return transaction_run(&t, request, message, changed);
}

int store_load(struct store *store, struct gh_buf *message)
{
	struct gh_buf text = { 0 }, why = { 0 };
	struct legs legs = { 0 };
	struct transaction_request request = { .replace = true, .legs = &legs };
	char *refused;
	bool changed;
	int ret;

	ret = read_file(store->path, &text);
	if (ret == -ENOENT) {
		gh_buf_fini(&text);
		return 0;
	}
	if (!ret) {
		request.text = gh_buf_text(&text);
		request.length = gh_buf_length(&text);
		legs_from_text(&legs, request.text, request.length);
		ret = run(store, &request, &why, &changed);
	} else {
		gh_buf_printf(&why, "%s", strerror(-ret));
	}
	if (ret) {
		if (asprintf(&refused, "%s.refused", store->path) < 0)
			abort();
		gh_buf_printf(message, "%s: refused, moved to %s%s: %s", store->path, refused,
			      rename(store->path, refused) < 0 ? " (which failed)" : "",
			      gh_buf_text(&why));
		free(refused);
	} else {
		gh_buf_append(message, gh_buf_text(&why), gh_buf_length(&why));
	}
	legs_fini(&legs);
	gh_buf_fini(&why);
	gh_buf_fini(&text);
	return ret;
}

int store_edit(struct store *store, const char *text, size_t length, bool replace,
	       const char *user, struct gh_buf *message)
{
	struct transaction_request request = { .text = text, .length = length,
					       .replace = replace };
	bool changed;
	int ret, saved;

	ret = run(store, &request, message, &changed);
	if (ret || !changed)
		return ret;
	gh_info("configuration: changed by %s, %zu circuits, %zu connections",
		user && *user ? user : "?", store_config(store)->circuit_count,
		store_config(store)->connection_count);
	saved = save(store);
	if (saved)
		gh_buf_printf(message, "%s%s: not saved for gatehoused's own restart: %s;"
			      " the change itself is in force",
			      gh_buf_length(message) ? "\n" : "", store->path, strerror(-saved));
	return 0;
}

const char *store_text(const struct store *store)
{
	return datastore_running(store->datastore)->text;
}

const struct gw_config *store_config(const struct store *store)
{
	return datastore_running(store->datastore)->config;
}

int store_key(const struct store *store, const char *connection, struct gh_buf *out)
{
	const struct gw_connection *c = gw_config_connection(store_config(store), connection);
	int ret;

	if (!c || !c->shared_key[0])
		return -ENOENT;
	ret = secret_decrypt(store->key, c->shared_key, out);
	return ret ? -EKEYREJECTED : 0;
}
