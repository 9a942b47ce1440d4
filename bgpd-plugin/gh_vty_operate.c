/*
 * The operations: see vty.h.
 *
 * Each is a few words for gatehoused, which answers when it is done or says
 * that it began; so one handler serves all, as with lines.
 */
#include "bgpd-plugin/gh_vty.h"

#include "bgpd-plugin/gh_compat.h"
#include "bgpd-plugin/gh_node.h"

#pragma GCC diagnostic ignored "-Wenum-conversion"

#ifndef VTYSH_EXTRACT_PL
#include "base/buf.h"
#include "bgpd-plugin/gh_ask.h"

/* "gateway reset connection paris" is asked for without its first word. */
static int operate(const struct cmd_element *self, struct vty *vty, int argc,
		   struct cmd_token *argv[])
{
	bool no = !strcmp(argv[0]->text, "no");
	bool named = !strcmp(argv[no]->text, "gateway");
	struct gh_buf words = { 0 };
	int rc;

	(void)self;
	if (no)
		gh_buf_printf(&words, "no ");
	gh_vty_words(&words, argc, argv, no + named);
	rc = gh_ask_do(vty, gh_buf_text(&words));
	gh_buf_fini(&words);
	return rc;
}
#endif

#define OPERATION(name, pattern, help) ALIAS(operate, name##_cmd, pattern, help)

/* ---- on what runs ----------------------------------------------------- */

OPERATION(gateway_reset, "gateway reset connection NAME$connection",
	  GATEWAY_STR
	  "Close a tunnel and set it up anew, and its BGP session with it\n"
	  CONNECTION_STR
	  CONNECTION_NAME_STR)

OPERATION(gateway_reset_all, "gateway reset",
	  GATEWAY_STR
	  "Close every tunnel and set it up anew\n")

OPERATION(gateway_rekey, "gateway rekey connection NAME$connection [<ike|child>]",
	  GATEWAY_STR
	  "Replace the keys of a tunnel now, without loss\n"
	  CONNECTION_STR
	  CONNECTION_NAME_STR
	  "Those of the key exchange only\n"
	  "Those of the traffic only\n")

OPERATION(gateway_failover_test,
	  "gateway failover-test expressroute NAME$circuit for (1-1440)",
	  GATEWAY_STR
	  "Carry a circuit's traffic over the connections for some time\n"
	  EXPRESSROUTE_STR
	  CIRCUIT_NAME_STR
	  "How long; it ends by itself\n"
	  "Minutes\n")

OPERATION(no_gateway_failover_test, "no gateway failover-test expressroute NAME$circuit",
	  NO_STR
	  GATEWAY_STR
	  "End a test before its time\n"
	  EXPRESSROUTE_STR
	  CIRCUIT_NAME_STR)

OPERATION(gateway_switch_over, "gateway switch-over",
	  GATEWAY_STR
	  "Make the other instance the preferred one; both go on forwarding meanwhile\n")

OPERATION(gateway_maintenance, "gateway maintenance",
	  GATEWAY_STR
	  "Drain this instance: all its peers are told to prefer the partner\n")

OPERATION(no_gateway_maintenance, "no gateway maintenance",
	  NO_STR
	  GATEWAY_STR
	  "End the maintenance: this instance carries traffic again\n")

/* ---- on the candidate ------------------------------------------------- */

OPERATION(candidate_commit, "commit [confirmed [(1-1440)]]",
	  "Take over the candidate: all of it or, if anything refuses it, nothing\n"
	  "Go back by itself unless `confirm` follows in time\n"
	  "Minutes, by default 10\n")

OPERATION(candidate_confirm, "confirm",
	  "Keep what `commit confirmed` took over\n")

OPERATION(candidate_cancel, "cancel",
	  "Take back what `commit confirmed` took over, now\n")

OPERATION(candidate_discard, "discard",
	  "Forget the changes: the candidate is the running configuration again\n")

OPERATION(candidate_rollback, "rollback (0-19)",
	  "Make the candidate what an earlier commit was, see `show gateway commits`\n"
	  "How many commits back; 0 is the running configuration\n")

OPERATION(candidate_validate, "validate",
	  "Check the candidate as a commit would, and change nothing\n")

DEFUN (candidate_diff,
       candidate_diff_cmd,
       "show diff",
       SHOW_STR
       "What a commit of the candidate would change\n")
{
	return gh_ask_show(vty, "diff");
}

/* Its nodes get them too, see gh_nodes_twin(): no need to leave a node for a look. */
static void candidate_init(void)
{
	install_element(GATEWAY_CANDIDATE_NODE, &candidate_commit_cmd);
	install_element(GATEWAY_CANDIDATE_NODE, &candidate_confirm_cmd);
	install_element(GATEWAY_CANDIDATE_NODE, &candidate_cancel_cmd);
	install_element(GATEWAY_CANDIDATE_NODE, &candidate_discard_cmd);
	install_element(GATEWAY_CANDIDATE_NODE, &candidate_rollback_cmd);
	install_element(GATEWAY_CANDIDATE_NODE, &candidate_validate_cmd);
	install_element(GATEWAY_CANDIDATE_NODE, &candidate_diff_cmd);
}

void gh_vty_operate_init(void)
{
	install_element(ENABLE_NODE, &gateway_reset_cmd);
	install_element(ENABLE_NODE, &gateway_reset_all_cmd);
	install_element(ENABLE_NODE, &gateway_rekey_cmd);
	install_element(ENABLE_NODE, &gateway_failover_test_cmd);
	install_element(ENABLE_NODE, &no_gateway_failover_test_cmd);
	install_element(ENABLE_NODE, &gateway_switch_over_cmd);
	install_element(ENABLE_NODE, &gateway_maintenance_cmd);
	install_element(ENABLE_NODE, &no_gateway_maintenance_cmd);
	candidate_init();
}
