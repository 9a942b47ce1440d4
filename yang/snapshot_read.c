/*
 * Reading values: see snapshot_read.h.
 *
 * What several nodes have alike is read here, so that the same line means the
 * same in each.
 */
#include "yang/snapshot_read.h"

const char *read_child(const struct lyd_node *node, const char *name)
{
	const struct lyd_node *n;

	LY_LIST_FOR(lyd_child(node), n)
		if (read_is(n, name))
			return lyd_get_value(n);
	return NULL;
}

void *read_grow(void *array, size_t count, size_t size)
{
	/* Doubling at powers of two keeps it linear without a size field. */
	if (!(count & (count - 1)))
		array = reallocarray(array, count ? count * 2 : 1, size);
	if (!array)
		abort();
	memset((char *)array + count * size, 0, size);
	return array;
}

void read_prefix(const struct lyd_node *node, struct gh_prefix **array, size_t *count)
{
	struct gh_prefix p;

	if (gh_prefix_parse(lyd_get_value(node), &p) < 0)
		return;
	*array = read_grow(*array, *count, sizeof(**array));
	(*array)[(*count)++] = p;
}

static int prefix_cmp(const void *a, const void *b)
{
	return gh_prefix_cmp(a, b);
}

void read_prefixes_sort(struct gh_prefix *array, size_t count)
{
	if (count)
		qsort(array, count, sizeof(*array), prefix_cmp);
}

static void take_timers(const struct lyd_node *container, struct gw_bgp *bgp)
{
	const struct lyd_node *n;

	LY_LIST_FOR(lyd_child(container), n)
		if (read_is(n, "keepalive"))
			bgp->keepalive_s = (uint16_t)read_number(n);
		else if (read_is(n, "hold"))
			bgp->hold_s = (uint16_t)read_number(n);
}

void read_bgp(const struct lyd_node *n, struct gw_bgp *bgp)
{
	if (read_is(n, "timers"))
		take_timers(n, bgp);
	else if (read_is(n, "graceful-restart"))
		bgp->graceful_restart = read_bool(n);
	else if (read_is(n, "route-map-in"))
		read_text(n, bgp->route_map_in, sizeof(bgp->route_map_in));
	else if (read_is(n, "route-map-out"))
		read_text(n, bgp->route_map_out, sizeof(bgp->route_map_out));
	else if (read_is(n, "prefix-list-in"))
		read_text(n, bgp->prefix_list_in, sizeof(bgp->prefix_list_in));
	else if (read_is(n, "prefix-list-out"))
		read_text(n, bgp->prefix_list_out, sizeof(bgp->prefix_list_out));
}

void read_bfd(const struct lyd_node *container, struct gw_bfd *bfd)
{
	const struct lyd_node *n;
	bool enabled = true;

	LY_LIST_FOR(lyd_child(container), n) {
		if (read_is(n, "enabled"))
			enabled = read_bool(n);
		else if (read_is(n, "interval"))
			bfd->interval_ms = (uint16_t)read_number(n);
		else if (read_is(n, "multiplier"))
			bfd->multiplier = (uint8_t)read_number(n);
	}
	if (!enabled)
		bfd->interval_ms = 0;
}
