/*
 * node - our vty nodes, in bgpd and in vtysh
 *
 * FRR's vector of nodes grows as needed, so numbers past its own are free.
 * Constants and not macros: FRR's extract.pl looks for their names.
 *
 * Every node of the running configuration has a twin below `gateway
 * candidate`, in the same order, with the same lines.
 */
#ifndef GH_NODE_H
#define GH_NODE_H

enum gh_node {
	GATEWAY_NODE = NODE_TYPE_MAX + 1,
	GATEWAY_PARTNER_NODE,
	GATEWAY_VNET_ROUTER_NODE,
	GATEWAY_NAT_RULE_NODE,
	GATEWAY_PROFILE_NODE,
	GATEWAY_CONNECTION_NODE,
	GATEWAY_CERTIFICATE_NODE,
	GATEWAY_EXPRESSROUTE_NODE,
	GATEWAY_ACCESS_NODE,
	GATEWAY_ACCESS_LIST_NODE,

	GATEWAY_CANDIDATE_NODE,
	CANDIDATE_GATEWAY_NODE,
	CANDIDATE_PARTNER_NODE,
	CANDIDATE_VNET_ROUTER_NODE,
	CANDIDATE_NAT_RULE_NODE,
	CANDIDATE_PROFILE_NODE,
	CANDIDATE_CONNECTION_NODE,
	CANDIDATE_CERTIFICATE_NODE,
	CANDIDATE_EXPRESSROUTE_NODE,
	CANDIDATE_ACCESS_NODE,
	CANDIDATE_ACCESS_LIST_NODE,
	GATEWAY_NODES_END,
};

#define GH_NODES (GATEWAY_NODES_END - GATEWAY_NODE)
#define GH_TWIN(node) ((node) - GATEWAY_NODE + CANDIDATE_GATEWAY_NODE)

/* Help that vtysh's part and bgpd's part of a command must share. */
#define GATEWAY_STR "The gateway: ExpressRoute circuits and VPN connections\n"
#define PARTNER_STR "The other instance of this gateway, on another host\n"
#define VNET_ROUTER_STR "A router of the virtual network's side that speaks BGP with us\n"
#define NAT_RULE_STR "A rule by which connections translate addresses\n"
#define PROFILE_STR "A profile: settings that connections share\n"
#define CONNECTION_STR "A VPN connection: an IPsec tunnel to a site, the failover of the circuits\n"
#define CERTIFICATE_STR "A certificate: ours with its key, or an authority's\n"
#define EXPRESSROUTE_STR "An ExpressRoute circuit, preferred while it works\n"
#define ACCESS_STR "Who may read and change what, in vtysh and over NETCONF\n"
#define ACCESS_LIST_STR "A list of rules for groups of users, asked in the order of entry\n"
#define CANDIDATE_STR "Edit a copy of the configuration, and take it over as a whole\n"
#define VNET_ROUTER_NAME_STR "Name of the router\n"
#define NAT_RULE_NAME_STR "Name of the rule\n"
#define PROFILE_NAME_STR "Name of the profile\n"
#define CONNECTION_NAME_STR "Name of the connection\n"
#define CERTIFICATE_NAME_STR "Name of the certificate\n"
#define CIRCUIT_NAME_STR "Name of the circuit\n"
#define ACCESS_LIST_NAME_STR "Name of the list\n"
#define LINE_STR "One line with the node that it is in, as a reload has it\n"
#define LINE_WORDS_STR "Words of the node, a slash, words of the line\n"

#endif
