/*
 * The gateway's commands: see vty.h.
 *
 * A command is a line of configuration or a question; gatehoused knows what it
 * means. So the grammar is here, for `?`, Tab and a first check, and every
 * handler only passes on the line in full words.
 */
#include "bgpd-plugin/gh_vty.h"

#include "bgpd-plugin/gh_compat.h"
#include "bgpd-plugin/gh_node.h"

/* FRR's node numbers are an enum that other modules cannot extend. */
#pragma GCC diagnostic ignored "-Wenum-conversion"

#ifndef VTYSH_EXTRACT_PL
#include "base/buf.h"
#include "bgpd-plugin/gh_config.h"
#include "bgpd-plugin/gh_text.h"

/* What was typed, keywords in full. */
static void line_of(struct gh_buf *out, int argc, struct cmd_token *argv[], int from)
{
	for (int i = from; i < argc; i++)
		gh_buf_printf(out, "%s%s", i > from ? " " : "",
			      argv[i]->type == WORD_TKN ? argv[i]->text : argv[i]->arg);
}

static int edit(struct vty *vty, int argc, struct cmd_token *argv[])
{
	struct gh_buf line = { 0 };
	int rc;

	line_of(&line, argc, argv, 0);
	rc = gh_config_edit(vty, vty->node == CONFIG_NODE ? NULL : VTY_CURR_XPATH,
			    gh_buf_text(&line));
	gh_buf_fini(&line);
	return rc;
}

static int show(struct vty *vty, int argc, struct cmd_token *argv[])
{
	struct gh_buf text = { 0 };
	int rc;

	line_of(&text, argc, argv, 2);
	rc = gh_config_show(vty, gh_buf_text(&text));
	gh_buf_fini(&text);
	return rc;
}

/* FRR keeps where a vty is as a path; ours is the line that entered the node. */
static int enter(struct vty *vty, int node, int argc, struct cmd_token *argv[])
{
	struct gh_buf line = { 0 };
	char path[256];

	line_of(&line, argc, argv, 0);
	snprintf(path, sizeof(path), "%s", gh_buf_text(&line));
	gh_buf_fini(&line);
	VTY_PUSH_XPATH(node, path);
	return CMD_SUCCESS;
}
#endif

/* ---- nodes ------------------------------------------------------------ */

DEFUN_NOSH (gateway,
	    gateway_cmd,
	    "gateway",
	    GATEWAY_STR)
{
	return enter(vty, GATEWAY_NODE, argc, argv);
}

/* Entering a named node makes the thing, as everywhere in FRR. */
DEFUN_NOSH (gateway_expressroute,
	    gateway_expressroute_cmd,
	    "gateway expressroute NAME$circuit",
	    GATEWAY_STR
	    EXPRESSROUTE_STR
	    CIRCUIT_NAME_STR)
{
	int rc = edit(vty, argc, argv);

	return rc ? rc : enter(vty, GATEWAY_EXPRESSROUTE_NODE, argc, argv);
}

DEFUN_NOSH (gateway_connection,
	    gateway_connection_cmd,
	    "gateway connection NAME$connection",
	    GATEWAY_STR
	    CONNECTION_STR
	    CONNECTION_NAME_STR)
{
	int rc = edit(vty, argc, argv);

	return rc ? rc : enter(vty, GATEWAY_CONNECTION_NODE, argc, argv);
}

DEFUN (no_gateway,
       no_gateway_cmd,
       "no gateway",
       NO_STR
       "Remove the gateway's own lines; circuits and connections stay\n")
{
	return edit(vty, argc, argv);
}

DEFUN (no_gateway_expressroute,
       no_gateway_expressroute_cmd,
       "no gateway expressroute NAME$circuit",
       NO_STR
       GATEWAY_STR
       "Remove an ExpressRoute circuit\n"
       CIRCUIT_NAME_STR)
{
	return edit(vty, argc, argv);
}

