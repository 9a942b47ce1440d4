/* PEER facts: see status.h. */
#include "bgpd-plugin/gh_status.h"

#include "bgpd-plugin/gh_convert.h"
#include "bgpd-plugin/gh_daemon.h"
#include "bgpd-plugin/gh_export.h"
#include "bgpd-plugin/gh_neighbor.h"
#include "bgpd-plugin/gh_speaker.h"

/* bgpd has no hook for a BFD session that comes up. */
#define POLL_MS 100
#define POLLS_A_SECOND 10

static struct thread *t_poll;

static uint8_t state_of(const struct peer *peer)
{
	if (!peer)
		return GH_BGP_IDLE;
	/* bgpd's numbers are RFC 4271's, and Clearing and Deleted of its own. */
	return peer->status >= Idle && peer->status <= Established ? (uint8_t)peer->status
								   : GH_BGP_IDLE;
}

static uint8_t bfd_of(const struct peer *peer)
{
	if (!peer || !peer->bfd_config)
		return GH_BFD_NONE;
	switch (bfd_sess_status(peer->bfd_config->session)) {
	case BSS_UP:
		return GH_BFD_UP;
	case BSS_ADMIN_DOWN:
		return GH_BFD_ADMIN_DOWN;
	case BSS_DOWN:
	case BSS_UNKNOWN:
		break;
	}
	return GH_BFD_DOWN;
}

static bool eor_of(const struct gh_neighbor *n, const struct peer *peer)
{
	if (!peer || peer->status != Established)
		return false;
	if ((n->families & GH_AF_IPV4) && peer->afc_nego[AFI_IP][SAFI_UNICAST] &&
	    !CHECK_FLAG(peer->af_sflags[AFI_IP][SAFI_UNICAST], PEER_STATUS_EOR_RECEIVED))
		return false;
	if ((n->families & GH_AF_IPV6) && peer->afc_nego[AFI_IP6][SAFI_UNICAST] &&
	    !CHECK_FLAG(peer->af_sflags[AFI_IP6][SAFI_UNICAST], PEER_STATUS_EOR_RECEIVED))
		return false;
	/* "All paths were sent" must not overtake the paths. */
	return gh_export_is_idle();
}

static uint32_t sent_of(struct peer *peer, afi_t afi)
{
	struct peer_af *paf = peer_af_find(peer, afi, SAFI_UNICAST);
	struct update_subgroup *group = paf ? PAF_SUBGRP(paf) : NULL;

	return group ? group->scount : 0;
}

/* Which family it was, bgpd forgets as it ends the session. */
static bool limit_print(const struct gh_neighbor *n, const struct peer *peer, char *out, size_t size)
{
	if (!CHECK_FLAG(peer->sflags, PEER_STATUS_PREFIX_OVERFLOW))
		return false;
	snprintf(out, size, "prefix limit: more than %u prefixes of one family came; tried again "
		 "every %u minutes, and at once with another prefix-limit", n->prefix_limit,
		 GH_LIMIT_RETRY_MIN);
	return true;
}

static void error_print(const struct gh_neighbor *n, const struct peer *peer, char *out, size_t size)
{
	if (!peer) {
		snprintf(out, size, "waits for its interface and local address");
		return;
	}
	if (limit_print(n, peer, out, size))
		return;
	/* bgpd starts out with "no family activated", which is over at once. */
	if (peer->status == Established || !peer->last_reset ||
	    peer->last_reset == PEER_DOWN_NOAFI_ACTIVATED)
		return;
	if (peer->last_reset == PEER_DOWN_NOTIFY_SEND ||
	    peer->last_reset == PEER_DOWN_NOTIFY_RECEIVED)
		snprintf(out, size, "%s (%s%s)", peer_down_str[peer->last_reset],
			 bgp_notify_code_str((char)peer->notify.code),
			 bgp_notify_subcode_str((char)peer->notify.code,
						(char)peer->notify.subcode));
	else
		snprintf(out, size, "%s", peer_down_str[peer->last_reset]);
}

static struct gh_peer status_of(const struct gh_neighbor *n, struct peer *peer)
{
	struct gh_peer s = {
		.id = n->id,
		.state = state_of(peer),
		.bfd = bfd_of(peer),
		.restarting = peer && CHECK_FLAG(peer->sflags, PEER_STATUS_NSF_WAIT),
		.eor = eor_of(n, peer),
	};

	error_print(n, peer, s.last_error, sizeof(s.last_error));
	if (!peer)
		return s;
	s.received = peer->pcount[AFI_IP][SAFI_UNICAST] + peer->pcount[AFI_IP6][SAFI_UNICAST];
	s.received_most = MAX(peer->pcount[AFI_IP][SAFI_UNICAST], peer->pcount[AFI_IP6][SAFI_UNICAST]);
	s.sent = sent_of(peer, AFI_IP) + sent_of(peer, AFI_IP6);
	s.established = peer->established;
	s.up_s = peer->uptime ? (uint32_t)(monotime(NULL) - peer->uptime) : 0;
	if (peer->remote_id.s_addr)
		s.router_id = gh_from_in(&peer->remote_id);
	return s;
}

static void say(const struct gh_peer *s, struct gh_peer *last)
{
	struct gh_fact f = { .type = GH_PEER, .peer = *s };

	*last = *s;
	gh_daemon_send(&f);
}

static void say_always(const struct gh_neighbor *n, struct peer *peer, struct gh_peer *last)
{
	struct gh_peer s = status_of(n, peer);

	say(&s, last);
}

/* What someone waits for: the session's state, BFD's, the end of the RIB. */
static void say_if_moved(const struct gh_neighbor *n, struct peer *peer, struct gh_peer *last)
{
	if (last->id != n->id || last->state != state_of(peer) || last->bfd != bfd_of(peer) ||
	    last->eor != eor_of(n, peer))
		say_always(n, peer, last);
}

static void say_if_changed(const struct gh_neighbor *n, struct peer *peer, struct gh_peer *last)
{
	struct gh_peer s = status_of(n, peer), now = s;

	now.up_s = last->up_s;  /* the receiver counts on by itself */
	if (memcmp(&now, last, sizeof(now)))
		say(&s, last);
}

static int peer_changed(struct peer *peer)
{
	if (gh_daemon_is_here() && peer->bgp == gh_speaker_bgp())
		gh_neighbor_call(gh_neighbor_of(peer), say_always);
	return 0;
}

/*
 * bgpd compares before it counts: it takes the first prefix beyond a limit, and
 * ends the session at the one after that, which may never come.
 */
static void check_limit(const struct gh_neighbor *n, struct peer *peer, struct gh_peer *last)
{
	(void)last;
	if (!n->prefix_limit || !peer || peer->status != Established)
		return;
	if (!bgp_maximum_prefix_overflow(peer, AFI_IP, SAFI_UNICAST, 0))
		bgp_maximum_prefix_overflow(peer, AFI_IP6, SAFI_UNICAST, 0);
}

static void poll_event(struct thread *t)
{
	static unsigned count;

	(void)t;
	gh_thread_timer_ms(poll_event, POLL_MS, &t_poll);
	if (++count % POLLS_A_SECOND == 0)
		gh_speaker_check();
	gh_neighbor_check();
	gh_neighbor_each(check_limit);
	if (gh_daemon_is_here())
		gh_neighbor_each(count % POLLS_A_SECOND ? say_if_moved : say_if_changed);
}

void gh_status_snapshot(void)
{
	gh_neighbor_each(say_always);
}

void gh_status_init(void)
{
	hook_register(peer_status_changed, peer_changed);
	gh_thread_timer_ms(poll_event, POLL_MS, &t_poll);
}
