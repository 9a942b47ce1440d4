/* The lines of `gateway`: LINE(name, pattern, help), see gh_vty.c. */

LINE(gw_asn, "asn (1-4294967295)",
     "AS number of the gateway, the same towards circuits and connections\n"
     "AS number; 65515 is what devices expect of an Azure gateway\n")
LINE(gw_no_asn, "no asn [(1-4294967295)]",
     NO_STR
     "Set the AS number back to 65515\n"
     "AS number\n")

LINE(gw_router_id, "router-id A.B.C.D",
     "BGP identifier, by default the IPv4 public address\n"
     "Router id in the form of an IPv4 address\n")
LINE(gw_no_router_id, "no router-id [A.B.C.D]",
     NO_STR
     "Use the IPv4 public address as BGP identifier again\n"
     "Router id in the form of an IPv4 address\n")

LINE(gw_address_space, "[no] address-space <A.B.C.D/M|X:X::X:X/M>",
     NO_STR
     "A prefix of the virtual network; it is advertised to all neighbors\n"
     "IPv4 prefix\n"
     "IPv6 prefix\n")

LINE(gw_vnet, "vnet interface IFNAME",
     "The side of the virtual network\n"
     "Interface behind which the virtual network's hosts are\n"
     "Name of the interface\n")
LINE(gw_no_vnet, "no vnet interface [IFNAME]",
     NO_STR
     "The side of the virtual network\n"
     "Remove the interface of the virtual network\n"
     "Name of the interface\n")

LINE(gw_public_address, "[no] public-address <A.B.C.D|X:X::X:X>",
     NO_STR
     "Address of this gateway that VPN devices connect to, one of each family\n"
     "IPv4 address\n"
     "IPv6 address\n")

LINE(gw_mtu, "mtu (1280-9000)",
     "MTU inside the tunnels, by default 1400\n"
     "Bytes\n")
LINE(gw_no_mtu, "no mtu [(1280-9000)]",
     NO_STR
     "Set the tunnels' MTU back to 1400\n"
     "Bytes\n")

LINE(gw_tcp_mss, "tcp-mss (536-8960)",
     "Largest TCP segment inside the tunnels, by default the mtu less 50, less 70 over IPv6\n"
     "Bytes\n")
LINE(gw_no_tcp_mss, "no tcp-mss [(536-8960)]",
     NO_STR
     "Derive the largest TCP segment from the mtu again\n"
     "Bytes\n")

LINE(gw_peered_space, "[no] peered-space <A.B.C.D/M|X:X::X:X/M>",
     NO_STR
     "A prefix of a peered virtual network; it is advertised and reached as the address space is\n"
     "IPv4 prefix\n"
     "IPv6 prefix\n")

#define TRANSIT_STR "What is passed on from one side to another\n"
LINE(gw_transit_vpn, "[no] transit vpn",
     NO_STR
     TRANSIT_STR
     "Between the sites of connections, by default yes\n")
LINE(gw_transit_expressroute, "[no] transit expressroute",
     NO_STR
     TRANSIT_STR
     "Between sites and what is behind circuits, both ways, by default no\n")

#define SIZES "<basic|vpngw1az|vpngw2az|vpngw3az|vpngw4az|vpngw5az>"
#define SIZES_STR \
     "10 tunnels, 100 Mbit/s, no BGP\n" \
     "30 tunnels, 650 Mbit/s\n" \
     "30 tunnels, 1 Gbit/s\n" \
     "30 tunnels, 1.25 Gbit/s\n" \
     "100 tunnels, 5 Gbit/s\n" \
     "100 tunnels, 10 Gbit/s\n"
LINE(gw_size, "size " SIZES,
     "A size of Azure's, whose limits each commit checks; by default none\n"
     SIZES_STR)
LINE(gw_no_size, "no size [" SIZES "]",
     NO_STR
     "Let this host be the limit\n"
     SIZES_STR)

LINE(gw_instance, "instance (0-15)",
     "Number of this instance among the partners, by default 0\n"
     "Number\n")
LINE(gw_no_instance, "no instance [(0-15)]",
     NO_STR
     "Set the number of this instance back to 0\n"
     "Number\n")
