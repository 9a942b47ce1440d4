/*
 * options - how one gateway instance was started
 *
 * Everything that must differ between two gateways on one host derives from
 * the instance name; the rest is in the configuration.
 *
 * Ownership  strings point into argv or static text.
 * Threads    read-only after options_parse.
 * Errors     options_parse prints the reason with a remedy and returns -EINVAL.
 */
#ifndef GATEHOUSED_OPTIONS_H
#define GATEHOUSED_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#define OPTIONS_PATH_MAX 96     /* so that a socket's name still fits sun_path */

struct options {
	const char *instance;           /* name of the view in bgpd, too */
	const char *user;               /* whom the daemon runs as */
	const char *vici;               /* path of charon's vici socket */
	uint32_t index;                 /* 0-255: TUN gh<index>, table 4700 + index */
	bool child;                     /* the daemon itself, started by the keeper */
	bool verbose;
	char run_dir[OPTIONS_PATH_MAX];
	char state_dir[OPTIONS_PATH_MAX];
	char startup[OPTIONS_PATH_MAX]; /* frr.conf */
	char tun[16];
};

int options_parse(struct options *o, int argc, char **argv);

#endif
