/*
 * table - every SA that charon has installed, as gatehoused shall hold it
 *
 * The truth about SAs while gatehoused is away. A listener that attaches gets
 * all SAs, then END, then each change, in order and without a gap.
 *
 * An SA is looked up by SPI and destination alone, as charon names it; the
 * direction in a gh_sa_name is for the other side.
 *
 * Ownership  copies what it is given; keys lie in locked memory (keys.h).
 * Threads    any; one lock inside. The listener is called under it and must
 *            not call back.
 * Units      SPIs in host order.
 * Errors     0 or -errno.
 */
#ifndef GH_CHARON_TABLE_H
#define GH_CHARON_TABLE_H

#include "base/fact.h"

struct gh_table;

typedef void gh_table_listener(void *user, const struct gh_fact *fact);

struct gh_table *gh_table_new(void);
void gh_table_free(struct gh_table *t);

/* Hands out everything, then END, then each change. One listener at a time. */
void gh_table_attach(struct gh_table *t, gh_table_listener *listener, void *user);
void gh_table_detach(struct gh_table *t);

/*
 * Reserves an SPI of ours, until an SA takes it or gh_table_del. -EEXIST if
 * an SA or reservation of that destination has it.
 */
int gh_table_reserve(struct gh_table *t, uint32_t spi, const struct gh_addr *destination);

/*
 * Adds an SA; one that is there already is replaced. *serial tells this SA
 * from a later one of the same name.
 */
int gh_table_add(struct gh_table *t, const struct gh_sa *sa, uint64_t *serial);
/* The destination that this very SA has by now; -ENOENT if it is gone. */
int gh_table_destination(struct gh_table *t, uint32_t spi, uint64_t serial,
			 struct gh_addr *out);

/* New outer endpoints; the SA's destination becomes target's address. -ENOENT. */
int gh_table_move(struct gh_table *t, uint32_t spi, const struct gh_addr *destination,
		  const struct gh_endpoint *source, const struct gh_endpoint *target, bool encap);
/* -ENOENT if there is neither SA nor reservation. */
int gh_table_del(struct gh_table *t, uint32_t spi, const struct gh_addr *destination);
void gh_table_flush(struct gh_table *t);

/*
 * Waits until gatehoused has spoken of this very SA, which it does as soon as
 * its datapath holds it: 0. -ENOTCONN: there is no listener. -ENOENT: the SA
 * is gone. -ETIMEDOUT after most_ms.
 */
int gh_table_await(struct gh_table *t, uint32_t spi, uint64_t serial, unsigned most_ms);

/* Keeps what gatehoused last said of an SA, and gives it back; -ENOENT. */
int gh_table_set_use(struct gh_table *t, const struct gh_sa_use *use);
int gh_table_use(struct gh_table *t, uint32_t spi, const struct gh_addr *destination,
		 struct gh_sa_use *out);

unsigned gh_table_count(struct gh_table *t);

#endif
