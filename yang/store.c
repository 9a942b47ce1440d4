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
/* Where processors are few, the loop and the datapath come first. */
#define CLERK_NICER 5

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
	s->host = options->host;
	s->running_path = path_of(options->run_dir, "running.conf");
	s->unconfirmed_path = path_of(options->run_dir, "unconfirmed.conf");
	s->commits_dir = path_of(options->state_dir, "commits");
	s->startup_by = options->startup_by;
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
	store_confirm_init(s);
	s->history_count = history_list(s->commits_dir, s->history, STORE_COMMITS);
	s->last_commit = s->history_count ? s->history[0].id : 0;
	s->clerk = clerk_new(s->loop, "clerk", CLERK_NICER);
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
	store_confirm_fini(store);
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

/* A file of ours becomes the configuration; back: it is what to return to. */
static int load_file(struct store *s, const char *path, bool back, struct gh_buf *words)
{
	struct loaded loaded = { 0 };
	struct gh_buf text = { 0 };
	struct store_request request = {
		.verb = STORE_EDIT, .target = STORE_RUNNING, .whole = true,
		.user = { .from = back ? "restart before a commit was confirmed" : "restart" },
		.context = &loaded, .done = on_loaded,
	};
	struct store_task *task;

	loaded.rc = store_file_read(path, &text);
	if (!loaded.rc) {
		request.text = gh_buf_text(&text);
		request.length = gh_buf_length(&text);
		task = store_task_new(s, &request);
		task->internal = task->trusted = task->has_legs = true;
		task->drop_back = back;
		legs_from_text(&task->legs, request.text, request.length);
		s->loading = true;
		store_task_submit(task);
		s->loading = false;
		/* A backend still commits in slices: what could be refused has not been. */
		if (s->active)
			s->active->r.done = NULL;
	} else {
		gh_buf_printf(&loaded.words, "%s", strerror(-loaded.rc));
	}
	gh_buf_append(words, gh_buf_text(&loaded.words), gh_buf_length(&loaded.words));
	gh_buf_fini(&loaded.words);
	gh_buf_fini(&text);
	return loaded.rc;
}

static void put_aside(const char *path, const char *words, struct gh_buf *message)
{
	char *refused;

	if (asprintf(&refused, "%s.refused", path) < 0)
		abort();
	gh_buf_printf(message, "%s%s: refused, moved to %s%s: %s",
		      gh_buf_length(message) ? "\n" : "", path, refused,
		      rename(path, refused) < 0 ? " (which failed)" : "", words);
	free(refused);
}

int store_load(struct store *store, struct gh_buf *message)
{
	struct gh_buf words = { 0 };
	int rc;

	rc = load_file(store, store->unconfirmed_path, true, &words);
	if (!rc) {
		gh_buf_printf(message, "a commit was not confirmed before the restart; this is the"
			      " configuration before it%s%s", gh_buf_length(&words) ? "\n" : "",
			      gh_buf_text(&words));
	} else {
		if (rc != -ENOENT)
			put_aside(store->unconfirmed_path, gh_buf_text(&words), message);
		gh_buf_fini(&words);
		rc = load_file(store, store->running_path, false, &words);
		if (rc == -ENOENT)
			rc = 0;
		else if (rc)
			put_aside(store->running_path, gh_buf_text(&words), message);
		else
			gh_buf_append(message, gh_buf_text(&words), gh_buf_length(&words));
	}
	gh_buf_fini(&words);
	return rc;
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

int store_clear(const struct store *store, const struct gw_secret *secret, struct gh_buf *out)
{
	if (!secret->text[0])
		return -ENOENT;
	return secret_decrypt(store->key, secret->text, out) ? -EKEYREJECTED : 0;
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

/* ---- history ------------------------------------------------------------- */

size_t store_history(const struct store *store, struct store_commit out[STORE_COMMITS])
{
	for (size_t i = 0; i < store->history_count; i++) {
		const struct history_entry *e = &store->history[i];

		out[i] = (struct store_commit){
			.id = e->id, .wall_ms = e->wall_ms, .user = e->user, .from = e->from,
			.added = e->added, .removed = e->removed,
			.unconfirmed = !i && store->confirm.pending,
		};
	}
	return store->history_count;
}

void store_counts(const struct store *store, uint64_t *commits, uint64_t *refused)
{
	*commits = store->commits;
	*refused = store->refused;
}
