/*
 * Nodes and lines: see vty.h.
 *
 * A line means something to gatehoused alone. So the grammar is here, for `?`,
 * Tab and a first check, and there is one handler, which passes the line on in
 * full words with the line that entered its node.
 *
 * The files of line/ are read twice, to define the commands and to install
 * them. One table would do in C; but extract.pl looks for the two macros.
 */
#include "bgpd-plugin/gh_vty.h"

#include "bgpd-plugin/gh_compat.h"
#include "bgpd-plugin/gh_node.h"

/* FRR's node numbers are an enum that other modules cannot extend. */
#pragma GCC diagnostic ignored "-Wenum-conversion"

#ifndef VTYSH_EXTRACT_PL
#include "base/buf.h"
#include "bgpd-plugin/gh_config.h"
#include "bgpd-plugin/gh_load.h"
#include "bgpd-plugin/gh_nodes.h"
#include "bgpd-plugin/gh_text.h"

void gh_vty_words(struct gh_buf *out, int argc, struct cmd_token *argv[], int from)
{
	for (int i = from; i < argc; i++)
		gh_buf_printf(out, "%s%s", i > from ? " " : "",
			      argv[i]->type == WORD_TKN ? argv[i]->text : argv[i]->arg);
}

/* A line of configuration, which may enter a node. */
static int pass_on(struct vty *vty, int enter, int argc, struct cmd_token *argv[])
{
	bool below = vty->node == GATEWAY_CANDIDATE_NODE;
	bool inside = vty->node != CONFIG_NODE && !below;
	struct gh_buf words = { 0 };
	int rc;

	gh_vty_words(&words, argc, argv, 0);
	rc = gh_config_edit(vty, &(struct gh_line){
		.context = inside ? VTY_CURR_XPATH : NULL, .text = gh_buf_text(&words),
		.candidate = below || gh_node_is_twin(vty->node),
		.enter = enter && below ? GH_TWIN(enter) : enter });
	gh_buf_fini(&words);
	return rc;
}

static int line(const struct cmd_element *self, struct vty *vty, int argc,
		struct cmd_token *argv[])
{
	(void)self;
	return pass_on(vty, 0, argc, argv);
}

/* Entering a named node makes the thing, as everywhere in FRR. */
static int make(struct vty *vty, int node, int argc, struct cmd_token *argv[])
{
	return pass_on(vty, node, argc, argv);
}

/* Of these there is one; their first line makes them. */
static int enter(struct vty *vty, int node, const char *path)
{
	return gh_node_enter(vty, vty->node == GATEWAY_CANDIDATE_NODE ? GH_TWIN(node) : node, path);
}
#endif

/* ---- nodes ------------------------------------------------------------ */

/* What enters a node is in the shim too: vtysh must follow. */

DEFUN_NOSH (gateway,
	    gateway_cmd,
	    "gateway",
	    GATEWAY_STR)
{
	return enter(vty, GATEWAY_NODE, "gateway");
}

DEFUN_NOSH (gateway_partner,
	    gateway_partner_cmd,
	    "gateway partner",
	    GATEWAY_STR
	    PARTNER_STR)
{
	return enter(vty, GATEWAY_PARTNER_NODE, "gateway partner");
}

DEFUN_NOSH (gateway_vnet_router,
	    gateway_vnet_router_cmd,
	    "gateway vnet-router NAME$vnet_router",
	    GATEWAY_STR
	    VNET_ROUTER_STR
	    VNET_ROUTER_NAME_STR)
{
	return make(vty, GATEWAY_VNET_ROUTER_NODE, argc, argv);
}

DEFUN_NOSH (gateway_nat_rule,
	    gateway_nat_rule_cmd,
	    "gateway nat-rule NAME$nat_rule",
	    GATEWAY_STR
	    NAT_RULE_STR
	    NAT_RULE_NAME_STR)
{
	return make(vty, GATEWAY_NAT_RULE_NODE, argc, argv);
}

