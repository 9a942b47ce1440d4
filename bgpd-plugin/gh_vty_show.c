/*
 * show gateway …: see vty.h.
 *
 * gatehoused answers all of them; the words behind "gateway" are its question.
 */
#include "bgpd-plugin/gh_vty.h"

#include "bgpd-plugin/gh_compat.h"
#include "bgpd-plugin/gh_node.h"

#pragma GCC diagnostic ignored "-Wenum-conversion"

#ifndef VTYSH_EXTRACT_PL
#include "base/buf.h"
#include "bgpd-plugin/gh_ask.h"

static int show(const struct cmd_element *self, struct vty *vty, int argc,
		struct cmd_token *argv[])
{
	struct gh_buf words = { 0 };
	int rc;

	(void)self;
	gh_vty_words(&words, argc, argv, 2);
	rc = gh_ask_show(vty, gh_buf_text(&words));
	gh_buf_fini(&words);
	return rc;
}
#endif

#define QUESTION(name, pattern, help) ALIAS(show, name##_cmd, pattern, help)
#define SHOW_JSON_STR "The same as JSON, for programs\n"

QUESTION(show_gateway, "show gateway [json]",
	 SHOW_STR
	 "The gateway: what is up, and which way traffic takes\n"
	 SHOW_JSON_STR)

QUESTION(show_gateway_part, "show gateway <connections|expressroute|partner|vnet-routers|certificates|nat|events> [json]",
	 SHOW_STR
	 GATEWAY_STR
	 "VPN connections: IKE, child SA, BGP and forwarding, each by itself\n"
	 "ExpressRoute circuits and their edges\n"
	 "The partner instance, and which of the two is preferred\n"
	 "Routers of the VNet side\n"
	 "Certificates: whose they are and how long they are valid\n"
	 "NAT rules of connections, and how much they translated\n"
	 "What happened: one timeline of IKE and BFD and BGP and failovers and commits\n"
	 SHOW_JSON_STR)

QUESTION(show_gateway_routes, "show gateway routes [<A.B.C.D/M|X:X::X:X/M>] [json]",
	 SHOW_STR
	 GATEWAY_STR
	 "Learned routes, with the one in use\n"
	 "This prefix and what is inside of it\n"
	 "This prefix and what is inside of it\n"
	 SHOW_JSON_STR)

QUESTION(show_gateway_bgp, "show gateway bgp summary [json]",
	 SHOW_STR
	 GATEWAY_STR
	 "BGP sessions of circuits and connections\n"
	 "One line for each session\n"
	 SHOW_JSON_STR)

QUESTION(show_gateway_explain, "show gateway explain <A.B.C.D|X:X::X:X> [json]",
	 SHOW_STR
	 GATEWAY_STR
	 "Which way a packet takes, and why: candidates and the step that decided\n"
	 "IPv4 address of its destination\n"
	 "IPv6 address of its destination\n"
	 SHOW_JSON_STR)

QUESTION(show_gateway_connection, "show gateway connection NAME$connection [json]",
	 SHOW_STR
	 GATEWAY_STR
	 CONNECTION_STR
	 CONNECTION_NAME_STR
	 SHOW_JSON_STR)

QUESTION(show_gateway_state, "show gateway state json",
	 SHOW_STR
	 GATEWAY_STR
	 "All of the gateway's state at once, without the routes\n"
	 SHOW_JSON_STR)

QUESTION(show_gateway_diagnose, "show gateway connection NAME$connection diagnose [json]",
	 SHOW_STR
	 GATEWAY_STR
	 CONNECTION_STR
	 CONNECTION_NAME_STR
	 "Why it does not come up: each rung from outer route to prefixes, the first failing one with its remedy\n"
	 SHOW_JSON_STR)

QUESTION(show_gateway_device_config, "show gateway connection NAME$connection device-config "
	 "<strongswan|cisco-ios|junos|fortigate|vyos> [json]",
	 SHOW_STR
	 GATEWAY_STR
	 CONNECTION_STR
	 CONNECTION_NAME_STR
	 "The other side's configuration, to be pasted: fill in the words in capitals\n"
	 "strongSwan with FRR, on Linux\n"
	 "Cisco IOS and IOS XE\n"
	 "Juniper Junos (SRX)\n"
	 "Fortinet FortiOS\n"
	 "VyOS 1.4 and later\n"
	 SHOW_JSON_STR)

QUESTION(show_gateway_commits, "show gateway commits [json]",
	 SHOW_STR
	 GATEWAY_STR
	 "The last 20 commits: when, by whom, from where, how much\n"
	 SHOW_JSON_STR)

QUESTION(show_gateway_meter, "show gateway meter [json]",
	 SHOW_STR
	 GATEWAY_STR
	 "What each connection carried and how long it was up, kept over restarts\n"
	 SHOW_JSON_STR)

QUESTION(show_gateway_commit, "show gateway commit (0-19)",
	 SHOW_STR
	 GATEWAY_STR
	 "What a commit changed\n"
	 "How many commits back; 0 is the one in force\n")

QUESTION(show_gateway_candidate, "show gateway candidate",
	 SHOW_STR
	 GATEWAY_STR
	 "The candidate, in the form of the running configuration\n")

/* A part of `show tech-support gateway`, which is vtysh's. */
DEFUN_HIDDEN (show_gateway_tech_support,
	      show_gateway_tech_support_cmd,
	      "show gateway tech-support",
	      SHOW_STR
	      GATEWAY_STR
	      "The host as the gateway finds it\n")
{
	return show(self, vty, argc, argv);
}

void gh_vty_show_init(void)
{
	install_element(VIEW_NODE, &show_gateway_cmd);
	install_element(VIEW_NODE, &show_gateway_part_cmd);
	install_element(VIEW_NODE, &show_gateway_routes_cmd);
	install_element(VIEW_NODE, &show_gateway_bgp_cmd);
	install_element(VIEW_NODE, &show_gateway_explain_cmd);
	install_element(VIEW_NODE, &show_gateway_connection_cmd);
	install_element(VIEW_NODE, &show_gateway_state_cmd);
	install_element(VIEW_NODE, &show_gateway_diagnose_cmd);
	install_element(VIEW_NODE, &show_gateway_device_config_cmd);
	install_element(VIEW_NODE, &show_gateway_commits_cmd);
	install_element(VIEW_NODE, &show_gateway_meter_cmd);
	install_element(VIEW_NODE, &show_gateway_commit_cmd);
	install_element(VIEW_NODE, &show_gateway_candidate_cmd);
	install_element(VIEW_NODE, &show_gateway_tech_support_cmd);
}
