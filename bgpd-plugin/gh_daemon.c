/*
 * The link to gatehoused: see daemon.h.
 *
 * Two ways to ask: tell() for a command whose vtysh is suspended meanwhile, and
 * ask(), which serves the link by poll inside the command, for a bounded time,
 * where libfrr wants the answer now (a running configuration) or will not wait.
 */
#include "bgpd-plugin/gh_daemon.h"

#include <errno.h>
#include <poll.h>

#include "base/clock.h"
#include "base/link.h"
#include "bgpd-plugin/gh_compat.h"
#include "bgpd-plugin/gh_config.h"
#include "bgpd-plugin/gh_export.h"
#include "bgpd-plugin/gh_module.h"
#include "bgpd-plugin/gh_neighbor.h"
#include "bgpd-plugin/gh_speaker.h"
#include "bgpd-plugin/gh_status.h"
#include "bgpd-plugin/gh_try.h"

/*
 * A restarted gatehoused forwards by what it learns from us, so look for it
 * often at first; one that was stopped is not worth waking up for so often.
 */
#define RETRY_SOON_MS 50
#define RETRY_LATER_MS 1000
#define SOON_MS 10000
#define RESUME_BELOW (1u << 20)

static struct gh_link link_ = { .fd = -1 };
static bool stopped;
static struct thread *t_read, *t_write, *t_connect;
static char why[192] = "not connected yet";
static struct gh_time lost;     /* when gatehoused was last here */

/* Requests whose replies are awaited. */
struct request {
	struct request *next;
	uint32_t id;
	gh_reply_fn *fn;
	void *arg;
	bool done;
	bool waited;            /* owned by ask()'s frame, not by this list */
};

static struct request *requests;
static uint32_t last_id;

static void connect_event(struct thread *t);
static void read_event(struct thread *t);
static void write_event(struct thread *t);

/* ---- requests --------------------------------------------------------- */

static void request_unlink(struct request *r)
{
	for (struct request **p = &requests; *p; p = &(*p)->next) {
		if (*p == r) {
			*p = r->next;
			return;
		}
	}
}

static void requests_fail(void)
{
	const struct gh_reply gone = {
		.status = ECONNRESET,
		.text = "gatehoused went away",
		.text_length = strlen("gatehoused went away"),
	};

	while (requests) {
		struct request *r = requests;

		requests = r->next;
		if (r->waited)
			continue;
		r->fn(&gone, r->arg);
		free(r);
	}
}

static void reply_take(const struct gh_reply *reply)
{
	for (struct request *r = requests; r; r = r->next) {
		if (r->id != reply->id)
			continue;
		if (!reply->more) {
			r->done = true;
			request_unlink(r);
		}
		r->fn(reply, r->arg);
		if (!reply->more && !r->waited)
			free(r);
		return;
	}
}

/* ---- the link --------------------------------------------------------- */

static unsigned retry_ms(void)
{
	return gh_time_ms_between(lost, gh_now()) < SOON_MS ? RETRY_SOON_MS : RETRY_LATER_MS;
}

static void lose(const char *reason)
{
	bool was_here = link_.greeted;

	if (was_here || strcmp(why, reason))
		zlog_info("gatehouse: gatehoused: away, %s", reason);
	snprintf(why, sizeof(why), "%s", reason);
	if (was_here)
		lost = gh_now();
	gh_thread_off(t_read);
	gh_thread_off(t_write);
	if (link_.fd >= 0)
		gh_link_fini(&link_);
	gh_export_stop();
	gh_try_stop();
	requests_fail();
	if (!stopped)
		gh_thread_timer_ms(connect_event, retry_ms(), &t_connect);
}

static void lose_by(int rc)
{
	lose(rc == -EBADMSG ? link_.why : rc == -ECONNRESET ? "it closed the link" : strerror(-rc));
}

static void greet(const struct gh_hello *hello)
{
	if (hello->role != GH_ROLE_GATEHOUSED) {
		lose("the socket belongs to another program than gatehoused");
		return;
	}
	zlog_info("gatehouse: gatehoused: here, %s, pid %u", hello->software, hello->pid);
	why[0] = '\0';
	gh_speaker_mark();
	gh_neighbor_mark();
	gh_status_snapshot();
	gh_export_snapshot();
}

static void dispatch(const struct gh_fact *f)
{
	if (gh_try_take(f))
		return;
	switch (f->type) {
	case GH_HELLO:
		greet(&f->hello);
		break;
	case GH_SPEAKER:
		gh_speaker_set(&f->speaker);
		break;
	case GH_NEIGHBOR:
		gh_neighbor_set(&f->neighbor);
		break;
	case GH_NEIGHBOR_DEL:
		gh_neighbor_del(f->id.id);
		break;
	case GH_NETWORK:
		gh_speaker_network_add(&f->network);
		break;
	case GH_NETWORK_DEL:
		gh_speaker_network_del(&f->network.prefix);
		break;
	case GH_CONFIG:
		gh_config_set(f->config.text, f->config.text_length);
		break;
	case GH_REPLY:
		reply_take(&f->reply);
		break;
	case GH_EVENT:
		/* For `terminal monitor bgpd`, which shows what is logged here. */
		zlog_info("gatehouse: event: %.*s", (int)f->config.text_length, f->config.text);
		break;
	case GH_END:
		gh_neighbor_sweep();
		gh_speaker_sweep();
		break;
	default:
		zlog_warn("gatehouse: gatehoused: sent %s, which is not for bgpd; ignored",
			  gh_fact_name(f->type));
	}
}