DEFUN_NOSH (gateway_profile,
	    gateway_profile_cmd,
	    "gateway profile NAME$profile",
	    GATEWAY_STR
	    PROFILE_STR
	    PROFILE_NAME_STR)
{
	return make(vty, GATEWAY_PROFILE_NODE, argc, argv);
}

DEFUN_NOSH (gateway_connection,
	    gateway_connection_cmd,
	    "gateway connection NAME$connection",
	    GATEWAY_STR
	    CONNECTION_STR
	    CONNECTION_NAME_STR)
{
	return make(vty, GATEWAY_CONNECTION_NODE, argc, argv);
}

DEFUN_NOSH (gateway_certificate,
	    gateway_certificate_cmd,
	    "gateway certificate NAME$certificate",
	    GATEWAY_STR
	    CERTIFICATE_STR
	    CERTIFICATE_NAME_STR)
{
	return make(vty, GATEWAY_CERTIFICATE_NODE, argc, argv);
}

DEFUN_NOSH (gateway_expressroute,
	    gateway_expressroute_cmd,
	    "gateway expressroute NAME$circuit",
	    GATEWAY_STR
	    EXPRESSROUTE_STR
	    CIRCUIT_NAME_STR)
{
	return make(vty, GATEWAY_EXPRESSROUTE_NODE, argc, argv);
}

DEFUN_NOSH (gateway_access,
	    gateway_access_cmd,
	    "gateway access",
	    GATEWAY_STR
	    ACCESS_STR)
{
	return enter(vty, GATEWAY_ACCESS_NODE, "gateway access");
}

DEFUN_NOSH (gateway_access_list,
	    gateway_access_list_cmd,
	    "gateway access-list NAME$access_list",
	    GATEWAY_STR
	    ACCESS_LIST_STR
	    ACCESS_LIST_NAME_STR)
{
	return make(vty, GATEWAY_ACCESS_LIST_NODE, argc, argv);
}

DEFUN_NOSH (gateway_candidate,
	    gateway_candidate_cmd,
	    "gateway candidate",
	    GATEWAY_STR
	    CANDIDATE_STR)
{
	vty->node = GATEWAY_CANDIDATE_NODE;
	return CMD_SUCCESS;
}

/* ---- the lines -------------------------------------------------------- */

#define LINE(name, pattern, help) ALIAS(line, name##_cmd, pattern, help)

LINE(no_gateway, "no gateway",
     NO_STR
     "Alone: remove the gateway's own lines; what has a name stays\n")
LINE(no_gateway_partner, "no gateway partner",
     NO_STR
     "Alone: remove the gateway's own lines; what has a name stays\n"
     "Have no partner\n")
LINE(no_gateway_vnet_router, "no gateway vnet-router NAME$vnet_router",
     NO_STR
     "Alone: remove the gateway's own lines; what has a name stays\n"
     "Remove a router of the virtual network's side\n"
     VNET_ROUTER_NAME_STR)
LINE(no_gateway_nat_rule, "no gateway nat-rule NAME$nat_rule",
     NO_STR
     "Alone: remove the gateway's own lines; what has a name stays\n"
     "Remove a rule that no connection uses\n"
     NAT_RULE_NAME_STR)
LINE(no_gateway_profile, "no gateway profile NAME$profile",
     NO_STR
     "Alone: remove the gateway's own lines; what has a name stays\n"
     "Remove a profile that no connection uses\n"
     PROFILE_NAME_STR)
LINE(no_gateway_connection, "no gateway connection NAME$connection",
     NO_STR
     "Alone: remove the gateway's own lines; what has a name stays\n"
     "Remove a VPN connection\n"
     CONNECTION_NAME_STR)
LINE(no_gateway_certificate, "no gateway certificate NAME$certificate",
     NO_STR
     "Alone: remove the gateway's own lines; what has a name stays\n"
     "Remove a certificate that no connection uses; its files stay\n"
     CERTIFICATE_NAME_STR)
