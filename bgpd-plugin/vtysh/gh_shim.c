/*
 * The nodes: see gh_shim.h.
 *
 * Moving between nodes is vtysh's own to do, for it has to follow. The lines
 * inside them are passed on to bgpd, by the commands that extract.pl makes.
 */
#include "bgpd-plugin/vtysh/gh_shim.h"

#include <zebra.h>

#include <dlfcn.h>

#include "command.h"
#include "defaults.h"
#include "version.h"
#include "vtysh/vtysh.h"

#include "bgpd-plugin/gh_nodes.h"

#pragma GCC diagnostic ignored "-Wenum-conversion"
/* A variable is bound at the start: a vtysh without it must start all the same. */
#pragma weak vty

#define EXPORT __attribute__((visibility("default")))

static int enter(struct vty *vty, enum gh_node node)
{
	vty->node = vty->node == GATEWAY_CANDIDATE_NODE ? GH_TWIN(node) : node;
	gh_shim_file_concerns_us();
	return CMD_SUCCESS;
}

DEFUNSH(VTYSH_BGPD, shim_gateway, shim_gateway_cmd,
	"gateway",
	GATEWAY_STR)
{
	return enter(vty, GATEWAY_NODE);
}

DEFUNSH(VTYSH_BGPD, shim_partner, shim_partner_cmd,
	"gateway partner",
	GATEWAY_STR
	PARTNER_STR)
{
	return enter(vty, GATEWAY_PARTNER_NODE);
}

DEFUNSH(VTYSH_BGPD, shim_vnet_router, shim_vnet_router_cmd,
	"gateway vnet-router NAME$vnet_router",
	GATEWAY_STR
	VNET_ROUTER_STR
	VNET_ROUTER_NAME_STR)
{
	return enter(vty, GATEWAY_VNET_ROUTER_NODE);
}

DEFUNSH(VTYSH_BGPD, shim_nat_rule, shim_nat_rule_cmd,
	"gateway nat-rule NAME$nat_rule",
	GATEWAY_STR
	NAT_RULE_STR
	NAT_RULE_NAME_STR)
{
	return enter(vty, GATEWAY_NAT_RULE_NODE);
}

DEFUNSH(VTYSH_BGPD, shim_profile, shim_profile_cmd,
	"gateway profile NAME$profile",
	GATEWAY_STR
	PROFILE_STR
	PROFILE_NAME_STR)
{
	return enter(vty, GATEWAY_PROFILE_NODE);
}

DEFUNSH(VTYSH_BGPD, shim_connection, shim_connection_cmd,
	"gateway connection NAME$connection",
	GATEWAY_STR
	CONNECTION_STR
	CONNECTION_NAME_STR)
{
	return enter(vty, GATEWAY_CONNECTION_NODE);
}

DEFUNSH(VTYSH_BGPD, shim_certificate, shim_certificate_cmd,
	"gateway certificate NAME$certificate",
	GATEWAY_STR
	CERTIFICATE_STR
	CERTIFICATE_NAME_STR)
{
	return enter(vty, GATEWAY_CERTIFICATE_NODE);
}

DEFUNSH(VTYSH_BGPD, shim_expressroute, shim_expressroute_cmd,
	"gateway expressroute NAME$circuit",
	GATEWAY_STR
	EXPRESSROUTE_STR
	CIRCUIT_NAME_STR)
{
	return enter(vty, GATEWAY_EXPRESSROUTE_NODE);
}

DEFUNSH(VTYSH_BGPD, shim_access, shim_access_cmd,
	"gateway access",
	GATEWAY_STR
	ACCESS_STR)
{
	return enter(vty, GATEWAY_ACCESS_NODE);
}

DEFUNSH(VTYSH_BGPD, shim_access_list, shim_access_list_cmd,
	"gateway access-list NAME$access_list",
	GATEWAY_STR
	ACCESS_LIST_STR
	ACCESS_LIST_NAME_STR)
{
	return enter(vty, GATEWAY_ACCESS_LIST_NODE);
}

DEFUNSH(VTYSH_BGPD, shim_candidate, shim_candidate_cmd,
	"gateway candidate",
	GATEWAY_STR
	CANDIDATE_STR)
{
	vty->node = GATEWAY_CANDIDATE_NODE;
	return CMD_SUCCESS;
}

/* The other form of a line, see bgpd-plugin/gh_load.h. */
DEFUNSH_HIDDEN(VTYSH_BGPD, shim_line, shim_line_cmd,
	       "gateway line LINE...",
	       GATEWAY_STR
	       LINE_STR
	       LINE_WORDS_STR)
{
	gh_shim_file_concerns_us();
	return CMD_SUCCESS;
}

