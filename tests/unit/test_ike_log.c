/* ike_log: each line as strongSwan 5.9.8 writes it, and the rung it names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "ipsec/ike_log.h"

static const struct {
	const char *line;
	enum ike_fault fault;
} rows[] = {
	{ "received NO_PROPOSAL_CHOSEN notify error", IKE_FAULT_PROPOSAL },
	{ "received NO_PROPOSAL_CHOSEN notify, no CHILD_SA built", IKE_FAULT_PROPOSAL },
	{ "received proposals unacceptable", IKE_FAULT_PROPOSAL },
	{ "no acceptable proposal found", IKE_FAULT_PROPOSAL },
	{ "received AUTHENTICATION_FAILED notify error", IKE_FAULT_AUTH },
	{ "tried 1 shared key for '198.51.100.1' - '198.51.100.2', but MAC mismatched",
	  IKE_FAULT_AUTH },
	{ "no shared key found for '198.51.100.1' - 'x'", IKE_FAULT_AUTH },
	{ "no trusted ECDSA public key found for 'CN=x'", IKE_FAULT_AUTH },
	{ "no trusted RSA public key found for '198.51.100.2'", IKE_FAULT_AUTH },
	{ "no private key found for 'gw.example'", IKE_FAULT_AUTH },
	{ "subject certificate invalid (valid from Jan 01 to Jan 02)", IKE_FAULT_AUTH },
	{ "no issuer certificate found for \"CN=x\"", IKE_FAULT_AUTH },
	{ "certificate was revoked on Jan 01 00:00:00 UTC 2026, reason: key compromise",
	  IKE_FAULT_AUTH },
	{ "constraint check failed: RULE_CRL_VALIDATION is STALE, but requires at least GOOD",
	  IKE_FAULT_AUTH },
	{ "constraint check failed: peer not authenticated by CA 'CN=root'", IKE_FAULT_AUTH },
	{ "selected peer config 'gh-paris' unacceptable: constraint checking failed",
	  IKE_FAULT_OTHER },
	{ "constraint check failed: identity '198.51.100.2' required ", IKE_FAULT_IDENTITY },
	{ "no matching peer config found", IKE_FAULT_IDENTITY },
	{ "no IKE config found for 198.51.100.1...198.51.100.2, sending NO_PROPOSAL_CHOSEN",
	  IKE_FAULT_IDENTITY },
	{ "received TS_UNACCEPTABLE notify, no CHILD_SA built", IKE_FAULT_SELECTORS },
	{ "traffic selectors 10.0.0.0/8 === 0.0.0.0/0 unacceptable", IKE_FAULT_SELECTORS },
	{ "no acceptable traffic selectors found", IKE_FAULT_SELECTORS },
	{ "establishing IKE_SA failed, peer not responding", IKE_FAULT_NO_REPLY },
	{ "retransmit 2 of request with message ID 0", IKE_FAULT_NO_REPLY },
	{ "retransmit 2 of request with message ID 1", IKE_FAULT_NO_REPLY },
	{ "giving up after 5 retransmits", IKE_FAULT_NO_REPLY },
	{ "received INVALID_SYNTAX notify error", IKE_FAULT_OTHER },
	{ "unable to install inbound and outbound IPsec SA (SAD) in kernel", IKE_FAULT_OTHER },
};

static void test_faults(void **state)
{
	enum ike_fault fault;
	const char *words;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_true(ike_log_fault(rows[i].line, &fault, &words));
		assert_int_equal(fault, rows[i].fault);
		assert_true(words[0]);
	}
}

/* Rekeys that meet are put off and made up for: nobody has to act. */
static void test_put_off(void **state)
{
	enum ike_fault fault;
	const char *words;

	(void)state;
	assert_false(ike_log_fault("received TEMPORARY_FAILURE notify error", &fault, &words));
	assert_false(ike_log_fault("received TEMPORARY_FAILURE notify, will retry later", &fault,
				   &words));
}

