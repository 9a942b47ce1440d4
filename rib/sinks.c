/*
 * sinks - the arbiter's side of its two sinks: what they report, what they must hold
 *
 * A prefix that a sink could not program counts as not programmed, and is
 * queued again after a pause; so nothing is ever believed to be there that is not.
 */
#include <stdlib.h>

#include "base/log.h"
#include "rib/entry.h"

#define RETRY_MS 1000

static void group_gone(void *ctx, const struct group *group)
{
	struct rib *r = ctx;

	if (!group->told)
		return;
	if (r->config.esp && group->has_esp) {
		r->config.esp->ops->group_del(r->config.esp, group);
		r->esp_dirty = true;
	}
	if (r->config.kernel && group->has_edge) {
		r->config.kernel->ops->group_del(r->config.kernel, group);
		r->kernel_dirty = true;
	}
}

void sinks_flip(struct rib *r, struct group *group)
{
	if (!group->told)
		return;
	if (r->config.esp && group->has_esp)
		r->config.esp->ops->group_set(r->config.esp, group);
	if (r->config.kernel && group->has_edge)
		r->config.kernel->ops->group_set(r->config.kernel, group);
}

void sinks_flush(struct rib *r)
{
	int error = 0;

	if (r->config.esp && r->esp_dirty)
		error = r->config.esp->ops->flush(r->config.esp);
	r->esp_dirty = false;
	if (r->config.kernel && r->kernel_dirty)
		error = r->config.kernel->ops->flush(r->config.kernel);
	r->kernel_dirty = false;
	/* Not one prefix refused, but the exchange itself failed: what holds now is to be seen. */
	if (error && !r->sync_at.ns)
		r->sync_at = gh_time_add_ms(gh_now(), RETRY_MS);
}

static void retry_later(struct rib *r, const struct gh_prefix *prefix)
{
	r->counters.failures++;
	if (r->retries_count == r->retries_size) {
		size_t size = r->retries_size ? r->retries_size * 2 : 64;
		struct gh_prefix *more = realloc(r->retries, size * sizeof(*more));

		if (!more)
			return;
		r->retries = more;
		r->retries_size = size;
	}
	r->retries[r->retries_count++] = *prefix;
}

static void kernel_failed(void *ctx, const struct gh_prefix *prefix)
{
	struct rib *r = ctx;
	struct entry *e = entry_find(r, prefix);

	if (!e || e->in_kernel == ENTRY_KERNEL_NONE)
		return;
	r->counters.kernel_routes--;
	e->in_kernel = ENTRY_KERNEL_NONE;
	group_put(&r->groups, e->kernel);
	e->kernel = NULL;
	retry_later(r, prefix);
}

static void esp_failed(void *ctx, const struct gh_prefix *prefix)
{
	struct rib *r = ctx;
	struct entry *e = entry_find(r, prefix);

	if (!e || !e->esp)
		return;
	r->counters.esp_routes--;
	group_put(&r->groups, e->esp);
	e->esp = NULL;
	retry_later(r, prefix);
}

static bool kernel_wants(void *ctx, const struct gh_prefix *prefix, const struct group **group)
{
	const struct entry *e = entry_find(ctx, prefix);

	if (!e || e->in_kernel == ENTRY_KERNEL_NONE)
		return false;
	*group = e->in_kernel == ENTRY_KERNEL_GROUP ? e->kernel : FIB_STANDBY;
	return true;
}

void sinks_compare(struct rib *r, struct gh_time now)
{
	struct fib *kernel = r->config.kernel;
	int right;

	r->sync_wanted = false;
	if (!kernel || !kernel->ops->sync)
		return;
	right = kernel->ops->sync(kernel, kernel_wants, r);
	if (right < 0)
		r->sync_at = gh_time_add_ms(now, RETRY_MS);
	if (right < 0 || (uint64_t)right == r->counters.kernel_routes)
		return;
	gh_warning("rib: the kernel has %d of %llu routes, setting them again", right,
		   (unsigned long long)r->counters.kernel_routes);
	table_each(n, &r->table) {
		const struct entry *e = n->value;

		if (e->in_kernel != ENTRY_KERNEL_NONE)
			kernel->ops->route_set(kernel, &n->prefix,
					       e->in_kernel == ENTRY_KERNEL_GROUP ? e->kernel :
										    FIB_STANDBY);
	}
	kernel->ops->flush(kernel);
}

void sinks_retry(struct rib *r)
{
	for (size_t i = 0; i < r->retries_count; i++) {
		struct entry *e = entry_find(r, &r->retries[i]);

		if (e)
			entry_queue(r, e);
	}
	r->retries_count = 0;
}

void sinks_retry_later(struct rib *r, struct gh_time now)
{
	if (r->retries_count && !r->retry_at.ns)
		r->retry_at = gh_time_add_ms(now, RETRY_MS);
}

void sinks_init(struct rib *r)
{
	r->groups.ctx = r;
	r->groups.gone = group_gone;
	if (r->config.kernel) {
		r->config.kernel->failed = kernel_failed;
		r->config.kernel->ctx = r;
	}
	if (r->config.esp) {
		r->config.esp->failed = esp_failed;
		r->config.esp->ctx = r;
	}
}
