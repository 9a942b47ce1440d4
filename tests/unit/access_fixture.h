/*
 * What the tests of access share: a module in which everything can be asked
 * for, and the groups and rule lists of RFC 8341's appendix A.
 */
#ifndef GH_TESTS_ACCESS_FIXTURE_H
#define GH_TESTS_ACCESS_FIXTURE_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include <libyang/libyang.h>

#include "yang/access.h"
#include "yang/context.h"
#include "yang/finding.h"

/* The standard's acme-netconf and dummy interfaces, with what else can be asked for. */
static const char acme[] =
	"module acme {"
	"  yang-version 1.1; namespace \"urn:acme\"; prefix a;"
	"  import ietf-netconf-acm { prefix nacm; }"
	"  container config-parameters { leaf color { type string; default red; }"
	"    leaf shade { type string; } }"
	"  container interfaces {"
	"    list interface { key name;"
	"      leaf name { type string; }"
	"      leaf mtu { type uint16; default 1500; }"
	"      leaf-list address { type string; }"
	"      container secret { nacm:default-deny-all; leaf key { type string; } }"
	"      container clock { presence on; nacm:default-deny-write; leaf zone { type string; } }"
	"      list unit { key number; leaf number { type uint8; } leaf note { type string; }"
	"        action restart { input { leaf why { type string; } } }"
	"        action wipe { nacm:default-deny-all; } }"
	"      notification flap { leaf count { type uint8; } } } }"
	"  list stack { key name; ordered-by user; leaf name { type string; }"
	"    leaf value { type string; } }"
	"  leaf-list order { type string; ordered-by user; }"
	"  list anonymous { config false; leaf x { type string; } }"
	"  rpc reload; rpc wipe-all { nacm:default-deny-all; }"
	"  notification sys-config-change { leaf what { type string; } }"
	"  notification secret-change { nacm:default-deny-all; } }";

static struct ly_ctx *context;

static inline struct lyd_node *data(const char *json)
{
	struct lyd_node *tree = NULL;

	if (lyd_parse_data_mem(context, json, LYD_JSON, LYD_PARSE_STRICT | LYD_PARSE_ONLY, 0,
			       &tree))
		fail_msg("%s: %s", json, ly_errmsg(context));
	return tree;
}

/* Members of a nacm container; '…' for ". */
static inline struct access *access_of(const char *members)
{
	struct access *a;
	struct lyd_node *tree;
	char json[16384];

	snprintf(json, sizeof(json), "{\"ietf-netconf-acm:nacm\":{%s}}", members);
	tree = data(json);
	a = access_new(tree);
	lyd_free_all(tree);
	return a;
}

static inline struct access_user *user(const char *name)
{
	static struct access_user u;
	static char none[1][ACCESS_GROUP_MAX + 1];

	memset(&u, 0, sizeof(u));
	u.uid = !strcmp(name, "root") ? 0 : 1000;
	snprintf(u.name, sizeof(u.name), "%s", name);
	u.groups = none;
	return &u;
}

/* Appendix A.1 */
#define GROUPS \
	"\"groups\":{\"group\":[" \
	"{\"name\":\"admin\",\"user-name\":[\"admin\",\"andy\"]}," \
	"{\"name\":\"limited\",\"user-name\":[\"wilma\",\"bam-bam\"]}," \
	"{\"name\":\"guest\",\"user-name\":[\"guest\",\"guest@example.com\"]}]}"

/* A.2: module rules */
#define MODULES GROUPS ",\"rule-list\":[" \
	"{\"name\":\"guest-acl\",\"group\":[\"guest\"],\"rule\":[" \
	" {\"name\":\"deny-acme\",\"module-name\":\"acme\",\"access-operations\":\"*\"," \
	"  \"action\":\"deny\"}]}," \
	"{\"name\":\"limited-acl\",\"group\":[\"limited\"],\"rule\":[" \
	" {\"name\":\"permit-acme\",\"module-name\":\"acme\",\"access-operations\":\"read\"," \
	"  \"action\":\"permit\"}," \
	" {\"name\":\"permit-exec\",\"module-name\":\"*\",\"access-operations\":\"exec\"," \
	"  \"action\":\"permit\"}]}," \
	"{\"name\":\"admin-acl\",\"group\":[\"admin\"],\"rule\":[" \
	" {\"name\":\"permit-all\",\"module-name\":\"*\",\"access-operations\":\"*\"," \
	"  \"action\":\"permit\"}]}]"

