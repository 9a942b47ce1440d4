/*
 * The store: see store.h.
 */
#include "yang/store_parts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

#define STARTUP "/etc/frr/frr.conf"

static char *path_of(const char *dir, const char *name)
{
	char *path;

	if (asprintf(&path, "%s/%s", dir, name) < 0)
		abort();
	return path;
}

int store_new(const struct store_options *options, struct store **out, struct gh_buf *message)
{
	struct store *s = calloc(1, sizeof(*s));
	char *key_path;
	int ret;

	if (!s)
		abort();
	s->loop = options->loop;
	s->end = &s->first;
	s->interface_exists = options->interface_exists;
	s->self = options->self;
	s->running_path = path_of(options->run_dir, "running.conf");
	s->unconfirmed_path = path_of(options->run_dir, "unconfirmed.conf");
	s->commits_dir = path_of(options->state_dir, "commits");
	s->startup_path = strdup(options->startup ? options->startup : STARTUP);
	pthread_mutex_init(&s->lock, NULL);
	key_path = path_of(options->state_dir, "host.key");
	ret = secret_key_open(key_path, &s->key, message);
	if (!ret)
		ret = datastore_new(&s->datastore, message);
	free(key_path);
	if (ret) {
		store_free(s);
		return ret;
	}
	s->transaction = transaction_new(s->loop, options->prepare_ms);
	s->clerk = clerk_new(s->loop);
	store_take_running(s);
	*out = s;
	return 0;
}

void store_free(struct store *store)
{
	struct store_task *task;

	if (!store)
		return;
	clerk_free(store->clerk);
	transaction_free(store->transaction);
	store_task_free(store->active);
	while ((task = store->first)) {
		store->first = task->next;
		store_task_free(task);
	}
	access_put(store->access);
	datastore_free(store->datastore);
	secret_key_free(store->key);
	pthread_mutex_destroy(&store->lock);
	free(store->watchers);
	free(store->running_path);
	free(store->unconfirmed_path);
	free(store->startup_path);
	free(store->commits_dir);
	free(store);
}

void store_subscribe(struct store *store, const struct transaction_backend *backend)
{
	transaction_subscribe(store->transaction, backend);
}

void store_watch(struct store *store, void (*event)(void *self, const struct store_event *event),
		 void *self)
{
	store->watchers = reallocarray(store->watchers, store->watcher_count + 1,
				       sizeof(*store->watchers));
	if (!store->watchers)
		abort();
	store->watchers[store->watcher_count++] = (struct store_watcher){ event, self };
}

/* ---- the start --------------------------------------------------------- */

struct loaded {
	int rc;
	struct gh_buf words;
};

static void on_loaded(void *context, const struct store_outcome *outcome)
{
	struct loaded *loaded = context;

	loaded->rc = outcome->rc;
	findings_print(outcome->findings, &loaded->words);
}

static void load_text(struct store *s, struct gh_buf *text, struct loaded *loaded)
{
	const struct store_request request = {
		.verb = STORE_EDIT, .target = STORE_RUNNING, .whole = true,
		.text = gh_buf_text(text), .length = gh_buf_length(text),
		.context = loaded, .done = on_loaded,
	};
	struct store_task *task = store_task_new(s, &request);

	task->internal = task->trusted = task->has_legs = true;
	legs_from_text(&task->legs, request.text, request.length);
	s->loading = true;
	store_task_submit(task);
	s->loading = false;
	/* A backend still commits in slices: what could be refused has not been. */
	if (s->active)
		s->active->r.done = NULL;
}

int store_load(struct store *store, struct gh_buf *message)
{
	struct loaded loaded = { 0 };
	struct gh_buf text = { 0 };
	char *refused;

	loaded.rc = store_file_read(store->running_path, &text);
	if (!loaded.rc)
		load_text(store, &text, &loaded);
	else if (loaded.rc != -ENOENT)
		gh_buf_printf(&loaded.words, "%s", strerror(-loaded.rc));
	if (loaded.rc && loaded.rc != -ENOENT) {
		if (asprintf(&refused, "%s.refused", store->running_path) < 0)
			abort();
		gh_buf_printf(message, "%s: refused, moved to %s%s: %s", store->running_path,
			      refused,
			      rename(store->running_path, refused) < 0 ? " (which failed)" : "",
			      gh_buf_text(&loaded.words));
		free(refused);
	} else {
		gh_buf_append(message, gh_buf_text(&loaded.words), gh_buf_length(&loaded.words));
		loaded.rc = 0;
	}
	gh_buf_fini(&loaded.words);
	gh_buf_fini(&text);
	return loaded.rc;
}

/* ---- running ------------------------------------------------------------ */

const char *store_text(const struct store *store)
{
	return store->text;
}

const struct gw_config *store_config(const struct store *store)
{
	return store->config;
}

int store_connection_key(const struct store *store, const struct gw_connection *connection,
			 struct gh_buf *out)
{
	if (!connection->shared_key[0])
		return -ENOENT;
	return secret_decrypt(store->key, connection->shared_key, out) ? -EKEYREJECTED : 0;
}

int store_key(const struct store *store, const char *connection, struct gh_buf *out)
{
	const struct gw_connection *c = gw_config_connection(store->config, connection);

	return c ? store_connection_key(store, c, out) : -ENOENT;
}

struct access *store_access(struct store *store)
{
	struct access *a;

	pthread_mutex_lock(&store->lock);
	a = access_get(store->access);
	pthread_mutex_unlock(&store->lock);
	return a;
}

/* ---- for the clerk's jobs ------------------------------------------------ */

struct clerk *store_clerk(const struct store *store)
{
	return store->clerk;
}

struct ly_ctx *store_context(const struct store *store)
{
	return datastore_context(store->datastore);
}

const struct lyd_node *store_tree(const struct store *store, enum store_name name)
{
	const struct lyd_node *candidate = datastore_candidate(store->datastore);

	return name == STORE_CANDIDATE && candidate ? candidate :
	       datastore_running(store->datastore)->tree;
}
