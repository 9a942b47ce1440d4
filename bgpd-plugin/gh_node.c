/*
 * The nodes: see node.h. The same file is in the module and in the shim.
 *
 * A twin takes over the commands of its node when all are installed, so no
 * line can be forgotten in one of the two.
 */
#include <zebra.h>

#include "command.h"
#include "hash.h"
#include "vty.h"

#include "bgpd-plugin/gh_nodes.h"

#pragma GCC diagnostic ignored "-Wenum-conversion"

/* clang-format off */
struct cmd_node gh_nodes[GH_NODES] = {
	{ .name = "gateway", .prompt = "%s(config-gateway)# " },
	{ .name = "gateway partner", .prompt = "%s(config-gateway-partner)# " },
	{ .name = "gateway vnet-router", .prompt = "%s(config-gateway-vnet-router)# " },
	{ .name = "gateway nat-rule", .prompt = "%s(config-gateway-nat-rule)# " },
	{ .name = "gateway profile", .prompt = "%s(config-gateway-profile)# " },
	{ .name = "gateway connection", .prompt = "%s(config-gateway-connection)# " },
	{ .name = "gateway certificate", .prompt = "%s(config-gateway-certificate)# " },
	{ .name = "gateway expressroute", .prompt = "%s(config-gateway-expressroute)# " },
	{ .name = "gateway access", .prompt = "%s(config-gateway-access)# " },
	{ .name = "gateway access-list", .prompt = "%s(config-gateway-access-list)# " },
	{ .name = "gateway candidate", .prompt = "%s(candidate)# ", .no_xpath = true },
	{ .name = "candidate gateway", .prompt = "%s(candidate-gateway)# " },
	{ .name = "candidate partner", .prompt = "%s(candidate-gateway-partner)# " },
	{ .name = "candidate vnet-router", .prompt = "%s(candidate-gateway-vnet-router)# " },
	{ .name = "candidate nat-rule", .prompt = "%s(candidate-gateway-nat-rule)# " },
	{ .name = "candidate profile", .prompt = "%s(candidate-gateway-profile)# " },
	{ .name = "candidate connection", .prompt = "%s(candidate-gateway-connection)# " },
	{ .name = "candidate certificate", .prompt = "%s(candidate-gateway-certificate)# " },
	{ .name = "candidate expressroute", .prompt = "%s(candidate-gateway-expressroute)# " },
	{ .name = "candidate access", .prompt = "%s(candidate-gateway-access)# " },
	{ .name = "candidate access-list", .prompt = "%s(candidate-gateway-access-list)# " },
};
/* clang-format on */

void gh_nodes_install(void)
{
	for (int i = 0; i < GH_NODES; i++) {
		struct cmd_node *node = &gh_nodes[i];

		node->node = GATEWAY_NODE + i;
		node->parent_node = gh_node_is_twin(node->node) ? GATEWAY_CANDIDATE_NODE
								: CONFIG_NODE;
		install_node(node);
	}
}

int gh_node_enter(struct vty *vty, int node, const char *line)
{
	VTY_PUSH_XPATH(node, line);
	return CMD_SUCCESS;
}

static void copy(int from, int to, bool all)
{
	const struct cmd_node *source = vector_lookup(cmdvec, from);
	struct cmd_node *target = vector_lookup(cmdvec, to);

	for (unsigned i = 0; i < vector_active(source->cmd_vector); i++) {
		const struct cmd_element *e = vector_slot(source->cmd_vector, i);

		if (!e || hash_lookup(target->cmd_hash, (void *)e))
			continue;
		/* What enters a node is found one level up, after leaving this one. */
		if (all || (strncmp(e->string, "gateway", 7) && strncmp(e->string, "no ", 3)))
			_install_element(to, e);
	}
}

void gh_nodes_twin(void)
{
	for (int node = GATEWAY_NODE; node < GATEWAY_CANDIDATE_NODE; node++) {
		copy(node, GH_TWIN(node), true);
		copy(GATEWAY_CANDIDATE_NODE, GH_TWIN(node), false);
	}
}
