/* The operation device-config: a description of the running configuration, written as lines. */
#include <errno.h>
#include <string.h>

#include "gatehoused/device/device.h"
#include "gatehoused/gateway.h"
#include "gatehoused/state/state.h"
#include "gatehoused/state/writer.h"
#include "yang/store.h"

static void write_lines(struct writer *w, struct gh_buf *text)
{
	const char *at = gh_buf_text(text);

	writer_list(w, "line");
	while (*at) {
		size_t n = strcspn(at, "\n");

		writer_format(w, NULL, "%.*s", (int)n, at);
		at += n + (at[n] == '\n');
	}
	writer_list_end(w);
}

int state_device_config(struct gateway *g, const char *connection, const char *kind, bool pretty,
			struct gh_buf *out, struct gh_buf *why)
{
	const struct gw_config *config = store_config(g->store);
	const struct gw_connection *c = gw_config_connection(config, connection);
	struct writer w = { .out = out, .pretty = pretty };
	struct gh_buf text = { 0 };
	struct device d;
	int rc;

	if (!c) {
		gh_buf_printf(why, "there is no connection %s: see `show gateway connections`",
			      connection);
		return -ENOENT;
	}
	device_describe(config, c, &d);
	rc = device_write(&d, kind, &text, why);
	if (!rc) {
		writer_open(&w, NULL);
		writer_open(&w, "gatehouse:output");
		write_lines(&w, &text);
		writer_close(&w);
		writer_close(&w);
	}
	gh_buf_fini(&text);
	return rc;
}
