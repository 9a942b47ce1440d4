/*
 * What no part does yet: see unbuilt.h.
 *
 * One row a line of the configuration, so that who builds it removes the row
 * and its function, and nothing else.
 */
#include "gatehoused/unbuilt.h"

#include <errno.h>

/* ---- of a connection ---- */

static bool over(const struct gw_connection *c)
{
	return c->over[0];
}

static bool authorities(const struct gw_connection *c)
{
	return c->authority_count > 1;
}

static bool revocation(const struct gw_connection *c)
{
	bool lists = false;

	for (size_t i = 0; i < c->authority_count; i++)
		lists |= c->authorities[i].crl_file[0] || c->authorities[i].crl_uri[0] ||
			 c->authorities[i].ocsp_uri[0];
	return lists || c->revocation;
}

static bool nat_rules(const struct gw_connection *c)
{
	return c->nat_rule_count;
}

static bool encapsulation(const struct gw_connection *c)
{
	return c->encapsulation;
}

static bool tcp_mss(const struct gw_connection *c)
{
	return c->tcp_mss;
}

static bool sessions(const struct gw_connection *c)
{
	return c->session_count > 1;
}

static bool password(const struct gw_connection *c)
{
	return c->password.text[0];
}

static bool timers(const struct gw_connection *c)
{
	return c->bgp.keepalive_s != 60 || c->bgp.hold_s != 180;
}

static bool bfd(const struct gw_connection *c)
{
	return c->bfd.interval_ms;
}

static bool multihop(const struct gw_connection *c)
{
	return c->bgp.multihop;
}

static bool filters(const struct gw_bgp *b)
{
	return b->graceful_restart || b->route_map_in[0] || b->route_map_out[0] ||
	       b->prefix_list_in[0] || b->prefix_list_out[0];
}

static bool connection_filters(const struct gw_connection *c)
{
	return filters(&c->bgp);
}

static bool destination(const struct gw_connection *c)
{
	return c->destination;
}

static const struct {
	const char *words;
	bool (*asked)(const struct gw_connection *c);
} connection_rows[] = {
	{ "over expressroute", over },
	{ "a second authority", authorities },
	{ "revocation, crl-file, crl-uri and ocsp-uri", revocation },
	{ "nat-rule", nat_rules },
	{ "encapsulation native", encapsulation },
	{ "tcp-mss of a connection", tcp_mss },
	{ "a second bgp session", sessions },
	{ "bgp password", password },
	{ "bgp timers", timers },
	{ "bgp bfd", bfd },
	{ "bgp multihop", multihop },
	{ "bgp graceful-restart, route-map and prefix-list", connection_filters },
	{ "destination-class", destination },
};

/* ---- of a circuit ---- */

static bool circuit_password(const struct gw_circuit *c)
{
	return c->password.text[0];
}

static bool circuit_timers(const struct gw_circuit *c)
{
	return c->bgp.keepalive_s != 60 || c->bgp.hold_s != 180;
}

static bool circuit_filters(const struct gw_circuit *c)
{
	return filters(&c->bgp);
}

static const struct {
	const char *words;
	bool (*asked)(const struct gw_circuit *c);
} circuit_rows[] = {
	{ "password of a circuit", circuit_password },
	{ "bgp timers of a circuit", circuit_timers },
	{ "bgp graceful-restart, route-map and prefix-list of a circuit", circuit_filters },
};

/* ---- of the gateway ---- */

static bool no_transit_vpn(const struct gw_config *c)
{
	return !c->transit_vpn;
}

static bool transit_expressroute(const struct gw_config *c)
{
	return c->transit_expressroute;
}

static bool peered_space(const struct gw_config *c)
{
	return c->peered_space_count;
}

static bool instance(const struct gw_config *c)
{
	return c->instance;
}

static bool partner(const struct gw_config *c)
{
	return c->partner.present;
}

static bool vnet_router(const struct gw_config *c)
{
	return c->vnet_router_count;
}

static const struct {
	const char *words;
	bool (*asked)(const struct gw_config *c);
} gateway_rows[] = {
	{ "no transit vpn", no_transit_vpn },
	{ "transit expressroute", transit_expressroute },
	{ "peered-space", peered_space },
	{ "instance", instance },
	{ "gateway partner", partner },
	{ "gateway vnet-router", vnet_router },
};

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static int refuse(const char *what, const char *name, const char *words, struct gh_buf *why)
{
	gh_buf_printf(why, "%s%s%s%s: not built yet; remove that line", what, name,
		      name[0] ? ": " : "", words);
	return -ENOTSUP;
}

int unbuilt_check(const struct gw_config *to, struct gh_buf *why)
{
	for (size_t r = 0; r < COUNT(gateway_rows); r++)
		if (gateway_rows[r].asked(to))
			return refuse("", "", gateway_rows[r].words, why);
	for (size_t i = 0; i < to->circuit_count; i++)
		for (size_t r = 0; r < COUNT(circuit_rows); r++)
			if (circuit_rows[r].asked(&to->circuits[i]))
				return refuse("circuit ", to->circuits[i].name,
					      circuit_rows[r].words, why);
	for (size_t i = 0; i < to->connection_count; i++)
		for (size_t r = 0; r < COUNT(connection_rows); r++)
			if (connection_rows[r].asked(&to->connections[i]))
				return refuse("connection ", to->connections[i].name,
					      connection_rows[r].words, why);
	return 0;
}
