/*
 * Files: see load.h.
 *
 * The hooks around commands see vtysh's two marks; nothing else tells bgpd
 * where a file begins.
 */
#include "bgpd-plugin/gh_load.h"

#include "base/buf.h"
#include "bgpd-plugin/gh_compat.h"
#include "bgpd-plugin/gh_config.h"
#include "bgpd-plugin/gh_text.h"

#define LOAD_BEGIN "XFRR_start_configuration"
#define LOAD_END "XFRR_end_configuration"
/* A vtysh or a reload that died half-way must not leave its lines behind. */
#define IDLE_MS 30000

static struct {
	bool on;
	const struct vty *vty;  /* NULL: bgpd's own start-up file */
	bool replaces;
	struct gh_buf text;
	char context[256];      /* the node of the last line */
	struct thread *t_idle;
} load;

/* What a reload has taken away so far, the last line first. */
static struct gh_buf removed;
static struct thread *t_removed_idle;

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
	gh_thread_timer_ms(load_idle, IDLE_MS, &load.t_idle);
}

/* Indented: vtysh drops an "exit" at the line's begin when it writes. */
static void load_leave(void)
{
	if (load.context[0])
		gh_buf_printf(&load.text, " exit\n");
	load.context[0] = '\0';
}

/* A node is entered by its name, on the top level, or by the first line in it. */
static void load_add(const char *context, const char *line)
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
		gh_thread_timer_ms(load_idle, IDLE_MS, &load.t_idle);
	}
}

bool gh_load_line(struct vty *vty, const char *context, const char *line)
{
	/* bgpd reads its own file before any other vty exists. */
	if (vty->type == VTY_FILE && !load.on) {
		load_begin(NULL);
		gh_thread_off(load.t_idle);
		load.replaces = true;
	}
	if (!load.on || (load.vty != vty && vty->type != VTY_FILE))
		return false;
	load_add(context, line);
	return true;
}

/* What a reload took away goes first, in the same text. */
static int load_end(struct vty *vty, bool in_handler)
{
	struct gh_buf text = { 0 };
	int rc = CMD_SUCCESS;

	load_leave();
	gh_buf_append(&text, gh_buf_begin(&removed), gh_buf_length(&removed));
	gh_buf_append(&text, gh_buf_begin(&load.text), gh_buf_length(&load.text));
	gh_buf_fini(&removed);
	gh_thread_off(t_removed_idle);
	if (gh_buf_length(&text))
		rc = gh_config_take(vty, &text, load.replaces, in_handler);
	gh_buf_fini(&text);
	load_reset();
	return rc;
}

int gh_load_finish(struct vty *vty, char kind)
{
	if (kind == 'r')
		return gh_buf_length(&removed) ? load_end(vty, true) : CMD_SUCCESS;
	if (!load.on || load.vty != vty)
		return CMD_SUCCESS;
	load.replaces = kind == 'b';
	return load_end(vty, true);
}

void gh_load_startup_done(void)
{
	if (load.on && !load.vty)
		load_end(NULL, false);
}

/* ---- lines with their node -------------------------------------------- */

static void removed_idle(struct thread *t)
{
	(void)t;
	zlog_warn("gatehouse: configuration: a reload did not go on, what it removed stays");
	gh_buf_fini(&removed);
}

int gh_load_flat(struct vty *vty, const char *words)
{
	char context[256];
	const char *line;

	if (!gh_text_unflatten(words, context, sizeof(context), &line)) {
		vty_out(vty, "%% a node, a slash and a line are expected, such as "
			     "`gateway line connection paris / weight 20`\n");
		return CMD_WARNING_CONFIG_FAILED;
	}
	return gh_config_edit(vty, &(struct gh_line){
		.context = line ? context : NULL, .text = line ? line : context });
}

/* Taken away last to first: what hangs on a line stands behind it. */
int gh_load_flat_removed(const char *words)
{
	struct gh_buf text = { 0 };
	char context[256];
	const char *line;

	if (!gh_text_unflatten(words, context, sizeof(context), &line))
		return CMD_WARNING;
	if (!line)
		gh_buf_printf(&text, "no %s\n", context);
	else if (!strncmp(line, "no ", 3))
		gh_buf_printf(&text, "%s\n %s\n exit\n", context, line + 3);
	else
		gh_buf_printf(&text, "%s\n no %s\n exit\n", context, line);
	gh_buf_append(&text, gh_buf_begin(&removed), gh_buf_length(&removed));
	gh_buf_fini(&removed);
	removed = text;
	gh_thread_off(t_removed_idle);
	gh_thread_timer_ms(removed_idle, IDLE_MS, &t_removed_idle);
	return CMD_SUCCESS;
}

/* ---- vtysh's marks ----------------------------------------------------- */

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
		load_end(vty, false);
	return 0;
}

void gh_load_init(void)
{
	hook_register(cmd_execute, command_begins);
	hook_register(cmd_execute_done, command_done);
}
