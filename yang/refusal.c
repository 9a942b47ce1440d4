/* Errors of libyang: see refusal.h. */
#include "yang/refusal.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

/* libyang has the paths inside a sentence: Schema location "/x", data location "/y". */
static bool take_path(const char *sentence, const char *word, struct gh_buf *path)
{
	const char *from = sentence ? strstr(sentence, word) : NULL, *to;

	if (!from)
		return false;
	from += strlen(word);
	to = strstr(from, "\", ");
	if (!to)
		to = strrchr(from, '"');
	if (!to)
		return false;
	gh_buf_append(path, from, (size_t)(to - from));
	return true;
}

static enum finding_tag tag_of(const char *app_tag)
{
	if (app_tag && (!strcmp(app_tag, "instance-required") || !strcmp(app_tag, "missing-choice")))
		return FINDING_DATA_MISSING;
	return FINDING_OPERATION_FAILED;
}

/*
 * A mandatory node that is missing has no place in the data; of libyang we get
 * its place in the schema. It misses in the first of its parents that lacks it.
 */
static bool find_missing(const struct lyd_node *tree, const char *schema, struct gh_buf *path)
{
	const char *name = strrchr(schema, '/');
	struct gh_buf query = { 0 };
	struct ly_set *set = NULL;
	char *parent = NULL;

	if (!tree || !name || name == schema)
		return false;
	name++;
	gh_buf_printf(&query, "%.*s[not(%s)]", (int)(name - 1 - schema), schema, name);
	if (!lyd_find_xpath(tree, gh_buf_text(&query), &set) && set->count)
		parent = lyd_path(set->dnodes[0], LYD_PATH_STD, NULL, 0);
	if (parent)
		gh_buf_printf(path, "%s/%s", parent, name);
	free(parent);
	ly_set_free(set, NULL);
	gh_buf_fini(&query);
	return gh_buf_length(path);
}

static bool take_missing(const struct ly_err_item *error, const struct lyd_node *tree,
			 struct findings *findings)
{
	struct gh_buf schema = { 0 }, path = { 0 };
	struct finding *f;
	bool missing;

	missing = !strncmp(error->msg, "Mandatory node", strlen("Mandatory node")) &&
		  take_path(error->path, "chema location \"", &schema) &&
		  find_missing(tree, gh_buf_text(&schema), &path);
	if (missing) {
		f = findings_add(findings, false, FINDING_MISSING_ELEMENT, gh_buf_text(&path),
				 "it is mandatory here, and not given");
		finding_detail_set(f, strrchr(gh_buf_text(&path), '/') + 1);
	}
	gh_buf_fini(&schema);
	gh_buf_fini(&path);
	return missing;
}

void refusal_take(const struct ly_ctx *context, const struct lyd_node *tree,
		  struct findings *findings)
{
	const struct ly_err_item *error = ly_err_last(context);
	struct gh_buf path = { 0 };
	struct finding *f;

	if (error && error->msg && take_missing(error, tree, findings)) {
		ly_err_clean((struct ly_ctx *)context, NULL);
		return;
	}
	if (error)
		take_path(error->path, "ata location \"", &path);
	f = findings_add(findings, false, tag_of(error ? error->apptag : NULL),
			 gh_buf_length(&path) ? gh_buf_text(&path) : NULL, "%s",
			 error && error->msg ? error->msg : "refused by the schema");
	finding_app_tag_set(f, error ? error->apptag : NULL);
	gh_buf_fini(&path);
	ly_err_clean((struct ly_ctx *)context, NULL);
}