LINE(no_gateway_expressroute, "no gateway expressroute NAME$circuit",
     NO_STR
     "Alone: remove the gateway's own lines; what has a name stays\n"
     "Remove an ExpressRoute circuit\n"
     CIRCUIT_NAME_STR)
LINE(no_gateway_access, "no gateway access",
     NO_STR
     "Alone: remove the gateway's own lines; what has a name stays\n"
     "Set the defaults back and remove the groups; lists of rules stay\n")
LINE(no_gateway_access_list, "no gateway access-list NAME$access_list",
     NO_STR
     "Alone: remove the gateway's own lines; what has a name stays\n"
     "Remove a list of rules\n"
     ACCESS_LIST_NAME_STR)

#include "bgpd-plugin/line/gateway.h"
#include "bgpd-plugin/line/partner.h"
#include "bgpd-plugin/line/vnet_router.h"
#include "bgpd-plugin/line/neighbor.h"
#include "bgpd-plugin/line/nat_rule.h"
#include "bgpd-plugin/line/profile.h"
#include "bgpd-plugin/line/bgp.h"
#include "bgpd-plugin/line/connection.h"
#include "bgpd-plugin/line/certificate.h"
#include "bgpd-plugin/line/expressroute.h"
#include "bgpd-plugin/line/access.h"
#include "bgpd-plugin/line/access_list.h"

/* ---- files ------------------------------------------------------------ */

/* What `frr-reload.py` reads and gives back, see load.h. */
DEFUN_NOSH (gateway_line,
	    gateway_line_cmd,
	    "gateway line LINE...",
	    GATEWAY_STR
	    LINE_STR
	    LINE_WORDS_STR)
{
	struct gh_buf words = { 0 };
	int rc;

	gh_vty_words(&words, argc, argv, 2);
	rc = gh_load_flat(vty, gh_buf_text(&words));
	gh_buf_fini(&words);
	return rc;
}

DEFUN_HIDDEN (no_gateway_line,
	      no_gateway_line_cmd,
	      "no gateway line LINE...",
	      NO_STR
	      GATEWAY_STR
	      LINE_STR
	      LINE_WORDS_STR)
{
	struct gh_buf words = { 0 };
	int rc;

	gh_vty_words(&words, argc, argv, 3);
	rc = gh_load_flat_removed(gh_buf_text(&words));
	gh_buf_fini(&words);
	return rc;
}

/* Sent by our vtysh at the end of a file, and before a reload looks again. */
DEFUN_HIDDEN (gatehouse_load,
	      gatehouse_load_cmd,
	      "XGATEHOUSE_load <boot|merge|rest>",
	      "Take over the lines that were read\n"
	      "They are the whole configuration\n"
	      "They are added to the configuration\n"
	      "Those that a reload removes and that no file followed\n")
{
	return gh_load_finish(vty, argv[1]->text[0]);
}

/* ---- nodes' definitions ----------------------------------------------- */

#ifndef VTYSH_EXTRACT_PL
static int config_write(struct vty *vty)
{
	gh_config_print(vty);
	return 1;
}

/* Names for Tab; vtysh asks bgpd for them. */
static void add_name(const char *name, void *arg)
{
	vector_set(arg, XSTRDUP(MTYPE_COMPLETION, name));
}

static void complete_vnet_router(vector completions, struct cmd_token *token)
{
	(void)token;
	gh_text_names(gh_config_running(), "gateway vnet-router", add_name, completions);
}

static void complete_nat_rule(vector completions, struct cmd_token *token)
{
	(void)token;
	gh_text_names(gh_config_running(), "gateway nat-rule", add_name, completions);
}

static void complete_profile(vector completions, struct cmd_token *token)
{
	(void)token;
	gh_text_names(gh_config_running(), "gateway profile", add_name, completions);
}

