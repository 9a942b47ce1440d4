/*
 * Why won't this peer come up? A ladder from the outer route to the prefixes:
 * the first rung that fails is the answer, with what to do about it. Rungs
 * behind it are not judged, since they can not hold yet. See state.h.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gatehoused/apply/apply.h"
#include "gatehoused/gateway.h"
#include "gatehoused/guests.h"
#include "gatehoused/speaker.h"
#include "gatehoused/state/state_part.h"
#include "ipsec/ike.h"
#include "ipsec/ike_policy.h"
#include "ipsec/ipsec.h"
#include "rib/rib.h"
#include "yang/store.h"

#define TEXT_MAX 320

/* What a rung looks at, and where it writes what it saw. */
struct view {
	struct gateway *gateway;
	const struct gw_connection *connection;
	const struct ike_status *ike;           /* NULL: not known to the IKE client */
	uint64_t packets[2];                    /* in, out */
	const struct gh_peer *peer;             /* NULL: no session */
	char seen[TEXT_MAX];
	char remedy[TEXT_MAX];
};

enum rung_result { RUNG_GOOD, RUNG_BAD, RUNG_SKIPPED };

#define SEEN(v, ...) snprintf((v)->seen, sizeof((v)->seen), __VA_ARGS__)
#define REMEDY(v, ...) snprintf((v)->remedy, sizeof((v)->remedy), __VA_ARGS__)

static enum rung_result rung_configuration(struct view *v)
{
	const char *missing = gw_connection_incomplete(v->connection);

	if (v->connection->shutdown) {
		SEEN(v, "it is shut down");
		REMEDY(v, "enter `no shutdown` in its node");
		return RUNG_BAD;
	}
	if (missing) {
		SEEN(v, "%s", missing);
		REMEDY(v, "complete it in node `gateway connection %s`", v->connection->name);
		return RUNG_BAD;
	}
	if (!guests_here(v->gateway->guests, GH_ROLE_CHARON)) {
		SEEN(v, "charon's gatehouse plugin is not connected");
		REMEDY(v, "start strongSwan's charon with the gatehouse plugin loaded");
		return RUNG_BAD;
	}
	SEEN(v, "complete, charon is connected");
	return RUNG_GOOD;
}

/* Connecting a UDP socket asks the kernel for the route and sends nothing. */
static enum rung_result rung_outer_route(struct view *v)
{
	const struct gw_config *config = store_config(v->gateway->store);
	const struct gh_addr *remote = &v->connection->remote_address;
	const struct gh_addr *ours = remote->family == AF_INET6 ? &config->public_ipv6
								: &config->public_ipv4;
	struct gh_endpoint to = { .addr = *remote, .port = 500 }, from;
	struct sockaddr_storage ss;
	socklen_t length = gh_endpoint_to_sockaddr(&to, &ss);
	char text[GH_ADDR_TEXT];
	int rc = 0, fd = socket(ss.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || connect(fd, (struct sockaddr *)&ss, length) < 0)
		rc = -errno;
	length = sizeof(ss);
	if (!rc && getsockname(fd, (struct sockaddr *)&ss, &length) < 0)
		rc = -errno;
	if (fd >= 0)
		close(fd);
	if (rc < 0) {
		SEEN(v, "no route to %s: %s", gh_addr_print(remote, text), strerror(-rc));
		REMEDY(v, "give the host a route to it in the main table");
		return RUNG_BAD;
	}
	gh_endpoint_from_sockaddr((struct sockaddr *)&ss, &from);
	if (gh_addr_is_set(ours) && gh_addr_cmp(ours, &from.addr)) {
		SEEN(v, "the host would send from %s, not from the public-address",
		     gh_addr_print(&from.addr, text));
		return RUNG_GOOD;
	}
	SEEN(v, "from %s", gh_addr_print(&from.addr, text));
	return RUNG_GOOD;
}

/* IKE faults name their rung; a rung fails only when it is its own fault. */
static enum rung_result rung_of_fault(struct view *v, enum ike_fault mine, const char *good)
{
	/* ESP's algorithms and selectors can fail under an IKE SA that is established. */
	if (v->ike && v->ike->fault == mine) {
		SEEN(v, "%s", v->ike->error);
		return RUNG_BAD;
	}
	SEEN(v, "%s", good);
	return RUNG_GOOD;
}

