/*
 * What the partner and a router of the virtual network's side both have:
 * LINE(name, pattern, help), see gh_vty.c.
 */

#define NB_BFD_STR "How fast a silent loss is noticed, by default 300 ms and 3\n"
#define NB_NO_BFD_STR "Alone: do without BFD, a silent loss is noticed after BGP's hold time only\n"

LINE(nb_password, "password [<0|6>] SECRET",
     "Key of the BGP session (TCP MD5), shown and saved encrypted\n"
     "A key in clear follows\n"
     "A key that this host has encrypted follows\n"
     "The key, at most 80 printable ASCII characters\n")
LINE(nb_no_password, "no password [<0|6>] [SECRET]",
     NO_STR
     "Run the BGP session without a key\n"
     "A key in clear follows\n"
     "A key that this host has encrypted follows\n"
     "The key\n")

LINE(nb_bfd, "bfd interval (10-60000) multiplier (2-50)",
     NB_BFD_STR
     "Time between two BFD packets\n"
     "Milliseconds\n"
     "Lost packets after which it counts as down\n"
     "Packets\n")
LINE(nb_bfd_on, "bfd",
     NB_BFD_STR)
LINE(nb_no_bfd, "no bfd",
     NO_STR
     NB_NO_BFD_STR)
LINE(nb_no_bfd_interval, "no bfd interval [(10-60000) multiplier (2-50)]",
     NO_STR
     NB_NO_BFD_STR
     "Keep BFD, and set its timers back to 300 ms and 3\n"
     "Milliseconds\n"
     "Lost packets after which it counts as down\n"
     "Packets\n")
