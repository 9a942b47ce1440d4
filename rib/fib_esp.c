#include "rib/fib_esp.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "ipsec/ipsec.h"
#include "rib/group.h"

struct fib_esp {
	struct fib fib;
	struct ipsec *ipsec;
	struct gh_buf failed;           /* prefixes, told by flush */
};

static struct ipsec *ipsec_of(struct fib *f)
{
	return ((struct fib_esp *)f)->ipsec;
}

/* The datapath passes over legs without SAs by itself, and group_set follows. */
static void esp_leg(struct fib *f, const struct rib_leg *leg)
{
	(void)f;
	(void)leg;
}

static void esp_group_set(struct fib *f, const struct group *group)
{
	const struct rib_leg *active[IPSEC_GROUP_LEGS_MAX];
	uint32_t legs[IPSEC_GROUP_LEGS_MAX];
	unsigned count = group_active(group, GROUP_ESP, active, IPSEC_GROUP_LEGS_MAX);
	int error;

	for (unsigned i = 0; i < count; i++)
		legs[i] = active[i]->config.number;
	error = ipsec_group_set(ipsec_of(f), group->id, legs, count);
	if (error)
		gh_error("fib: ESP group %u: %s", group->id, strerror(-error));
}

static void esp_group_del(struct fib *f, const struct group *group)
{
	ipsec_group_del(ipsec_of(f), group->id);
}

static void esp_route_set(struct fib *f, const struct gh_prefix *prefix, const struct group *group)
{
	if (ipsec_route_set(ipsec_of(f), prefix, group->id))
		gh_buf_append(&((struct fib_esp *)f)->failed, prefix, sizeof(*prefix));
}

static void esp_route_del(struct fib *f, const struct gh_prefix *prefix)
{
	ipsec_route_del(ipsec_of(f), prefix);
}

static int esp_flush(struct fib *f)
{
	struct gh_buf *failed = &((struct fib_esp *)f)->failed;
	struct gh_prefix prefix;

	while (gh_buf_length(failed)) {
		memcpy(&prefix, gh_buf_begin(failed), sizeof(prefix));
		gh_buf_consume(failed, sizeof(prefix));
		f->failed(f->ctx, &prefix);
	}
	return 0;
}

static void esp_describe(struct fib *f, const struct group *group, uint8_t family,
			 struct gh_buf *out)
{
	const struct rib_leg *active[IPSEC_GROUP_LEGS_MAX];
	unsigned count = group_active(group, GROUP_ESP, active, IPSEC_GROUP_LEGS_MAX);

	(void)f;
	(void)family;
	gh_buf_printf(out, "group %u {", group->id);
	for (unsigned i = 0; i < count; i++)
		gh_buf_printf(out, "%s leg %u", i ? "," : "", active[i]->config.number);
	gh_buf_printf(out, count ? " }" : " no leg up }");
}

static int esp_query(struct fib *f, const struct gh_addr *addr, struct gh_buf *out)
{
	struct ipsec_route route;
	char text[GH_PREFIX_TEXT];
	int error = ipsec_lookup(ipsec_of(f), addr, &route);

	if (error == -ENOENT) {
		gh_buf_printf(out, "no entry: unreachable");
		return 0;
	}
	if (error)
		return error;
	gh_buf_printf(out, "%s group %u", gh_prefix_print(&route.prefix, text), route.group);
	if (route.leg && route.spi)
		gh_buf_printf(out, " leg %u spi 0x%08x", route.leg, route.spi);
	else
		gh_buf_printf(out, " no usable SA: unreachable");
	return 0;
}

static const struct fib_ops esp_ops = {
	.name = "esp",
	.leg_down = esp_leg,
	.leg_up = esp_leg,
	.leg_del = esp_leg,
	.group_set = esp_group_set,
	.group_del = esp_group_del,
	.route_set = esp_route_set,
	.route_del = esp_route_del,
	.flush = esp_flush,
	.describe = esp_describe,
	.query = esp_query,
};

int fib_esp_new(struct ipsec *ipsec, struct fib **out)
{
	struct fib_esp *e = calloc(1, sizeof(*e));

	if (!e)
		return -ENOMEM;
	e->fib.ops = &esp_ops;
	e->ipsec = ipsec;
	*out = &e->fib;
	return 0;
}

void fib_esp_free(struct fib *f)
{
	if (f)
		gh_buf_fini(&((struct fib_esp *)f)->failed);
	free(f);
}
