/* The lines of `gateway access`: LINE(name, pattern, help), see gh_vty.c. */

#define PERMIT_STR "Permit it\n" "Deny it\n"

LINE(ac_enforcement, "[no] enforcement",
     NO_STR
     "Ask the rules; root may do everything in any case\n")
LINE(ac_external_groups, "[no] external-groups",
     NO_STR
     "Count a user's Unix groups as groups of the rules\n")

LINE(ac_read_default, "read-default <permit|deny>",
     "Reading that no rule speaks of, by default permitted\n"
     PERMIT_STR)
LINE(ac_no_read_default, "no read-default [<permit|deny>]",
     NO_STR
     "Permit reading that no rule speaks of\n"
     PERMIT_STR)
LINE(ac_write_default, "write-default <permit|deny>",
     "Changes that no rule speaks of, by default denied\n"
     PERMIT_STR)
LINE(ac_no_write_default, "no write-default [<permit|deny>]",
     NO_STR
     "Deny changes that no rule speaks of\n"
     PERMIT_STR)
LINE(ac_exec_default, "exec-default <permit|deny>",
     "Operations that no rule speaks of, by default permitted\n"
     PERMIT_STR)
LINE(ac_no_exec_default, "no exec-default [<permit|deny>]",
     NO_STR
     "Permit operations that no rule speaks of\n"
     PERMIT_STR)

LINE(ac_group, "group NAME$group user USER",
     "A group of users\n"
     "Name of the group\n"
     "A user of the group\n"
     "Name of the user on this host\n")
LINE(ac_no_group, "no group NAME$group [user USER]",
     NO_STR
     "Remove a group, or a user from it\n"
     "Name of the group\n"
     "A user of the group\n"
     "Name of the user\n")
