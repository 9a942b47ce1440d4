/*
 * The table of lines: see cli_grammar.h.
 *
 * One row serves parsing, `no` and rendering, so that none of the three can
 * know a line that the others do not. Types and ranges are not repeated here:
 * they are the schema's. tests/unit/test_cli_schema.c fails for a leaf of the
 * configuration that has no row.
 */
#include "yang/cli_grammar.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GATEWAY "/gatehouse:gateway"
#define NACM "/ietf-netconf-acm:nacm"

const struct cli_context cli_contexts[CLI_NODES] = {
	[CLI_TOP] = { "", "", NULL, NULL },
	[CLI_GATEWAY] = { "gateway", GATEWAY, NULL, NULL },
	[CLI_PARTNER] = { "gateway partner", GATEWAY "/partner", NULL, NULL },
	[CLI_VNET_ROUTER] = { "gateway vnet-router", GATEWAY, "vnet-router", "name" },
	[CLI_NAT_RULE] = { "gateway nat-rule", GATEWAY, "nat-rule", "name" },
	[CLI_PROFILE] = { "gateway profile", GATEWAY, "profile", "name" },
	[CLI_CERTIFICATE] = { "gateway certificate", GATEWAY, "certificate", "name" },
	[CLI_EXPRESSROUTE] = { "gateway expressroute", GATEWAY, "expressroute", "name" },
	[CLI_CONNECTION] = { "gateway connection", GATEWAY, "connection", "name" },
	[CLI_ACCESS] = { "gateway access", NACM, NULL, NULL },
	[CLI_ACCESS_LIST] = { "gateway access-list", NACM, "rule-list", "word" },
};

#define GW (1u << CLI_GATEWAY)
#define PA (1u << CLI_PARTNER)
#define VR (1u << CLI_VNET_ROUTER)
#define NR (1u << CLI_NAT_RULE)
#define CE (1u << CLI_CERTIFICATE)
#define ER (1u << CLI_EXPRESSROUTE)
#define CN (1u << CLI_CONNECTION)
#define AC (1u << CLI_ACCESS)
#define AL (1u << CLI_ACCESS_LIST)
/* What a profile may give, a connection may set. */
#define PC (1u << CLI_PROFILE | 1u << CLI_CONNECTION)

/* What BGP sessions share: of a profile's and a connection's tunnels, of a circuit's edges. */
#define BGP (PC | ER)

#define EDGE "edge[role='{role}']"
#define SESSION "bgp/session[peer-address='{peer-address}']"
#define SELECTOR "traffic-selector[local='{local}'][remote='{remote}']"
#define GROUP "groups/group[name='{name}']"
#define RULE "rule[name='{name}']"

