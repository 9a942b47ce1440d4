/*
 * What the BGP sessions of a tunnel and those of a circuit both have:
 * LINE(name, pattern, help), see gh_vty.c. Of profiles, connections, circuits.
 */

#define GH_BGP_STR "The BGP sessions\n"
#define GH_ROUTE_MAP_STR "A route map of FRR's\n"
#define GH_PREFIX_LIST_STR "A prefix list of FRR's\n"
#define GH_IN_STR "That what is received passes\n"
#define GH_OUT_STR "That what is sent passes\n"

LINE(bg_timers, "bgp timers (1-21845) (3-65535)",
     GH_BGP_STR
     "Timers that we propose, by default 60 and 180\n"
     "Seconds between two KEEPALIVE messages\n"
     "Seconds of silence after which a session ends, three times the other or more\n")
LINE(bg_no_timers, "no bgp timers [(1-21845) (3-65535)]",
     NO_STR
     GH_BGP_STR
     "Set the timers back to 60 and 180 seconds\n"
     "Seconds\n"
     "Seconds\n")

LINE(bg_graceful_restart, "[no] bgp graceful-restart",
     NO_STR
     GH_BGP_STR
     "Keep forwarding while the other side's BGP or ours restarts\n")

LINE(bg_route_map_in, "bgp route-map in NAME$route_map",
     GH_BGP_STR
     GH_ROUTE_MAP_STR
     GH_IN_STR
     "Name of the route map; without one of that name nothing passes\n")
LINE(bg_route_map_out, "bgp route-map out NAME$route_map",
     GH_BGP_STR
     GH_ROUTE_MAP_STR
     GH_OUT_STR
     "Name of the route map; without one of that name nothing passes\n")
LINE(bg_no_route_map_in, "no bgp route-map in [NAME$route_map]",
     NO_STR
     GH_BGP_STR
     GH_ROUTE_MAP_STR
     GH_IN_STR
     "Name of the route map\n")
LINE(bg_no_route_map_out, "no bgp route-map out [NAME$route_map]",
     NO_STR
     GH_BGP_STR
     GH_ROUTE_MAP_STR
     GH_OUT_STR
     "Name of the route map\n")

LINE(bg_prefix_list_in, "bgp prefix-list in NAME$prefix_list",
     GH_BGP_STR
     GH_PREFIX_LIST_STR
     GH_IN_STR
     "Name of the prefix list; without one of that name nothing passes\n")
LINE(bg_prefix_list_out, "bgp prefix-list out NAME$prefix_list",
     GH_BGP_STR
     GH_PREFIX_LIST_STR
     GH_OUT_STR
     "Name of the prefix list; without one of that name nothing passes\n")
LINE(bg_no_prefix_list_in, "no bgp prefix-list in [NAME$prefix_list]",
     NO_STR
     GH_BGP_STR
     GH_PREFIX_LIST_STR
     GH_IN_STR
     "Name of the prefix list\n")
LINE(bg_no_prefix_list_out, "no bgp prefix-list out [NAME$prefix_list]",
     NO_STR
     GH_BGP_STR
     GH_PREFIX_LIST_STR
     GH_OUT_STR
     "Name of the prefix list\n")

LINE(bg_no_bgp, "no bgp",
     NO_STR
     "Alone: remove all that is set of BGP here, sessions inside the tunnel too\n")
