/* The lines of `gateway partner`: LINE(name, pattern, help), see gh_vty.c. */

#define PARTNER_ADDRESSES \
     "<A.B.C.D|X:X::X:X> local-address <A.B.C.D|X:X::X:X> interface IFNAME"
#define PARTNER_ADDRESSES_STR \
     "IPv4 address\n" \
     "IPv6 address\n" \
     "Our end of the session\n" \
     "IPv4 address\n" \
     "IPv6 address\n" \
     "Interface on which the partner is directly connected\n" \
     "Name of the interface\n"

LINE(pa_peer, "peer-address " PARTNER_ADDRESSES,
     "The partner's end of the session between the instances, and next hop of what it carries\n"
     PARTNER_ADDRESSES_STR)
LINE(pa_no_peer, "no peer-address [" PARTNER_ADDRESSES "]",
     NO_STR
     "Have no session with the partner\n"
     PARTNER_ADDRESSES_STR)

LINE(pa_mode, "mode <active-active|active-standby>",
     "How the instances share the work, by default active-active\n"
     "Both carry traffic\n"
     "The primary carries it, the secondary is ready\n")
LINE(pa_no_mode, "no mode [<active-active|active-standby>]",
     NO_STR
     "Set the mode back to active-active\n"
     "Both carry traffic\n"
     "The primary carries it, the secondary is ready\n")

LINE(pa_role, "role <primary|secondary>",
     "Which of the two this instance is, by default the primary\n"
     "The preferred one\n"
     "The other one\n")
LINE(pa_no_role, "no role [<primary|secondary>]",
     NO_STR
     "Make this instance the primary\n"
     "The preferred one\n"
     "The other one\n")

LINE(pa_symmetry, "[no] symmetry",
     NO_STR
     "In active-active, keep a flow on the primary in both directions where it can be\n")

LINE(pa_address, "address <A.B.C.D/M|X:X::X:X/M> interface IFNAME",
     "In active-standby, the one address that devices know: the active instance has it\n"
     "IPv4 address with the length of its subnet\n"
     "IPv6 address with the length of its subnet\n"
     "Interface that gets it\n"
     "Name of the interface\n")
LINE(pa_no_address, "no address [<A.B.C.D/M|X:X::X:X/M> interface IFNAME]",
     NO_STR
     "Have no address that moves\n"
     "IPv4 address with the length of its subnet\n"
     "IPv6 address with the length of its subnet\n"
     "Interface that gets it\n"
     "Name of the interface\n")
