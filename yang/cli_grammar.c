/*
 * The table of lines: see cli_grammar.h.
 *
 * One row serves parsing, `no` and rendering, so that none of the three can
 * know a line that the others do not. Types and ranges are not repeated here:
 * they are the schema's.
 */
#include "yang/cli_grammar.h"

#include <stdio.h>
#include <string.h>

const struct cli_context cli_contexts[CLI_NODES] = {
	[CLI_TOP] = { "", "", NULL },
	[CLI_GATEWAY] = { "gateway", "/gatehouse:gateway", NULL },
	[CLI_EXPRESSROUTE] = { "gateway expressroute",
			       "/gatehouse:gateway/expressroute[name='%s']", "expressroute" },
	[CLI_CONNECTION] = { "gateway connection",
			     "/gatehouse:gateway/connection[name='%s']", "connection" },
};

#define EDGE "edge[role='{role}']"

const struct cli_rule cli_rules[CLI_RULES] = {
	{ CLI_GATEWAY, "asn {asn}", .no_words = 1 },
	{ CLI_GATEWAY, "router-id {router-id:ipv4}", .no_words = 1 },
	{ CLI_GATEWAY, "address-space {address-space:prefix}", .no_words = 2 },
	{ CLI_GATEWAY, "vnet interface {interface:interface}", "vnet", .no_words = 1 },
	{ CLI_GATEWAY, "public-address {public-address:address}", .no_words = 2 },
	{ CLI_GATEWAY, "mtu {mtu}", .no_words = 1 },

	{ CLI_EXPRESSROUTE, "edge {role} interface {interface:interface} peer {peer:ipv4}"
			    " remote-as {remote-as}", EDGE, .no_words = 2, .whole = true },
	{ CLI_EXPRESSROUTE, "edge {role} peer-ipv6 {peer-ipv6:ipv6}", EDGE, .no_words = 3 },
	{ CLI_EXPRESSROUTE, "bfd interval {interval} multiplier {multiplier}", "bfd",
			    .no_words = 2, .clears = "enabled" },
	{ CLI_EXPRESSROUTE, "bfd", "bfd", .no_words = 1, .form = CLI_OFF_BY_NO,
			    .clears = "interval multiplier" },
	{ CLI_EXPRESSROUTE, "wait-to-restore {wait-to-restore}", .no_words = 1 },
	{ CLI_EXPRESSROUTE, "weight {weight}", .no_words = 1 },

	{ CLI_CONNECTION, "remote-address {remote-address:address}", .no_words = 1 },
	{ CLI_CONNECTION, "shared-key {shared-key:secret}", .no_words = 1 },
	{ CLI_CONNECTION, "local-id {local-id:identity}", .no_words = 1 },
	{ CLI_CONNECTION, "remote-id {remote-id:identity}", .no_words = 1 },
	{ CLI_CONNECTION, "bgp remote-as {remote-as} peer-address {peer-address:address}"
			  " local-address {local-address:address}", "bgp",
			  .no_words = 1, .whole = true },
	{ CLI_CONNECTION, "prefix {prefix:prefix}", .no_words = 2 },
	{ CLI_CONNECTION, "ipsec encryption {encryption}", "ipsec", .no_words = 2 },
	{ CLI_CONNECTION, "ipsec lifetime {lifetime}", "ipsec", .no_words = 2 },
	{ CLI_CONNECTION, "ike lifetime {lifetime}", "ike", .no_words = 2 },
	{ CLI_CONNECTION, "replay-window {replay-window}", .no_words = 1 },
	{ CLI_CONNECTION, "weight {weight}", .no_words = 1 },
	{ CLI_CONNECTION, "shutdown", .no_words = 1, .form = CLI_OFF_BY_LINE },
};

static void take_apart(const char *pattern, struct cli_pattern *out)
{
	out->count = 0;
	while (*pattern) {
		struct cli_token *t = &out->tokens[out->count++];
		size_t n = strcspn(pattern, " ");

		*t = (struct cli_token){ .value = pattern[0] == '{' };
		if (t->value) {
			size_t leaf = strcspn(pattern, ":}");

			snprintf(t->text, sizeof(t->text), "%.*s", (int)leaf - 1, pattern + 1);
			if (pattern[leaf] == ':')
				snprintf(t->kind, sizeof(t->kind), "%.*s", (int)(n - leaf) - 2,
					 pattern + leaf + 1);
		} else {
			snprintf(t->text, sizeof(t->text), "%.*s", (int)n, pattern);
		}
		pattern += n + strspn(pattern + n, " ");
	}
}

void cli_patterns(struct cli_pattern patterns[CLI_RULES])
{
	unsigned i;

	for (i = 0; i < CLI_RULES; i++)
		take_apart(cli_rules[i].pattern, &patterns[i]);
}

bool cli_is_key(const struct cli_rule *rule, const char *leaf)
{
	const char *key = rule->base ? strchr(rule->base, '{') : NULL;
	size_t n = strlen(leaf);

	return key && !strncmp(key + 1, leaf, n) && key[1 + n] == '}';
}