const struct cli_rule cli_rules[] = {
	{ GW, "asn {asn}", .no_words = 1 },
	{ GW, "router-id {router-id:ipv4}", .no_words = 1 },
	{ GW, "address-space {address-space:prefix}", .no_words = 2 },
	{ GW, "peered-space {peered-space:prefix}", .no_words = 2 },
	{ GW, "vnet interface {interface:interface}", "vnet", .no_words = 1 },
	{ GW, "public-address {public-address:address}", .no_words = 2 },
	{ GW, "mtu {mtu}", .no_words = 1 },
	{ GW, "tcp-mss {tcp-mss}", .no_words = 1 },
	{ GW, "transit vpn", "transit", .no_words = 2, .form = CLI_OFF_BY_NO, .boolean = "vpn" },
	{ GW, "transit expressroute", "transit", .no_words = 2, .form = CLI_ON_BY_LINE,
	      .boolean = "expressroute" },
	{ GW, "size {size}", .no_words = 1 },
	{ GW, "instance {instance}", .no_words = 1 },

	{ PA, "peer-address {peer-address:address} local-address {local-address:address}"
	      " interface {interface:interface}", .no_words = 1 },
	{ VR, "peer-address {peer-address:address} remote-as {remote-as}", .no_words = 1 },
	{ PA | VR, "password {password:secret}", .no_words = 1 },
	{ PA | VR, "bfd interval {interval} multiplier {multiplier}", "bfd", .no_words = 2,
	      .clears = "enabled" },
	{ PA | VR, "bfd", "bfd", .no_words = 1, .form = CLI_OFF_BY_NO, .boolean = "enabled",
	      .clears = "interval multiplier" },
	{ PA, "mode {mode}", .no_words = 1 },
	{ PA, "role {role}", .no_words = 1 },
	{ PA, "symmetry", .no_words = 1, .form = CLI_ON_BY_LINE, .boolean = "symmetry" },
	{ PA, "address {prefix:interface-address} interface {interface:interface}",
	      "moving-address", .no_words = 1 },

	{ NR, "mode {mode}", .no_words = 1 },
	{ NR, "type {type}", .no_words = 1 },
	{ NR, "internal {internal:prefix}", .no_words = 1 },
	{ NR, "external {external:prefix}", .no_words = 1 },

	{ CE, "file {file:file}", .no_words = 1 },
	{ CE, "key-file {key-file:file}", .no_words = 1 },
	{ CE, "crl-file {crl-file:file}", .no_words = 1 },
	{ CE, "crl-uri {crl-uri:uri}", .no_words = 1 },
	{ CE, "ocsp-uri {ocsp-uri:uri}", .no_words = 1 },

	{ ER, "edge {role} interface {interface:interface} peer {peer:ipv4} remote-as {remote-as}",
	      EDGE, .no_words = 2, .whole = true },
	{ ER, "edge {role} peer-ipv6 {peer-ipv6:ipv6}", EDGE, .no_words = 3 },
	{ ER, "bfd interval {interval} multiplier {multiplier}", "bfd", .no_words = 2,
	      .clears = "enabled" },
	{ ER, "bfd", "bfd", .no_words = 1, .form = CLI_OFF_BY_NO, .boolean = "enabled",
	      .clears = "interval multiplier" },
	{ ER, "wait-to-restore {wait-to-restore}", .no_words = 1 },
	{ ER, "weight {weight}", .no_words = 1 },
	{ ER, "prefix-limit {prefix-limit}", .no_words = 1 },
	{ ER, "password {password:secret}", .no_words = 1 },

	{ CN, "profile {profile:name}", .no_words = 1 },
	{ CN, "remote-address {remote-address:peer}", .no_words = 1 },
	{ CN, "local-address {local-address:address}", .no_words = 1 },
	{ CN, "over expressroute {over-expressroute:name}", .no_words = 1 },
	{ CN, "shared-key {shared-key:secret}", .no_words = 1 },
	{ CN, "alternate-shared-key {alternate-shared-key:secret}", .no_words = 1 },
	{ CN, "certificate {certificate:name}", .no_words = 1 },
	{ CN, "authority {authority:name}", .no_words = 2 },
	{ PC, "local-id {local-id:identity}", .no_words = 1 },
	{ CN, "remote-id {remote-id:identity}", .no_words = 1 },
	{ CN, "bgp remote-as {remote-as} peer-address {peer-address:address}"
	      " local-address {local-address:address}", SESSION, .no_words = 5, .whole = true },
	{ CN, "bgp peer-address {peer-address:address}", SESSION, .no_words = 3, .whole = true,
	      .removal = true },
	{ CN, "bgp password {password:secret}", "bgp", .no_words = 2 },
	{ BGP, "bgp timers {keepalive} {hold}", "bgp/timers", .no_words = 2 },
	{ PC, "bgp bfd interval {interval} multiplier {multiplier}", "bgp/bfd", .no_words = 3,
	      .whole = true },
	{ PC, "bgp bfd", "bgp/bfd", .no_words = 2, .whole = true, .clears = "interval multiplier" },
	{ PC, "bgp multihop {multihop}", "bgp", .no_words = 2 },
	{ BGP, "bgp graceful-restart", "bgp", .no_words = 2, .form = CLI_ON_BY_LINE,
	      .boolean = "graceful-restart" },
	{ BGP, "bgp route-map in {route-map-in:frr-name}", "bgp", .no_words = 3 },
	{ BGP, "bgp route-map out {route-map-out:frr-name}", "bgp", .no_words = 3 },
	{ BGP, "bgp prefix-list in {prefix-list-in:frr-name}", "bgp", .no_words = 3 },
	{ BGP, "bgp prefix-list out {prefix-list-out:frr-name}", "bgp", .no_words = 3 },
	{ BGP, "bgp", "bgp", .no_words = 1, .whole = true, .removal = true },
	{ CN, "prefix {prefix:prefix}", .no_words = 2 },
	{ CN, "traffic-selector local {local:prefix} remote {remote:prefix}", SELECTOR,
	      .no_words = 5, .whole = true },
	{ CN, "nat-rule {nat-rule:name}", .no_words = 2 },
	{ PC, "mode {mode}", .no_words = 1 },
	{ PC, "ike version {version}", "ike", .no_words = 2 },
	{ PC, "ike exchange {exchange}", "ike", .no_words = 2 },
	{ PC, "ike encryption {encryption} integrity {integrity} dh-group {dh-group}", "ike",
	      .no_words = 2 },
	{ PC, "ike lifetime {lifetime}", "ike", .no_words = 2 },
	{ PC, "ike mobike", "ike", .no_words = 2, .form = CLI_OFF_BY_NO, .boolean = "mobike" },
	{ PC, "ike fragmentation", "ike", .no_words = 2, .form = CLI_OFF_BY_NO,
	      .boolean = "fragmentation" },
	{ PC, "ike additional-key-exchange {additional-key-exchange}", "ike", .no_words = 2 },
	{ PC, "ipsec encryption {encryption}", "ipsec", .no_words = 2 },
	{ PC, "ipsec integrity {integrity}", "ipsec", .no_words = 2 },
	{ PC, "ipsec pfs-group {pfs-group}", "ipsec", .no_words = 2 },
	{ PC, "ipsec lifetime {lifetime}", "ipsec", .no_words = 2 },
	{ PC, "ipsec lifetime-kilobytes {lifetime-kilobytes}", "ipsec", .no_words = 2 },
	{ PC, "encapsulation {encapsulation}", .no_words = 1 },
	{ PC, "revocation {revocation}", .no_words = 1 },
	{ PC, "dpd-timeout {dpd-timeout}", .no_words = 1 },
	{ PC, "replay-window {replay-window}", .no_words = 1 },
	{ PC, "weight {weight}", .no_words = 1 },
	{ PC, "prefix-limit {prefix-limit}", .no_words = 1 },
	{ PC, "tcp-mss {tcp-mss}", .no_words = 1 },
	{ PC, "destination-class {destination-class}", .no_words = 1 },
	{ CN, "shutdown", .no_words = 1, .form = CLI_OFF_BY_LINE, .boolean = "enabled" },

	{ AC, "enforcement", .no_words = 1, .form = CLI_OFF_BY_NO, .boolean = "enable-nacm" },
	{ AC, "read-default {read-default}", .no_words = 1 },
	{ AC, "write-default {write-default}", .no_words = 1 },
	{ AC, "exec-default {exec-default}", .no_words = 1 },
	{ AC, "external-groups", .no_words = 1, .form = CLI_OFF_BY_NO,
	      .boolean = "enable-external-groups" },
	{ AC, "group {name:word}", GROUP, .no_words = 2, .whole = true },
	{ AC, "group {name:word} user {user-name:word}", GROUP, .no_words = 4 },

	{ AL, "group {group:word}", .no_words = 2 },
	{ AL, "rule {name:word} action {action}", RULE, .no_words = 2, .whole = true },
	{ AL, "rule {name:word} module {module-name:word}", RULE, .no_words = 3 },
	{ AL, "rule {name:word} operations {access-operations:operations}", RULE, .no_words = 3 },
	{ AL, "rule {name:word} path {path:path}", RULE, .no_words = 3,
	      .clears = "rpc-name notification-name" },
	{ AL, "rule {name:word} rpc {rpc-name:word}", RULE, .no_words = 3,
	      .clears = "path notification-name" },
	{ AL, "rule {name:word} notification {notification-name:word}", RULE, .no_words = 3,
	      .clears = "path rpc-name" },
	{ AL, "rule {name:word} comment {comment:text}", RULE, .no_words = 3 },
};
const unsigned cli_rule_count = sizeof(cli_rules) / sizeof(cli_rules[0]);

