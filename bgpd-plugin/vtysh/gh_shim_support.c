/*
 * show tech-support gateway: see gh_shim.h.
 *
 * It is vtysh's and not bgpd's, because it asks all daemons, and because each
 * question is then one command, for which bgpd is held no longer than ever.
 * The answers pass through here line by line, and a line loses what is secret
 * in it before it is printed.
 */
#include "bgpd-plugin/vtysh/gh_shim.h"

#include <zebra.h>

#include "command.h"
#include "vtysh/vtysh.h"

#include "bgpd-plugin/gh_node.h"
#include "bgpd-plugin/gh_redact.h"

#define LINES_MAX 2000          /* of one answer: a million routes help nobody */
#define DIAGNOSED_MAX 64
#define NODE "gateway connection "
#define NO_ANSWER "% gatehoused does not answer"

/* In the executable, but in none of its headers. */
extern char *vtysh_pager_name;

/* Variables are bound at the start: a vtysh without them must start all the same. */
#pragma weak vty
#pragma weak vtysh_pager_name

static const char *const questions[] = {
	"show version",
	"show daemons",
	"show gateway",
	"show gateway tech-support",
	"show gateway expressroute",
	"show gateway connections",
	"show gateway certificates",
	"show gateway bgp summary",
	"show gateway commits",
	"show gateway events",
	"show gateway routes",
	"show bgp view all summary",
	"show bfd peers",
	"show interface brief",
};

/* The answer to a command, to be freed; NULL without memory. */
static char *answer(const char *command)
{
	char *text = NULL, *pager = vtysh_pager_name;
	FILE *saved = vty->of, *out;
	size_t length;

	out = open_memstream(&text, &length);
	if (!out)
		return NULL;
	vty->of = out;
	vtysh_pager_name = NULL;
	vtysh_execute_no_pager(command);
	vtysh_pager_name = pager;
	vty->of = saved;
	fclose(out);
	return text;
}

static void print_line(const char *line)
{
	size_t shown = gh_redact(line);

	vty_out(vty, "%.*s%s\n", (int)shown, line, line[shown] ? " (not shown)" : "");
}

static void print(const char *command, char *text)
{
	unsigned lines = 0;
	char *line;

	vty_out(vty, "\n===== %s\n", command);
	while (text && (line = strsep(&text, "\n"))) {
		if (!*line && !text)
			break;
		if (lines++ < LINES_MAX)
			print_line(line);
	}
	if (lines > LINES_MAX)
		vty_out(vty, "(and %u lines more)\n", lines - LINES_MAX);
}

/* False: gatehoused is there and does not answer; each further try takes seconds. */
static bool ask(const char *command)
{
	char *text = answer(command);
	bool answers = !text || strncmp(text, NO_ANSWER, strlen(NO_ANSWER));

	print(command, text);
	free(text);
	return answers;
}

static void diagnose(const char *configuration)
{
	char command[160];
	unsigned count = 0;

	for (const char *at = configuration; at && *at; at = strchr(at, '\n')) {
		at += *at == '\n';
		if (strncmp(at, NODE, strlen(NODE)))
			continue;
		snprintf(command, sizeof(command), "show %s%.*s diagnose", NODE,
			 (int)strcspn(at + strlen(NODE), " \n"), at + strlen(NODE));
		if (++count > DIAGNOSED_MAX || !ask(command))
			return;
	}
}

DEFUN(shim_tech_support, shim_tech_support_cmd,
      "show tech-support gateway",
      SHOW_STR
      "All that a support engineer asks for, without secrets\n"
      GATEWAY_STR)
{
	char *configuration = answer("show running-config"), *copy = NULL;
	bool answers = true;

	for (size_t i = 0; i < array_size(questions); i++) {
		if (answers || strncmp(questions[i], "show gateway", strlen("show gateway")))
			answers &= ask(questions[i]);
	}
	if (configuration)
		copy = strdup(configuration);
	print("show running-config", configuration);
	if (answers)
		diagnose(copy);
	free(configuration);
	free(copy);
	return CMD_SUCCESS;
}

void gh_shim_support_init(void)
{
	install_element(ENABLE_NODE, &shim_tech_support_cmd);
}