DEFUN (no_gateway_connection,
       no_gateway_connection_cmd,
       "no gateway connection NAME$connection",
       NO_STR
       GATEWAY_STR
       "Remove a VPN connection\n"
       CONNECTION_NAME_STR)
{
	return edit(vty, argc, argv);
}

/* Sent by our vtysh for `vtysh -b`: the file is the whole configuration. */
DEFUN_HIDDEN (gatehouse_boot,
	      gatehouse_boot_cmd,
	      "XGATEHOUSE_boot",
	      "The file that is being read is the startup configuration\n")
{
	gh_config_load_replaces();
	return CMD_SUCCESS;
}

/* ---- gateway ---------------------------------------------------------- */

DEFUN (gw_asn,
       gw_asn_cmd,
       "asn (1-4294967295)",
       "AS number of the gateway, the same towards circuits and connections\n"
       "AS number; 65515 is what devices expect of an Azure gateway\n")
{
	return edit(vty, argc, argv);
}

DEFUN (gw_no_asn,
       gw_no_asn_cmd,
       "no asn [(1-4294967295)]",
       NO_STR
       "Remove the AS number: no BGP on any circuit or connection\n"
       "AS number\n")
{
	return edit(vty, argc, argv);
}

DEFUN (gw_router_id,
       gw_router_id_cmd,
       "router-id A.B.C.D",
       "BGP identifier, by default the IPv4 public address\n"
       "Router id in the form of an IPv4 address\n")
{
	return edit(vty, argc, argv);
}

DEFUN (gw_no_router_id,
       gw_no_router_id_cmd,
       "no router-id [A.B.C.D]",
       NO_STR
       "Use the IPv4 public address as BGP identifier again\n"
       "Router id in the form of an IPv4 address\n")
{
	return edit(vty, argc, argv);
}

DEFUN (gw_address_space,
       gw_address_space_cmd,
       "[no] address-space <A.B.C.D/M|X:X::X:X/M>",
       NO_STR
       "A prefix of the virtual network; it is advertised to all neighbors\n"
       "IPv4 prefix\n"
       "IPv6 prefix\n")
{
	return edit(vty, argc, argv);
}

DEFUN (gw_vnet,
       gw_vnet_cmd,
       "vnet interface IFNAME",
       "The side of the virtual network\n"
       "Interface behind which the virtual network's hosts are\n"
       "Name of the interface\n")
{
	return edit(vty, argc, argv);
}

DEFUN (gw_no_vnet,
       gw_no_vnet_cmd,
       "no vnet interface [IFNAME]",
       NO_STR
       "The side of the virtual network\n"
       "Remove the interface of the virtual network\n"
       "Name of the interface\n")
{
	return edit(vty, argc, argv);
}

DEFUN (gw_public_address,
       gw_public_address_cmd,
       "[no] public-address <A.B.C.D|X:X::X:X>",
       NO_STR
       "Address of this gateway that VPN devices connect to, one of each family\n"
       "IPv4 address\n"
       "IPv6 address\n")
{
	return edit(vty, argc, argv);
}

DEFUN (gw_mtu,
       gw_mtu_cmd,
       "mtu (1280-9000)",
       "MTU inside the tunnels, by default 1400\n"
       "Bytes\n")
{
	return edit(vty, argc, argv);
}

DEFUN (gw_no_mtu,
       gw_no_mtu_cmd,
       "no mtu [(1280-9000)]",
       NO_STR
       "Set the tunnels' MTU back to 1400\n"
       "Bytes\n")
{
	return edit(vty, argc, argv);
}

/* ---- gateway expressroute --------------------------------------------- */

#define EDGE_STR "One of the circuit's two edge routers\n"
#define ROLE_STR_ "The primary edge\n" "The secondary edge\n"

DEFUN (er_edge,
       er_edge_cmd,
       "edge <primary|secondary> interface IFNAME peer A.B.C.D remote-as (1-4294967295)",
       EDGE_STR
       ROLE_STR_
       "Interface of this host towards the edge\n"
       "Name of the interface\n"
       "The edge's BGP session over IPv4\n"
       "Address of the edge\n"
       "AS number of the edge\n"
       "AS number; Microsoft's edges have 12076\n")
{
	return edit(vty, argc, argv);
}

