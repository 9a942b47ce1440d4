/* The lines of `gateway vnet-router NAME`: LINE(name, pattern, help), see gh_vty.c. */

LINE(vr_peer, "peer-address <A.B.C.D|X:X::X:X> remote-as (1-4294967295)",
     "Address of the router, behind the vnet interface\n"
     "IPv4 address\n"
     "IPv6 address\n"
     "AS number of the router\n"
     "AS number; that of the gateway for iBGP\n")
LINE(vr_no_peer, "no peer-address [<A.B.C.D|X:X::X:X> remote-as (1-4294967295)]",
     NO_STR
     "Remove the router's address: its session ends\n"
     "IPv4 address\n"
     "IPv6 address\n"
     "AS number of the router\n"
     "AS number\n")
