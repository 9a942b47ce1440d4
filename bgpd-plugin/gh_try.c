/*
 * Trials: see try.h.
 *
 * bgpd itself has no trial run: its functions do or refuse. So what they look
 * at before they refuse is looked at here. A missing interface is not among
 * it: bgpd takes such a neighbor, which then waits.
 */
#include "bgpd-plugin/gh_try.h"

#include "bgpd-plugin/gh_convert.h"
#include "bgpd-plugin/gh_daemon.h"
#include "bgpd-plugin/gh_module.h"
#include "bgpd-plugin/gh_speaker.h"
#include "bgpd-plugin/gh_trial.h"

static struct gh_trial trial;

static bool view_taken(const char *view, const char **kind, uint32_t *asn)
{
	const struct bgp *bgp = bgp_lookup_by_name(view);

	if (!bgp || bgp == gh_speaker_bgp())
		return false;
	*kind = bgp->inst_type == BGP_INSTANCE_TYPE_VIEW ? NULL : "a VRF instance";
	*asn = bgp->as;
	return true;
}

/* As bgpd's own `neighbor` command asks: ours, and there is a listener for it. */
static bool is_own(const struct gh_addr *address)
{
	const struct bgp_listener *listener;
	const struct listnode *node;
	struct in_addr in;
	struct in6_addr in6;

	memcpy(&in, address->b, sizeof(in));
	memcpy(&in6, address->b, sizeof(in6));
	if (address->family == AF_INET ? !if_lookup_by_ipv4_exact(&in, VRF_DEFAULT)
				       : !if_lookup_by_ipv6_exact(&in6, 0, VRF_DEFAULT))
		return false;
	for (ALL_LIST_ELEMENTS_RO(bm->listen_sockets, node, listener)) {
		if (sockunion_family(&listener->su) == address->family)
			return true;
	}
	return false;
}

/* VRFs have incoming sessions of their own, and are no concern of ours. */
static const char *other_with(const struct gh_addr *address)
{
	const struct listnode *node;
	union sockunion su;
	struct bgp *bgp;

	gh_to_sockunion(address, &su);
	for (ALL_LIST_ELEMENTS_RO(bm->bgp, node, bgp)) {
		if (bgp == gh_speaker_bgp() || bgp->inst_type == BGP_INSTANCE_TYPE_VRF)
			continue;
		if (peer_lookup(bgp, &su))
			return bgp->name ? bgp->name : "default instance";
	}
	return NULL;
}

static const struct gh_trial_host this_bgpd = {
	.view_taken = view_taken, .is_own = is_own, .other_with = other_with,
};

static void give_verdict(void)
{
	struct gh_fact f = { .type = GH_VERDICT };
	struct gh_buf why = { 0 };

	f.reply.id = trial.id;
	/* A module that stands aside refuses nothing: its state says why there is no BGP. */
	if (!gh_module_trouble())
		f.reply.status = gh_trial_judge(&trial, &this_bgpd, &why);
	f.reply.text = gh_buf_text(&why);
	f.reply.text_length = (uint32_t)gh_buf_length(&why);
	gh_daemon_send(&f);
	gh_buf_fini(&why);
	gh_trial_fini(&trial);
}

bool gh_try_take(const struct gh_fact *f)
{
	if (f->type == GH_TRY)
		gh_trial_begin(&trial, f->id.id);
	else if (!trial.on)
		return f->type == GH_TRY_END;   /* of none that we know */
	else if (f->type == GH_SPEAKER)
		gh_trial_speaker(&trial, &f->speaker);
	else if (f->type == GH_NEIGHBOR)
		gh_trial_neighbor(&trial, &f->neighbor);
	else if (f->type == GH_TRY_END)
		give_verdict();
	else
		return false;
	return true;
}

void gh_try_stop(void)
{
	gh_trial_fini(&trial);
}
