/*
 * What a profile and a connection both have: LINE(name, pattern, help), see
 * gh_vty.c. A connection's own line wins.
 */

#define DH_GROUPS_BARE \
     "group14|group15|group16|ecp256|ecp384|ecp521|curve25519|group1|group2|group24"
#define DH_GROUPS "<" DH_GROUPS_BARE ">"
#define DH_GROUPS_STR \
     "MODP with 2048 bits\n" \
     "MODP with 3072 bits\n" \
     "MODP with 4096 bits\n" \
     "NIST P-256\n" \
     "NIST P-384\n" \
     "NIST P-521\n" \
     "Curve25519\n" \
     "MODP with 768 bits, broken\n" \
     "MODP with 1024 bits, weak\n" \
     "MODP with 2048 bits and a subgroup, weak\n"
#define IKE_STR "The key exchange\n"
#define IKE_POLICY \
     "encryption <gcmaes128|gcmaes256|aes128|aes192|aes256|des3>" \
     " integrity <sha256|sha384|sha512|sha1|md5>" \
     " dh-group " DH_GROUPS
#define IKE_POLICY_STR \
     "AES-GCM with a key of 128 bits\n" \
     "AES-GCM with a key of 256 bits\n" \
     "AES-CBC with a key of 128 bits\n" \
     "AES-CBC with a key of 192 bits\n" \
     "AES-CBC with a key of 256 bits\n" \
     "Triple DES, weak\n" \
     "Integrity and pseudorandom function, with AES-GCM the latter alone\n" \
     "SHA2 with 256 bits\n" \
     "SHA2 with 384 bits\n" \
     "SHA2 with 512 bits\n" \
     "SHA1, weak\n" \
     "MD5, weak\n" \
     "Diffie-Hellman group\n" \
     DH_GROUPS_STR
#define IPSEC_STR "The tunnel's ESP\n"
#define CIPHERS "<gcmaes128|gcmaes192|gcmaes256|chacha20poly1305|aes128|aes192|aes256|des3|des|none>"
#define CIPHERS_STR \
     "AES-GCM with a key of 128 bits\n" \
     "AES-GCM with a key of 192 bits\n" \
     "AES-GCM with a key of 256 bits\n" \
     "ChaCha20-Poly1305\n" \
     "AES-CBC with a key of 128 bits\n" \
     "AES-CBC with a key of 192 bits\n" \
     "AES-CBC with a key of 256 bits\n" \
     "Triple DES, weak\n" \
     "DES, broken\n" \
     "No encryption, integrity alone\n"
#define HASHES "<gcmaes128|gcmaes192|gcmaes256|sha256|sha384|sha512|sha1|md5>"
#define HASHES_STR \
     "That of the cipher of the same name\n" \
     "That of the cipher of the same name\n" \
     "That of the cipher of the same name\n" \
     "SHA2 with 256 bits\n" \
     "SHA2 with 384 bits\n" \
     "SHA2 with 512 bits\n" \
     "SHA1, weak\n" \
     "MD5, weak\n"

LINE(pf_ike, "ike " IKE_POLICY,
     IKE_STR
     "Offer and accept this policy alone\n"
     IKE_POLICY_STR)
LINE(pf_no_ike, "no ike encryption",
     NO_STR
     IKE_STR
     "Offer and accept the usual policies again\n")
LINE(pf_no_ike_whole, "no ike " IKE_POLICY,
     NO_STR
     IKE_STR
     "Offer and accept the usual policies again\n"
     IKE_POLICY_STR)
LINE(pf_ike_lifetime, "ike lifetime (300-172799)",
     IKE_STR
     "Time after which its own keys are replaced, by default 28800\n"
     "Seconds\n")
LINE(pf_no_ike_lifetime, "no ike lifetime [(300-172799)]",
     NO_STR
     IKE_STR
     "Set the lifetime of its own keys back to 28800 seconds\n"
     "Seconds\n")

LINE(pf_ipsec_encryption, "ipsec encryption " CIPHERS,
     IPSEC_STR
     "Cipher, by default gcmaes256\n"
     CIPHERS_STR)
LINE(pf_no_ipsec_encryption, "no ipsec encryption [" CIPHERS "]",
     NO_STR
     IPSEC_STR
     "Set the cipher back to gcmaes256\n"
     CIPHERS_STR)
