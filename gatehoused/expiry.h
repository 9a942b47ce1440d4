/*
 * expiry - the certificates of the configuration, looked at as time goes by
 *
 * One a second, in turn: its file is read (it may have been renewed), judged
 * and remembered for the state. Told when it gets near its end: 30, 14, 7, 3
 * and 1 days before, and at the end.
 *
 * Ownership  owns what it remembers.
 * Threads    the control thread. Reading blocks on one local file of some kB.
 */
#ifndef GATEHOUSED_EXPIRY_H
#define GATEHOUSED_EXPIRY_H

#include <stdint.h>

#include "yang/config.h"

struct expiry;

struct expiry_seen {
	char name[GH_NAME_MAX + 1];
	char file[GW_FILE_MAX + 1];
	char subject[256];
	int64_t not_before_s, not_after_s;      /* 0: it could not be read */
	char problem[256];                      /* "": none */
	int told;                               /* the mark that was told last; EXPIRY_NEVER */
};

#define EXPIRY_NEVER 1000

/* It gets near its end. */
typedef void expiry_tell(void *context, const struct expiry_seen *seen, int days);

struct expiry *expiry_new(expiry_tell *tell, void *context);
void expiry_free(struct expiry *e);

/* Once a second: looks at the next certificate, forgets those that are not configured. */
void expiry_tick(struct expiry *e, const struct gw_config *config, int64_t now_s);
/* What was seen of it, or NULL. */
const struct expiry_seen *expiry_find(const struct expiry *e, const char *name);

/* The mark that a certificate with so many days left has passed; EXPIRY_NEVER: none. */
int expiry_mark(int days);

#endif
