/* Asking gatehoused: see ask.h. */
#include "bgpd-plugin/gh_ask.h"

#include <errno.h>
#include <sys/socket.h>

#include "base/buf.h"
#include "bgpd-plugin/gh_compat.h"
#include "bgpd-plugin/gh_daemon.h"
#include "bgpd-plugin/gh_module.h"
#include "bgpd-plugin/gh_suspend.h"
#include "bgpd-plugin/gh_text.h"

#define LINE_WAIT_MS 6000
#define FILE_WAIT_MS 10000
#define DO_WAIT_MS 10000
#define SHOW_WAIT_MS 3000

/* ---- who asks --------------------------------------------------------- */

/*
 * vtysh comes over a Unix socket, and the kernel says whose it is. A telnet
 * session has no such word: the kernel answers with the uid of nobody known.
 */
uint32_t gh_ask_user(const struct vty *vty)
{
	struct ucred cred;
	socklen_t length = sizeof(cred);

	if (!vty || vty->fd < 0)
		return 0;
	if (getsockopt(vty->fd, SOL_SOCKET, SO_PEERCRED, &cred, &length))
		return UINT32_MAX;
	return cred.uid;
}

struct gh_fact gh_ask_request(enum gh_fact_type type, const struct vty *vty, uint32_t flags,
			      const char *text)
{
	struct gh_fact f = { .type = type };

	f.request.flags = flags;
	f.request.text = text;
	f.request.text_length = (uint32_t)strlen(text);
	f.request.uid = gh_ask_user(vty);
	if (!vty || vty->fd < 0)
		snprintf(f.request.user, sizeof(f.request.user), "bgpd");
	else if (!f.request.uid)
		snprintf(f.request.user, sizeof(f.request.user), "root");
	else
		snprintf(f.request.user, sizeof(f.request.user), "uid %u", f.request.uid);
	return f;
}

void gh_ask_print_away(struct vty *vty)
{
	if (gh_module_trouble())
		vty_out(vty, "%% gatehouse is disabled in this bgpd: %s\n", gh_module_trouble());
	else
		vty_out(vty,
			"%% gatehoused does not run (%s): start it with `systemctl start gatehouse`\n",
			gh_daemon_why());
}

/* ---- waiting ------------------------------------------------------------ */

struct answer {
	struct vty *vty;
	const char *asked;      /* the text of the request, to quote its lines */
	unsigned wait_ms;       /* for the answer, or for its next piece */
	bool quote;
	bool begun;             /* a part of the answer was printed */
	uint32_t status;
	gh_reply_fn *piece;     /* prints a reply */
	int (*end)(struct answer *a, int rc);   /* says what is wrong; a CMD_ code */
};

/* An answer whose vtysh is suspended. */
struct pending {
	struct answer answer;
	struct gh_ask_then then;
	struct gh_suspended *suspended;
	struct thread *t_late;
	char *asked;
};

static int finish(struct answer *a, int rc, const struct gh_ask_then *then)
{
	int code = a->end(a, rc);

	if (then && then->fn)
		then->fn(a->vty, code, then->arg);
	return code;
}

static void pending_end(struct pending *p, int rc)
{
	int code = finish(&p->answer, rc, &p->then);

	gh_thread_off(p->t_late);
	gh_resume(p->suspended, code);
	explicit_bzero(p->asked, strlen(p->asked));
	free(p->asked);
	free(p);
}

static void pending_late(struct thread *t)
{
	struct pending *p = THREAD_ARG(t);

	gh_daemon_forget(p);
	pending_end(p, -ETIMEDOUT);
}

static void pending_piece(const struct gh_reply *reply, void *arg)
{
	struct pending *p = arg;

	if (reply->status == ECONNRESET) {
		pending_end(p, -ECONNRESET);
		return;
	}
	p->answer.piece(reply, &p->answer);
	if (!reply->more) {
		pending_end(p, 0);
		return;
	}
	gh_thread_off(p->t_late);
	gh_thread_timer_ms_with(pending_late, p, p->answer.wait_ms, &p->t_late);
	if (!gh_suspend_flush(p->suspended)) {
		gh_daemon_forget(p);
		pending_end(p, 0);
	}
}

static int ask_later(struct gh_fact *f, const struct answer *a, const struct gh_ask_then *then)
{
	struct pending *p = calloc(1, sizeof(*p));
	int rc;

	if (!p || !(p->asked = strdup(a->asked)))
		abort();
	p->answer = *a;
	p->answer.asked = p->asked;
	if (then)
		p->then = *then;
	rc = gh_daemon_tell(f, pending_piece, p);
	if (rc < 0) {
		rc = finish(&p->answer, rc, then);
		free(p->asked);
		free(p);
		return rc;
	}
	gh_thread_timer_ms_with(pending_late, p, a->wait_ms, &p->t_late);
	p->suspended = gh_suspend(a->vty);
	return CMD_SUSPEND;
}

static int ask_now(struct gh_fact *f, struct answer *a, const struct gh_ask_then *then)
{
	return finish(a, gh_daemon_ask(f, a->wait_ms, a->piece, a), then);
}

/* ---- lines and operations --------------------------------------------- */