DEFUN (er_edge_ipv6,
       er_edge_ipv6_cmd,
       "edge <primary|secondary> peer-ipv6 X:X::X:X",
       EDGE_STR
       ROLE_STR_
       "A second BGP session of the same edge, for IPv6 prefixes\n"
       "IPv6 address of the edge\n")
{
	return edit(vty, argc, argv);
}

DEFUN (er_no_edge,
       er_no_edge_cmd,
       "no edge <primary|secondary> [interface IFNAME peer A.B.C.D remote-as (1-4294967295)]",
       NO_STR
       "Remove an edge of the circuit\n"
       ROLE_STR_
       "Interface of this host towards the edge\n"
       "Name of the interface\n"
       "The edge's BGP session over IPv4\n"
       "Address of the edge\n"
       "AS number of the edge\n"
       "AS number\n")
{
	return edit(vty, argc, argv);
}

DEFUN (er_no_edge_ipv6,
       er_no_edge_ipv6_cmd,
       "no edge <primary|secondary> peer-ipv6 [X:X::X:X]",
       NO_STR
       EDGE_STR
       ROLE_STR_
       "Remove the IPv6 session of the edge\n"
       "IPv6 address of the edge\n")
{
	return edit(vty, argc, argv);
}

DEFUN (er_bfd,
       er_bfd_cmd,
       "bfd interval (10-60000) multiplier (2-50)",
       "How fast a silent loss of the circuit is noticed, by default 300 ms and 3\n"
       "Time between two BFD packets\n"
       "Milliseconds\n"
       "Lost packets after which the edge counts as down\n"
       "Packets\n")
{
	return edit(vty, argc, argv);
}

DEFUN (er_no_bfd,
       er_no_bfd_cmd,
       "no bfd [interval (10-60000) multiplier (2-50)]",
       NO_STR
       "Do without BFD: a silent loss is noticed after BGP's hold time only\n"
       "Time between two BFD packets\n"
       "Milliseconds\n"
       "Lost packets after which the edge counts as down\n"
       "Packets\n")
{
	return edit(vty, argc, argv);
}

DEFUN (er_wait_to_restore,
       er_wait_to_restore_cmd,
       "wait-to-restore (0-3600)",
       "How long a circuit must be up again before traffic returns, by default 30\n"
       "Seconds\n")
{
	return edit(vty, argc, argv);
}

DEFUN (er_no_wait_to_restore,
       er_no_wait_to_restore_cmd,
       "no wait-to-restore [(0-3600)]",
       NO_STR
       "Set the time before traffic returns back to 30 seconds\n"
       "Seconds\n")
{
	return edit(vty, argc, argv);
}

/* The same line in circuits and connections. */
DEFUN (gw_weight,
       gw_weight_cmd,
       "weight (0-32000)",
       "Preference among circuits, and among connections, the higher first\n"
       "Routing weight\n")
{
	return edit(vty, argc, argv);
}

DEFUN (gw_no_weight,
       gw_no_weight_cmd,
       "no weight [(0-32000)]",
       NO_STR
       "Set the routing weight back to its default\n"
       "Routing weight\n")
{
	return edit(vty, argc, argv);
}

/* ---- gateway connection ----------------------------------------------- */

DEFUN (cn_remote_address,
       cn_remote_address_cmd,
       "remote-address <A.B.C.D|X:X::X:X>",
       "Public address of the site's VPN device\n"
       "IPv4 address\n"
       "IPv6 address\n")
{
	return edit(vty, argc, argv);
}

DEFUN (cn_no_remote_address,
       cn_no_remote_address_cmd,
       "no remote-address [<A.B.C.D|X:X::X:X>]",
       NO_STR
       "Remove the address of the VPN device: the connection stays down\n"
       "IPv4 address\n"
       "IPv6 address\n")
{
	return edit(vty, argc, argv);
}

