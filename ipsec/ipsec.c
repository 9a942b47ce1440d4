/*
 * The datapath as one object: see ipsec.h.
 */
#include "ipsec/ipsec_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "ipsec/legset.h"
#include "ipsec/tun.h"

static uint16_t port_of(const int fd[2])
{
	struct sockaddr_storage ss;
	socklen_t length = sizeof(ss);
	struct gh_endpoint e;

	if (getsockname(fd[0] >= 0 ? fd[0] : fd[1], (struct sockaddr *)&ss, &length) ||
	    gh_endpoint_from_sockaddr((struct sockaddr *)&ss, &e))
		return 0;
	return e.port;
}

static void set_up_worker(struct ipsec *i, unsigned number, const struct ipsec_config *config)
{
	struct worker *w = &i->worker[number];

	w->number = number;
	w->stop_fd = i->stop_fd;
	w->go_fd = seqmap_is_used(&i->tables.map) ? eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK) : -1;
	w->tables = &i->tables;
	w->events.fd = i->event_fd;
	w->natt_fd[0] = config->natt_fd[0];
	w->natt_fd[1] = config->natt_fd[1];
	w->esp_fd[0] = config->esp_fd[0];
	w->esp_fd[1] = config->esp_fd[1];
}

static void set_up_tx(struct ipsec *i, const struct ipsec_config *config)
{
	struct worker *w = &i->worker[WORKER_TX];
	struct outbound *o = &w->out;

	set_up_worker(i, WORKER_TX, config);
	outbound_init(o);
	o->tables = &i->tables;
	o->counters = &w->counters;
	o->flows = &w->flows;
	o->events = &w->events;
	o->tun_fd = config->tun_fd;
	o->natt_fd[0] = config->natt_fd[0];
	o->natt_fd[1] = config->natt_fd[1];
	o->esp_fd[0] = config->esp_fd[0];
	o->esp_fd[1] = config->esp_fd[1];
	o->mtu = config->mtu;
}

static void set_up_rx(struct ipsec *i, const struct ipsec_config *config)
{
	struct worker *w = &i->worker[WORKER_RX];
	struct inbound *in = &w->in;
	int offload = tun_offload(config->tun_fd);

	set_up_worker(i, WORKER_RX, config);
	in->tables = &i->tables;
	in->counters = &w->counters;
	in->flows = &w->flows;
	in->events = &w->events;
	in->tun_fd = config->tun_fd;
	in->port = port_of(config->natt_fd);
	in->mtu = config->mtu;
	in->ctx = config->ctx;
	in->ike = config->ike;
	gro_init(&in->gro, offload > 0 && offload & TUN_TSO, offload > 0 && offload & TUN_USO);
}

static void set_up_nat(struct ipsec *i, const struct ipsec_config *config)
{
	struct worker *w = &i->worker[WORKER_NAT];

	set_up_worker(i, WORKER_NAT, config);
	w->tun_fd = config->tun_fd;
	w->ways_fd = -1;
}

static void tables_init(struct tables *t)
{
	reclaim_init(&t->reclaim);
	sadb_init(&t->sadb, &t->map, &t->reclaim);
	fwd_init(&t->fwd, &t->reclaim);
	idmap_init(&t->groups, &t->reclaim);
}

static void free_group(void *ctx, uint32_t id, void *value)
{
	(void)ctx;
	(void)id;
	free(value);
}

static void tables_fini(struct tables *t)
{
	reclaim_fini(&t->reclaim);
	idmap_each(&t->groups, free_group, NULL);
	idmap_fini(&t->groups);
	fwd_fini(&t->fwd);
	sadb_fini(&t->sadb);
	seqmap_close(&t->map);
}

