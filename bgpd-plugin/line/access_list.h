/* The lines of `gateway access-list NAME`: LINE(name, pattern, help), see gh_vty.c. */

#define RULE_STR "A rule; the first that fits decides\n" "Name of the rule\n"
#define RULE_DECIDES_STR "Permit what it fits\n" "Deny what it fits\n"

LINE(al_group, "[no] group NAME$group",
     NO_STR
     "A group of users that the rules are for\n"
     "Name of the group, of the rules or of this host; * for everybody\n")

LINE(al_action, "rule NAME action <permit|deny>",
     RULE_STR
     "What the rule decides\n"
     RULE_DECIDES_STR)
LINE(al_module, "rule NAME module MODULE",
     RULE_STR
     "Only what this YANG module defines\n"
     "Name of the module, such as gatehouse; * for any\n")
LINE(al_operations, "rule NAME operations <*|{create|read|update|delete|exec}>",
     RULE_STR
     "Only these operations\n"
     "Any\n"
     "Making what was not there\n"
     "Reading\n"
     "Changing what is there\n"
     "Removing\n"
     "Operations such as commit or a reset\n")
LINE(al_path, "rule NAME path PATH",
     RULE_STR
     "Only this node and what is below it\n"
     "Path, such as /gatehouse:gateway/connection\n")
LINE(al_rpc, "rule NAME rpc RPC",
     RULE_STR
     "Only this operation of the protocol\n"
     "Name, such as edit-config; * for any\n")
LINE(al_notification, "rule NAME notification NOTIFICATION",
     RULE_STR
     "Only this notification\n"
     "Name, such as leg-change; * for any\n")
LINE(al_comment, "rule NAME comment LINE...",
     RULE_STR
     "A remark\n"
     "Text up to the end of the line\n")

LINE(al_no_rule, "no rule NAME",
     NO_STR
     "Remove a rule, or what narrows it\n"
     "Name of the rule\n")
LINE(al_no_action, "no rule NAME action [<permit|deny>]",
     NO_STR
     RULE_STR
     "What the rule decides\n"
     RULE_DECIDES_STR)
LINE(al_no_module, "no rule NAME module [MODULE]",
     NO_STR
     RULE_STR
     "Fit any module\n"
     "Name of the module\n")
LINE(al_no_operations, "no rule NAME operations [<*|{create|read|update|delete|exec}>]",
     NO_STR
     RULE_STR
     "Fit any operation\n"
     "Any\n"
     "Making what was not there\n"
     "Reading\n"
     "Changing what is there\n"
     "Removing\n"
     "Operations such as commit or a reset\n")
LINE(al_no_path, "no rule NAME path [PATH]",
     NO_STR
     RULE_STR
     "Fit any node\n"
     "Path\n")
LINE(al_no_rpc, "no rule NAME rpc [RPC]",
     NO_STR
     RULE_STR
     "Fit any operation of the protocol\n"
     "Name\n")
LINE(al_no_notification, "no rule NAME notification [NOTIFICATION]",
     NO_STR
     RULE_STR
     "Fit any notification\n"
     "Name\n")
/* FRR's grammar has no optional rest of a line. */
LINE(al_no_comment_text, "no rule NAME comment LINE...",
     NO_STR
     RULE_STR
     "Remove the remark\n"
     "Text up to the end of the line\n")
LINE(al_no_comment, "no rule NAME comment",
     NO_STR
     RULE_STR
     "Remove the remark\n")
