/*
 * access - who may read, change and do what (NACM, RFC 8341), for every face
 *
 * Rules are those of /ietf-netconf-acm:nacm in the running configuration. uid 0
 * is the recovery session and may do everything. Groups of a user: NACM groups
 * that name it, and with enable-external-groups its Unix groups.
 *
 * Ownership  an access is immutable and counted; the datastore's state holds one.
 * Threads    access_new, and everything that takes lyd nodes: the clerk.
 *            access_get, access_put, access_operation, access_counters: any.
 */
#ifndef GH_YANG_ACCESS_H
#define GH_YANG_ACCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fact.h"

#define ACCESS_GROUP_MAX 63     /* longest name of a Unix group that counts */
#define ACCESS_GROUPS_MAX 256   /* of one user; more are not asked for */

struct lyd_node;
struct findings;

struct access_user {
	uint32_t uid;
	char name[GH_TEXT_MAX + 1];
	char (*groups)[ACCESS_GROUP_MAX + 1];   /* Unix groups */
	size_t group_count;
};

/*
 * Looks name and groups up; -errno when that fails. -ENOENT: no such user, who
 * is then called "uid N" and is in no group.
 */
int access_user_init(struct access_user *u, uint32_t uid);
void access_user_copy(struct access_user *to, const struct access_user *from);
void access_user_fini(struct access_user *u);

struct access;

/* NULL tree: the standard's defaults. Copies what it needs of the tree; the context must stay. */
struct access *access_new(const struct lyd_node *running);
struct access *access_get(struct access *a);
void access_put(struct access *a);

/*
 * May the user invoke this RPC ("ietf-netconf", "edit-config"), or the action
 * at this node (a tree from the top, or the action in it)? A denial is counted.
 */
bool access_operation(const struct access *a, const struct access_user *u, const char *module,
		      const char *name);
bool access_action(const struct access *a, const struct access_user *u,
		   const struct lyd_node *action);
bool access_notification(const struct access *a, const struct access_user *u,
			 const struct lyd_node *notification);

/* Takes out of *tree what the user may not read (silently, RFC 8341 3.2.4). */
void access_prune(const struct access *a, const struct access_user *u, struct lyd_node **tree);

/*
 * May the user make all changes of a diff (of lyd_diff_siblings)? Each denied
 * node is a finding (access-denied with its path). out may be NULL.
 */
bool access_write(const struct access *a, const struct access_user *u,
		  const struct lyd_node *diff, struct findings *out);

/* What was denied since the program began: state of the nacm container. */
struct access_counters {
	uint32_t operations, writes, notifications;
};
void access_counters(const struct access *a, struct access_counters *out);

#endif