DEFUN (cn_shared_key,
       cn_shared_key_cmd,
       "shared-key [<0|6>] SECRET",
       "Pre-shared key of the connection, shown and saved encrypted\n"
       "A key in clear follows\n"
       "A key that this host has encrypted follows\n"
       "The key, printable ASCII without spaces\n")
{
	return edit(vty, argc, argv);
}

DEFUN (cn_no_shared_key,
       cn_no_shared_key_cmd,
       "no shared-key [<0|6>] [SECRET]",
       NO_STR
       "Remove the pre-shared key: the connection stays down\n"
       "A key in clear follows\n"
       "A key that this host has encrypted follows\n"
       "The key\n")
{
	return edit(vty, argc, argv);
}

DEFUN (cn_local_id,
       cn_local_id_cmd,
       "local-id ID",
       "IKE identity of this gateway, by default its public address\n"
       "Address or name or mail address\n")
{
	return edit(vty, argc, argv);
}

DEFUN (cn_no_local_id,
       cn_no_local_id_cmd,
       "no local-id [ID]",
       NO_STR
       "Use the public address as IKE identity again\n"
       "Address or name or mail address\n")
{
	return edit(vty, argc, argv);
}

DEFUN (cn_remote_id,
       cn_remote_id_cmd,
       "remote-id ID",
       "IKE identity that the VPN device must have, by default its address\n"
       "Address or name or mail address\n")
{
	return edit(vty, argc, argv);
}

DEFUN (cn_no_remote_id,
       cn_no_remote_id_cmd,
       "no remote-id [ID]",
       NO_STR
       "Expect the VPN device's address as its IKE identity again\n"
       "Address or name or mail address\n")
{
	return edit(vty, argc, argv);
}

DEFUN (cn_bgp,
       cn_bgp_cmd,
       "bgp remote-as (1-4294967295) peer-address <A.B.C.D|X:X::X:X> local-address <A.B.C.D|X:X::X:X>",
       "BGP inside the tunnel\n"
       "AS number of the site\n"
       "AS number\n"
       "Address of the site's BGP speaker inside the tunnel\n"
       "IPv4 address, often of 169.254.21.0/24\n"
       "IPv6 address\n"
       "Address of this gateway inside the tunnel\n"
       "IPv4 address, often of 169.254.21.0/24\n"
       "IPv6 address\n")
{
	return edit(vty, argc, argv);
}

DEFUN (cn_no_bgp,
       cn_no_bgp_cmd,
       "no bgp [remote-as (1-4294967295) peer-address <A.B.C.D|X:X::X:X> local-address <A.B.C.D|X:X::X:X>]",
       NO_STR
       "No BGP inside the tunnel: only the connection's own prefixes are reached\n"
       "AS number of the site\n"
       "AS number\n"
       "Address of the site's BGP speaker inside the tunnel\n"
       "IPv4 address\n"
       "IPv6 address\n"
       "Address of this gateway inside the tunnel\n"
       "IPv4 address\n"
       "IPv6 address\n")
{
	return edit(vty, argc, argv);
}

DEFUN (cn_prefix,
       cn_prefix_cmd,
       "[no] prefix <A.B.C.D/M|X:X::X:X/M>",
       NO_STR
       "A prefix behind the connection that needs no BGP\n"
       "IPv4 prefix\n"
       "IPv6 prefix\n")
{
	return edit(vty, argc, argv);
}

DEFUN (cn_ipsec_encryption,
       cn_ipsec_encryption_cmd,
       "ipsec encryption <gcmaes128|gcmaes256>",
       "The tunnel's ESP\n"
       "Cipher, by default gcmaes256\n"
       "AES-GCM with a key of 128 bits\n"
       "AES-GCM with a key of 256 bits\n")
{
	return edit(vty, argc, argv);
}

