/*
 * snapshot_read - how values are read off the tree
 *
 * Private to the files snapshot*.c. By name of the leaf rather than by path
 * look-up: a connection has some twenty nodes, and walking them once is a
 * tenth of finding each by path.
 *
 * Ownership  what is read is copied.
 * Threads    one owner of the tree.
 * Errors     none: the tree was validated, or its snapshot is only judged.
 */
#ifndef GH_YANG_SNAPSHOT_READ_H
#define GH_YANG_SNAPSHOT_READ_H

#include <libyang/libyang.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "yang/config.h"

static inline bool read_is(const struct lyd_node *node, const char *name)
{
	return !strcmp(node->schema->name, name);
}

static inline uint32_t read_number(const struct lyd_node *node)
{
	return (uint32_t)strtoul(lyd_get_value(node), NULL, 10);
}

static inline bool read_bool(const struct lyd_node *node)
{
	return !strcmp(lyd_get_value(node), "true");
}

static inline void read_text(const struct lyd_node *node, char *out, size_t size)
{
	snprintf(out, size, "%s", lyd_get_value(node));
}

static inline void read_addr(const struct lyd_node *node, struct gh_addr *out)
{
	gh_addr_parse(lyd_get_value(node), out);
}

/* The value of a leaf child, NULL when there is none. */
const char *read_child(const struct lyd_node *node, const char *name);

/* Room for one more element of an array, zeroed. */
void *read_grow(void *array, size_t count, size_t size);
void read_prefix(const struct lyd_node *node, struct gh_prefix **array, size_t *count);
void read_prefixes_sort(struct gh_prefix *array, size_t count);

/* A leaf that BGP sessions share, of whatever container has bgp-settings. */
void read_bgp(const struct lyd_node *n, struct gw_bgp *bgp);
/* A container of bfd-settings: interval 0 when it is off. */
void read_bfd(const struct lyd_node *container, struct gw_bfd *bfd);

/* snapshot_connection.c: what a connection or a profile sets; the last one to be taken wins. */
void read_setting(const struct lyd_node *n, struct gw_connection *c);
void read_connection(const struct lyd_node *list, struct gw_connection *c);
/* What is only known with the whole configuration, and what follows from other values. */
void read_connection_rest(const struct gw_config *config, struct gw_connection *c);

#endif