LINE(pf_ipsec_integrity, "ipsec integrity " HASHES,
     IPSEC_STR
     "Integrity: with GCM the same as the cipher, else by default sha256\n"
     HASHES_STR)
LINE(pf_no_ipsec_integrity, "no ipsec integrity [" HASHES "]",
     NO_STR
     IPSEC_STR
     "Let the cipher say it, or be sha256\n"
     HASHES_STR)
LINE(pf_ipsec_pfs, "ipsec pfs-group <none|" DH_GROUPS_BARE ">",
     IPSEC_STR
     "A key exchange of its own for each set of the tunnel's keys, perfect forward secrecy\n"
     "Derive them from the IKE SA\n"
     DH_GROUPS_STR)
LINE(pf_no_ipsec_pfs,
     "no ipsec pfs-group [<none|" DH_GROUPS_BARE ">]",
     NO_STR
     IPSEC_STR
     "Offer the usual groups again\n"
     "Derive them from the IKE SA\n"
     DH_GROUPS_STR)
LINE(pf_ipsec_lifetime, "ipsec lifetime (300-172799)",
     IPSEC_STR
     "Time after which its keys are replaced, by default 27000\n"
     "Seconds\n")
LINE(pf_no_ipsec_lifetime, "no ipsec lifetime [(300-172799)]",
     NO_STR
     IPSEC_STR
     "Set the lifetime of its keys back to 27000 seconds\n"
     "Seconds\n")

LINE(pf_ipsec_kilobytes, "ipsec lifetime-kilobytes (1024-4294967295)",
     IPSEC_STR
     "Traffic after which its keys are replaced, by default any\n"
     "Kilobytes; Azure has 102400000\n")
LINE(pf_no_ipsec_kilobytes, "no ipsec lifetime-kilobytes [(1024-4294967295)]",
     NO_STR
     IPSEC_STR
     "Replace its keys by time alone\n"
     "Kilobytes\n")

LINE(pf_ike_version, "ike version (1-2)",
     IKE_STR
     "Version, by default 2\n"
     "Version\n")
LINE(pf_no_ike_version, "no ike version [(1-2)]",
     NO_STR
     IKE_STR
     "Set the version back to 2\n"
     "Version\n")
LINE(pf_ike_exchange, "ike exchange <main|aggressive>",
     IKE_STR
     "How IKEv1 begins, by default by main mode\n"
     "Main mode\n"
     "Aggressive mode: a shared key can be guessed from what is seen\n")
LINE(pf_no_ike_exchange, "no ike exchange [<main|aggressive>]",
     NO_STR
     IKE_STR
     "Let IKEv1 begin by main mode again\n"
     "Main mode\n"
     "Aggressive mode\n")
LINE(pf_ike_mobike, "[no] ike mobike",
     NO_STR
     IKE_STR
     "Let IKEv2 peers move to another address, by default yes\n")
LINE(pf_ike_fragmentation, "[no] ike fragmentation",
     NO_STR
     IKE_STR
     "Fragment its large messages by itself, by default yes\n")
#define KEMS "<mlkem512|mlkem768|mlkem1024>"
#define KEMS_STR "ML-KEM-512\n" "ML-KEM-768\n" "ML-KEM-1024\n"
LINE(pf_ike_kem, "ike additional-key-exchange " KEMS,
     IKE_STR
     "A second key exchange that a quantum computer does not break, by default none\n"
     KEMS_STR)
LINE(pf_no_ike_kem, "no ike additional-key-exchange [" KEMS "]",
     NO_STR
     IKE_STR
     "Do without a second key exchange\n"
     KEMS_STR)

#define MODES "<default|initiator-only|responder-only>"
#define MODES_STR \
     "Either side\n" \
     "We alone\n" \
     "The site alone\n"
LINE(pf_mode, "mode " MODES,
     "Who sets the tunnel up, by default either side\n"
     MODES_STR)
LINE(pf_no_mode, "no mode [" MODES "]",
     NO_STR
     "Let either side set the tunnel up\n"
     MODES_STR)

LINE(pf_encapsulation, "encapsulation <udp|native>",
     "How ESP packets travel, by default in UDP\n"
     "In UDP always, the fast way here\n"
     "As protocol 50 unless there is a NAT\n")
LINE(pf_no_encapsulation, "no encapsulation [<udp|native>]",
     NO_STR
     "Let ESP packets travel in UDP again\n"
     "In UDP always\n"
     "As protocol 50 unless there is a NAT\n")

