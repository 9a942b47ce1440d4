/*
 * Loading: see module.h.
 *
 * bgpd allocates no peer before the first one is asked for, so the sizes are
 * compared again whenever one more kind of object has come into being. The
 * version alone would not do: the distributor's patches or configure options
 * change layouts within a version.
 */
#include "bgpd-plugin/gh_module.h"

#include <stdarg.h>

#include "base/log.h"
#include "bgpd-plugin/gh_compat.h"
#include "bgpd-plugin/gh_config.h"
#include "bgpd-plugin/gh_daemon.h"
#include "bgpd-plugin/gh_export.h"
#include "bgpd-plugin/gh_neighbor.h"
#include "bgpd-plugin/gh_policy.h"
#include "bgpd-plugin/gh_speaker.h"
#include "bgpd-plugin/gh_status.h"
#include "bgpd-plugin/gh_vty.h"

static char run_dir[256] = GH_RUN_DIR;
static char trouble[256];

static const struct {
	const char *name;
	const struct memtype *type;
	size_t size;
} layouts[] = {
	{ "peer", MTYPE_BGP_PEER, sizeof(struct peer) },
	{ "path", MTYPE_BGP_ROUTE, sizeof(struct bgp_path_info) },
	{ "attr", MTYPE_ATTR, sizeof(struct attr) },
	{ "node", MTYPE_BGP_NODE, sizeof(struct bgp_node) },
	{ "aspath", MTYPE_AS_PATH, sizeof(struct aspath) },
	{ "community", MTYPE_COMMUNITY, sizeof(struct community) },
};

const char *gh_module_run_dir(void)
{
	return run_dir;
}

const char *gh_module_trouble(void)
{
	return trouble[0] ? trouble : NULL;
}

static void disable(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void disable(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(trouble, sizeof(trouble), format, args);
	va_end(args);
	zlog_err("gatehouse: DISABLED, %s", trouble);
}

bool gh_module_fits(void)
{
	if (trouble[0])
		return false;
	for (size_t i = 0; i < array_size(layouts); i++) {
		size_t size = layouts[i].type->size;

		/* 0: none allocated yet; all ones: of several sizes. */
		if (!size || size == SIZE_MAX || size == layouts[i].size)
			continue;
		disable("bgpd's struct %s has %zu bytes, the module was built for %zu: "
			"build gatehouse against this FRR's own source package",
			layouts[i].name, size, layouts[i].size);
		gh_daemon_stop();
		return false;
	}
	return true;
}

static void log_sink(enum gh_log_level level, const char *line)
{
	zlog(level, "gatehouse: %s", line);
}

/*
 * The commands are there in any case: `show gateway` says why nothing works,
 * and `write memory` keeps the gateway's lines.
 */
static int module_start(struct thread_master *master)
{
	(void)master;
	gh_log_set_sink(log_sink);
	gh_vty_init();
	gh_config_init();
	if (trouble[0])
		return 0;
	gh_policy_init();
	gh_speaker_init();
	gh_neighbor_init();
	gh_export_init();
	gh_status_init();
	gh_daemon_start();
	return 0;
}

static int module_stop(void)
{
	gh_daemon_stop();
	return 0;
}

static int module_init(void)
{
	const char *args = THIS_MODULE->load_args;

	if (args && *args)
		snprintf(run_dir, sizeof(run_dir), "%s", args);
	if (strcmp(gh_frr_running_version(), GH_FRR_VERSION) || strcmp(FRR_VERSION, GH_FRR_VERSION))
		disable("this is FRR %s, the module was built for FRR " GH_FRR_VERSION
			": install the gatehouse built for it", gh_frr_running_version());
	hook_register(frr_late_init, module_start);
	hook_register(frr_early_fini, module_stop);
	return 0;
}

FRR_MODULE_SETUP(.name = "gatehouse", .version = FRR_VERSION,
		 .description = "ExpressRoute and VPN gateway: neighbors, paths and commands",
		 .init = module_init, );
