/*
 * datapath - tables with one leg and its two SAs, for tests without threads
 */
#ifndef UNIT_DATAPATH_H
#define UNIT_DATAPATH_H

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ipsec/event.h"
#include "ipsec/flows.h"
#include "ipsec/legset.h"
#include "ipsec/tables.h"

#define DATAPATH_SPI 0x11223344u
#define DATAPATH_LEG 1u

struct datapath {
	struct tables tables;
	struct counters counters;
	struct event_ring events;
	struct flows flows;
	struct sa *in, *out;
	int null_fd, map_fd;
};

static inline struct sa *datapath_sa(struct datapath *d, uint8_t direction)
{
	struct gh_sa fact = {
		.name = { direction, DATAPATH_SPI, { AF_INET, { 127, 0, 0, 1 } } },
		.source = { { AF_INET, { 127, 0, 0, 1 } }, 4500 },
		.target = { { AF_INET, { 127, 0, 0, 1 } }, 4500 },
		.encap = true, .tunnel = true, .esn = true, .leg = DATAPATH_LEG,
		.replay_window = 64, .encryption = 20, .key_length = 20,
		.local_count = 2, .remote_count = 2,
	};
	struct sa *sa;

	for (unsigned k = 0; k < 2; k++) {
		struct gh_selector all = { .port_to = 65535 };

		all.from.family = all.to.family = k ? AF_INET6 : AF_INET;
		memset(all.to.b, 0xff, k ? 16 : 4);
		fact.local[k] = fact.remote[k] = all;
	}
	if (sadb_set(&d->tables.sadb, &fact, false, &sa))
		abort();
	return sa;
}

static inline void datapath_init(struct datapath *d)
{
	const uint32_t legs[] = { DATAPATH_LEG };
	struct gh_prefix all = { .addr.family = AF_INET };

	reclaim_init(&d->tables.reclaim);
	d->map_fd = memfd_create("map", 0);
	if (seqmap_open(&d->tables.map, d->map_fd))
		abort();
	sadb_init(&d->tables.sadb, &d->tables.map, &d->tables.reclaim);
	fwd_init(&d->tables.fwd, &d->tables.reclaim);
	idmap_init(&d->tables.groups, &d->tables.reclaim);
	d->in = datapath_sa(d, GH_IN);
	d->out = datapath_sa(d, GH_OUT);
	idmap_set(&d->tables.groups, 1, legset_new(&d->tables.sadb, legs, 1));
	fwd_set(&d->tables.fwd, &all, 1);
	all.addr.family = AF_INET6;
	fwd_set(&d->tables.fwd, &all, 1);
	d->null_fd = open("/dev/null", O_WRONLY);
	d->events.fd = -1;
}

static inline void datapath_fini(struct datapath *d)
{
	reclaim_fini(&d->tables.reclaim);
	free(idmap_set(&d->tables.groups, 1, NULL));
	idmap_fini(&d->tables.groups);
	fwd_fini(&d->tables.fwd);
	sadb_fini(&d->tables.sadb);
	seqmap_close(&d->tables.map);
	close(d->null_fd);
	close(d->map_fd);
}

#endif
