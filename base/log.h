/*
 * log - one line per event, to a sink that the program chooses
 *
 * `object: event, detail`. error: someone must act; warning: a peer
 * misbehaves; info: state changed; debug: for us. Never a secret.
 *
 * By itself a line is written before gh_log returns. That is what tools, tests
 * and the keeper do. The daemon's loop must not wait for whoever reads the log,
 * so there a thread writes (scribe.h): lines keep their order and are never torn,
 * and a crash writes those before it, errors above all, since they say why.
 * What SIGKILL takes is the last instant's, and of a full ring what is
 * counted; for the same lines written directly, the loop would stand still.
 *
 * Threads    any but the datapath workers, which count instead of logging.
 * Errors     none: a line that cannot be written is lost.
 */
#ifndef GH_LOG_H
#define GH_LOG_H

enum gh_log_level {
	GH_LOG_ERROR = 3,       /* the numbers of syslog (RFC 5424 6.2.1) */
	GH_LOG_WARNING = 4,
	GH_LOG_INFO = 6,
	GH_LOG_DEBUG = 7,
};

typedef void gh_log_sink(enum gh_log_level level, const char *line);

/* NULL restores the default, stderr with journald's <level> prefix. */
void gh_log_set_sink(gh_log_sink *sink);
void gh_log_set_level(enum gh_log_level most);

void gh_log(enum gh_log_level level, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#define gh_error(...) gh_log(GH_LOG_ERROR, __VA_ARGS__)
#define gh_warning(...) gh_log(GH_LOG_WARNING, __VA_ARGS__)
#define gh_info(...) gh_log(GH_LOG_INFO, __VA_ARGS__)
#define gh_debug(...) gh_log(GH_LOG_DEBUG, __VA_ARGS__)

#endif
