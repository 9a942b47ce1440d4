/*
 * node - the numbers of our vty nodes, in bgpd and in vtysh
 *
 * FRR's vector of nodes grows as needed, so numbers past its own are free.
 * Constants and not macros: FRR's extract.pl looks for their names.
 */
#ifndef GH_NODE_H
#define GH_NODE_H

enum gh_node {
	GATEWAY_NODE = NODE_TYPE_MAX + 1,
	GATEWAY_EXPRESSROUTE_NODE,
	GATEWAY_CONNECTION_NODE,
};

#define GATEWAY_STR "The gateway: ExpressRoute circuits and VPN connections\n"
#define EXPRESSROUTE_STR "An ExpressRoute circuit, preferred while it works\n"
#define CONNECTION_STR "A VPN connection: an IPsec tunnel to a site, the failover of the circuits\n"
#define CIRCUIT_NAME_STR "Name of the circuit\n"
#define CONNECTION_NAME_STR "Name of the connection\n"

#endif
