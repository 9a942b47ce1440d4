/*
 * Who asks: see access.h.
 */
#include "yang/access.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ENTRY_MOST (1u << 20)   /* the longest line of passwd or group that is read */

/* getpwuid_r or getgrgid_r with as much room as it asks for. */
typedef int lookup(uint32_t id, void *entry, char *room, size_t size, bool *found);

static int with_room(lookup *look, uint32_t id, void *entry, char **room)
{
	bool found = false;
	int rc = ERANGE;

	for (size_t size = 1024; rc == ERANGE && size <= ENTRY_MOST; size *= 4) {
		char *more = realloc(*room, size);

		if (!more)
			abort();
		*room = more;
		rc = look(id, entry, *room, size, &found);
	}
	return rc ? -rc : found ? 0 : -ENOENT;
}

static int look_user(uint32_t id, void *entry, char *room, size_t size, bool *found)
{
	struct passwd *result = NULL;
	int rc = getpwuid_r(id, entry, room, size, &result);

	*found = result != NULL;
	return rc;
}

static int look_group(uint32_t id, void *entry, char *room, size_t size, bool *found)
{
	struct group *result = NULL;
	int rc = getgrgid_r(id, entry, room, size, &result);

	*found = result != NULL;
	return rc;
}

static void add_group(struct access_user *u, gid_t gid)
{
	struct group entry;
	char *room = NULL;

	if (!with_room(look_group, gid, &entry, &room) &&
	    strlen(entry.gr_name) <= ACCESS_GROUP_MAX)
		strcpy(u->groups[u->group_count++], entry.gr_name);
	free(room);
}

int access_user_init(struct access_user *u, uint32_t uid)
{
	gid_t gids[ACCESS_GROUPS_MAX];
	int count = ACCESS_GROUPS_MAX, rc;
	struct passwd entry;
	char *room = NULL;

	memset(u, 0, sizeof(*u));
	u->uid = uid;
	snprintf(u->name, sizeof(u->name), "uid %u", uid);
	rc = with_room(look_user, uid, &entry, &room);
	if (!rc && strlen(entry.pw_name) > GH_TEXT_MAX)
		rc = -ENAMETOOLONG;
	if (!rc) {
		strcpy(u->name, entry.pw_name);
		/* Too many: the first ones were stored. */
		if (getgrouplist(entry.pw_name, entry.pw_gid, gids, &count) < 0)
			count = ACCESS_GROUPS_MAX;
		u->groups = calloc((size_t)count + 1, sizeof(*u->groups));
		if (!u->groups)
			abort();
		for (int i = 0; i < count; i++)
			add_group(u, gids[i]);
	}
	free(room);
	return rc;
}

void access_user_copy(struct access_user *to, const struct access_user *from)
{
	*to = *from;
	to->groups = calloc(from->group_count + 1, sizeof(*to->groups));
	if (!to->groups)
		abort();
	if (from->group_count)
		memcpy(to->groups, from->groups, from->group_count * sizeof(*to->groups));
}

void access_user_fini(struct access_user *u)
{
	free(u->groups);
	u->groups = NULL;
	u->group_count = 0;
}