DEFUN (cn_no_ipsec_encryption,
       cn_no_ipsec_encryption_cmd,
       "no ipsec encryption [<gcmaes128|gcmaes256>]",
       NO_STR
       "The tunnel's ESP\n"
       "Set the cipher back to gcmaes256\n"
       "AES-GCM with a key of 128 bits\n"
       "AES-GCM with a key of 256 bits\n")
{
	return edit(vty, argc, argv);
}

DEFUN (cn_ipsec_lifetime,
       cn_ipsec_lifetime_cmd,
       "ipsec lifetime (300-172799)",
       "The tunnel's ESP\n"
       "Time after which its keys are replaced, by default 27000\n"
       "Seconds\n")
{
	return edit(vty, argc, argv);
}

DEFUN (cn_no_ipsec_lifetime,
       cn_no_ipsec_lifetime_cmd,
       "no ipsec lifetime [(300-172799)]",
       NO_STR
       "The tunnel's ESP\n"
       "Set the lifetime of its keys back to 27000 seconds\n"
       "Seconds\n")
{
	return edit(vty, argc, argv);
}

DEFUN (cn_ike_lifetime,
       cn_ike_lifetime_cmd,
       "ike lifetime (300-172799)",
       "The key exchange\n"
       "Time after which its own keys are replaced, by default 28800\n"
       "Seconds\n")
{
	return edit(vty, argc, argv);
}

DEFUN (cn_no_ike_lifetime,
       cn_no_ike_lifetime_cmd,
       "no ike lifetime [(300-172799)]",
       NO_STR
       "The key exchange\n"
       "Set the lifetime of its own keys back to 28800 seconds\n"
       "Seconds\n")
{
	return edit(vty, argc, argv);
}

DEFUN (cn_replay_window,
       cn_replay_window_cmd,
       "replay-window (64-8192)",
       "How far packets may be out of order and still be accepted, by default 1024\n"
       "Packets\n")
{
	return edit(vty, argc, argv);
}

DEFUN (cn_no_replay_window,
       cn_no_replay_window_cmd,
       "no replay-window [(64-8192)]",
       NO_STR
       "Set the anti-replay window back to 1024 packets\n"
       "Packets\n")
{
	return edit(vty, argc, argv);
}

DEFUN (cn_shutdown,
       cn_shutdown_cmd,
       "[no] shutdown",
       NO_STR
       "Keep the connection configured and down\n")
{
	return edit(vty, argc, argv);
}

/* ---- show ------------------------------------------------------------- */

#define SHOW_JSON_STR "The same as JSON, for programs\n"

DEFUN (show_gateway,
       show_gateway_cmd,
       "show gateway [json]",
       SHOW_STR
       "The gateway: what is up, and which way traffic takes\n"
       SHOW_JSON_STR)
{
	return show(vty, argc, argv);
}

DEFUN (show_gateway_part,
       show_gateway_part_cmd,
       "show gateway <connections|expressroute|events> [json]",
       SHOW_STR
       GATEWAY_STR
       "VPN connections: IKE, child SA, BGP and forwarding, each by itself\n"
       "ExpressRoute circuits and their edges\n"
       "What happened: one timeline of IKE and BFD and BGP and failovers and commits\n"
       SHOW_JSON_STR)
{
	return show(vty, argc, argv);
}

DEFUN (show_gateway_routes,
       show_gateway_routes_cmd,
       "show gateway routes [<A.B.C.D/M|X:X::X:X/M>] [json]",
       SHOW_STR
       GATEWAY_STR
       "Learned routes, with the one in use\n"
       "This prefix and what is inside of it\n"
       "This prefix and what is inside of it\n"
       SHOW_JSON_STR)
{
	return show(vty, argc, argv);
}

DEFUN (show_gateway_bgp,
       show_gateway_bgp_cmd,
       "show gateway bgp summary [json]",
       SHOW_STR
       GATEWAY_STR
       "BGP sessions of circuits and connections\n"
       "One line for each session\n"
       SHOW_JSON_STR)
{
	return show(vty, argc, argv);
}

