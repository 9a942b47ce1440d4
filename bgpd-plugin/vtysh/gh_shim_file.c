/*
 * Files: see gh_shim.h.
 *
 * bgpd cannot see whether `vtysh -b` or `vtysh -f` reads a file, and vtysh
 * takes no note of what the end of a file is answered with. So right before
 * it, bgpd is told the kind by a command of ours, whose answer becomes vtysh's
 * exit status.
 *
 * A reload (frr-reload.py) that only takes lines away reads no file; but it
 * looks at the running configuration again, and what it took away is taken
 * over before that.
 */
#include "bgpd-plugin/vtysh/gh_shim.h"

#include <zebra.h>

#include <getopt.h>

#include "command.h"
#include "vtysh/vtysh.h"

/* Variables are bound at the start: a vtysh without them must start all the same. */
#pragma weak vty
#pragma weak vtydir

#define FILE_END "XFRR_end_configuration"
#define LOAD "XGATEHOUSE_load "

static bool concerns_us;

void gh_shim_file_concerns_us(void)
{
	concerns_us = true;
}

/* ---- vtysh's options --------------------------------------------------- */

struct arguments {
	bool boot;              /* -b */
	bool no_error;          /* -n: errors are no errors */
	bool without_bgpd;      /* -d of another daemon, as watchfrr does */
};

static int read_arguments(char *buffer, size_t size, char *argv[], int most)
{
	FILE *file = fopen("/proc/self/cmdline", "re");
	size_t n = file ? fread(buffer, 1, size - 1, file) : 0;
	int argc = 0;

	if (file)
		fclose(file);
	buffer[n] = '\0';
	for (char *p = buffer; p < buffer + n && argc < most - 1; p += strlen(p) + 1)
		argv[argc++] = p;
	argv[argc] = NULL;
	return argc;
}

/* Its own options, of which only three count here. */
static struct arguments arguments(void)
{
	static const struct option options[] = {
		{ "boot", no_argument, NULL, 'b' },
		{ "noerror", no_argument, NULL, 'n' },
		{ "eval", required_argument, NULL, 'e' },
		{ "command", required_argument, NULL, 'c' },
		{ "daemon", required_argument, NULL, 'd' },
		{ "vty_socket", required_argument, NULL, 'f' },
		{ "config_dir", required_argument, NULL, 'f' },
		{ "inputfile", required_argument, NULL, 'f' },
		{ "histfile", required_argument, NULL, 'H' },
		{ "pathspace", required_argument, NULL, 'N' },
		{ NULL, 0, NULL, 0 },
	};
	char buffer[16384], *argv[256];
	int argc = read_arguments(buffer, sizeof(buffer), argv, array_size(argv));
	int saved_index = optind, saved_errors = opterr, option;
	struct arguments a = { 0 };

	optind = 0;
	opterr = 0;
	while ((option = getopt_long(argc, argv, "be:c:d:nf:H:mEhCwN:ut", options, NULL)) != -1) {
		a.boot |= option == 'b';
		a.no_error |= option == 'n';
		if (option == 'd')
			a.without_bgpd = strcmp(optarg, "bgpd") != 0;
	}
	optind = saved_index;
	opterr = saved_errors;
	return a;
}

/* ---- the exit status ---------------------------------------------------- */

static void exit_as_failed(void)
{
	fflush(NULL);
	_exit(EXIT_FAILURE);
}

/* vtysh will call exit(0) wherever it stands: handlers have the last word. */
static void fail(void)
{
	static bool failed;

	if (!failed && !arguments().no_error)
		failed = !atexit(exit_as_failed);
}

/* ---- what is watched ---------------------------------------------------- */

static void file_ends(void)
{
	struct arguments a = arguments();

	concerns_us = false;
	if (!a.without_bgpd && vtysh_execute_no_pager(a.boot ? LOAD "boot" : LOAD "merge"))
		fail();
}

/* The form that a reload asks in, and nobody else by chance. */
static bool is_reload(const char *cmd)
{
	return !strncmp(cmd, "show running-config", strlen("show running-config")) &&
	       strstr(cmd, " no-header");
}

/* To stderr: what is printed next is read as configuration. */
static void take_rest(void)
{
	char path[MAXPATHLEN];
	FILE *saved = vty->of;

	snprintf(path, sizeof(path), "%s/bgpd.vty", vtydir);
	if (arguments().without_bgpd || access(path, F_OK))
		return;
	vty->of = stderr;
	if (vtysh_execute_no_pager(LOAD "rest"))
		fail();
	vty->of = saved;
}

void gh_shim_file_watch(const char *cmd)
{
	/* vtysh.conf is read before bgpd is connected; it has no lines of ours. */
	if (concerns_us && !strcmp(cmd, FILE_END))
		file_ends();
	else if (is_reload(cmd))
		take_rest();
}