#define REVOCATIONS "<off|relaxed|strict>"
#define REVOCATIONS_STR \
     "Do not ask\n" \
     "Refuse one that is known to be revoked\n" \
     "Refuse one that is not known to be good\n"
LINE(pf_revocation, "revocation " REVOCATIONS,
     "Whether the site's certificate may be revoked (CRL, OCSP), by default relaxed\n"
     REVOCATIONS_STR)
LINE(pf_no_revocation, "no revocation [" REVOCATIONS "]",
     NO_STR
     "Set it back to relaxed\n"
     REVOCATIONS_STR)

#define DESTINATIONS "<internet|other-region|same-region>"
#define DESTINATIONS_STR \
     "Somewhere outside\n" \
     "A virtual network of another region\n" \
     "A virtual network of the same region\n"
LINE(pf_destination, "destination-class " DESTINATIONS,
     "As what its traffic counts in the meter, by default internet\n"
     DESTINATIONS_STR)
LINE(pf_no_destination, "no destination-class [" DESTINATIONS "]",
     NO_STR
     "Set it back to internet\n"
     DESTINATIONS_STR)

LINE(pf_tcp_mss, "tcp-mss (536-8960)",
     "Largest TCP segment inside this tunnel, by default the gateway's\n"
     "Bytes\n")
LINE(pf_no_tcp_mss, "no tcp-mss [(536-8960)]",
     NO_STR
     "Use the gateway's again\n"
     "Bytes\n")

LINE(pf_bgp_bfd, "bgp bfd interval (10-60000) multiplier (2-50)",
     "The BGP sessions\n"
     "BFD inside the tunnel, by default none; alone 300 ms and 3\n"
     "Time between two BFD packets\n"
     "Milliseconds\n"
     "Lost packets after which the session is down\n"
     "Packets\n")
LINE(pf_bgp_bfd_on, "[no] bgp bfd",
     NO_STR
     "The BGP sessions\n"
     "BFD inside the tunnel, by default none; alone 300 ms and 3\n")
LINE(pf_no_bgp_bfd, "no bgp bfd interval [(10-60000) multiplier (2-50)]",
     NO_STR
     "The BGP sessions\n"
     "No BFD inside the tunnel\n"
     "No BFD inside the tunnel\n"
     "Milliseconds\n"
     "Lost packets after which the session is down\n"
     "Packets\n")

LINE(pf_bgp_multihop, "bgp multihop (1-255)",
     "The BGP sessions\n"
     "How many hops away the site's BGP speaker may be, by default 2\n"
     "TTL\n")
LINE(pf_no_bgp_multihop, "no bgp multihop [(1-255)]",
     NO_STR
     "The BGP sessions\n"
     "Set the number of hops back\n"
     "TTL\n")

LINE(pf_dpd, "dpd-timeout <(0-0)|(9-3600)>",
     "Silence after which a device that does not answer is held dead, by default 45\n"
     "Never\n"
     "Seconds\n")
LINE(pf_no_dpd, "no dpd-timeout [<(0-0)|(9-3600)>]",
     NO_STR
     "Set the time to find a dead device back to 45 seconds\n"
     "Never\n"
     "Seconds\n")

LINE(pf_replay_window, "replay-window (64-8192)",
     "How far packets may be out of order and still be accepted, by default 1024\n"
     "Packets\n")
LINE(pf_no_replay_window, "no replay-window [(64-8192)]",
     NO_STR
     "Set the anti-replay window back to 1024 packets\n"
     "Packets\n")

LINE(pf_weight, "weight (0-32000)",
     "Preference among connections, the higher first, by default 0\n"
     "Routing weight\n")
LINE(pf_no_weight, "no weight [(0-32000)]",
     NO_STR
     "Set the routing weight back to its default\n"
     "Routing weight\n")

LINE(pf_prefix_limit, "prefix-limit (1-10000000)",
     "How many prefixes of each family the site may send before its session ends, by default any\n"
     "Prefixes\n")
LINE(pf_no_prefix_limit, "no prefix-limit [(1-10000000)]",
     NO_STR
     "Take any number of prefixes\n"
     "Prefixes\n")

LINE(pf_local_id, "local-id ID",
     "IKE identity of this gateway, by default its public address\n"
     "Address or name or mail address\n")
LINE(pf_no_local_id, "no local-id [ID]",
     NO_STR
     "Use the public address as IKE identity again\n"
     "Address or name or mail address\n")
