/*
 * libyang_compat - the calls whose form differs between libyang 2 and 3
 *
 * Everything else of the NETCONF part uses what both have.
 */
#ifndef GH_NETCONF_LIBYANG_COMPAT_H
#define GH_NETCONF_LIBYANG_COMPAT_H

#include <libyang/libyang.h>
#include <libyang/plugins_types.h>

#if LY_VERSION_MAJOR >= 3
#define COMPAT_PARENT(node) ((struct lyd_node *)(node))
static inline const struct lys_module *compat_prefix_module(const struct ly_ctx *context,
							     const char *prefix, size_t length,
							     LY_VALUE_FORMAT format,
							     const void *data)
{
	return lyplg_type_identity_module(context, NULL, prefix, (uint32_t)length, format, data);
}
#else
#define COMPAT_PARENT(node) ((struct lyd_node_inner *)(node))
static inline const struct lys_module *compat_prefix_module(const struct ly_ctx *context,
							     const char *prefix, size_t length,
							     LY_VALUE_FORMAT format,
							     const void *data)
{
	return lyplg_type_identity_module(context, NULL, prefix, length, format, data);
}
#endif

/* The newest error of the context, and the words to say without one. */
struct compat_error {
	const char *text, *path, *app_tag;
};

static inline struct compat_error compat_error_last(const struct ly_ctx *context)
{
#if LY_VERSION_MAJOR >= 3
	const struct ly_err_item *e = ly_err_last(context);

	return (struct compat_error){ e && e->msg ? e->msg : "refused by the schema",
				      e ? e->data_path : NULL, e ? e->apptag : NULL };
#else
	const struct ly_err_item *e = ly_err_last(context);

	return (struct compat_error){ e && e->msg ? e->msg : "refused by the schema",
				      e ? e->path : NULL, e ? e->apptag : NULL };
#endif
}

#endif
