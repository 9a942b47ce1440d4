/*
 * The lines of `gateway connection NAME` that a profile has not:
 * LINE(name, pattern, help), see gh_vty.c.
 */

/*
 * Words beside a name would take its place when it is their beginning: vtysh
 * completes `profile azure` to azure-default, and a host `an` to any.
 */
LINE(cn_profile, "profile NAME$profile",
     "Take what is not set here from a profile\n"
     "Name of the profile; azure-default is built in, with the offers of Azure's gateways\n")
LINE(cn_no_profile, "no profile [NAME$profile]",
     NO_STR
     "Use no profile\n"
     PROFILE_NAME_STR)

LINE(cn_remote_address, "remote-address <A.B.C.D|X:X::X:X|HOSTNAME>",
     "Public address of the site's VPN device\n"
     "IPv4 address\n"
     "IPv6 address\n"
     "Its name, resolved again and again; or any: it comes to us, and is found by remote-id\n")
LINE(cn_no_remote_address, "no remote-address [<A.B.C.D|X:X::X:X|HOSTNAME>]",
     NO_STR
     "Remove the address of the VPN device: the connection stays down\n"
     "IPv4 address\n"
     "IPv6 address\n"
     "Its name, or any\n")

LINE(cn_local_address, "local-address <A.B.C.D|X:X::X:X>",
     "Our outer address, by default the public-address of that family\n"
     "IPv4 address\n"
     "IPv6 address\n")
LINE(cn_no_local_address, "no local-address [<A.B.C.D|X:X::X:X>]",
     NO_STR
     "Use the gateway's public-address again\n"
     "IPv4 address\n"
     "IPv6 address\n")

LINE(cn_over, "over expressroute NAME$circuit",
     "How the tunnel's own packets travel\n"
     "By the private peering of a circuit\n"
     CIRCUIT_NAME_STR)
LINE(cn_no_over, "no over expressroute [NAME$circuit]",
     NO_STR
     "How the tunnel's own packets travel\n"
     "By the host's own routes again\n"
     CIRCUIT_NAME_STR)

LINE(cn_shared_key, "shared-key [<0|6>] SECRET",
     "Pre-shared key of the connection, shown and saved encrypted\n"
     "A key in clear follows\n"
     "A key that this host has encrypted follows\n"
     "The key, printable ASCII without spaces\n")
LINE(cn_no_shared_key, "no shared-key [<0|6>] [SECRET]",
     NO_STR
     "Remove the pre-shared key: without a certificate the connection stays down\n"
     "A key in clear follows\n"
     "A key that this host has encrypted follows\n"
     "The key\n")

LINE(cn_alternate_key, "alternate-shared-key [<0|6>] SECRET",
     "A second key that is accepted too, while the site changes its own\n"
     "A key in clear follows\n"
     "A key that this host has encrypted follows\n"
     "The key, printable ASCII without spaces\n")
LINE(cn_no_alternate_key, "no alternate-shared-key [<0|6>] [SECRET]",
     NO_STR
     "Accept the one key alone\n"
     "A key in clear follows\n"
     "A key that this host has encrypted follows\n"
     "The key\n")

LINE(cn_certificate, "certificate NAME$certificate",
     "Our certificate with its key, in place of a pre-shared key\n"
     CERTIFICATE_NAME_STR)
LINE(cn_no_certificate, "no certificate [NAME$certificate]",
     NO_STR
     "Show no certificate: without a pre-shared key the connection stays down\n"
     CERTIFICATE_NAME_STR)

LINE(cn_authority, "[no] authority NAME$certificate",
     NO_STR
     "Certificate of an authority that the site's certificate may chain to\n"
     CERTIFICATE_NAME_STR)

LINE(cn_remote_id, "remote-id ID",
     "IKE identity that the VPN device must have, by default its address\n"
     "Address or name or mail address\n")
LINE(cn_no_remote_id, "no remote-id [ID]",
     NO_STR
     "Expect the VPN device's address as its IKE identity again\n"
     "Address or name or mail address\n")

#define SESSION \
     "remote-as (1-4294967295) peer-address <A.B.C.D|X:X::X:X> local-address <A.B.C.D|X:X::X:X>"
#define SESSION_STR \
     "AS number of the site\n" \
     "AS number\n" \
     "Address of the site's BGP speaker inside the tunnel\n" \
     "IPv4 address, often of 169.254.21.0/24\n" \
     "IPv6 address\n" \
     "Address of this gateway inside the tunnel\n" \
     "IPv4 address, often of 169.254.21.0/24\n" \
     "IPv6 address\n"

LINE(cn_bgp, "bgp " SESSION,
     "BGP inside the tunnel\n"
     SESSION_STR)
LINE(cn_no_session, "no bgp " SESSION,
     NO_STR
     "BGP inside the tunnel\n"
     SESSION_STR)
LINE(cn_no_peer, "no bgp peer-address <A.B.C.D|X:X::X:X>",
     NO_STR
     "BGP inside the tunnel\n"
     "Remove the session with that address\n"
     "IPv4 address\n"
     "IPv6 address\n")

LINE(cn_bgp_password, "bgp password [<0|6>] SECRET",
     "BGP inside the tunnel\n"
     "Key of the sessions (TCP MD5), shown and saved encrypted\n"
     "A key in clear follows\n"
     "A key that this host has encrypted follows\n"
     "The key, at most 80 printable ASCII characters\n")
LINE(cn_no_bgp_password, "no bgp password [<0|6>] [SECRET]",
     NO_STR
     "BGP inside the tunnel\n"
     "Run the sessions without a key\n"
     "A key in clear follows\n"
     "A key that this host has encrypted follows\n"
     "The key\n")

LINE(cn_prefix, "[no] prefix <A.B.C.D/M|X:X::X:X/M>",
     NO_STR
     "A prefix behind the connection that needs no BGP\n"
     "IPv4 prefix\n"
     "IPv6 prefix\n")

LINE(cn_selector,
     "[no] traffic-selector local <A.B.C.D/M|X:X::X:X/M> remote <A.B.C.D/M|X:X::X:X/M>",
     NO_STR
     "Policy-based: a pair of prefixes with a tunnel of its own\n"
     "Our side\n"
     "IPv4 prefix\n"
     "IPv6 prefix\n"
     "The site's side\n"
     "IPv4 prefix\n"
     "IPv6 prefix\n")

LINE(cn_nat_rule, "[no] nat-rule NAME$nat_rule",
     NO_STR
     "Translate addresses of this connection by a rule\n"
     NAT_RULE_NAME_STR)

LINE(cn_shutdown, "[no] shutdown",
     NO_STR
     "Keep the connection configured and down\n")