bool cli_word_is_secret(const char *word)
{
	return !strcmp(word, "shared-key") || !strcmp(word, "alternate-shared-key") ||
	       !strcmp(word, "password");
}

bool cli_rule_in(const struct cli_rule *rule, enum cli_node node)
{
	return rule->nodes & 1u << node;
}

/* ---- patterns ---- */

static void take_token(const char *word, size_t n, struct cli_token *t)
{
	static const char *const rest[] = { "secret", "operations", "path", "text" };
	size_t leaf = strcspn(word, ":}"), i;

	*t = (struct cli_token){ .value = word[0] == '{' };
	if (!t->value) {
		snprintf(t->text, sizeof(t->text), "%.*s", (int)n, word);
		return;
	}
	snprintf(t->text, sizeof(t->text), "%.*s", (int)leaf - 1, word + 1);
	if (word[leaf] == ':')
		snprintf(t->kind, sizeof(t->kind), "%.*s", (int)(n - leaf) - 2, word + leaf + 1);
	for (i = 0; i < sizeof(rest) / sizeof(rest[0]); i++)
		t->rest |= !strcmp(t->kind, rest[i]);
	t->secret = !strcmp(t->kind, "secret");
}

struct cli_pattern *cli_patterns_new(void)
{
	struct cli_pattern *patterns = calloc(cli_rule_count, sizeof(*patterns));
	unsigned i;

