/*
 * The link to gatehoused: see daemon.h.
 *
 * The table calls us under its lock with each change, and that only appends
 * to the link's buffer; all sending and receiving is the thread's. A
 * gatehoused that hangs would let the buffer grow: past a bound the link is
 * dropped, and the snapshot of the next one makes up for what was lost.
 */
#include "ipsec/charon/daemon.h"

#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <sys/eventfd.h>

#include <library.h>
#include <threading/mutex.h>
#include <threading/thread.h>

#include "base/clock.h"
#include "base/link.h"

#define RETRY_MIN_MS 10
#define RETRY_MAX_MS 1000
#define PENDING_MAX (32u << 20)

struct gh_daemon {
	char path[108];                 /* as long as a socket's path may be */
	struct gh_table *table;
	struct gh_daemon_sink sink;
	thread_t *thread;
	int wake;                       /* eventfd: something to send, or stop */
	atomic_bool stop;
	bool told_away;                 /* the thread's: logged that it is away */
	mutex_t *lock;                  /* link.out, which the table's callers fill */
	struct gh_link link;
};

static void wake(struct gh_daemon *d)
{
	eventfd_write(d->wake, 1);
}

static void on_change(void *user, const struct gh_fact *fact)
{
	struct gh_daemon *d = user;
	bool look;

	d->lock->lock(d->lock);
	look = !gh_link_pending(&d->link);
	gh_link_send(&d->link, fact);
	look |= gh_link_pending(&d->link) > PENDING_MAX;
	d->lock->unlock(d->lock);
	if (look)
		wake(d);
}

static void handle(struct gh_daemon *d, const struct gh_fact *f)
{
	switch (f->type) {
	case GH_SA_USE:
		/* It may have just been deleted here: gatehoused does not know yet. */
		gh_table_set_use(d->table, &f->sa_use);
		break;
	case GH_SA_EXPIRE:
		d->sink.expire(&f->sa_expire);
		break;
	case GH_SA_MAPPING:
		d->sink.mapping(&f->sa_mapping);
		break;
	case GH_HELLO:
		DBG1(DBG_KNL, "gatehouse: connected to %s, %u SAs to tell",
		     f->hello.software, gh_table_count(d->table));
		d->told_away = false;
		break;
	default:
		break;
	}
}

static int receive(struct gh_daemon *d)
{
	struct gh_fact f;
	int rc = gh_link_receive(&d->link);

	if (rc < 0)
		return rc;
	while ((rc = gh_link_next(&d->link, &f)) > 0) {
		if (d->link.peer.role != GH_ROLE_GATEHOUSED)
			return -EBADMSG;
		handle(d, &f);
	}
	return rc;
}

/* Sends what goes; sent keys do not stay in the buffer. */
static int flush(struct gh_daemon *d, bool *more)
{
	int rc;

	d->lock->lock(d->lock);
	rc = gh_link_flush(&d->link);
	*more = gh_link_pending(&d->link) > 0;
	if (!*more)
		gh_buf_fini(&d->link.out);
	else if (gh_link_pending(&d->link) > PENDING_MAX)
		rc = -ENOBUFS;
	d->lock->unlock(d->lock);
	return rc;
}

static void wait_for(struct gh_daemon *d, int fd, bool more, int timeout_ms)
{
	struct pollfd p[] = {
		{ .fd = d->wake, .events = POLLIN },
		{ .fd = fd, .events = (short)(POLLIN | (more ? POLLOUT : 0)) },
	};
	eventfd_t count;

	poll(p, fd < 0 ? 1 : 2, timeout_ms);
	if (p[0].revents)
		eventfd_read(d->wake, &count);
}

/* Runs one connection until it breaks; returns why. */
static int serve(struct gh_daemon *d, int fd)
{
	bool more = false;
	int rc = 0;

	d->lock->lock(d->lock);
	gh_link_init(&d->link, fd, GH_ROLE_CHARON, "strongSwan " GH_STRONGSWAN_VERSION);
	d->lock->unlock(d->lock);
	gh_table_attach(d->table, on_change, d);
	while (!rc && !atomic_load(&d->stop)) {
		rc = flush(d, &more);
		if (!rc) {
			wait_for(d, fd, more, -1);
			rc = receive(d);
		}
	}
	gh_table_detach(d->table);
	flush(d, &more);        /* on a stop: the last deletions */
	if (rc == -EBADMSG)
		DBG1(DBG_KNL, "gatehouse: link to %s refused: %s", d->path, d->link.why);
	d->lock->lock(d->lock);
	gh_link_fini(&d->link);
	d->lock->unlock(d->lock);
	return rc;
}

static void tell_away(struct gh_daemon *d, int rc)
{
	if (d->told_away)
		return;
	DBG1(DBG_KNL, "gatehouse: gatehoused is away (%s: %s); SAs are kept and told again",
	     d->path, strerror(-rc));
	d->told_away = true;
}

/*
 * ESP stands still until a restarted gatehoused has its SAs again: so the
 * first tries come fast, and each pause is an eighth of the time away.
 */
static int pause_ms(struct gh_time since)
{
	uint64_t ms = gh_time_ms_between(since, gh_now()) / 8;

	return ms < RETRY_MIN_MS ? RETRY_MIN_MS : ms > RETRY_MAX_MS ? RETRY_MAX_MS : (int)ms;
}

static void *run(struct gh_daemon *d)
{
	struct gh_time since = gh_now();

	while (!atomic_load(&d->stop)) {
		int fd = gh_link_connect(d->path), rc = fd;

		if (fd >= 0) {
			rc = serve(d, fd);
			since = gh_now();
		}
		if (atomic_load(&d->stop))
			break;
		tell_away(d, rc);
		wait_for(d, -1, false, pause_ms(since));
	}
	return NULL;
}

struct gh_daemon *gh_daemon_new(const char *run_dir, struct gh_table *table,
				const struct gh_daemon_sink *sink)
{
	struct gh_daemon *d = calloc(1, sizeof(*d));
	int n;

	if (!d)
		return NULL;
	d->table = table;
	d->sink = *sink;
	d->link.fd = -1;
	n = snprintf(d->path, sizeof(d->path), "%s/facts.sock", run_dir);
	d->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (n < 0 || (size_t)n >= sizeof(d->path) || d->wake < 0) {
		DBG1(DBG_KNL, "gatehouse: run_dir %s is too long, or no file descriptors are left",
		     run_dir);
		goto free_daemon;
	}
	d->lock = mutex_create(MUTEX_TYPE_DEFAULT);
	d->thread = thread_create((thread_main_t)run, d);
	if (d->thread)
		return d;
	d->lock->destroy(d->lock);
free_daemon:
	if (d->wake >= 0)
		close(d->wake);
	free(d);
	return NULL;
}

void gh_daemon_free(struct gh_daemon *d)
{
	if (!d)
		return;
	atomic_store(&d->stop, true);
	wake(d);
	d->thread->join(d->thread);
	d->lock->destroy(d->lock);
	close(d->wake);
	free(d);
}