int ipsec_new(const struct ipsec_config *config, struct ipsec **out)
{
	struct ipsec *i;
	int err;

	i = aligned_alloc(64, (sizeof(*i) + 63) & ~63ul);
	if (!i)
		return -ENOMEM;
	memset(i, 0, sizeof(*i));
	i->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	i->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	err = i->stop_fd < 0 || i->event_fd < 0 ? -errno : seqmap_open(&i->tables.map,
									 config->sa_map_fd);
	if (err)
		goto close_fds;
	tables_init(&i->tables);
	set_up_tx(i, config);
	set_up_rx(i, config);
	set_up_nat(i, config);
	for (unsigned k = 0; k < WORKER_NAT && !err; k++)
		err = worker_start(&i->worker[k]);
	if (err) {
		ipsec_free(i);
		return err;
	}
	*out = i;
	return 0;

close_fds:
	close(i->stop_fd);
	close(i->event_fd);
	free(i);
	return err;
}

void ipsec_free(struct ipsec *i)
{
	if (!i)
		return;
	eventfd_write(i->stop_fd, 1);
	for (unsigned k = 0; k < WORKERS; k++) {
		worker_stop(&i->worker[k]);
		if (i->worker[k].go_fd >= 0)
			close(i->worker[k].go_fd);
	}
	outbound_fini(&i->worker[WORKER_TX].out);
	outbound_fini(&i->worker[WORKER_NAT].out);
	if (i->worker[WORKER_NAT].ways_fd >= 0)
		close(i->worker[WORKER_NAT].ways_fd);
	tables_fini(&i->tables);
	close(i->stop_fd);
	close(i->event_fd);
	free(i);
}

static void release_workers(struct ipsec *i)
{
	const struct worker *tx = &i->worker[WORKER_TX], *rx = &i->worker[WORKER_RX];
	const struct worker *nat = &i->worker[WORKER_NAT];

	if (i->know_sas && rx->go_fd >= 0)
		eventfd_write(rx->go_fd, 1);
	if (i->know_sas && nat->go_fd >= 0)
		eventfd_write(nat->go_fd, 1);
	if (i->know_sas && i->know_routes && tx->go_fd >= 0)
		eventfd_write(tx->go_fd, 1);
}

void ipsec_forward(struct ipsec *i)
{
	if (i->know_routes)
		return;
	i->know_routes = true;
	release_workers(i);
}

void ipsec_mtu_set(struct ipsec *i, uint16_t mtu)
{
	i->worker[WORKER_TX].out.mtu = mtu;
	i->worker[WORKER_NAT].out.mtu = mtu;
	i->worker[WORKER_RX].in.mtu = mtu;
}

void ipsec_mss_set(struct ipsec *i, uint16_t mss)
{
	i->worker[WORKER_TX].out.mss = mss;
	i->worker[WORKER_NAT].out.mss = mss;
	i->worker[WORKER_RX].in.mss = mss;
}

void ipsec_leg_mss_set(struct ipsec *i, uint32_t leg, uint16_t mss)
{
	atomic_store(&sadb_leg(&i->tables.sadb, leg)->mss, mss);
}

/* Was it awake at both ticks, and never in between to sleep? */
static void check_worker(struct ipsec *i, unsigned k)
{
	uint64_t rounds = atomic_load(&i->worker[k].rounds);

	i->stuck[k] = rounds == i->rounds[k] && reclaim_is_online(&i->tables.reclaim, k);
	i->rounds[k] = rounds;
}

/* A worker writes where it wrote before for at most a round: it is counted a tick later. */
static void count_flows(struct ipsec *i, unsigned k)
{
	if (i->ticks % FLOWS_MINUTE_S == 0)
		flows_turn(&i->worker[k].flows);
	else if (i->ticks % FLOWS_MINUTE_S == 1 && i->ticks > 1)
		i->flow_counts[k] = flows_count(&i->worker[k].flows);
}