/* A.3: protocol operation rules */
#define OPERATIONS GROUPS ",\"rule-list\":[" \
	"{\"name\":\"guest-limited-acl\",\"group\":[\"limited\",\"guest\"],\"rule\":[" \
	" {\"name\":\"deny-kill-session\",\"module-name\":\"ietf-netconf\"," \
	"  \"rpc-name\":\"kill-session\",\"access-operations\":\"exec\",\"action\":\"deny\"}," \
	" {\"name\":\"deny-delete-config\",\"module-name\":\"ietf-netconf\"," \
	"  \"rpc-name\":\"delete-config\",\"access-operations\":\"exec\",\"action\":\"deny\"}]}," \
	"{\"name\":\"limited-acl\",\"group\":[\"limited\"],\"rule\":[" \
	" {\"name\":\"permit-edit-config\",\"module-name\":\"ietf-netconf\"," \
	"  \"rpc-name\":\"edit-config\",\"access-operations\":\"exec\",\"action\":\"permit\"}," \
	" {\"name\":\"permit-wipe\",\"rpc-name\":\"*\",\"module-name\":\"acme\"," \
	"  \"access-operations\":\"exec\",\"action\":\"permit\"}]}," \
	"{\"name\":\"admin-acl\",\"group\":[\"admin\"],\"rule\":[" \
	" {\"name\":\"permit-all\",\"module-name\":\"*\",\"access-operations\":\"exec\"," \
	"  \"action\":\"permit\"}]}]"

/* A.4: data node rules */
#define NODES GROUPS ",\"rule-list\":[" \
	"{\"name\":\"guest-acl\",\"group\":[\"guest\"],\"rule\":[" \
	" {\"name\":\"deny-nacm\",\"path\":\"/ietf-netconf-acm:nacm\"," \
	"  \"access-operations\":\"*\",\"action\":\"deny\"}]}," \
	"{\"name\":\"limited-acl\",\"group\":[\"limited\"],\"rule\":[" \
	" {\"name\":\"permit-acme-config\",\"path\":\"/acme:config-parameters\"," \
	"  \"access-operations\":\"read create update delete\",\"action\":\"permit\"}]}," \
	"{\"name\":\"guest-limited-acl\",\"group\":[\"guest\",\"limited\"],\"rule\":[" \
	" {\"name\":\"permit-dummy-interface\"," \
	"  \"path\":\"/acme:interfaces/interface[name='dummy']\"," \
	"  \"access-operations\":\"read update\",\"action\":\"permit\"}," \
	" {\"name\":\"deny-interfaces\",\"path\":\"/acme:interfaces/interface\"," \
	"  \"access-operations\":\"read\",\"action\":\"deny\"}]}," \
	"{\"name\":\"admin-acl\",\"group\":[\"admin\"],\"rule\":[" \
	" {\"name\":\"permit-interface\",\"path\":\"/acme:interfaces/interface\"," \
	"  \"access-operations\":\"*\",\"action\":\"permit\"}]}]"

/* A.5: a notification rule */
#define NOTIFICATIONS GROUPS ",\"rule-list\":[{\"name\":\"sys-acl\",\"group\":[\"*\"],\"rule\":[" \
	" {\"name\":\"deny-config-change\",\"module-name\":\"acme\"," \
	"  \"notification-name\":\"sys-config-change\",\"access-operations\":\"read\"," \
	"  \"action\":\"deny\"}]}]"

/* A small configuration. */
#define MTU(n) "{\"acme:interfaces\":{\"interface\":[{\"name\":\"dummy\",\"mtu\":" n "}]}}"

/* The rules of one list, of the group limited. */
#define INTERFACE(rest) "\"rule-list\":[{\"name\":\"l\",\"group\":[\"limited\"],\"rule\":[" \
	rest "]}]," GROUPS
#define RULE(name, path, operations, action) \
	"{\"name\":\"" name "\",\"path\":\"" path "\",\"access-operations\":\"" operations \
	"\",\"action\":\"" action "\"}"

static inline int setup(void **state)
{
	struct gh_buf why = { 0 };

	(void)state;
	if (context_new(&context, &why) || lys_parse_mem(context, acme, LYS_IN_YANG, NULL))
		fail_msg("%s %s", gh_buf_text(&why), ly_errmsg(context));
	gh_buf_fini(&why);
	return 0;
}

static inline int teardown(void **state)
{
	(void)state;
	context_free(context);
	return 0;
}

#endif