static void complete_connection(vector completions, struct cmd_token *token)
{
	(void)token;
	gh_text_names(gh_config_running(), "gateway connection", add_name, completions);
}

static void complete_certificate(vector completions, struct cmd_token *token)
{
	(void)token;
	gh_text_names(gh_config_running(), "gateway certificate", add_name, completions);
}

static void complete_circuit(vector completions, struct cmd_token *token)
{
	(void)token;
	gh_text_names(gh_config_running(), "gateway expressroute", add_name, completions);
}

static void complete_access_list(vector completions, struct cmd_token *token)
{
	(void)token;
	gh_text_names(gh_config_running(), "gateway access-list", add_name, completions);
}

static void complete_group(vector completions, struct cmd_token *token)
{
	(void)token;
	gh_text_names(gh_config_running(), " group", add_name, completions);
}

static const struct cmd_variable_handler variables[] = {
	{ .varname = "vnet_router", .completions = complete_vnet_router },
	{ .varname = "nat_rule", .completions = complete_nat_rule },
	{ .varname = "profile", .completions = complete_profile },
	{ .varname = "connection", .completions = complete_connection },
	{ .varname = "certificate", .completions = complete_certificate },
	{ .varname = "circuit", .completions = complete_circuit },
	{ .varname = "access_list", .completions = complete_access_list },
	{ .varname = "group", .completions = complete_group },
	{ .completions = NULL },
};

static void nodes_init(void)
{
	gh_nodes[0].config_write = config_write;
	gh_nodes_install();
	cmd_variable_handler_register(variables);
}

static void twins_init(void)
{
	gh_nodes_twin();
	for (int node = GATEWAY_NODE; node < GATEWAY_NODES_END; node++)
		install_default(node);
}
#endif

static void files_init(void)
{
	install_element(CONFIG_NODE, &gateway_line_cmd);
	install_element(CONFIG_NODE, &no_gateway_line_cmd);
	install_element(CONFIG_NODE, &gatehouse_load_cmd);
	install_element(ENABLE_NODE, &gatehouse_load_cmd);
}

/* Below `configure terminal` and below `gateway candidate` alike. */
static void entrances_init(void)
{
	install_element(CONFIG_NODE, &gateway_cmd);
	install_element(CONFIG_NODE, &gateway_partner_cmd);
	install_element(CONFIG_NODE, &gateway_vnet_router_cmd);
	install_element(CONFIG_NODE, &gateway_nat_rule_cmd);
	install_element(CONFIG_NODE, &gateway_profile_cmd);
	install_element(CONFIG_NODE, &gateway_connection_cmd);
	install_element(CONFIG_NODE, &gateway_certificate_cmd);
	install_element(CONFIG_NODE, &gateway_expressroute_cmd);
	install_element(CONFIG_NODE, &gateway_access_cmd);
	install_element(CONFIG_NODE, &gateway_access_list_cmd);
	install_element(CONFIG_NODE, &gateway_candidate_cmd);
	install_element(GATEWAY_CANDIDATE_NODE, &gateway_cmd);
	install_element(GATEWAY_CANDIDATE_NODE, &gateway_partner_cmd);
	install_element(GATEWAY_CANDIDATE_NODE, &gateway_vnet_router_cmd);
	install_element(GATEWAY_CANDIDATE_NODE, &gateway_nat_rule_cmd);
	install_element(GATEWAY_CANDIDATE_NODE, &gateway_profile_cmd);
	install_element(GATEWAY_CANDIDATE_NODE, &gateway_connection_cmd);
	install_element(GATEWAY_CANDIDATE_NODE, &gateway_certificate_cmd);
	install_element(GATEWAY_CANDIDATE_NODE, &gateway_expressroute_cmd);
	install_element(GATEWAY_CANDIDATE_NODE, &gateway_access_cmd);
	install_element(GATEWAY_CANDIDATE_NODE, &gateway_access_list_cmd);
}

