/*
 * Hints: see gh_shim.h.
 *
 * For a value out of range vtysh says no more than "Unknown command". The
 * words before the one that is not understood tell what was expected.
 *
 * vtysh tries a line in the present node, then in each node above. So the hint
 * is made in the first and given when the last has failed as well.
 */
#include "bgpd-plugin/vtysh/gh_shim.h"

#include <zebra.h>

#include "command.h"
#include "vtysh/vtysh.h"

#include "bgpd-plugin/gh_nodes.h"

#pragma GCC diagnostic ignored "-Wenum-conversion"

#define TOKENS_SHOWN 12

static char hint[1024];

static void add(const char *format, ...) PRINTFRR(1, 2);

static void add(const char *format, ...)
{
	size_t used = strlen(hint);
	va_list args;

	va_start(args, format);
	vsnprintf(hint + used, sizeof(hint) - used, format, args);
	va_end(args);
}

/* What may follow the first n words, or NULL where they mean nothing. */
static vector expected(struct vty *vty, vector words, unsigned n)
{
	vector start = vector_init(n + 1), found;
	int status;

	for (unsigned i = 0; i < n; i++)
		vector_set(start, vector_slot(words, i));
	vector_set(start, NULL);
	found = cmd_describe_command(start, vty, &status);
	vector_free(start);
	if (found && status != CMD_ERR_NO_MATCH)
		return found;
	if (found)
		vector_free(found);
	return NULL;
}

static void make_of(vector words, unsigned n, vector tokens)
{
	unsigned shown = 0;

	add("%% ");
	for (unsigned i = 0; i < n; i++)
		add("%s%s", i ? " " : "", (const char *)vector_slot(words, i));
	add(": expected ");
	for (unsigned i = 0; i < vector_active(tokens) && shown < TOKENS_SHOWN; i++) {
		const struct cmd_token *t = vector_slot(tokens, i);

		if (t && strcmp(t->text, CMD_CR_TEXT))
			add("%s%s", shown++ ? " or " : "", t->text);
	}
	add("%s, not \"%s\"\n", shown ? "" : "nothing more", (const char *)vector_slot(words, n));
}

static void make(struct vty *vty, const char *cmd)
{
	vector words = cmd_make_strvec(cmd), tokens;

	if (!words)
		return;
	for (unsigned n = vector_active(words) - 1; n && !hint[0]; n--) {
		tokens = expected(vty, words, n);
		if (!tokens)
			continue;
		make_of(words, n, tokens);
		vector_free(tokens);
	}
	cmd_free_strvec(words);
}

void gh_shim_hint(struct vty *vty, const char *cmd, int result)
{
	bool ours = vty->node >= GATEWAY_NODE && vty->node < GATEWAY_NODES_END;

	if (result != CMD_ERR_NO_MATCH || vty->type != VTY_SHELL) {
		hint[0] = '\0';
	} else if (ours && !hint[0]) {
		make(vty, cmd);
	} else if (!ours && hint[0]) {
		/* A key would be repeated. */
		if (!strstr(cmd, "shared-key") && !strstr(cmd, "password"))
			vty_out(vty, "%s", hint);
		hint[0] = '\0';
	}
}