/* Serves what has come in; false when the link is lost. */
static bool serve(void)
{
	struct gh_fact f;
	int rc = gh_link_receive(&link_);

	if (rc < 0) {
		lose_by(rc);
		return false;
	}
	while ((rc = gh_link_next(&link_, &f)) > 0) {
		dispatch(&f);
		if (link_.fd < 0)
			return false;
	}
	if (rc < 0) {
		lose_by(rc);
		return false;
	}
	return true;
}

static bool flush(void)
{
	int rc;

	if (link_.fd < 0)
		return false;
	rc = gh_link_flush(&link_);
	if (rc < 0) {
		lose_by(rc);
		return false;
	}
	if (gh_link_pending(&link_))
		gh_thread_write(write_event, link_.fd, &t_write);
	if (gh_link_pending(&link_) < RESUME_BELOW)
		gh_export_resume();
	return true;
}

static void read_event(struct thread *t)
{
	(void)t;
	if (serve())
		gh_thread_read(read_event, link_.fd, &t_read);
}

static void write_event(struct thread *t)
{
	(void)t;
	flush();
}

static void connect_event(struct thread *t)
{
	char path[300];
	int fd;

	(void)t;
	snprintf(path, sizeof(path), "%s/facts.sock", gh_module_run_dir());
	fd = gh_link_connect(path);
	if (fd < 0) {
		char reason[400];

		snprintf(reason, sizeof(reason), "%s: %s", path,
			 fd == -ENOENT || fd == -ECONNREFUSED ? "gatehoused is not running"
							       : strerror(-fd));
		lose(reason);
		return;
	}
	gh_link_init(&link_, fd, GH_ROLE_BGPD, "bgpd " FRR_VERSION " with gatehouse");
	gh_thread_read(read_event, fd, &t_read);
	flush();
}

void gh_daemon_start(void)
{
	lost = gh_now();
	/* Not at once: bgpd may still fork into the background. */
	gh_thread_timer_ms(connect_event, 1, &t_connect);
}

void gh_daemon_stop(void)
{
	stopped = true;
	gh_thread_off(t_connect);
	lose("stopped");
}

bool gh_daemon_is_here(void)
{
	return link_.fd >= 0 && link_.greeted;
}

const char *gh_daemon_why(void)
{
	return why;
}

size_t gh_daemon_backlog(void)
{
	return gh_link_pending(&link_);
}

void gh_daemon_send(const struct gh_fact *fact)
{
	if (!gh_daemon_is_here())
		return;
	gh_link_send(&link_, fact);
	/* Sent by an event, so that a burst of facts is one write. */
	if (!t_write)
		gh_thread_write(write_event, link_.fd, &t_write);
}

void gh_daemon_snapshot_done(void)
{
	const struct gh_fact end = { .type = GH_END };

	gh_daemon_send(&end);
	gh_config_joined();
}

/* ---- asking ----------------------------------------------------------- */

static int send_request(struct gh_fact *request, struct request *r)
{
	if (!gh_daemon_is_here())
		return -ENOTCONN;
	r->id = request->request.id = ++last_id;
	r->next = requests;
	requests = r;
	gh_daemon_send(request);
	return 0;
}

int gh_daemon_tell(struct gh_fact *request, gh_reply_fn *fn, void *arg)
{
	struct request *r = calloc(1, sizeof(*r));
	int rc;

	if (!r)
		return -ENOMEM;
	r->fn = fn;
	r->arg = arg;
	rc = send_request(request, r);
	if (rc < 0)
		free(r);
	return rc;
}

void gh_daemon_forget(const void *arg)
{
	for (struct request **p = &requests, *r; (r = *p);) {
		if (r->waited || r->arg != arg) {
			p = &r->next;
			continue;
		}
		*p = r->next;
		free(r);
	}
}

int gh_daemon_ask(struct gh_fact *request, unsigned wait_ms, gh_reply_fn *fn, void *arg)
{
	struct request r = { .fn = fn, .arg = arg, .waited = true };
	struct gh_time end = gh_time_add_ms(gh_now(), wait_ms);
	int rc = send_request(request, &r);

	if (rc < 0)
		return rc;
	while (flush() && !r.done) {
		struct pollfd p = { .fd = link_.fd, .events = POLLIN };
		uint64_t left = gh_time_ms_between(gh_now(), end);

		if (gh_link_pending(&link_))
			p.events |= POLLOUT;
		if (!left)
			break;
		if (poll(&p, 1, (int)left) > 0 && (p.revents & ~POLLOUT) && !serve())
			break;
	}
	request_unlink(&r);
	if (r.done)
		return 0;
	return gh_daemon_is_here() ? -ETIMEDOUT : -ECONNRESET;
}
