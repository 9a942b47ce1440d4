/* The lines of `gateway certificate NAME`: LINE(name, pattern, help), see gh_vty.c. */

LINE(ct_file, "file PATH",
     "File of the certificate, PEM\n"
     "Path, below /etc/gatehouse unless it begins with a slash\n")
LINE(ct_no_file, "no file [PATH]",
     NO_STR
     "Remove the file: connections that use it stay down\n"
     "Path\n")

LINE(ct_key_file, "key-file PATH",
     "File of its private key, PEM; none for an authority\n"
     "Path, below /etc/gatehouse unless it begins with a slash\n")
LINE(ct_no_key_file, "no key-file [PATH]",
     NO_STR
     "Remove the private key's file\n"
     "Path\n")

LINE(ct_crl_file, "crl-file PATH",
     "Of an authority: file of its list of revoked certificates, PEM or DER\n"
     "Path, below /etc/gatehouse unless it begins with a slash\n")
LINE(ct_no_crl_file, "no crl-file [PATH]",
     NO_STR
     "Read no list of revoked certificates from a file\n"
     "Path\n")

LINE(ct_crl_uri, "crl-uri URI",
     "Of an authority: where its list of revoked certificates is, beside what certificates say\n"
     "http://, https:// or ldap://\n")
LINE(ct_no_crl_uri, "no crl-uri [URI]",
     NO_STR
     "Ask only where the certificates say\n"
     "http://, https:// or ldap://\n")

LINE(ct_ocsp_uri, "ocsp-uri URI",
     "Of an authority: where its OCSP responder is, beside what certificates say\n"
     "http://, https:// or ldap://\n")
LINE(ct_no_ocsp_uri, "no ocsp-uri [URI]",
     NO_STR
     "Ask only where the certificates say\n"
     "http://, https:// or ldap://\n")
