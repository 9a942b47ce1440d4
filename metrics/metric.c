/* The table: see metric.h. */
#include "metrics/metric.h"

#define GAUGE(n, h, s, v, p) { .name = "gatehouse_" n, .help = (h), .type = METRIC_GAUGE, \
			       .scope = (s), .value = (v), .path = (p) }
#define COUNTER(n, h, s, p) { .name = "gatehouse_" n "_total", .help = (h), \
			      .type = METRIC_COUNTER, .scope = (s), .value = METRIC_NUMBER, .path = (p) }
#define GAUGE_IS(n, h, s, p, e) { .name = "gatehouse_" n, .help = (h), .type = METRIC_GAUGE, \
				  .scope = (s), .value = METRIC_IS, .path = (p), .equals = (e) }
#define SCALED(n, h, t, s, p, by) { .name = "gatehouse_" n, .help = (h), .type = (t), \
				    .scope = (s), .value = METRIC_NUMBER, .path = (p), .scale = (by) }
#define LABELLED(n, h, t, s, p, l) { .name = "gatehouse_" n, .help = (h), .type = (t), \
				     .scope = (s), .value = METRIC_NUMBER, .path = (p), .label = (l) }
#define IN "direction=\"in\""
#define OUT "direction=\"out\""

static const char flows_help[] = "Flows of the last whole minute, estimated; in is from the sites.";
static const char peak_help[] = "Highest packets of one second of the last five minutes.";
static const char tunnel_peak_help[] =
	"Highest packets of one second of the last five minutes, of a connection.";
static const char mismatch_help[] =
	"Packets of a connection that traffic selectors did not take.";
static const char prefixes_help[] = "Prefixes with a path.";
static const char routes_help[] = "Routes that are programmed, by where.";

