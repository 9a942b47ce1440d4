/*
 * Configuration text: see config.h.
 *
 * vtysh brackets a file with two hidden commands that reach every daemon; the
 * hooks around commands see them. Nothing else tells bgpd where a file ends.
 */
#include "bgpd-plugin/gh_config.h"

#include <errno.h>
#include <sys/socket.h>

#include "base/buf.h"
#include "bgpd-plugin/gh_compat.h"
#include "bgpd-plugin/gh_daemon.h"
#include "bgpd-plugin/gh_module.h"
#include "bgpd-plugin/gh_text.h"

#define LOAD_BEGIN "XFRR_start_configuration"
#define LOAD_END "XFRR_end_configuration"

/* How long a command may wait for gatehoused before the operator gets the prompt back. */
#define LINE_WAIT_MS 3000
#define FILE_WAIT_MS 10000
#define SHOW_WAIT_MS 3000
/* A vtysh that died between the marks must not leave its lines behind. */
#define LOAD_IDLE_MS 30000

static struct gh_buf known;     /* the last CONFIG */
static bool known_counts;       /* it was not empty once, or an edit was accepted */
static struct gh_buf held;      /* a file that waits for gatehoused */
static bool held_replaces;
static struct gh_buf saved;     /* the gateway's lines of frr.conf at start */

static struct {
	bool on;
	const struct vty *vty;  /* NULL: bgpd's own start-up file */
	bool replaces;
	struct gh_buf text;
	char context[256];      /* the node of the last line */
	struct thread *t_idle;
} load;

static void text_set(struct gh_buf *b, const char *text, size_t length)
{
	gh_buf_fini(b);
	gh_buf_append(b, text, length);
}

void gh_config_set(const char *text, size_t length)
{
	text_set(&known, text, length);
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

/* ---- talking to gatehoused -------------------------------------------- */

/* bgpd's own start-up file is root's; access rules go by the uid. */
static uint32_t user_of(const struct vty *vty, char *out, size_t size)
{
	struct ucred cred;
	socklen_t length = sizeof(cred);

	if (!vty || vty->fd < 0 || getsockopt(vty->fd, SOL_SOCKET, SO_PEERCRED, &cred, &length)) {
		snprintf(out, size, "bgpd");
		return 0;
	}
	if (!cred.uid)
		snprintf(out, size, "root");
	else
		snprintf(out, size, "uid %u", cred.uid);
	return cred.uid;
}

static struct gh_fact request_of(enum gh_fact_type type, const struct vty *vty, uint32_t flags,
				 const char *text)
{
	struct gh_fact f = { .type = type };

	f.request.flags = flags;
	f.request.text = text;
	f.request.text_length = (uint32_t)strlen(text);
	f.request.uid = user_of(vty, f.request.user, sizeof(f.request.user));
	return f;
}

struct answer {
	struct vty *vty;
	const char *asked;      /* the text of the EDIT, to quote its lines */
	bool quote;
	uint32_t status;
};

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
static void edit_answer(const struct gh_reply *reply, void *arg)
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

static void print_away(struct vty *vty)
{
	if (gh_module_trouble())
		vty_out(vty, "%% gatehouse is disabled in this bgpd: %s\n", gh_module_trouble());
	else
		vty_out(vty,
			"%% gatehoused does not run (%s): start it with `systemctl start gatehouse`\n",
			gh_daemon_why());
}

static int edit_send(struct vty *vty, const char *text, uint32_t flags, unsigned wait_ms, bool quote)
{
	struct answer a = { .vty = vty, .asked = text, .quote = quote };
	struct gh_fact f = request_of(GH_EDIT, vty, flags, text);
	int rc = gh_daemon_ask(&f, wait_ms, edit_answer, &a);

	if (rc == -ENOTCONN) {
		print_away(vty);
	} else if (rc == -ETIMEDOUT) {
		vty_out(vty,
			"%% gatehoused has not answered within %u s; it may still take effect: "
			"see `show running-config` and `show gateway events`\n",
			wait_ms / 1000);
	} else if (rc < 0) {
		vty_out(vty, "%% gatehoused went away before it answered; "
			     "see `show running-config` for what took effect\n");
	}
	if (rc < 0 || a.status)
		return CMD_WARNING_CONFIG_FAILED;
	known_counts = true;
	return CMD_SUCCESS;
}

/* ---- a file ----------------------------------------------------------- */

static void load_reset(void)
{
	gh_thread_off(load.t_idle);
	gh_buf_fini(&load.text);
	load.on = false;
	load.vty = NULL;
	load.replaces = false;
	load.context[0] = '\0';
}

static void load_idle(struct thread *t)
{
	(void)t;
	zlog_warn("gatehouse: configuration: vtysh did not finish a file, its lines are dropped");
	load_reset();
}

static void load_begin(const struct vty *vty)
{
	load_reset();
	load.on = true;
	load.vty = vty;
	gh_thread_timer_ms(load_idle, LOAD_IDLE_MS, &load.t_idle);
}

void gh_config_load_replaces(void)
{
	load.replaces = true;
}

/* Indented: vtysh drops an "exit" at the line's begin when it writes. */
static void load_leave(void)
{
	if (load.context[0])
		gh_buf_printf(&load.text, " exit\n");
	load.context[0] = '\0';
}

/* A node is entered by its name, on the top level, or by the first line in it. */
static void load_line(const char *context, const char *line)
{
	if (!context || strcmp(load.context, context)) {
		load_leave();
		gh_buf_printf(&load.text, "%s\n", context ? context : line);
	}
	if (context)
		gh_buf_printf(&load.text, " %s\n", line);
	if (context || strncmp(line, "no ", 3))
		snprintf(load.context, sizeof(load.context), "%s", context ? context : line);
	if (load.vty) {
		gh_thread_off(load.t_idle);
		gh_thread_timer_ms(load_idle, LOAD_IDLE_MS, &load.t_idle);
	}
}

static void hold(struct vty *vty)
{
	if (load.replaces) {
		gh_buf_fini(&held);
		held_replaces = true;
	}
	gh_buf_append(&held, gh_buf_begin(&load.text), gh_buf_length(&load.text));
	zlog_info("gatehouse: configuration: held until gatehoused is here");
	if (!vty)
		return;
	if (gh_module_trouble())
		print_away(vty);
	else
		vty_out(vty, "gatehoused does not run yet: the gateway's lines are held and "
			     "sent when it does\n");
}

static void load_end(struct vty *vty)
{
	load_leave();
	if (gh_buf_length(&load.text)) {
		if (!gh_daemon_is_here() || !vty)
			hold(vty);
		else if (edit_send(vty, gh_buf_text(&load.text),
				   load.replaces ? GH_EDIT_REPLACE : 0, FILE_WAIT_MS, true))
			zlog_err("gatehouse: configuration: the file was refused, see vtysh's output");
	}
	load_reset();
	if (!vty && gh_daemon_is_here())
		gh_config_joined();
}

/* ---- held lines ------------------------------------------------------- */

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
	f = request_of(GH_EDIT, NULL, held_replaces ? GH_EDIT_REPLACE : 0, gh_buf_text(&held));
	gh_daemon_tell(&f, held_answer, NULL);
}