static enum rung_result rung_reply(struct view *v)
{
	enum rung_result r = rung_of_fault(v, IKE_FAULT_NO_REPLY, "the peer answers on UDP");

	if (!v->ike || v->ike->state == IKE_AWAY || v->ike->state == IKE_REFUSED) {
		SEEN(v, "%s", v->ike && v->ike->error[0] ? v->ike->error
						      : "charon does not hold the connection yet");
		REMEDY(v, "see charon's log; is its vici plugin loaded?");
		return RUNG_BAD;
	}
	if (r == RUNG_GOOD && v->ike->state != IKE_ESTABLISHED && v->ike->fault == IKE_FAULT_NONE)
		SEEN(v, "still trying, attempt %u", v->ike->attempts);
	REMEDY(v, "is the peer running, and do UDP 500 and 4500 pass both ways?");
	return r;
}

static enum rung_result rung_proposal(struct view *v)
{
	enum rung_result r = rung_of_fault(v, IKE_FAULT_PROPOSAL, "algorithms agreed");
	struct ike_proposals ike, child;

	if (r == RUNG_BAD && v->ike->proposals_ours[0])
		SEEN(v, "ours %.140s; theirs %.140s", v->ike->proposals_ours,
		     v->ike->proposals_theirs[0] ? v->ike->proposals_theirs : "not told");
	apply_ike_proposals(v->connection, &ike, &child);
	REMEDY(v, "give the peer %s for IKE and %s for ESP, or set the algorithms of the connection to its own",
	       ike.text[0], child.text[0]);
	return r;
}

static enum rung_result rung_identity(struct view *v)
{
	enum rung_result r = rung_of_fault(v, IKE_FAULT_IDENTITY, "identities agree");

	REMEDY(v, "set remote-id to what the peer sends, and its side likewise to our local-id");
	return r;
}

static enum rung_result rung_key(struct view *v)
{
	bool certificate = v->connection->certificate[0];
	enum rung_result r = rung_of_fault(v, IKE_FAULT_AUTH,
					   certificate ? "certificates are believed" : "shared keys agree");

	if (certificate)
		REMEDY(v, "each side's certificate must be valid now, not revoked, chain to an authority that the other side names, and hold its identity");
	else
		REMEDY(v, "enter the same shared-key on both sides; an identity mismatch can look alike");
	return r;
}

static enum rung_result rung_selectors(struct view *v)
{
	enum rung_result r = rung_of_fault(v, IKE_FAULT_SELECTORS, "selectors agree");

	REMEDY(v, "let the peer offer 0.0.0.0/0 and ::/0 on both sides (route-based)");
	return r;
}

static enum rung_result rung_sa(struct view *v)
{
	bool up = ipsec_leg_up(v->gateway->ipsec, v->connection->leg);

	if (up && v->ike)
		SEEN(v, "installed, %s", v->ike->child.algorithms);
	else if (!up)
		SEEN(v, "%s", v->ike && v->ike->error[0] ? v->ike->error : "not installed");
	REMEDY(v, "see `show gateway events` for what IKE said last");
	return up ? RUNG_GOOD : RUNG_BAD;
}

static enum rung_result rung_packets(struct view *v)
{
	SEEN(v, "%llu in, %llu out", (unsigned long long)v->packets[0],
	     (unsigned long long)v->packets[1]);
	if (v->packets[1] && !v->packets[0]) {
		REMEDY(v, "we send and nothing comes back: does the peer route our address space into the tunnel, and does its UDP 4500 reach us?");
		return RUNG_BAD;
	}
	return RUNG_GOOD;
}

