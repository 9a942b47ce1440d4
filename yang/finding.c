/* Findings: see finding.h. */
#include "yang/finding.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "yang/cli.h"

#define TELL_MAX 20     /* findings that a message holds */

static const struct {
	const char *name;
	int error;
} tags[FINDING_TAGS] = {
	[FINDING_OPERATION_FAILED] = { "operation-failed", EINVAL },
	[FINDING_INVALID_VALUE] = { "invalid-value", EINVAL },
	[FINDING_TOO_BIG] = { "too-big", EFBIG },
	[FINDING_MISSING_ATTRIBUTE] = { "missing-attribute", EINVAL },
	[FINDING_BAD_ATTRIBUTE] = { "bad-attribute", EINVAL },
	[FINDING_UNKNOWN_ATTRIBUTE] = { "unknown-attribute", EINVAL },
	[FINDING_MISSING_ELEMENT] = { "missing-element", EINVAL },
	[FINDING_BAD_ELEMENT] = { "bad-element", EINVAL },
	[FINDING_UNKNOWN_ELEMENT] = { "unknown-element", EINVAL },
	[FINDING_UNKNOWN_NAMESPACE] = { "unknown-namespace", EINVAL },
	[FINDING_ACCESS_DENIED] = { "access-denied", EACCES },
	[FINDING_LOCK_DENIED] = { "lock-denied", EBUSY },
	[FINDING_RESOURCE_DENIED] = { "resource-denied", EAGAIN },
	[FINDING_ROLLBACK_FAILED] = { "rollback-failed", EIO },
	[FINDING_DATA_EXISTS] = { "data-exists", EEXIST },
	[FINDING_DATA_MISSING] = { "data-missing", ENOENT },
	[FINDING_OPERATION_NOT_SUPPORTED] = { "operation-not-supported", EOPNOTSUPP },
	[FINDING_MALFORMED_MESSAGE] = { "malformed-message", EBADMSG },
	[FINDING_IN_USE] = { "in-use", EBUSY },
};

const char *finding_tag_name(enum finding_tag tag)
{
	return tags[tag].name;
}

int finding_tag_errno(enum finding_tag tag)
{
	return tags[tag].error;
}

static char *copy(const char *text)
{
	char *s = text ? strdup(text) : NULL;

	if (text && !s)
		abort();
	return s;
}

static struct finding *grow(struct findings *f)
{
	if (f->count == f->size) {
		f->size = f->size ? f->size * 2 : 8;
		f->array = reallocarray(f->array, f->size, sizeof(*f->array));
		if (!f->array)
			abort();
	}
	return &f->array[f->count++];
}

struct finding *findings_add(struct findings *findings, bool warning, enum finding_tag tag,
			     const char *path, const char *format, ...)
{
	struct finding *f = grow(findings);
	va_list args;

	*f = (struct finding){ .warning = warning, .tag = tag, .path = copy(path) };
	va_start(args, format);
	if (vasprintf(&f->text, format, args) < 0)
		abort();
	va_end(args);
	if (!warning)
		findings->errors++;
	return f;
}

void finding_app_tag_set(struct finding *finding, const char *app_tag)
{
	free(finding->app_tag);
	finding->app_tag = copy(app_tag);
}

void finding_detail_set(struct finding *finding, const char *detail)
{
	free(finding->detail);
	finding->detail = copy(detail);
}

void findings_move(struct findings *findings, struct findings *from)
{
	for (size_t i = 0; i < from->count; i++)
		*grow(findings) = from->array[i];
	findings->errors += from->errors;
	free(from->array);
	*from = (struct findings){ 0 };
}

void findings_copy(struct findings *findings, const struct findings *from)
{
	for (size_t i = 0; from && i < from->count; i++) {
		struct finding *f = grow(findings);

		*f = from->array[i];
		f->app_tag = copy(f->app_tag);
		f->path = copy(f->path);
		f->text = copy(f->text);
		f->detail = copy(f->detail);
		findings->errors += !f->warning;
	}
}

void findings_fini(struct findings *findings)
{
	for (size_t i = 0; i < findings->count; i++) {
		free(findings->array[i].app_tag);
		free(findings->array[i].path);
		free(findings->array[i].text);
		free(findings->array[i].detail);
	}
	free(findings->array);
	*findings = (struct findings){ 0 };
}

void finding_print(const struct finding *finding, struct gh_buf *out)
{
	if (finding->line)
		gh_buf_printf(out, "line %u: ", finding->line);
	if (finding->path) {
		cli_place(finding->path, !finding->names_leaf, out);
		gh_buf_printf(out, ": ");
	}
	gh_buf_printf(out, "%s", finding->text);
}

void findings_print(const struct findings *findings, struct gh_buf *out)
{
	size_t told = 0, more = 0;

	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *f = &findings->array[i];

		if (findings->errors && f->warning)
			continue;
		if (told == TELL_MAX) {
			more++;
			continue;
		}
		if (told++)
			gh_buf_printf(out, "\n");
		finding_print(f, out);
	}
	if (more)
		gh_buf_printf(out, "\n... and %zu more", more);
}
