/* The lines of `gateway expressroute NAME`: LINE(name, pattern, help), see gh_vty.c. */

#define EDGE_STR "One of the circuit's two edge routers\n"
#define EDGE_ROLE_STR "The primary edge\n" "The secondary edge\n"

LINE(er_edge, "edge <primary|secondary> interface IFNAME peer A.B.C.D remote-as (1-4294967295)",
     EDGE_STR
     EDGE_ROLE_STR
     "Interface of this host towards the edge\n"
     "Name of the interface\n"
     "The edge's BGP session over IPv4\n"
     "Address of the edge\n"
     "AS number of the edge\n"
     "AS number; Microsoft's edges have 12076\n")
LINE(er_edge_ipv6, "edge <primary|secondary> peer-ipv6 X:X::X:X",
     EDGE_STR
     EDGE_ROLE_STR
     "A second BGP session of the same edge, for IPv6 prefixes\n"
     "IPv6 address of the edge\n")
LINE(er_no_edge,
     "no edge <primary|secondary> [interface IFNAME peer A.B.C.D remote-as (1-4294967295)]",
     NO_STR
     "Remove an edge of the circuit, or its IPv6 session\n"
     EDGE_ROLE_STR
     "Interface of this host towards the edge\n"
     "Name of the interface\n"
     "The edge's BGP session over IPv4\n"
     "Address of the edge\n"
     "AS number of the edge\n"
     "AS number\n")
LINE(er_no_edge_ipv6, "no edge <primary|secondary> peer-ipv6 [X:X::X:X]",
     NO_STR
     "Remove an edge of the circuit, or its IPv6 session\n"
     EDGE_ROLE_STR
     "Remove the IPv6 session of the edge\n"
     "IPv6 address of the edge\n")

LINE(er_bfd, "bfd interval (10-60000) multiplier (2-50)",
     "How fast a silent loss of the circuit is noticed, by default 300 ms and 3\n"
     "Time between two BFD packets\n"
     "Milliseconds\n"
     "Lost packets after which the edge counts as down\n"
     "Packets\n")
LINE(er_bfd_on, "bfd",
     "How fast a silent loss of the circuit is noticed, by default 300 ms and 3\n")
LINE(er_no_bfd, "no bfd",
     NO_STR
     "Alone: do without BFD, a silent loss is noticed after BGP's hold time only\n")
LINE(er_no_bfd_interval, "no bfd interval [(10-60000) multiplier (2-50)]",
     NO_STR
     "Alone: do without BFD, a silent loss is noticed after BGP's hold time only\n"
     "Keep BFD, and set its timers back to 300 ms and 3\n"
     "Milliseconds\n"
     "Lost packets after which the edge counts as down\n"
     "Packets\n")

LINE(er_wait_to_restore, "wait-to-restore (0-3600)",
     "How long a circuit must be up again before traffic returns, by default 30\n"
     "Seconds\n")
LINE(er_no_wait_to_restore, "no wait-to-restore [(0-3600)]",
     NO_STR
     "Set the time before traffic returns back to 30 seconds\n"
     "Seconds\n")

LINE(er_weight, "weight (0-32000)",
     "Preference among circuits, the higher first, by default 0\n"
     "Routing weight\n")
LINE(er_no_weight, "no weight [(0-32000)]",
     NO_STR
     "Set the routing weight back to 0\n"
     "Routing weight\n")

LINE(er_prefix_limit, "prefix-limit (1-10000000)",
     "How many prefixes of each family an edge may send before its session ends, by default any\n"
     "Prefixes; Azure's is 4000, and 10000 with the premium add-on\n")
LINE(er_no_prefix_limit, "no prefix-limit [(1-10000000)]",
     NO_STR
     "Take any number of prefixes\n"
     "Prefixes\n")

LINE(er_password, "password [<0|6>] SECRET",
     "Key of the edges' BGP sessions (TCP MD5), shown and saved encrypted\n"
     "A key in clear follows\n"
     "A key that this host has encrypted follows\n"
     "The key, at most 80 printable ASCII characters\n")
LINE(er_no_password, "no password [<0|6>] [SECRET]",
     NO_STR
     "Run the BGP sessions without a key\n"
     "A key in clear follows\n"
     "A key that this host has encrypted follows\n"
     "The key\n")