DEFUN (show_gateway_explain,
       show_gateway_explain_cmd,
       "show gateway explain <A.B.C.D|X:X::X:X> [json]",
       SHOW_STR
       GATEWAY_STR
       "Which way a packet takes, and why: candidates and the step that decided\n"
       "IPv4 address of its destination\n"
       "IPv6 address of its destination\n"
       SHOW_JSON_STR)
{
	return show(vty, argc, argv);
}

DEFUN (show_gateway_diagnose,
       show_gateway_diagnose_cmd,
       "show gateway connection NAME$connection diagnose [json]",
       SHOW_STR
       GATEWAY_STR
       CONNECTION_STR
       CONNECTION_NAME_STR
       "Why it does not come up: each rung from outer route to prefixes, the first failing one with its remedy\n"
       SHOW_JSON_STR)
{
	return show(vty, argc, argv);
}

/* ---- nodes' definitions ----------------------------------------------- */

#ifndef VTYSH_EXTRACT_PL
static int config_write(struct vty *vty)
{
	const char *text = gh_config_running();

	while (*text) {
		size_t n = strcspn(text, "\n");

		vty_out(vty, "%.*s\n", (int)n, text);
		text += n + (text[n] == '\n');
	}
	return 1;
}

static struct cmd_node gateway_node = {
	.name = "gateway",
	.node = GATEWAY_NODE,
	.parent_node = CONFIG_NODE,
	.prompt = "%s(config-gateway)# ",
	.config_write = config_write,
};

static struct cmd_node gateway_expressroute_node = {
	.name = "gateway expressroute",
	.node = GATEWAY_EXPRESSROUTE_NODE,
	.parent_node = CONFIG_NODE,
	.prompt = "%s(config-gateway-expressroute)# ",
};

static struct cmd_node gateway_connection_node = {
	.name = "gateway connection",
	.node = GATEWAY_CONNECTION_NODE,
	.parent_node = CONFIG_NODE,
	.prompt = "%s(config-gateway-connection)# ",
};

/* Names for Tab; vtysh asks bgpd for them. */
static void add_name(const char *name, void *arg)
{
	vector_set(arg, XSTRDUP(MTYPE_COMPLETION, name));
}

static void complete_circuit(vector completions, struct cmd_token *token)
{
	(void)token;
	gh_text_names(gh_config_running(), "gateway expressroute", add_name, completions);
}

static void complete_connection(vector completions, struct cmd_token *token)
{
	(void)token;
	gh_text_names(gh_config_running(), "gateway connection", add_name, completions);
}

static const struct cmd_variable_handler variables[] = {
	{ .varname = "circuit", .completions = complete_circuit },
	{ .varname = "connection", .completions = complete_connection },
	{ .completions = NULL },
};

static void nodes_init(void)
{
	install_node(&gateway_node);
	install_node(&gateway_expressroute_node);
	install_node(&gateway_connection_node);
	install_default(GATEWAY_NODE);
	install_default(GATEWAY_EXPRESSROUTE_NODE);
	install_default(GATEWAY_CONNECTION_NODE);
	cmd_variable_handler_register(variables);
}
#endif

