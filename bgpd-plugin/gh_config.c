/* The configuration's texts: see config.h. */
#include "bgpd-plugin/gh_config.h"

#include <errno.h>

#include "base/buf.h"
#include "bgpd-plugin/gh_ask.h"
#include "bgpd-plugin/gh_compat.h"
#include "bgpd-plugin/gh_daemon.h"
#include "bgpd-plugin/gh_load.h"
#include "bgpd-plugin/gh_module.h"
#include "bgpd-plugin/gh_nodes.h"
#include "bgpd-plugin/gh_text.h"

static struct gh_buf known;     /* the last CONFIG */
static bool known_counts;       /* it was not empty once, or an edit was accepted */
static struct gh_buf held;      /* a file that waits for gatehoused */
static bool held_replaces;
static struct gh_buf saved;     /* the gateway's lines of frr.conf at start */

/* ---- what runs -------------------------------------------------------- */

void gh_config_set(const char *text, size_t length)
{
	gh_buf_fini(&known);
	gh_buf_append(&known, text, length);
	known_counts |= length > 0;
}

const char *gh_config_running(void)
{
	if (gh_buf_length(&held) && held_replaces)
		return gh_buf_text(&held);
	if (known_counts)
		return gh_buf_text(&known);
	if (gh_buf_length(&held))
		return gh_buf_text(&held);
	return gh_buf_text(&saved);
}

static void print_lines(struct vty *vty, const char *text)
{
	while (*text) {
		size_t n = strcspn(text, "\n");

		vty_out(vty, "%.*s\n", (int)n, text);
		text += n + (text[n] == '\n');
	}
}

/* Without gatehoused's word another user sees nothing: better than too much. */
void gh_config_print(struct vty *vty)
{
	struct gh_buf text = { 0 };

	if (!gh_ask_user(vty))
		print_lines(vty, gh_config_running());
	else if (gh_ask_text(vty, "running-config", &text))
		print_lines(vty, gh_buf_text(&text));
	else
		vty_out(vty, "! gateway: not shown, gatehoused does not say what you may see\n");
	gh_buf_fini(&text);
}

/* ---- a line ----------------------------------------------------------- */

/* What is to be done when a line was taken. */
struct taken {
	bool candidate;
	int enter;
	char path[256];
};

static void line_done(struct vty *vty, int rc, void *arg)
{
	struct taken *t = arg;

	if (!rc) {
		known_counts |= !t->candidate;
		if (t->enter)
			gh_node_enter(vty, t->enter, t->path);
	}
	free(t);
}

static struct taken *taken_new(const struct gh_line *line)
{
	struct taken *t = calloc(1, sizeof(*t));

	if (!t)
		abort();
	t->candidate = line->candidate;
	t->enter = line->enter;
	snprintf(t->path, sizeof(t->path), "%s", line->text);
	return t;
}

int gh_config_edit(struct vty *vty, const struct gh_line *line)
{
	struct gh_buf text = { 0 };
	struct gh_ask_then then = { .fn = line_done };
	int rc;

	if (!line->candidate && gh_load_line(vty, line->context, line->text))
		return line->enter ? gh_node_enter(vty, line->enter, line->text) : CMD_SUCCESS;
	if (line->context)
		gh_buf_printf(&text, "%s\n", line->context);
	gh_buf_printf(&text, "%s%s\n", line->context ? " " : "", line->text);
	then.arg = taken_new(line);
	rc = gh_ask_line(vty, gh_buf_text(&text), line->candidate ? GH_EDIT_CANDIDATE : 0, &then);
	gh_buf_fini(&text);
	return rc;
}

/* ---- a file ----------------------------------------------------------- */

static void hold(struct vty *vty, struct gh_buf *text, bool replaces)
{
	if (replaces) {
		gh_buf_fini(&held);
		held_replaces = true;
	}
	gh_buf_append(&held, gh_buf_begin(text), gh_buf_length(text));
	zlog_info("gatehouse: configuration: held until gatehoused is here");
	if (!vty)
		return;
	if (gh_module_trouble())
		gh_ask_print_away(vty);
	else
		vty_out(vty, "gatehoused does not run yet: the gateway's lines are held and "
			     "sent when it does\n");
}

static void file_done(struct vty *vty, int rc, void *arg)
{
	(void)vty, (void)arg;
	if (rc)
		zlog_err("gatehouse: configuration: the file was refused, see vtysh's output");
	known_counts |= !rc;
}

int gh_config_take(struct vty *vty, struct gh_buf *text, bool replaces, bool in_handler)
{
	static const struct gh_ask_then then = { .fn = file_done };
	uint32_t flags = replaces ? GH_EDIT_REPLACE : 0;
	int rc = CMD_SUCCESS;

	if (!gh_daemon_is_here() || !vty) {
		hold(vty, text, replaces);
	} else if (in_handler) {
		rc = gh_ask_file(vty, gh_buf_text(text), flags, &then);
	} else {
		rc = gh_ask_file_now(vty, gh_buf_text(text), flags);
		file_done(vty, rc, NULL);
	}
	if (!vty && gh_daemon_is_here())
		gh_config_joined();
	return rc;
}

static void held_answer(const struct gh_reply *reply, void *arg)
{
	(void)arg;
	if (reply->status == ECONNRESET)
		return;         /* sent again on the next link */
	if (reply->status)
		zlog_err("gatehouse: configuration: the held lines were refused: %.*s",
			 (int)reply->text_length, reply->text);
	else
		known_counts = true;
	gh_buf_fini(&held);
	held_replaces = false;
}

void gh_config_joined(void)
{
	struct gh_fact f;

	if (!gh_buf_length(&held))
		return;
	f = gh_ask_request(GH_EDIT, NULL, held_replaces ? GH_EDIT_REPLACE : 0, gh_buf_text(&held));
	gh_daemon_tell(&f, held_answer, NULL);
}

/* ---- what frr.conf has ------------------------------------------------- */

/* Read at start: vtysh moves the file away before it asks us what to write. */
static void saved_read(void)
{
	char path[512], *slash;
	struct gh_buf conf = { 0 };
	size_t n;
	FILE *file;

	snprintf(path, sizeof(path), "%s", host_config_get() ? host_config_get() : frr_sysconfdir);
	slash = strrchr(path, '/');
	if (!slash)
		return;
	snprintf(slash, sizeof(path) - (size_t)(slash - path), "/frr.conf");
	file = fopen(path, "re");
	if (!file)
		return;
	while ((n = fread(gh_buf_reserve(&conf, 4096), 1, 4096, file)) > 0)
		gh_buf_commit(&conf, n);
	fclose(file);
	if (gh_buf_length(&conf))
		gh_text_gateway(gh_buf_text(&conf), gh_buf_length(&conf), &saved);
	gh_buf_fini(&conf);
}

static int startup_file_done(struct thread_master *master)
{
	(void)master;
	saved_read();
	gh_load_startup_done();
	return 0;
}

void gh_config_init(void)
{
	gh_load_init();
	hook_register(frr_config_post, startup_file_done);
}
