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