static enum rung_result rung_session(struct view *v)
{
	if (!v->connection->session_count) {
		SEEN(v, "static prefixes only");
		return RUNG_SKIPPED;
	}
	if (!guests_here(v->gateway->guests, GH_ROLE_BGPD)) {
		SEEN(v, "bgpd's gatehouse module is not connected");
		REMEDY(v, "start bgpd with -M gatehouse");
		return RUNG_BAD;
	}
	if (v->peer && v->peer->state == GH_BGP_ESTABLISHED) {
		SEEN(v, "Established");
		return RUNG_GOOD;
	}
	SEEN(v, "%s%s%s", v->peer ? gh_bgp_state_name(v->peer->state) : "no session",
	     v->peer && v->peer->last_error[0] ? ", " : "", v->peer ? v->peer->last_error : "");
	REMEDY(v, "check the peer's BGP: AS %u there, our AS and local-address as its neighbor, TCP 179 allowed in the tunnel, multihop 2",
	       v->connection->sessions[0].remote_as);
	return RUNG_BAD;
}

static enum rung_result rung_prefixes(struct view *v)
{
	struct rib_leg_view leg;

	if (rib_leg_view(v->gateway->rib, v->connection->leg, &leg) < 0 || !leg.paths) {
		SEEN(v, "none");
		REMEDY(v, "the peer announces nothing, or only prefixes of our own address space");
		return RUNG_BAD;
	}
	SEEN(v, "%u", leg.paths);
	return RUNG_GOOD;
}

static const struct {
	const char *name;
	enum rung_result (*look)(struct view *v);
} ladder[] = {
	{ "configuration", rung_configuration },
	{ "outer route", rung_outer_route },
	{ "UDP reply", rung_reply },
	{ "proposal", rung_proposal },
	{ "identity", rung_identity },
	{ "shared key", rung_key },
	{ "selectors", rung_selectors },
	{ "SA", rung_sa },
	{ "packets", rung_packets },
	{ "BGP session", rung_session },
	{ "prefixes", rung_prefixes },
};

static const char *name_of(size_t rung, const struct view *v)
{
	return ladder[rung].look == rung_key && v->connection->certificate[0] ? "certificate"
									       : ladder[rung].name;
}

static void count_packets(void *ctx, const struct ipsec_sa_state *s)
{
	struct view *v = ctx;

	v->packets[s->name.direction == GH_OUT] += s->packets;
}

static void climb(struct view *v, struct writer *w)
{
	static const char *const results[] = {
		[RUNG_GOOD] = "ok", [RUNG_BAD] = "failed", [RUNG_SKIPPED] = "not-used",
	};
	const char *failed = NULL;
	char remedy[TEXT_MAX] = "";

	writer_list(w, "rung");
	for (size_t i = 0; i < sizeof(ladder) / sizeof(*ladder); i++) {
		enum rung_result r = RUNG_SKIPPED;

		v->seen[0] = v->remedy[0] = '\0';
		if (!failed)
			r = ladder[i].look(v);
		writer_open(w, NULL);
		writer_text(w, "name", name_of(i, v));
		writer_text(w, "result", failed ? "not-reached" : results[r]);
		writer_text_if(w, "seen", v->seen);
		writer_close(w);
		if (r == RUNG_BAD) {
			failed = name_of(i, v);
			snprintf(remedy, sizeof(remedy), "%s", v->remedy);
		}
	}
	writer_list_end(w);
	writer_flag(w, "healthy", !failed);
	writer_text_if(w, "failed-rung", failed);
	writer_text_if(w, "remedy", remedy);
}

int state_diagnose(struct gateway *g, const char *connection, bool pretty, struct gh_buf *out,
		   struct gh_buf *why)
{
	struct view v = { .gateway = g };
	struct writer w = { .out = out, .pretty = pretty };

	v.connection = gw_config_connection(store_config(g->store), connection);
	if (!v.connection) {
		gh_buf_printf(why, "there is no connection %s: see `show gateway connections`",
			      connection);
		return -ENOENT;
	}
	v.ike = ike_status(g->ike, v.connection->leg);
	v.peer = speaker_peer(g->speaker, gh_neighbor_id(v.connection->leg,
							 v.connection->sessions[0].peer.family, 0));
	ipsec_sa_each(g->ipsec, v.connection->leg, count_packets, &v);
	writer_open(&w, NULL);
	writer_open(&w, "gatehouse:output");
	writer_text(&w, "connection", connection);
	climb(&v, &w);
	writer_close(&w);
	writer_close(&w);
	return 0;
}
