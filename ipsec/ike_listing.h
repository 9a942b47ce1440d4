/*
 * ike_listing - what charon tells of SAs: its lists and events, as vici sections
 *
 * Threads    pure functions.
 * Errors     a key that is absent or not understood leaves its field zero.
 */
#ifndef GH_IPSEC_IKE_LISTING_H
#define GH_IPSEC_IKE_LISTING_H

#include "ipsec/ike.h"
#include "ipsec/vici.h"

/*
 * Reads the section of an IKE SA (list-sa, ike-updown, ...) into all fields
 * but child and those of failures. child gets the best one listed: installed
 * before not, and of those the newest. Its if_id goes to *leg, 0 for none.
 * pairs gets a bit for each pair that has one; bit 0 without pairs.
 */
void ike_read_sa(const struct vici_message *section, struct gh_time now,
		 struct ike_status *out, uint32_t *leg);
/* The section of one child SA; false if it is on its way out. */
bool ike_read_child(const struct vici_message *section, struct gh_time now,
		    struct ike_child_status *out);

#endif