void ipsec_tick(struct ipsec *i, ipsec_leg_changed *changed, void *ctx)
{
	struct gh_time now = gh_now();
	struct sa *next;

	for (struct sa *sa = i->tables.sadb.all; sa; sa = next) {
		uint32_t leg = sa->leg;

		next = sa->next;
		if (!sa->orphan_until.ns || now.ns < sa->orphan_until.ns)
			continue;
		sadb_del(&i->tables.sadb, sa);
		if (changed)
			changed(ctx, leg);
	}
	reclaim_collect(&i->tables.reclaim);
	i->ticks++;
	for (unsigned k = 0; k < WORKERS; k++) {
		check_worker(i, k);
		count_flows(i, k);
	}
}

int ipsec_sa_set(struct ipsec *i, const struct gh_sa *fact)
{
	struct sa *fresh;
	int err;

	err = sadb_set(&i->tables.sadb, fact, i->snapshot, &fresh);
	if (err)
		return err;
	if (fresh && !atomic_load(&fresh->usable)) {
		fresh->ask = true;
		i->tables.sadb.asking++;
		eventfd_write(i->event_fd, 1);
	}
	return 0;
}

int ipsec_sa_del(struct ipsec *i, const struct gh_sa_name *name, uint32_t *leg)
{
	struct sa *sa = sadb_find(&i->tables.sadb, name);

	if (!sa)
		return -ENOENT;
	if (leg)
		*leg = sa->leg;
	sadb_del(&i->tables.sadb, sa);
	return 0;
}

void ipsec_leg_end(struct ipsec *i, uint32_t leg)
{
	struct sa *sa;

	while ((sa = sadb_leg_first(&i->tables.sadb, leg)))
		sadb_del(&i->tables.sadb, sa);
}

int ipsec_sa_move(struct ipsec *i, const struct gh_sa_move *move)
{
	struct sa *sa = sadb_find(&i->tables.sadb, &move->name);

	if (!sa)
		return -ENOENT;
	if (move->source.addr.family != move->target.addr.family ||
	    !gh_addr_is_set(&move->target.addr))
		return -EINVAL;
	sadb_move(&i->tables.sadb, sa, move);
	return 0;
}

void ipsec_snapshot_begin(struct ipsec *i)
{
	i->snapshot = true;
	for (struct sa *sa = i->tables.sadb.all; sa; sa = sa->next) {
		sa->stated = false;
		sa->told_packets = UINT64_MAX;  /* this charon was told nothing yet */
	}
}

void ipsec_snapshot_end(struct ipsec *i, uint32_t keep_ms)
{
	struct gh_time until = gh_time_add_ms(gh_now(), keep_ms);
	struct sa *next;

	i->snapshot = false;
	for (struct sa *sa = i->tables.sadb.all; sa; sa = next) {
		next = sa->next;
		if (sa->stated)
			continue;
		if (!keep_ms)
			sadb_del(&i->tables.sadb, sa);
		else if (!sa->orphan_until.ns)
			sa->orphan_until = until;
	}
	seqmap_sweep(&i->tables.map);
	i->know_sas = true;
	release_workers(i);
}

bool ipsec_leg_up(const struct ipsec *i, uint32_t leg)
{
	bool in = false, out = false;

	for (const struct sa *sa = sadb_leg_first(&i->tables.sadb, leg); sa; sa = sa->leg_next) {
		if (!atomic_load(&sa->usable))
			continue;
		in |= sa->name.direction == GH_IN;
		out |= sa->name.direction == GH_OUT;
	}
	return in && out;
}

static struct gh_sa_use use_of(const struct sa *sa)
{
	return (struct gh_sa_use){
		.name = sa->name, .bytes = atomic_load(&sa->slot->bytes),
		.packets = atomic_load(&sa->slot->packets),
		.last_use_s = atomic_load(&sa->slot->last_use_s),
	};
}

int ipsec_sa_use(const struct ipsec *i, const struct gh_sa_name *name, struct gh_sa_use *out)
{
	const struct sa *sa = sadb_find(&i->tables.sadb, name);

	if (!sa)
		return -ENOENT;
	*out = use_of(sa);
	out->name = *name;
	return 0;
}