/* ---- leaving ----------------------------------------------------------- */

#define EXIT_STR "Exit current mode and down to previous mode\n"

/*
 * As vtysh leaves its own nodes: bring every daemon back to the same place. Not
 * in a file, where it would be most of the work and bgpd alone has moved.
 */
static int leave(struct vty *self)
{
	if (gh_node_is_twin(self->node)) {
		self->node = GATEWAY_CANDIDATE_NODE;
		return CMD_SUCCESS;
	}
	self->node = CONFIG_NODE;
	if (self != vty)
		return CMD_SUCCESS;
	vtysh_execute("end");
	vtysh_execute("configure");
	return CMD_SUCCESS;
}

DEFUNSH(VTYSH_BGPD, shim_exit, shim_exit_cmd, "exit", EXIT_STR)
{
	return leave(vty);
}

DEFUNSH(VTYSH_BGPD, shim_quit, shim_quit_cmd, "quit", EXIT_STR)
{
	return leave(vty);
}

DEFUNSH(VTYSH_REALLYALL, shim_end, shim_end_cmd,
	"end",
	"End current mode and change to enable mode\n")
{
	vty->node = ENABLE_NODE;
	return CMD_SUCCESS;
}

/* ---- the live log ------------------------------------------------------- */

/* Events come with bgpd's log, for that is what vtysh can follow. */
DEFUN(shim_monitor, shim_monitor_cmd,
      "gateway monitor",
      GATEWAY_STR
      "Show what happens as it happens, among the log of bgpd\n")
{
	return vtysh_execute("terminal monitor bgpd");
}

DEFUN(shim_no_monitor, shim_no_monitor_cmd,
      "no gateway monitor",
      NO_STR
      GATEWAY_STR
      "Show no more of what happens\n")
{
	return vtysh_execute("no terminal monitor bgpd");
}

/* ---- all of it ----------------------------------------------------------- */

static bool version_fits(void)
{
	static int fits = -1;

	if (fits >= 0)
		return fits;
	/* Nothing was configured yet: the version is libfrr's own. */
	fits = !strcmp(frr_defaults_version(), FRR_VER_SHORT);
	if (!fits)
		fprintf(stderr, "gatehouse: the gateway's commands are missing, they were built for FRR "
			FRR_VER_SHORT " and this is %s\n", frr_defaults_version());
	return fits;
}

static const struct cmd_element *const entrances[] = {
	&shim_gateway_cmd, &shim_partner_cmd, &shim_vnet_router_cmd, &shim_nat_rule_cmd,
	&shim_profile_cmd, &shim_connection_cmd, &shim_certificate_cmd,
	&shim_expressroute_cmd, &shim_access_cmd, &shim_access_list_cmd,
};

static const struct cmd_element *const exits[] = {
	&shim_exit_cmd, &shim_quit_cmd, &shim_end_cmd,
};

EXPORT void vty_init_vtysh(void)
{
	if (!version_fits())
		return;
	gh_nodes_install();
	gh_shim_commands();
	for (size_t i = 0; i < array_size(entrances); i++) {
		_install_element(CONFIG_NODE, entrances[i]);
		_install_element(GATEWAY_CANDIDATE_NODE, entrances[i]);
	}
	install_element(CONFIG_NODE, &shim_candidate_cmd);
	install_element(CONFIG_NODE, &shim_line_cmd);
	install_element(ENABLE_NODE, &shim_monitor_cmd);
	install_element(ENABLE_NODE, &shim_no_monitor_cmd);
	gh_shim_support_init();
	gh_nodes_twin();
	for (int node = GATEWAY_NODE; node < GATEWAY_NODES_END; node++) {
		for (size_t i = 0; i < array_size(exits); i++)
			_install_element(node, exits[i]);
	}
}

/*
 * libfrr's, which vtysh calls for each command that it executes. The stock one
 * does the work; before and after it there is something to see.
 */
EXPORT int cmd_execute(struct vty *vty, const char *cmd, const struct cmd_element **matched,
		       int vtysh)
{
	static int (*real)(struct vty *, const char *, const struct cmd_element **, int);
	int rc;

	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "cmd_execute");
	gh_shim_file_watch(cmd);
	rc = real(vty, cmd, matched, vtysh);
	gh_shim_hint(vty, cmd, rc);
	return rc;
}

/* Programs that vtysh starts, such as the pager, have no use for the shim. */
__attribute__((constructor)) static void drop_preload(void)
{
	const char *rest = getenv("LD_PRELOAD");

	rest = rest ? strpbrk(rest, ": ") : NULL;
	if (rest && rest[1])
		setenv("LD_PRELOAD", rest + 1, 1);
	else
		unsetenv("LD_PRELOAD");
}