static void removals_init(void)
{
	install_element(CONFIG_NODE, &no_gateway_cmd);
	install_element(CONFIG_NODE, &no_gateway_partner_cmd);
	install_element(CONFIG_NODE, &no_gateway_vnet_router_cmd);
	install_element(CONFIG_NODE, &no_gateway_nat_rule_cmd);
	install_element(CONFIG_NODE, &no_gateway_profile_cmd);
	install_element(CONFIG_NODE, &no_gateway_connection_cmd);
	install_element(CONFIG_NODE, &no_gateway_certificate_cmd);
	install_element(CONFIG_NODE, &no_gateway_expressroute_cmd);
	install_element(CONFIG_NODE, &no_gateway_access_cmd);
	install_element(CONFIG_NODE, &no_gateway_access_list_cmd);
	install_element(GATEWAY_CANDIDATE_NODE, &no_gateway_cmd);
	install_element(GATEWAY_CANDIDATE_NODE, &no_gateway_partner_cmd);
	install_element(GATEWAY_CANDIDATE_NODE, &no_gateway_vnet_router_cmd);
	install_element(GATEWAY_CANDIDATE_NODE, &no_gateway_nat_rule_cmd);
	install_element(GATEWAY_CANDIDATE_NODE, &no_gateway_profile_cmd);
	install_element(GATEWAY_CANDIDATE_NODE, &no_gateway_connection_cmd);
	install_element(GATEWAY_CANDIDATE_NODE, &no_gateway_certificate_cmd);
	install_element(GATEWAY_CANDIDATE_NODE, &no_gateway_expressroute_cmd);
	install_element(GATEWAY_CANDIDATE_NODE, &no_gateway_access_cmd);
	install_element(GATEWAY_CANDIDATE_NODE, &no_gateway_access_list_cmd);
}

static void lines_init(void)
{
#undef LINE
#define LINE(name, pattern, help) install_element(NODE, &name##_cmd);

#define NODE GATEWAY_NODE
#include "bgpd-plugin/line/gateway.h"
#undef NODE
#define NODE GATEWAY_PARTNER_NODE
#include "bgpd-plugin/line/partner.h"
#include "bgpd-plugin/line/neighbor.h"
#undef NODE
#define NODE GATEWAY_VNET_ROUTER_NODE
#include "bgpd-plugin/line/vnet_router.h"
#include "bgpd-plugin/line/neighbor.h"
#undef NODE
#define NODE GATEWAY_NAT_RULE_NODE
#include "bgpd-plugin/line/nat_rule.h"
#undef NODE
#define NODE GATEWAY_PROFILE_NODE
#include "bgpd-plugin/line/profile.h"
#include "bgpd-plugin/line/bgp.h"
#undef NODE
#define NODE GATEWAY_CONNECTION_NODE
#include "bgpd-plugin/line/connection.h"
#include "bgpd-plugin/line/profile.h"
#include "bgpd-plugin/line/bgp.h"
#undef NODE
#define NODE GATEWAY_CERTIFICATE_NODE
#include "bgpd-plugin/line/certificate.h"
#undef NODE
#define NODE GATEWAY_EXPRESSROUTE_NODE
#include "bgpd-plugin/line/expressroute.h"
#include "bgpd-plugin/line/bgp.h"
#undef NODE
#define NODE GATEWAY_ACCESS_NODE
#include "bgpd-plugin/line/access.h"
#undef NODE
#define NODE GATEWAY_ACCESS_LIST_NODE
#include "bgpd-plugin/line/access_list.h"
#undef NODE
}

void gh_vty_init(void)
{
#ifndef VTYSH_EXTRACT_PL
	nodes_init();
#endif
	entrances_init();
	removals_init();
	files_init();
	lines_init();
#ifndef VTYSH_EXTRACT_PL
	gh_vty_operate_init();
	gh_vty_show_init();
	twins_init();
#endif
}
