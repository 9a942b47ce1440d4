/* The lines of `gateway nat-rule NAME`: LINE(name, pattern, help), see gh_vty.c. */

#define NAT_MODES_STR \
     "Addresses of the virtual network, towards the site\n" \
     "Addresses of the site, towards the virtual network\n"
#define NAT_TYPES_STR \
     "One to one, either side can begin\n" \
     "Many to few, by ports: the internal side begins\n"

LINE(nr_mode, "mode <egress|ingress>",
     "Whose addresses are translated, by default egress\n"
     NAT_MODES_STR)
LINE(nr_no_mode, "no mode [<egress|ingress>]",
     NO_STR
     "Set the mode back to egress\n"
     NAT_MODES_STR)

LINE(nr_type, "type <static|dynamic>",
     "How they are translated, by default static\n"
     NAT_TYPES_STR)
LINE(nr_no_type, "no type [<static|dynamic>]",
     NO_STR
     "Set the type back to static\n"
     NAT_TYPES_STR)

LINE(nr_internal, "internal <A.B.C.D/M|X:X::X:X/M>",
     "Addresses as they are\n"
     "IPv4 prefix\n"
     "IPv6 prefix\n")
LINE(nr_no_internal, "no internal [<A.B.C.D/M|X:X::X:X/M>]",
     NO_STR
     "Remove the internal addresses: the rule translates nothing\n"
     "IPv4 prefix\n"
     "IPv6 prefix\n")

LINE(nr_external, "external <A.B.C.D/M|X:X::X:X/M>",
     "Addresses as the other side sees them\n"
     "IPv4 prefix\n"
     "IPv6 prefix\n")
LINE(nr_no_external, "no external [<A.B.C.D/M|X:X::X:X/M>]",
     NO_STR
     "Remove the external addresses: the rule translates nothing\n"
     "IPv4 prefix\n"
     "IPv6 prefix\n")
