/*
 * What a profile and a connection both have: LINE(name, pattern, help), see
 * gh_vty.c. A connection's own line wins.
 */

#define DH_GROUPS "<group14|group15|group16|ecp256|ecp384|ecp521|curve25519>"
#define DH_GROUPS_STR \
     "MODP with 2048 bits\n" \
     "MODP with 3072 bits\n" \
     "MODP with 4096 bits\n" \
     "NIST P-256\n" \
     "NIST P-384\n" \
     "NIST P-521\n" \
     "Curve25519\n"
#define IKE_STR "The key exchange, IKEv2\n"
#define IKE_POLICY \
     "encryption <gcmaes128|gcmaes256|aes128|aes192|aes256> integrity <sha256|sha384|sha512>" \
     " dh-group " DH_GROUPS
#define IKE_POLICY_STR \
     "AES-GCM with a key of 128 bits\n" \
     "AES-GCM with a key of 256 bits\n" \
     "AES-CBC with a key of 128 bits\n" \
     "AES-CBC with a key of 192 bits\n" \
     "AES-CBC with a key of 256 bits\n" \
     "Integrity and pseudorandom function, with AES-GCM the latter alone\n" \
     "SHA2 with 256 bits\n" \
     "SHA2 with 384 bits\n" \
     "SHA2 with 512 bits\n" \
     "Diffie-Hellman group\n" \
     DH_GROUPS_STR
#define IPSEC_STR "The tunnel's ESP\n"
#define GCM_STR "AES-GCM with a key of 128 bits\n" "AES-GCM with a key of 256 bits\n"

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

LINE(pf_ipsec_encryption, "ipsec encryption <gcmaes128|gcmaes256>",
     IPSEC_STR
     "Cipher, by default gcmaes256\n"
     GCM_STR)
LINE(pf_no_ipsec_encryption, "no ipsec encryption [<gcmaes128|gcmaes256>]",
     NO_STR
     IPSEC_STR
     "Set the cipher back to gcmaes256\n"
     GCM_STR)
LINE(pf_ipsec_integrity, "ipsec integrity <gcmaes128|gcmaes256>",
     IPSEC_STR
     "Integrity, the same as the cipher\n"
     GCM_STR)
LINE(pf_no_ipsec_integrity, "no ipsec integrity [<gcmaes128|gcmaes256>]",
     NO_STR
     IPSEC_STR
     "Let the cipher say it\n"
     GCM_STR)
LINE(pf_ipsec_pfs, "ipsec pfs-group <none|group14|group15|group16|ecp256|ecp384|ecp521|curve25519>",
     IPSEC_STR
     "A key exchange of its own for each set of the tunnel's keys, perfect forward secrecy\n"
     "Derive them from the IKE SA\n"
     DH_GROUPS_STR)
LINE(pf_no_ipsec_pfs,
     "no ipsec pfs-group [<none|group14|group15|group16|ecp256|ecp384|ecp521|curve25519>]",
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

LINE(pf_dpd, "dpd-timeout (9-3600)",
     "Silence after which a device that does not answer is held dead, by default 45\n"
     "Seconds\n")
LINE(pf_no_dpd, "no dpd-timeout [(9-3600)]",
     NO_STR
     "Set the time to find a dead device back to 45 seconds\n"
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
