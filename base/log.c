/* One line per event: see log.h. */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>

static void to_stderr(enum gh_log_level level, const char *line)
{
	fprintf(stderr, "<%d>%s\n", level, line);
}

static gh_log_sink *_Atomic sink = to_stderr;
static enum gh_log_level most = GH_LOG_INFO;

void gh_log_set_sink(gh_log_sink *s)
{
	sink = s ? s : to_stderr;
}

void gh_log_set_level(enum gh_log_level level)
{
	most = level;
}

void gh_log(enum gh_log_level level, const char *format, ...)
{
	char line[512];
	va_list args;

	if (level > most)
		return;
	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	sink(level, line);
}