void ipsec_use_each(struct ipsec *i, ipsec_use_visit *visit, void *ctx)
{
	for (struct sa *sa = i->tables.sadb.all; sa; sa = sa->next) {
		uint64_t packets = atomic_load(&sa->slot->packets);
		struct gh_sa_use use;

		if (packets == sa->told_packets)
			continue;
		sa->told_packets = packets;
		use = use_of(sa);
		visit(ctx, &use);
	}
}

int ipsec_event_fd(const struct ipsec *i)
{
	return i->event_fd;
}

/* An SA that came without its state. */
static bool next_asking(struct ipsec *i, struct ipsec_event *out)
{
	if (!i->tables.sadb.asking)
		return false;
	for (struct sa *sa = i->tables.sadb.all; sa; sa = sa->next) {
		if (!sa->ask)
			continue;
		sa->ask = false;
		i->tables.sadb.asking--;
		*out = (struct ipsec_event){ .kind = IPSEC_SOFT, .leg = sa->leg, .name = sa->name };
		return true;
	}
	return false;
}

bool ipsec_event_next(struct ipsec *i, struct ipsec_event *out)
{
	struct ipsec_event event;
	eventfd_t drained;

	eventfd_read(i->event_fd, &drained);
	for (unsigned k = 0; k < WORKERS; k++) {
		while (event_pop(&i->worker[k].events, &event)) {
			const struct sa *sa = sadb_find(&i->tables.sadb, &event.name);

			if (!sa)
				continue;       /* deleted since */
			event.name = sa->name;
			*out = event;
			return true;
		}
	}
	return next_asking(i, out);
}

int ipsec_route_set(struct ipsec *i, const struct gh_prefix *prefix, uint32_t group)
{
	if (prefix->length > gh_family_bits(prefix->addr.family) || group == FWD_NONE ||
	    !gh_addr_is_set(&prefix->addr))
		return -EINVAL;
	fwd_set(&i->tables.fwd, prefix, group);
	return 0;
}

int ipsec_route_del(struct ipsec *i, const struct gh_prefix *prefix)
{
	if (prefix->length > gh_family_bits(prefix->addr.family) ||
	    !gh_addr_is_set(&prefix->addr))
		return -EINVAL;
	return fwd_del(&i->tables.fwd, prefix) ? 0 : -ENOENT;
}

int ipsec_group_set(struct ipsec *i, uint32_t group, const uint32_t legs[], unsigned count)
{
	struct legset *fresh;

	if (count > IPSEC_GROUP_LEGS_MAX)
		return -EINVAL;
	fresh = legset_new(&i->tables.sadb, legs, count);
	reclaim_retire(&i->tables.reclaim, idmap_set(&i->tables.groups, group, fresh), free);
	return 0;
}

void ipsec_group_del(struct ipsec *i, uint32_t group)
{
	reclaim_retire(&i->tables.reclaim, idmap_set(&i->tables.groups, group, NULL), free);
}

int ipsec_lookup(const struct ipsec *i, const struct gh_addr *addr, struct ipsec_route *out)
{
	struct ipsec_route route = { .prefix.addr = *addr };
	enum ipsec_drop why;
	struct sa *sa;
	unsigned length;

	if (!gh_addr_is_set(addr))
		return -EINVAL;
	route.group = fwd_find_length(&i->tables.fwd, addr->family, addr->b, &length);
	if (route.group == FWD_NONE)
		return -ENOENT;
	route.prefix.length = (uint8_t)length;
	gh_prefix_mask(&route.prefix);
	sa = legset_choose(idmap_find(&i->tables.groups, route.group), NULL, &why);
	if (sa) {
		route.leg = sa->leg;
		route.spi = sa->name.spi;
	}
	*out = route;
	return 0;
}