/* The reason comes first, and is told from the general one that follows. */
static void test_certificates(void **state)
{
	static const char *const reasons[] = {
		"certificate was revoked on X", "subject certificate invalid (valid from X to Y)",
		"no issuer certificate found for \"CN=x\"",
		"constraint check failed: peer not authenticated by CA 'CN=root'",
		"constraint check failed: RULE_CRL_VALIDATION is FAILED, but requires at least GOOD",
	};
	static const char *const sequels[] = {
		"no trusted ECDSA public key found for 'x'", "no trusted RSA public key found for 'x'",
		"selected peer config 'gh-paris' unacceptable: constraint checking failed",
	};
	enum ike_fault fault;
	const char *words;

	(void)state;
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		assert_true(ike_log_is_certificate(reasons[i]));
		assert_false(ike_log_is_sequel(reasons[i]));
	}
	for (size_t i = 0; i < sizeof(sequels) / sizeof(sequels[0]); i++) {
		assert_true(ike_log_fault(sequels[i], &fault, &words));
		assert_true(ike_log_is_sequel(sequels[i]));
		assert_false(ike_log_is_certificate(sequels[i]));
	}
	assert_false(ike_log_is_sequel("constraint check failed: identity 'x' required "));
	assert_false(ike_log_is_certificate("constraint check failed: identity 'x' required "));
	assert_false(ike_log_is_sequel("traffic selectors 10.0.0.0/8 === 0.0.0.0/0 unacceptable"));
}

static void test_no_faults(void **state)
{
	static const char *const lines[] = {
		"", "IKE_SA gh-paris[1] established between 1.2.3.4[a]...5.6.7.8[b]",
		"sending packet: from 198.51.100.1[500] to 198.51.100.2[500] (412 bytes)",
		"retransmit 1 of request with message ID 0",
		"retransmit 2 of request with message ID 18", "selected proposal: ESP:AES_GCM_16_256",
		"received DELETE for IKE_SA gh-paris[1]", "sending DPD request",
	};
	enum ike_fault fault;
	const char *words;

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		assert_false(ike_log_fault(lines[i], &fault, &words));
}

static void expect_peer(const char *line, const char *address)
{
	struct gh_addr addr, expected;

	assert_true(ike_log_peer(line, &addr));
	assert_int_equal(gh_addr_parse(address, &expected), 0);
	assert_int_equal(gh_addr_cmp(&addr, &expected), 0);
}

static void test_peer(void **state)
{
	struct gh_addr addr;

	(void)state;
	expect_peer("198.51.100.2 is initiating an IKE_SA", "198.51.100.2");
	expect_peer("2001:db8::2 is initiating an IKE_SA", "2001:db8::2");
	expect_peer("looking for peer configs matching 198.51.100.1[%any]...198.51.100.2[x...y]",
		    "198.51.100.2");
	expect_peer("no IKE config found for 2001:db8::1...2001:db8::2, sending NO_PROPOSAL_CHOSEN",
		    "2001:db8::2");
	assert_false(ike_log_peer("sending packet: from 1.2.3.4...5.6.7.8", &addr));
	assert_false(ike_log_peer("no IKE config found for 198.51.100.1...", &addr));
	assert_false(ike_log_peer("no IKE config found for a...11111111111111111111111111111111111"
				  "1111111111111111111", &addr));
	assert_false(ike_log_peer("somebody is initiating an IKE_SA", &addr));
}

static void test_rest(void **state)
{
	(void)state;
	assert_string_equal(ike_log_proposals_theirs("received proposals: IKE:3DES"), "IKE:3DES");
	assert_string_equal(ike_log_proposals_ours("configured proposals: ESP:AES"), "ESP:AES");
	assert_null(ike_log_proposals_theirs("received proposals unacceptable"));
	assert_string_equal(ike_log_identities("looking for peer configs matching a...b"), "a...b");
	assert_null(ike_log_identities("looking for a child config"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_put_off),
		cmocka_unit_test(test_certificates),
		cmocka_unit_test(test_no_faults),
		cmocka_unit_test(test_peer),
		cmocka_unit_test(test_rest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