void gh_vty_init(void)
{
#ifndef VTYSH_EXTRACT_PL
	nodes_init();
#endif
	install_element(CONFIG_NODE, &gateway_cmd);
	install_element(CONFIG_NODE, &gateway_expressroute_cmd);
	install_element(CONFIG_NODE, &gateway_connection_cmd);
	install_element(CONFIG_NODE, &no_gateway_cmd);
	install_element(CONFIG_NODE, &no_gateway_expressroute_cmd);
	install_element(CONFIG_NODE, &no_gateway_connection_cmd);
	install_element(CONFIG_NODE, &gatehouse_boot_cmd);

	install_element(GATEWAY_NODE, &gw_asn_cmd);
	install_element(GATEWAY_NODE, &gw_no_asn_cmd);
	install_element(GATEWAY_NODE, &gw_router_id_cmd);
	install_element(GATEWAY_NODE, &gw_no_router_id_cmd);
	install_element(GATEWAY_NODE, &gw_address_space_cmd);
	install_element(GATEWAY_NODE, &gw_vnet_cmd);
	install_element(GATEWAY_NODE, &gw_no_vnet_cmd);
	install_element(GATEWAY_NODE, &gw_public_address_cmd);
	install_element(GATEWAY_NODE, &gw_mtu_cmd);
	install_element(GATEWAY_NODE, &gw_no_mtu_cmd);

	install_element(GATEWAY_EXPRESSROUTE_NODE, &er_edge_cmd);
	install_element(GATEWAY_EXPRESSROUTE_NODE, &er_edge_ipv6_cmd);
	install_element(GATEWAY_EXPRESSROUTE_NODE, &er_no_edge_cmd);
	install_element(GATEWAY_EXPRESSROUTE_NODE, &er_no_edge_ipv6_cmd);
	install_element(GATEWAY_EXPRESSROUTE_NODE, &er_bfd_cmd);
	install_element(GATEWAY_EXPRESSROUTE_NODE, &er_no_bfd_cmd);
	install_element(GATEWAY_EXPRESSROUTE_NODE, &er_wait_to_restore_cmd);
	install_element(GATEWAY_EXPRESSROUTE_NODE, &er_no_wait_to_restore_cmd);
	install_element(GATEWAY_EXPRESSROUTE_NODE, &gw_weight_cmd);
	install_element(GATEWAY_EXPRESSROUTE_NODE, &gw_no_weight_cmd);

	install_element(GATEWAY_CONNECTION_NODE, &cn_remote_address_cmd);
	install_element(GATEWAY_CONNECTION_NODE, &cn_no_remote_address_cmd);
	install_element(GATEWAY_CONNECTION_NODE, &cn_shared_key_cmd);
	install_element(GATEWAY_CONNECTION_NODE, &cn_no_shared_key_cmd);
	install_element(GATEWAY_CONNECTION_NODE, &cn_local_id_cmd);
	install_element(GATEWAY_CONNECTION_NODE, &cn_no_local_id_cmd);
	install_element(GATEWAY_CONNECTION_NODE, &cn_remote_id_cmd);
	install_element(GATEWAY_CONNECTION_NODE, &cn_no_remote_id_cmd);
	install_element(GATEWAY_CONNECTION_NODE, &cn_bgp_cmd);
	install_element(GATEWAY_CONNECTION_NODE, &cn_no_bgp_cmd);
	install_element(GATEWAY_CONNECTION_NODE, &cn_prefix_cmd);
	install_element(GATEWAY_CONNECTION_NODE, &cn_ipsec_encryption_cmd);
	install_element(GATEWAY_CONNECTION_NODE, &cn_no_ipsec_encryption_cmd);
	install_element(GATEWAY_CONNECTION_NODE, &cn_ipsec_lifetime_cmd);
	install_element(GATEWAY_CONNECTION_NODE, &cn_no_ipsec_lifetime_cmd);
	install_element(GATEWAY_CONNECTION_NODE, &cn_ike_lifetime_cmd);
	install_element(GATEWAY_CONNECTION_NODE, &cn_no_ike_lifetime_cmd);
	install_element(GATEWAY_CONNECTION_NODE, &cn_replay_window_cmd);
	install_element(GATEWAY_CONNECTION_NODE, &cn_no_replay_window_cmd);
	install_element(GATEWAY_CONNECTION_NODE, &cn_shutdown_cmd);
	install_element(GATEWAY_CONNECTION_NODE, &gw_weight_cmd);
	install_element(GATEWAY_CONNECTION_NODE, &gw_no_weight_cmd);

	install_element(VIEW_NODE, &show_gateway_cmd);
	install_element(VIEW_NODE, &show_gateway_part_cmd);
	install_element(VIEW_NODE, &show_gateway_routes_cmd);
	install_element(VIEW_NODE, &show_gateway_bgp_cmd);
	install_element(VIEW_NODE, &show_gateway_explain_cmd);
	install_element(VIEW_NODE, &show_gateway_diagnose_cmd);
}
