/* The command line of gatehoused: see options.h and gatehoused(8). */
#include "gatehoused/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gh-config.h"

static const struct option long_options[] = {
	{ "instance", required_argument, NULL, 'i' },
	{ "index", required_argument, NULL, 'n' },
	{ "run-dir", required_argument, NULL, 'r' },
	{ "state-dir", required_argument, NULL, 's' },
	{ "user", required_argument, NULL, 'u' },
	{ "vici", required_argument, NULL, 'c' },
	{ "startup", required_argument, NULL, 'f' },
	{ "verbose", no_argument, NULL, 'v' },
	{ "child", no_argument, NULL, 'K' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ 0 },
};

static const char usage[] =
	"gatehoused - a BGP-integrated VPN and ExpressRoute gateway\n"
	"\n"
	"  -i, --instance NAME    name of this gateway (gateway)\n"
	"  -n, --index N          number of this gateway on the host, 0-255 (0)\n"
	"  -r, --run-dir DIR      sockets and state lost at boot (/run/gatehouse/NAME)\n"
	"  -s, --state-dir DIR    the host key (/var/lib/gatehouse/NAME)\n"
	"  -u, --user USER        whom the daemon runs as (gatehouse)\n"
	"  -c, --vici SOCKET      charon's control socket (/run/charon.vici)\n"
	"  -f, --startup FILE     FRR's configuration file (/etc/frr/frr.conf)\n"
	"  -v, --verbose          log more\n"
	"  -h, --help             this text\n"
	"  -V, --version          print the version\n"
	"\n"
	"It is configured in vtysh, node `gateway`: see gatehoused(8).\n";

static int refuse(const char *option, const char *value, const char *expected)
{
	fprintf(stderr, "gatehoused: %s %s: expected %s\n", option, value, expected);
	return -EINVAL;
}

/* The name becomes part of paths, of a view and of messages. */
static bool is_name(const char *s)
{
	size_t n = strlen(s);

	return n >= 1 && n <= 32 && s[0] != '-' &&
	       strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") == n;
}

static int path_set(char *path, const char *option, const char *value)
{
	if (value[0] != '/' || strlen(value) >= OPTIONS_PATH_MAX)
		return refuse(option, value, "an absolute path of at most 95 characters");
	strcpy(path, value);
	return 0;
}

static int index_set(struct options *o, const char *value)
{
	char *end;
	unsigned long n = strtoul(value, &end, 10);

	if (value[0] < '0' || value[0] > '9' || *end || n > 255)
		return refuse("--index", value, "a number from 0 to 255");
	o->index = (uint32_t)n;
	return 0;
}

static int option_set(struct options *o, int c)
{
	switch (c) {
	case 'i':
		o->instance = optarg;
		return is_name(optarg) ? 0 : refuse("--instance", optarg,
						    "1-32 letters, digits, - and _");
	case 'n':
		return index_set(o, optarg);
	case 'r':
		return path_set(o->run_dir, "--run-dir", optarg);
	case 's':
		return path_set(o->state_dir, "--state-dir", optarg);
	case 'u':
		o->user = optarg;
		return 0;
	case 'c':
		o->vici = strncmp(optarg, "unix://", 7) ? optarg : optarg + 7;
		return 0;
	case 'f':
		return path_set(o->startup, "--startup", optarg);
	case 'v':
		o->verbose = true;
		return 0;
	case 'K':
		o->child = true;
		return 0;
	case 'h':
		fputs(usage, stdout);
		exit(0);
	case 'V':
		puts("gatehoused " PACKAGE_VERSION);
		exit(0);
	default:
		fputs("gatehoused: see gatehoused --help\n", stderr);
		return -EINVAL;
	}
}

int options_parse(struct options *o, int argc, char **argv)
{
	int c, rc;

	*o = (struct options){
		.instance = "gateway", .user = "gatehouse", .vici = "/run/charon.vici",
	};
	while ((c = getopt_long(argc, argv, "i:n:r:s:u:c:f:vhV", long_options, NULL)) != -1) {
		rc = option_set(o, c);
		if (rc < 0)
			return rc;
	}
	if (optind < argc)
		return refuse("argument", argv[optind], "options only, see gatehoused --help");
	if (!o->run_dir[0])
		snprintf(o->run_dir, sizeof(o->run_dir), "/run/gatehouse/%s", o->instance);
	if (!o->state_dir[0])
		snprintf(o->state_dir, sizeof(o->state_dir), "/var/lib/gatehouse/%s", o->instance);
	if (!o->startup[0])
		snprintf(o->startup, sizeof(o->startup), "/etc/frr/frr.conf");
	snprintf(o->tun, sizeof(o->tun), "gh%u", o->index);
	return 0;
}
