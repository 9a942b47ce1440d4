/*
 * access_private - what the files of access share
 *
 * access.c        the rules as read, and questions about operations
 * access_walk.c   the rules applied down a tree
 * access_user.c   who asks
 *
 * Nobody else includes it.
 */
#ifndef GH_YANG_ACCESS_PRIVATE_H
#define GH_YANG_ACCESS_PRIVATE_H

#include <stdatomic.h>

#include "yang/access.h"
#include "yang/access_path.h"

enum access_right {
	ACCESS_CREATE = 1,
	ACCESS_READ = 2,
	ACCESS_UPDATE = 4,
	ACCESS_DELETE = 8,
	ACCESS_EXEC = 16,
	ACCESS_ALL = 31,
};

/* rule-type; ANY when the rule has none, and DEAD when its path names nothing there is. */
enum access_kind {
	ACCESS_ANY,
	ACCESS_RPC,
	ACCESS_NOTIFICATION,
	ACCESS_DATA,
	ACCESS_DEAD,
};

struct access_rule {
	char *module;                   /* NULL: any */
	enum access_kind kind;
	char *name;                     /* of the RPC or notification; NULL: any */
	struct access_path path;
	unsigned rights;
	bool permit;
};

/* Names of a group's users, or of a rule-list's groups. */
struct access_names {
	char **array;
	size_t count;
};

struct access_list {
	struct access_names groups;     /* "*" is one of all groups */
	struct access_rule *rules;
	size_t rule_count;
};

struct access_group {
	char *name;
	struct access_names users;
};

struct access {
	atomic_uint users;
	const struct ly_ctx *context;   /* NULL when there was no tree */
	bool enabled, external_groups;
	bool read_default, write_default, exec_default; /* permitted? */
	struct access_group *groups;
	size_t group_count;
	struct access_list *lists;
	size_t list_count;
};

enum access_denial {
	ACCESS_DENIED_OPERATION,
	ACCESS_DENIED_WRITE,
	ACCESS_DENIED_NOTIFICATION,
	ACCESS_DENIALS,
};
void access_count(enum access_denial which);

/* Is there nothing to check: the recovery session, or no enforcement? (3.4.4, steps 1 and 2) */
bool access_is_free(const struct access *a, const struct access_user *u);
/* Is the list one of the user's? (steps 4 to 6) */
bool access_list_applies(const struct access *a, const struct access_list *l,
			 const struct access_user *u);
bool access_rule_covers(const struct access_rule *r, const char *module, unsigned right);
bool access_default(const struct access *a, enum access_right right);
/* Has the statement nacm:default-deny-all, or -write? */
bool access_schema_denies(const struct lysc_node *schema, const char *extension);

#endif
