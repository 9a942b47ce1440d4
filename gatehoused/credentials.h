/*
 * credentials - the certificates that connections name, read and kept
 *
 * Connections that name the same files share what was read of them. A file
 * that is renewed is noticed by credentials_renewed, which the loop asks now
 * and then; one that is broken meanwhile changes nothing: what was read before
 * stays in use.
 *
 * Ownership  owns its copies; hands out references of its own.
 * Threads    the control thread. Reading blocks on local files of some KB.
 */
#ifndef GATEHOUSED_CREDENTIALS_H
#define GATEHOUSED_CREDENTIALS_H

#include <stdbool.h>

#include "base/buf.h"
#include "ipsec/ike_certificates.h"
#include "yang/config.h"

struct credentials;

struct credentials *credentials_new(void);
void credentials_free(struct credentials *c);

/* A reference; NULL with words when a file cannot be used at all. */
struct ike_certificates *credentials_get(struct credentials *c,
					 const struct gw_connection *connection,
					 struct gh_buf *why);

/*
 * Was any file renewed since it was read? What credentials_get gives is then
 * the new one. What nobody holds any more is wiped.
 */
bool credentials_renewed(struct credentials *c);

#endif
