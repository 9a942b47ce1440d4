/* Paths: see path.h. */
#include "yang/netconf/path.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "yang/netconf/message.h"

static bool name_byte(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '-' || c == '.';
}

struct walk {
	const struct ly_ctx *schema;
	const struct lys_module *module;        /* of the step at hand */
	struct gh_buf *out, *declarations;
};

static void declare(struct walk *w, const struct lys_module *module)
{
	struct gh_buf one = { 0 };

	gh_buf_printf(&one, " xmlns:%s=\"%s\"", module->prefix, module->ns);
	if (!strstr(gh_buf_text(w->declarations), gh_buf_text(&one)))
		gh_buf_append(w->declarations, one.data, gh_buf_length(&one));
	gh_buf_fini(&one);
}

/* A name, perhaps with its module; a node of its own changes the module. */
static const char *put_name(struct walk *w, const char *at, bool step)
{
	const struct lys_module *module = w->module;
	const char *end = at;

	while (name_byte(*end))
		end++;
	if (*end == ':') {
		struct gh_buf name = { 0 };

		gh_buf_append(&name, at, (size_t)(end - at));
		module = ly_ctx_get_module_implemented(w->schema, gh_buf_text(&name));
		gh_buf_fini(&name);
		if (module) {
			at = ++end;
			while (name_byte(*end))
				end++;
		}
	}
	if (module) {
		declare(w, module);
		gh_buf_printf(w->out, "%s:", module->prefix);
		if (step)
			w->module = module;
	}
	gh_buf_append(w->out, at, (size_t)(end - at));
	return end;
}

void path_to_xml(const struct ly_ctx *schema, const char *path, struct gh_buf *out,
		 struct gh_buf *declarations)
{
	struct walk w = { .schema = schema, .out = out, .declarations = declarations };
	bool predicate = false;

	while (*path) {
		const char *from = path;

		if (*path == '\'' || *path == '"') {
			const char *end = strchr(path + 1, *path);

			path = end ? end + 1 : path + strlen(path);
			gh_buf_append(out, from, (size_t)(path - from));
		} else if ((isalpha((unsigned char)*path) || *path == '_')) {
			path = put_name(&w, path, !predicate);
		} else {
			predicate = *path == '[' || (predicate && *path != ']');
			gh_buf_append(out, path++, 1);
		}
	}
}

void path_to_json(const char *path, struct gh_buf *out)
{
	const char *module = "";
	size_t module_length = 0;
	bool predicate = false;

	while (*path) {
		const char *from = path;

		if (*path == '\'' || *path == '"') {
			const char *end = strchr(path + 1, *path);

			path = end ? end + 1 : path + strlen(path);
		} else if (isalpha((unsigned char)*path) || *path == '_') {
			while (name_byte(*path))
				path++;
			if (*path == ':') {
				size_t n = (size_t)(path++ - from);

				if (n == module_length && !memcmp(from, module, n))
					from = path;
				else if (!predicate)
					module = from, module_length = n;
			}
		} else {
			predicate = *path == '[' || (predicate && *path != ']');
			path++;
		}
		gh_buf_append(out, from, (size_t)(path - from));
	}
}

void path_last(const char *path, struct gh_buf *out)
{
	const char *name = path, *end;
	char quote = '\0';

	for (const char *p = path; *p; p++) {
		if (quote)
			quote = *p == quote ? '\0' : quote;
		else if (*p == '\'' || *p == '"')
			quote = *p;
		else if (*p == '/' || *p == ':')
			name = p + 1;
	}
	end = name + strcspn(name, "[");
	gh_buf_append(out, name, (size_t)(end - name));
}
