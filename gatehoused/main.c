/* gatehoused: see gatehoused(8). The keeper, or with --child the daemon that it keeps. */
#include "base/log.h"
#include "gatehoused/gateway.h"
#include "gatehoused/keeper.h"
#include "gatehoused/options.h"

int main(int argc, char **argv)
{
	struct options options;

	if (options_parse(&options, argc, argv) < 0)
		return 2;
	if (options.verbose)
		gh_log_set_level(GH_LOG_DEBUG);
	return options.child ? gateway_run(&options) : keeper_run(&options, argv);
}
