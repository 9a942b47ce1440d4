/*
 * The context: see context.h.
 *
 * libyang asks for what a module imports or includes; it is answered from the
 * built-in texts, and nothing is looked for in the file system.
 */
#include "yang/context.h"

#include <errno.h>
#include <string.h>

#include "yang/context_modules.h"

/* What the daemon implements, with its features; the rest is only imported. */
static const struct {
	const char *name;
	const char *features[8];
} implemented[] = {
	{ "ietf-netconf", { "writable-running", "candidate", "confirmed-commit", "rollback-on-error",
			    "validate", "startup", "xpath", NULL } },
	{ "ietf-netconf-acm", { NULL } },
	{ "gatehouse-access", { NULL } },
	{ "ietf-netconf-with-defaults", { NULL } },
	{ "ietf-netconf-monitoring", { NULL } },
	{ "ietf-netconf-nmda", { "with-defaults", NULL } },
	{ "ietf-netconf-notifications", { NULL } },
	{ "notifications", { NULL } },
	{ "nc-notifications", { NULL } },
	{ "gatehouse", { NULL } },
};

const struct context_module *context_text(const char *name)
{
	for (unsigned i = 0; i < context_module_count; i++)
		if (!strcmp(context_modules[i].name, name))
			return &context_modules[i];
	return NULL;
}

static LY_ERR import(const char *module, const char *revision, const char *submodule,
		     const char *submodule_revision, void *user, LYS_INFORMAT *format,
		     const char **text, ly_module_imp_data_free_clb *free_text)
{
	const struct context_module *m = context_text(submodule ? submodule : module);

	(void)revision, (void)submodule_revision, (void)user;
	if (!m)
		return LY_ENOTFOUND;
	*format = LYS_IN_YANG;
	*text = m->text;
	*free_text = NULL;
	return LY_SUCCESS;
}

static int refused(struct ly_ctx *context, const char *module, struct gh_buf *why)
{
	const char *message = context ? ly_errmsg(context) : NULL;

	gh_buf_printf(why, "libyang refuses the module %s: %s", module,
		      message ? message : "no context");
	return -EINVAL;
}

int context_new(struct ly_ctx **out, struct gh_buf *why)
{
	struct ly_ctx *context = NULL;
	int ret = 0;

	ly_log_options(LY_LOSTORE_LAST);
	if (ly_ctx_new(NULL, LY_CTX_DISABLE_SEARCHDIRS, &context))
		return refused(context, "ietf-yang-library", why);
	ly_ctx_set_module_imp_clb(context, import, NULL);
	for (unsigned i = 0; i < sizeof(implemented) / sizeof(*implemented) && !ret; i++)
		if (!ly_ctx_load_module(context, implemented[i].name, NULL,
					(const char **)implemented[i].features))
			ret = refused(context, implemented[i].name, why);
	if (ret) {
		context_free(context);
		return ret;
	}
	*out = context;
	return 0;
}

void context_free(struct ly_ctx *context)
{
	ly_ctx_destroy(context);
}