static void print_refusal(struct answer *a, const char *refusal)
{
	char line[256];
	const char *words = refusal;

	if (gh_text_refusal(refusal, a->asked, line, sizeof(line), &words) && a->quote)
		vty_out(a->vty, "%% \"%s\": %s\n", line, words);
	else
		vty_out(a->vty, "%% %s\n", words);
}

/* A refusal may name several lines, each on its own. */
static void change_answer(const struct gh_reply *reply, void *arg)
{
	struct answer *a = arg;
	char *text = strndup(reply->text, reply->text_length), *rest = text, *line;

	a->status = reply->status;
	while (text && (line = strsep(&rest, "\n"))) {
		if (!*line)
			continue;
		if (reply->status)
			print_refusal(a, line);
		else
			vty_out(a->vty, "%s\n", line);
	}
	free(text);
}

/* rc: 0 for an answer, or why there is none. Returns a CMD_ code. */
static int change_end(struct answer *a, int rc)
{
	if (rc == -ENOTCONN) {
		gh_ask_print_away(a->vty);
	} else if (rc == -ETIMEDOUT) {
		vty_out(a->vty,
			"%% gatehoused has not answered within %u s; it may still take effect: "
			"see `show running-config`, `show gateway commits` and `show gateway events`\n",
			a->wait_ms / 1000);
	} else if (rc < 0) {
		vty_out(a->vty, "%% gatehoused went away before it answered; "
				"see `show running-config` for what took effect\n");
	}
	return rc < 0 || a->status ? CMD_WARNING_CONFIG_FAILED : CMD_SUCCESS;
}

static int change(struct gh_fact *f, struct answer *a, const struct gh_ask_then *then)
{
	a->piece = change_answer;
	a->end = change_end;
	return gh_suspend_can(a->vty) ? ask_later(f, a, then) : ask_now(f, a, then);
}

int gh_ask_line(struct vty *vty, const char *text, uint32_t flags, const struct gh_ask_then *then)
{
	struct answer a = { .vty = vty, .asked = text, .wait_ms = LINE_WAIT_MS };
	struct gh_fact f = gh_ask_request(GH_EDIT, vty, flags, text);

	return change(&f, &a, then);
}

int gh_ask_file(struct vty *vty, const char *text, uint32_t flags, const struct gh_ask_then *then)
{
	struct answer a = { .vty = vty, .asked = text, .wait_ms = FILE_WAIT_MS, .quote = true };
	struct gh_fact f = gh_ask_request(GH_EDIT, vty, flags, text);

	return change(&f, &a, then);
}

int gh_ask_file_now(struct vty *vty, const char *text, uint32_t flags)
{
	struct answer a = { .vty = vty, .asked = text, .wait_ms = FILE_WAIT_MS, .quote = true,
			    .piece = change_answer, .end = change_end };
	struct gh_fact f = gh_ask_request(GH_EDIT, vty, flags, text);

	return ask_now(&f, &a, NULL);
}

int gh_ask_do(struct vty *vty, const char *text)
{
	struct answer a = { .vty = vty, .asked = "", .wait_ms = DO_WAIT_MS };
	struct gh_fact f = gh_ask_request(GH_DO, vty, 0, text);

	return change(&f, &a, NULL);
}

/* ---- questions -------------------------------------------------------- */

static void show_answer(const struct gh_reply *reply, void *arg)
{
	struct answer *a = arg;

	a->status = reply->status;
	if (!reply->text_length)
		return;
	a->begun = true;
	vty_out(a->vty, "%s%.*s", reply->status ? "% " : "", (int)reply->text_length, reply->text);
	if (!reply->more && reply->text[reply->text_length - 1] != '\n')
		vty_out(a->vty, "\n");
}

static int show_end(struct answer *a, int rc)
{
	if (rc == -ENOTCONN)
		gh_ask_print_away(a->vty);
	else if (rc == -ETIMEDOUT && a->begun)
		vty_out(a->vty, "\n%% gatehoused does not go on, the rest is left out\n");
	else if (rc == -ETIMEDOUT)
		vty_out(a->vty, "%% gatehoused does not answer (waited %u s): see `journalctl -u "
				"gatehouse`, or restart it: tunnels and sessions stay up\n",
			a->wait_ms / 1000);
	else if (rc < 0)
		vty_out(a->vty, "%% gatehoused went away while it answered\n");
	return rc < 0 || a->status ? CMD_WARNING : CMD_SUCCESS;
}

int gh_ask_show(struct vty *vty, const char *text)
{
	struct answer a = { .vty = vty, .asked = "", .wait_ms = SHOW_WAIT_MS,
			    .piece = show_answer, .end = show_end };
	struct gh_fact f = gh_ask_request(GH_SHOW, vty, 0, text);

	return gh_suspend_can(vty) ? ask_later(&f, &a, NULL) : ask_now(&f, &a, NULL);
}

struct collected {
	struct gh_buf *out;
	uint32_t status;
};

static void text_answer(const struct gh_reply *reply, void *arg)
{
	struct collected *c = arg;

	c->status = reply->status;
	gh_buf_append(c->out, reply->text, reply->text_length);
}

bool gh_ask_text(struct vty *vty, const char *text, struct gh_buf *out)
{
	struct collected c = { .out = out };
	struct gh_fact f = gh_ask_request(GH_SHOW, vty, 0, text);

	return !gh_daemon_ask(&f, SHOW_WAIT_MS, text_answer, &c) && !c.status;
}
