/* gatehouse-exporter: see gatehouse-exporter(8). */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gh-config.h"
#include "metrics/server.h"

#define TIMEOUT_MS 5000

static const char usage[] =
	"gatehouse-exporter - metrics of a gateway for Prometheus\n"
	"\n"
	"  -i, --instance NAME    name of the gateway (gateway)\n"
	"  -r, --run-dir DIR      where its facts.sock is (/run/gatehouse/NAME)\n"
	"  -l, --listen ADDRESS   a loopback address and a port (127.0.0.1:9474)\n"
	"  -h, --help             this text\n"
	"  -V, --version          print the version\n";

struct arguments {
	const char *instance, *run_dir, *listen;
};

static int take(struct arguments *a, int argc, char **argv)
{
	static const struct option options[] = {
		{ "instance", required_argument, NULL, 'i' },
		{ "run-dir", required_argument, NULL, 'r' },
		{ "listen", required_argument, NULL, 'l' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "i:r:l:hV", options, NULL)) != -1) {
		switch (c) {
		case 'i':
			a->instance = optarg;
			break;
		case 'r':
			a->run_dir = optarg;
			break;
		case 'l':
			a->listen = optarg;
			break;
		case 'h':
			fputs(usage, stdout);
			exit(0);
		case 'V':
			puts("gatehouse-exporter " PACKAGE_VERSION);
			exit(0);
		default:
			return -1;
		}
	}
	return optind < argc ? -1 : 0;
}

/* Its own thread serves; this one waits for the end. */
static int serve(const struct server_config *config)
{
	struct gh_buf why = { 0 };
	struct server *s;
	sigset_t ends;
	int which;

	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGINT);
	sigprocmask(SIG_BLOCK, &ends, NULL);
	signal(SIGPIPE, SIG_IGN);
	s = server_start(config, &why);
	if (!s) {
		fprintf(stderr, "gatehouse-exporter: %s\n", gh_buf_text(&why));
		gh_buf_fini(&why);
		return 1;
	}
	sigwait(&ends, &which);
	server_stop(s);
	return 0;
}

int main(int argc, char **argv)
{
	struct arguments a = { .instance = "gateway", .listen = "127.0.0.1:9474" };
	struct server_config config = { .timeout_ms = TIMEOUT_MS };
	struct gh_buf why = { 0 };
	char path[128];
	int n;

	if (take(&a, argc, argv) < 0) {
		fputs("gatehouse-exporter: see gatehouse-exporter --help\n", stderr);
		return 2;
	}
	n = a.run_dir ? snprintf(path, sizeof(path), "%s/facts.sock", a.run_dir)
		      : snprintf(path, sizeof(path), "/run/gatehouse/%s/facts.sock", a.instance);
	if (n >= (int)sizeof(path) || strchr(a.instance, '/')) {
		fputs("gatehouse-exporter: the path of facts.sock is too long, or the name has a /\n",
		      stderr);
		return 2;
	}
	if (server_address(a.listen, &config.listen, &why) < 0) {
		fprintf(stderr, "gatehouse-exporter: --listen %s\n", gh_buf_text(&why));
		gh_buf_fini(&why);
		return 2;
	}
	config.socket_path = path;
	return serve(&config);
}