/* ---- commands --------------------------------------------------------- */

int gh_config_edit(struct vty *vty, const char *context, const char *line)
{
	struct gh_buf text = { 0 };
	int rc;

	/* bgpd reads its own file before any other vty exists. */
	if (vty->type == VTY_FILE && !load.on) {
		load_begin(NULL);
		gh_thread_off(load.t_idle);
		load.replaces = true;
	}
	if (load.on && (load.vty == vty || vty->type == VTY_FILE)) {
		load_line(context, line);
		return CMD_SUCCESS;
	}
	if (context)
		gh_buf_printf(&text, "%s\n", context);
	gh_buf_printf(&text, "%s%s\n", context ? " " : "", line);
	rc = edit_send(vty, gh_buf_text(&text), 0, LINE_WAIT_MS, false);
	gh_buf_fini(&text);
	return rc;
}

static void show_answer(const struct gh_reply *reply, void *arg)
{
	struct answer *a = arg;

	a->status = reply->status;
	if (!reply->text_length)
		return;
	vty_out(a->vty, "%s%.*s", reply->status ? "% " : "", (int)reply->text_length, reply->text);
	if (!reply->more && reply->text[reply->text_length - 1] != '\n')
		vty_out(a->vty, "\n");
}

int gh_config_show(struct vty *vty, const char *text)
{
	struct answer a = { .vty = vty };
	struct gh_fact f = request_of(GH_SHOW, vty, 0, text);
	int rc = gh_daemon_ask(&f, SHOW_WAIT_MS, show_answer, &a);

	if (rc == -ENOTCONN)
		print_away(vty);
	else if (rc == -ETIMEDOUT)
		vty_out(vty, "%% gatehoused does not answer (waited %u s): see `journalctl -u "
			     "gatehouse`, or restart it: tunnels and sessions stay up\n",
			SHOW_WAIT_MS / 1000);
	else if (rc < 0)
		vty_out(vty, "%% gatehoused went away while it answered\n");
	return rc < 0 || a.status ? CMD_WARNING : CMD_SUCCESS;
}

/* ---- marks ------------------------------------------------------------ */

static int command_begins(struct vty *vty, const char *command, char **out)
{
	(void)out;
	if (!strncmp(command, LOAD_BEGIN, strlen(LOAD_BEGIN)))
		load_begin(vty);
	return 0;
}

static int command_done(struct vty *vty, const char *command)
{
	if (load.on && load.vty == vty && command &&
	    !strncmp(command, LOAD_END, strlen(LOAD_END)))
		load_end(vty);
	return 0;
}

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
	if (load.on && !load.vty)
		load_end(NULL);
	return 0;
}

void gh_config_init(void)
{
	hook_register(cmd_execute, command_begins);
	hook_register(cmd_execute_done, command_done);
	hook_register(frr_config_post, startup_file_done);
}