const struct metric metrics[] = {
	/* ---- the gateway ---- */
	GAUGE("info", "Always 1; version and name of the instance are labels.",
	      METRIC_GATEWAY, METRIC_INFO, "state"),
	GAUGE("start_time_seconds", "When the daemon started, since 1970.",
	      METRIC_GATEWAY, METRIC_TIME, "state/started"),
	GAUGE("configured", "Whether a gateway is configured.",
	      METRIC_GATEWAY, METRIC_FLAG, "state/configured"),
	GAUGE("guest_connected", "Whether bgpd, charon and the exporter are connected.",
	      METRIC_GUEST, METRIC_FLAG, "connected"),
	GAUGE("bgp_connected", "Whether bgpd is there; if not, sessions are what it said last.",
	      METRIC_GATEWAY, METRIC_FLAG, "bgp/connected"),

	/* ---- the arbiter ---- */
	GAUGE("legs", "Edges and connections.", METRIC_GATEWAY, METRIC_NUMBER, "state/legs"),
	GAUGE("legs_up", "Edges and connections that carry traffic.",
	      METRIC_GATEWAY, METRIC_NUMBER, "state/legs-up"),
	LABELLED("prefixes", prefixes_help, METRIC_GAUGE, METRIC_GATEWAY,
		 "state/arbiter/prefixes-ipv4", "family=\"ipv4\""),
	LABELLED("prefixes", prefixes_help, METRIC_GAUGE, METRIC_GATEWAY,
		 "state/arbiter/prefixes-ipv6", "family=\"ipv6\""),
	GAUGE("paths", "Paths of BGP and static prefixes.",
	      METRIC_GATEWAY, METRIC_NUMBER, "state/arbiter/paths"),
	GAUGE("paths_refused", "Paths inside the address space, which are not used.",
	      METRIC_GATEWAY, METRIC_NUMBER, "state/arbiter/paths-refused"),
	GAUGE("groups", "Sets of legs that prefixes have in common.",
	      METRIC_GATEWAY, METRIC_NUMBER, "state/arbiter/groups"),
	LABELLED("routes", routes_help, METRIC_GAUGE, METRIC_GATEWAY,
		 "state/arbiter/kernel-routes", "table=\"kernel\""),
	LABELLED("routes", routes_help, METRIC_GAUGE, METRIC_GATEWAY,
		 "state/arbiter/esp-routes", "table=\"esp\""),
	GAUGE("prefixes_pending", "Prefixes waiting to be decided.",
	      METRIC_GATEWAY, METRIC_NUMBER, "state/arbiter/pending"),
	GAUGE("taking_over", "Whether the kernel still has the routes of the process before.",
	      METRIC_GATEWAY, METRIC_FLAG, "state/arbiter/taking-over"),
	COUNTER("failovers", "Times that traffic moved because a leg went down.",
		METRIC_GATEWAY, "state/arbiter/failovers"),
	COUNTER("leg_changes", "Legs that went down or came back.",
		METRIC_GATEWAY, "state/arbiter/leg-changes"),
	COUNTER("program_failures", "Prefixes that could not be programmed.",
		METRIC_GATEWAY, "state/arbiter/failures"),

	/* ---- ESP as a whole ---- */
	COUNTER("esp_receive_packets", "Inner packets from all sites.",
		METRIC_GATEWAY, "state/esp/in-packets"),
	COUNTER("esp_receive_bytes", "Inner bytes from all sites.",
		METRIC_GATEWAY, "state/esp/in-octets"),
	COUNTER("esp_transmit_packets", "Inner packets to all sites.",
		METRIC_GATEWAY, "state/esp/out-packets"),
	COUNTER("esp_transmit_bytes", "Inner bytes to all sites.",
		METRIC_GATEWAY, "state/esp/out-octets"),
	LABELLED("esp_peak_packets_per_second", peak_help, METRIC_GAUGE, METRIC_GATEWAY,
		 "state/esp/in-peak", IN),
	LABELLED("esp_peak_packets_per_second", peak_help, METRIC_GAUGE, METRIC_GATEWAY,
		 "state/esp/out-peak", OUT),
	LABELLED("flows", flows_help, METRIC_GAUGE, METRIC_GATEWAY, "state/esp/in-flows", IN),
	LABELLED("flows", flows_help, METRIC_GAUGE, METRIC_GATEWAY, "state/esp/out-flows", OUT),
	COUNTER("esp_drops", "Packets dropped, by reason.", METRIC_DROP, ""),
	COUNTER("icmp_sent", "ICMP errors sent to inner senders.",
		METRIC_GATEWAY, "state/esp/icmp-sent"),
	GAUGE("ike_sas", "IKE SAs that are established.",
	      METRIC_GATEWAY, METRIC_NUMBER, "state/esp/ike-sas"),
	GAUGE("child_sas", "Child SAs that are installed.",
	      METRIC_GATEWAY, METRIC_NUMBER, "state/esp/child-sas"),

	/* ---- the daemon ---- */
	COUNTER("loop_turns", "Turns of the control thread.",
		METRIC_GATEWAY, "state/health/loop-turns"),
	SCALED("loop_busy_seconds_total", "Time that the control thread worked.", METRIC_COUNTER,
	       METRIC_GATEWAY, "state/health/loop-busy", 1e-6),
	SCALED("loop_longest_turn_seconds", "Longest turn of the last five minutes.", METRIC_GAUGE,
	       METRIC_GATEWAY, "state/health/loop-longest", 1e-6),
	SCALED("loop_longest_turn_own_seconds", "The same, without the wait for a core.",
	       METRIC_GAUGE, METRIC_GATEWAY, "state/health/loop-longest-own", 1e-6),
	GAUGE("workers", "Threads of the datapath.",
	      METRIC_GATEWAY, METRIC_NUMBER, "state/health/workers"),
	GAUGE("workers_stuck", "Threads of the datapath that did not come round for a second.",
	      METRIC_GATEWAY, METRIC_NUMBER, "state/health/workers-stuck"),
	COUNTER("commits", "Changes of the running configuration.",
		METRIC_GATEWAY, "state/health/commits"),
	COUNTER("events", "Events of the timeline.", METRIC_GATEWAY, "state/health/events"),

	/* ---- legs ---- */
	GAUGE_IS("leg_up", "Whether a leg carries traffic.", METRIC_LEG, "state/forwarding", "up"),
	GAUGE_IS("leg_restoring", "Whether a leg is back and waits to be restored.",
		 METRIC_LEG, "state/forwarding", "restoring"),
	SCALED("leg_restores_in_seconds", "Rest of its wait to restore; absent unless it runs.",
	       METRIC_GAUGE, METRIC_LEG, "state/restores-in", 1e-3),
	GAUGE("leg_since_seconds", "When the state of a leg began, since 1970.",
	      METRIC_LEG, METRIC_TIME, "state/since"),
	GAUGE("leg_depreferred", "Whether the peers of a leg are asked to prefer other ways.",
	      METRIC_LEG, METRIC_FLAG, "state/de-preferred"),
	GAUGE("leg_paths", "Paths that a leg offers.", METRIC_LEG, METRIC_NUMBER, "state/paths"),
	COUNTER("leg_failovers", "Times that a leg went down and its traffic moved.",
		METRIC_LEG, "state/failovers"),
	GAUGE_IS("edge_link_up", "Carrier of an edge's interface.", METRIC_EDGE, "state/link", "up"),
	GAUGE_IS("edge_bfd_up", "BFD of the session that speaks for an edge.",
		 METRIC_EDGE, "state/bfd", "up"),
	GAUGE("circuit_failover_test", "Whether a failover test of a circuit runs.",
	      METRIC_CIRCUIT, METRIC_EXISTS, "state/failover-test"),

	/* ---- tunnels ---- */
	GAUGE_IS("tunnel_up", "Whether a connection carries traffic.",
		 METRIC_CONNECTION, "state/forwarding", "up"),
	GAUGE_IS("tunnel_ike_sa_up", "Whether the IKE SA of a connection is established.",
		 METRIC_CONNECTION, "state/ike-sa/state", "established"),
	GAUGE_IS("tunnel_child_sa_up", "Whether the child SA of a connection is installed.",
		 METRIC_CONNECTION, "state/child-sa/state", "installed"),
	COUNTER("tunnel_receive_bytes", "Inner bytes from the site.",
		METRIC_CONNECTION, "state/traffic/in-octets"),
	COUNTER("tunnel_receive_packets", "Inner packets from the site.",
		METRIC_CONNECTION, "state/traffic/in-packets"),
	COUNTER("tunnel_receive_drops", "Packets from the site that were dropped.",
		METRIC_CONNECTION, "state/traffic/in-drops"),
	COUNTER("tunnel_transmit_bytes", "Inner bytes to the site.",
		METRIC_CONNECTION, "state/traffic/out-octets"),
	COUNTER("tunnel_transmit_packets", "Inner packets to the site.",
		METRIC_CONNECTION, "state/traffic/out-packets"),
	COUNTER("tunnel_transmit_drops", "Packets to the site that were dropped.",
		METRIC_CONNECTION, "state/traffic/out-drops"),
	LABELLED("tunnel_ts_mismatch_drops_total", mismatch_help, METRIC_COUNTER,
		 METRIC_CONNECTION, "state/traffic/in-ts-mismatch-drops", IN),
	LABELLED("tunnel_ts_mismatch_drops_total", mismatch_help, METRIC_COUNTER,
		 METRIC_CONNECTION, "state/traffic/out-ts-mismatch-drops", OUT),
	LABELLED("tunnel_peak_packets_per_second", tunnel_peak_help, METRIC_GAUGE,
		 METRIC_CONNECTION, "state/traffic/in-peak", IN),
	LABELLED("tunnel_peak_packets_per_second", tunnel_peak_help, METRIC_GAUGE,
		 METRIC_CONNECTION, "state/traffic/out-peak", OUT),

	/* ---- BGP ---- */
	GAUGE_IS("bgp_peer_up", "Whether a session is established.",
		 METRIC_NEIGHBOR, "state", "Established"),
	GAUGE("bgp_peer_routes_received", "Prefixes learned from a peer.",
	      METRIC_NEIGHBOR, METRIC_NUMBER, "received"),
	GAUGE("bgp_peer_routes_advertised", "Prefixes advertised to a peer.",
	      METRIC_NEIGHBOR, METRIC_NUMBER, "sent"),
	GAUGE("bgp_peer_prefix_limit", "Prefixes of each family beyond which a session ends.",
	      METRIC_NEIGHBOR, METRIC_NUMBER, "prefix-limit"),
	COUNTER("bgp_peer_established", "Times that a session was established.",
		METRIC_NEIGHBOR, "times-established"),

	/* ---- the meter ---- */
	COUNTER("meter_receive_bytes", "Inner bytes from the site, kept over restarts.",
		METRIC_METER, "in-octets"),
	COUNTER("meter_transmit_bytes", "Inner bytes to the site, kept over restarts.",
		METRIC_METER, "out-octets"),
	COUNTER("meter_up_seconds", "Time with a tunnel, kept over restarts.", METRIC_METER, "up"),
	COUNTER("meter_gateway_seconds", "Time that the gateway ran, by size.", METRIC_SIZE, "ran"),

	/* ---- certificates ---- */
	GAUGE("certificate_not_after_seconds", "When a certificate ends, since 1970.",
	      METRIC_CERTIFICATE, METRIC_TIME, "state/not-after"),
};
const size_t metric_count = sizeof(metrics) / sizeof(*metrics);
