/* The numbers: see weight.h. */
#include "base/weight.h"

#define WAITING_VPN 1
#define WAITING_STATIC 2
#define WAITING_EXPRESSROUTE 3
#define VPN 256
#define STATIC 32512
#define EXPRESSROUTE 33024
#define WAITING_OVER 4
#define WAITING_OVER_STATIC 5
#define OVER 65025
#define OVER_STATIC 65276
#define OVER_STEP 128           /* what is left of 16 bits has 250 places */

static uint16_t over(const struct gh_preference *p, uint16_t more)
{
	if (p->standing == GH_STANDING_WAITING)
		return p->is_static ? WAITING_OVER_STATIC : WAITING_OVER;
	return p->is_static ? OVER_STATIC : (uint16_t)(OVER + more / OVER_STEP);
}

uint16_t gh_weight(const struct gh_preference *p)
{
	bool circuit = p->kind == GH_KIND_EXPRESSROUTE;
	uint16_t more = p->routing_weight < GH_ROUTING_WEIGHT_MAX ? p->routing_weight
								  : GH_ROUTING_WEIGHT_MAX;

	if (p->standing == GH_STANDING_DOWN)
		return 0;
	if (p->kind == GH_KIND_VNET)
		return GH_WEIGHT_VNET;
	if (p->kind == GH_KIND_OVER)
		return over(p, more);
	if (p->standing == GH_STANDING_WAITING)
		return circuit ? WAITING_EXPRESSROUTE : p->is_static ? WAITING_STATIC : WAITING_VPN;
	if (circuit)
		return (uint16_t)(EXPRESSROUTE + more);
	return p->is_static ? STATIC : (uint16_t)(VPN + more);
}

static bool within(uint16_t weight, uint16_t from, struct gh_preference *p)
{
	if (weight < from || weight - from > GH_ROUTING_WEIGHT_MAX)
		return false;
	p->routing_weight = (uint16_t)(weight - from);
	return true;
}

static bool waiting(uint16_t weight, struct gh_preference *p)
{
	if (weight < WAITING_VPN || weight > WAITING_OVER_STATIC)
		return false;
	p->standing = GH_STANDING_WAITING;
	p->is_static = weight == WAITING_STATIC || weight == WAITING_OVER_STATIC;
	if (weight == WAITING_EXPRESSROUTE)
		p->kind = GH_KIND_EXPRESSROUTE;
	if (weight >= WAITING_OVER)
		p->kind = GH_KIND_OVER;
	return true;
}

bool gh_weight_read(uint16_t weight, struct gh_preference *out)
{
	struct gh_preference p = { .kind = GH_KIND_VPN, .standing = GH_STANDING_UP };

	if (waiting(weight, &p)) {
		*out = p;
		return true;
	}
	if (weight == STATIC) {
		p.is_static = true;
	} else if (weight >= OVER && weight <= OVER_STATIC) {
		p.kind = GH_KIND_OVER;
		p.is_static = weight == OVER_STATIC;
		p.routing_weight = p.is_static ? 0 : (uint16_t)((weight - OVER) * OVER_STEP);
	} else if (weight == GH_WEIGHT_VNET) {
		p.kind = GH_KIND_VNET;
	} else if (within(weight, EXPRESSROUTE, &p)) {
		p.kind = GH_KIND_EXPRESSROUTE;
	} else if (!within(weight, VPN, &p)) {
		return false;
	}
	*out = p;
	return true;
}
