/*
 * The lines of `gateway connection NAME` that a profile has not:
 * LINE(name, pattern, help), see gh_vty.c.
 */

LINE(cn_profile, "profile NAME$profile",
     "Take what is not set here from a profile\n"
     PROFILE_NAME_STR)
LINE(cn_no_profile, "no profile [NAME$profile]",
     NO_STR
     "Use no profile\n"
     PROFILE_NAME_STR)

LINE(cn_remote_address, "remote-address <A.B.C.D|X:X::X:X>",
     "Public address of the site's VPN device\n"
     "IPv4 address\n"
     "IPv6 address\n")
LINE(cn_no_remote_address, "no remote-address [<A.B.C.D|X:X::X:X>]",
     NO_STR
     "Remove the address of the VPN device: the connection stays down\n"
     "IPv4 address\n"
     "IPv6 address\n")

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

LINE(cn_certificate, "certificate NAME$certificate",
     "Our certificate with its key, in place of a pre-shared key\n"
     CERTIFICATE_NAME_STR)
LINE(cn_no_certificate, "no certificate [NAME$certificate]",
     NO_STR
     "Show no certificate: without a pre-shared key the connection stays down\n"
     CERTIFICATE_NAME_STR)

LINE(cn_authority, "authority NAME$certificate",
     "Certificate of the authority that the site's certificate must chain to\n"
     CERTIFICATE_NAME_STR)
LINE(cn_no_authority, "no authority [NAME$certificate]",
     NO_STR
     "Accept no certificate of the site\n"
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
LINE(cn_no_bgp, "no bgp [" SESSION "]",
     NO_STR
     "No BGP inside the tunnel: only the connection's own prefixes are reached\n"
     SESSION_STR)

LINE(cn_prefix, "[no] prefix <A.B.C.D/M|X:X::X:X/M>",
     NO_STR
     "A prefix behind the connection that needs no BGP\n"
     "IPv4 prefix\n"
     "IPv6 prefix\n")

LINE(cn_shutdown, "[no] shutdown",
     NO_STR
     "Keep the connection configured and down\n")
