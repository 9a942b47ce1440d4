/*
 * The host's facts: see support.h.
 *
 * What the kernel prints is passed on as it is: whoever reads it knows it.
 */
#include "gatehoused/show/support.h"

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "gatehoused/gateway.h"
#include "gatehoused/show/grid.h"
#include "gatehoused/guests.h"
#include "gh-config.h"

#define LINES_MAX 200           /* of one file: a host may have many interfaces */

static void title(struct gh_buf *out, const char *text)
{
	gh_buf_printf(out, "--- %s\n", text);
}

/* The lines that hold one of the words; words NULL: all. */
static void file_print(const char *path, const char *const words[], struct gh_buf *out)
{
	FILE *file = fopen(path, "re");
	char line[512];
	unsigned lines = 0;

	if (!file)
		return;
	while (lines < LINES_MAX && fgets(line, sizeof(line), file)) {
		bool wanted = !words;

		for (size_t i = 0; words && words[i] && !wanted; i++)
			wanted = !strncmp(line, words[i], strlen(words[i]));
		if (!wanted)
			continue;
		lines++;
		line[strcspn(line, "\n")] = '\0';
		gh_buf_printf(out, "%s\n", line);
	}
	fclose(file);
}

static void setting_print(const char *name, struct gh_buf *out)
{
	char path[128], value[128] = "";
	FILE *file;

	snprintf(path, sizeof(path), "/proc/sys/%s", name);
	for (char *c = path; *c; c++)
		*c = *c == '.' ? '/' : *c;
	file = fopen(path, "re");
	if (!file || !fgets(value, sizeof(value), file))
		snprintf(value, sizeof(value), "(there is none)");
	if (file)
		fclose(file);
	value[strcspn(value, "\n")] = '\0';
	gh_buf_printf(out, "%s = %s\n", name, value);
}

static void system_print(struct gh_buf *out)
{
	static const char *const release[] = { "PRETTY_NAME=", NULL };
	static const char *const memory[] = { "MemTotal:", "MemAvailable:", "SwapFree:", NULL };
	struct utsname u;

	title(out, "system");
	if (!uname(&u))
		gh_buf_printf(out, "%s %s %s %s\n", u.sysname, u.release, u.version, u.machine);
	file_print("/etc/os-release", release, out);
	file_print("/proc/uptime", NULL, out);
	file_print("/proc/loadavg", NULL, out);
	file_print("/proc/meminfo", memory, out);
}

static void settings_print(struct gh_buf *out)
{
	static const char *const names[] = {
		"net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding", "net.ipv4.conf.all.rp_filter",
		"net.ipv4.fwmark_reflect", "net.ipv6.fwmark_reflect",
		"net.ipv4.fib_multipath_hash_policy", "net.ipv6.fib_multipath_hash_policy",
		"net.ipv6.route.max_size", "net.core.rmem_max", "net.core.wmem_max",
	};

	title(out, "settings of the kernel");
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		setting_print(names[i], out);
}

static void daemon_print(struct gateway *g, struct gh_buf *out)
{
	static const char *const status[] = { "VmPeak:", "VmRSS:", "Threads:", "FDSize:",
					      "voluntary_ctxt", "nonvoluntary_ctxt", NULL };
	static const struct { enum gh_role role; const char *name; } guests[] = {
		{ GH_ROLE_BGPD, "bgpd" }, { GH_ROLE_CHARON, "charon" },
	};
	char age[16];

	title(out, "gatehoused");
	gh_buf_printf(out, "gatehoused %s, instance %s, up %s\n", PACKAGE_VERSION, g->options->instance,
		      grid_age(gh_time_ms_between(g->started, gh_now()) / 1000, age));
	file_print("/proc/self/status", status, out);
	for (size_t i = 0; i < sizeof(guests) / sizeof(*guests); i++) {
		const struct gh_hello *hello = guests_hello(g->guests, guests[i].role);

		if (hello)
			gh_buf_printf(out, "%s: %s, pid %u\n", guests[i].name, hello->software, hello->pid);
		else
			gh_buf_printf(out, "%s: away\n", guests[i].name);
	}
}

void support_print(struct gateway *g, struct gh_buf *out)
{
	static const char *const udp[] = { "Ip:", "Udp:", NULL };
	static const char *const sixth[] = { "Ip6InDiscards", "Ip6OutNoRoutes", "Udp6InErrors",
					     "Udp6RcvbufErrors", NULL };

	system_print(out);
	settings_print(out);
	daemon_print(g, out);
	title(out, "interfaces");
	file_print("/proc/net/dev", NULL, out);
	title(out, "losses");
	file_print("/proc/net/snmp", udp, out);
	file_print("/proc/net/snmp6", sixth, out);
}
