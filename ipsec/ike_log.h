/*
 * ike_log - why a connection fails, from charon's log
 *
 * vici answers only "establishing CHILD_SA failed"; the reason is in charon's
 * log events (level 1, the default). The texts are those of strongSwan 5.9 and
 * 6.0; a line that is not known is no failure.
 *
 * Threads    pure functions.
 */
#ifndef GH_IPSEC_IKE_LOG_H
#define GH_IPSEC_IKE_LOG_H

#include "ipsec/ike.h"

/* A failure told by this line? words are for the operator, with what to do. */
bool ike_log_fault(const char *line, enum ike_fault *fault, const char **words);
/* Does the line say why a certificate is not believed: revoked, ended, of a strange authority? */
bool ike_log_is_certificate(const char *line);
/* Does it only say that the peer is not believed? Why, a line before may have told. */
bool ike_log_is_sequel(const char *line);

/* "received proposals: X" or "configured proposals: X": X, else NULL. */
const char *ike_log_proposals_theirs(const char *line);
const char *ike_log_proposals_ours(const char *line);

/*
 * The peer's address in a line that comes before charon knows the connection:
 * "A is initiating an IKE_SA", "looking for peer configs matching L[id]...A[id]",
 * "no IKE config found for L...A, sending ...".
 */
bool ike_log_peer(const char *line, struct gh_addr *out);
/* The rest of "looking for peer configs matching REST", else NULL. */
const char *ike_log_identities(const char *line);

#endif