	if (!patterns)
		abort();
	for (i = 0; i < cli_rule_count; i++) {
		const char *word = cli_rules[i].pattern;

		while (*word) {
			size_t n = strcspn(word, " ");

			take_token(word, n, &patterns[i].tokens[patterns[i].count++]);
			word += n + strspn(word + n, " ");
		}
	}
	return patterns;
}

bool cli_is_key(const struct cli_rule *rule, const char *leaf)
{
	const char *key = rule->base ? strchr(rule->base, '{') : NULL;
	size_t n = strlen(leaf);

	for (; key; key = strchr(key + 1, '{'))
		if (!strncmp(key + 1, leaf, n) && key[1 + n] == '}')
			return true;
	return false;
}

/* ---- the schema behind it ---- */

static const struct lysc_node *child(const struct lysc_node *parent, const char *name, size_t n)
{
	const struct lysc_node *found = lys_find_child(parent, parent->module, name, n, 0, 0);

	if (!found)
		abort();        /* the table names what the module does not have */
	return found;
}

const struct lysc_node *cli_schema_node(const struct ly_ctx *context, enum cli_node node)
{
	const struct cli_context *c = &cli_contexts[node];
	const char *colon = strchr(c->path, ':'), *slash;
	const struct lysc_node *n;
	char name[CLI_TOKEN_MAX * 2];

	if (!colon)
		return NULL;
	slash = strchr(colon, '/');
	snprintf(name, sizeof(name), "%.*s", (int)(colon - c->path) - 1, c->path + 1);
	n = lys_find_child(NULL, ly_ctx_get_module_implemented(context, name), colon + 1,
			   strcspn(colon + 1, "/"), 0, 0);
	if (!n)
		abort();
	if (slash)
		n = child(n, slash + 1, 0);
	return c->list ? child(n, c->list, 0) : n;
}

const struct lysc_node *cli_schema_leaf(const struct ly_ctx *context, enum cli_node node,
					const struct cli_rule *rule, const char *leaf)
{
	const struct lysc_node *n = cli_schema_node(context, node);
	const char *step = rule && rule->base ? rule->base : "";

	while (*step) {
		size_t length = strcspn(step, "/[");

		n = child(n, step, length);
		if (step[length] != '/')
			break;
		step += length + 1;
	}
	return child(n, leaf, 0);
}
