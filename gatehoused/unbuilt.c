/*
 * What no part does yet: see unbuilt.h.
 *
 * One row a line of the configuration, so that who builds it removes the row
 * and its function, and nothing else.
 */
#include "gatehoused/unbuilt.h"

#include <errno.h>

/* ---- of a connection ---- */

static bool revocation_off(const struct gw_connection *c)
{
	return c->revocation == GW_REVOCATION_OFF;
}

static const struct {
	const char *words;
	bool (*asked)(const struct gw_connection *c);
} connection_rows[] = {
	{ "revocation off (charon cannot turn it off for one connection: relaxed asks nobody "
	  "unless a certificate or its authority says whom)", revocation_off },
};

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static int refuse(const char *what, const char *name, const char *words, struct gh_buf *why)
{
	gh_buf_printf(why, "%s%s%s%s: not built yet; remove that line", what, name,
		      name[0] ? ": " : "", words);
	return -ENOTSUP;
}

int unbuilt_check(const struct gw_config *to, struct gh_buf *why)
{
	for (size_t i = 0; i < to->connection_count; i++)
		for (size_t r = 0; r < COUNT(connection_rows); r++)
			if (connection_rows[r].asked(&to->connections[i]))
				return refuse("connection ", to->connections[i].name,
					      connection_rows[r].words, why);
	return 0;
}
