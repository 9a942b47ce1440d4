/*
 * The codec of every fact: see fact.h.
 *
 * Each struct is described once, by a function that walks its fields over a
 * `struct wire`; the wire knows whether it writes or reads. So encoder and
 * decoder cannot disagree, and every bound is checked in one place.
 */
#include "base/fact.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

struct wire {
	struct gh_buf *out;             /* writing when set */
	const uint8_t *in, *end;        /* reading otherwise */
	bool bad;                       /* sticky; later fields read as zero */
};

static void bytes(struct wire *w, void *field, size_t n)
{
	if (w->out) {
		gh_buf_append(w->out, field, n);
	} else if (w->bad || (size_t)(w->end - w->in) < n) {
		w->bad = true;
		memset(field, 0, n);
	} else {
		memcpy(field, w->in, n);
		w->in += n;
	}
}

static void number(struct wire *w, uint64_t *field, unsigned n)
{
	uint8_t be[8];
	uint64_t v = 0;

	for (unsigned i = 0; i < n; i++)
		be[i] = (uint8_t)(*field >> (8 * (n - 1 - i)));
	bytes(w, be, n);
	for (unsigned i = 0; i < n; i++)
		v = v << 8 | be[i];
	*field = v;
}

#define NUMBER(w, field) \
	do { \
		uint64_t v_ = (field); \
		number((w), &v_, sizeof(field)); \
		(field) = (__typeof__(field))v_; \
	} while (0)

static void flag(struct wire *w, bool *field)
{
	uint8_t v = *field;

	NUMBER(w, v);
	if (v > 1)
		w->bad = true;
	*field = v == 1;
}

/* A short string in a fixed array of size bytes, always ended by a NUL. */
static void string(struct wire *w, char *field, size_t size)
{
	uint16_t n = w->out ? (uint16_t)strnlen(field, size - 1) : 0;

	NUMBER(w, n);
	if (n >= size) {
		w->bad = true;
		n = 0;
	}
	bytes(w, field, n);
	if (w->out)
		return;
	field[n] = '\0';
	if (strlen(field) != n)
		w->bad = true;
}

/* A long text: the decoded pointer borrows from the input. */
static void text(struct wire *w, const char **field, uint32_t *length)
{
	NUMBER(w, *length);
	if (w->out) {
		gh_buf_append(w->out, *field, *length);
		return;
	}
	if (w->bad || (size_t)(w->end - w->in) < *length || memchr(w->in, '\0', *length)) {
		w->bad = true;
		*field = "";
		*length = 0;
		return;
	}
	*field = (const char *)w->in;
	w->in += *length;
}

static void addr(struct wire *w, struct gh_addr *a)
{
	NUMBER(w, a->family);
	if (a->family && !gh_family_bits(a->family)) {
		w->bad = true;
		*a = (struct gh_addr){ 0 };
		return;
	}
	if (!w->out)
		memset(a->b, 0, sizeof(a->b));
	bytes(w, a->b, gh_family_bits(a->family) / 8);
}

static void prefix(struct wire *w, struct gh_prefix *p)
{
	struct gh_prefix masked;

	addr(w, &p->addr);
	NUMBER(w, p->length);
	masked = *p;
	gh_prefix_mask(&masked);
	if (!gh_addr_is_set(&p->addr) || p->length > gh_family_bits(p->addr.family) ||
	    gh_prefix_cmp(&masked, p))
		w->bad = true;
}

static void endpoint(struct wire *w, struct gh_endpoint *e)
{
	addr(w, &e->addr);
	NUMBER(w, e->port);
}

static uint16_t count(struct wire *w, uint16_t *n, uint16_t most)
{
	NUMBER(w, *n);
	if (*n > most) {
		w->bad = true;
		*n = 0;
	}
	return *n;
}

static void hello(struct wire *w, struct gh_hello *h)
{
	NUMBER(w, h->version);
	NUMBER(w, h->role);
	NUMBER(w, h->pid);
	string(w, h->software, sizeof(h->software));
}

static void speaker(struct wire *w, struct gh_speaker *s)
{
	NUMBER(w, s->asn);
	addr(w, &s->router_id);
	string(w, s->view, sizeof(s->view));
}

static void neighbor(struct wire *w, struct gh_neighbor *n)
{
	NUMBER(w, n->id);
	NUMBER(w, n->side);
	addr(w, &n->peer);
	addr(w, &n->local);
	string(w, n->interface, sizeof(n->interface));
	NUMBER(w, n->remote_as);
	NUMBER(w, n->families);
	NUMBER(w, n->pass);
	NUMBER(w, n->weight);
	NUMBER(w, n->hops);
	NUMBER(w, n->prepend);
	NUMBER(w, n->med);
	NUMBER(w, n->keepalive_s);
	NUMBER(w, n->hold_s);
	NUMBER(w, n->bfd_interval_ms);
	NUMBER(w, n->bfd_multiplier);
	flag(w, &n->graceful_restart);
	flag(w, &n->passive);
	flag(w, &n->add_path);
	flag(w, &n->split_horizon);
	NUMBER(w, n->prefix_limit);
	string(w, n->route_map_in, sizeof(n->route_map_in));
	string(w, n->route_map_out, sizeof(n->route_map_out));
	string(w, n->prefix_list_in, sizeof(n->prefix_list_in));
	string(w, n->prefix_list_out, sizeof(n->prefix_list_out));
	string(w, n->password, sizeof(n->password));
	string(w, n->description, sizeof(n->description));
	count(w, &n->translation_count, GH_TRANSLATIONS_MAX);
	for (unsigned i = 0; i < n->translation_count; i++) {
		prefix(w, &n->translations[i].internal);
		prefix(w, &n->translations[i].external);
	}
	if (!gh_addr_is_set(&n->peer) || n->side == GH_SIDE_OWN || n->side >= GH_SIDES ||
	    (n->pass & ~(GH_PASS(GH_SIDES) - 1)))
		w->bad = true;
}

static void network(struct wire *w, struct gh_network *n)
{
	prefix(w, &n->prefix);
	NUMBER(w, n->side);
	NUMBER(w, n->leg);
	NUMBER(w, n->weight);
	NUMBER(w, n->med);
	NUMBER(w, n->to);
	if (n->side >= GH_SIDES || (n->to & ~(GH_PASS(GH_SIDES) - 1 + GH_TO_TRANSLATED)))
		w->bad = true;
}

static void peer(struct wire *w, struct gh_peer *p)
{
	NUMBER(w, p->id);
	NUMBER(w, p->state);
	NUMBER(w, p->bfd);
	flag(w, &p->restarting);
	flag(w, &p->eor);
	NUMBER(w, p->received);
	NUMBER(w, p->sent);
	NUMBER(w, p->received_most);
	NUMBER(w, p->established);
	NUMBER(w, p->up_s);
	addr(w, &p->router_id);
	string(w, p->last_error, sizeof(p->last_error));
	if (p->state < GH_BGP_IDLE || p->state > GH_BGP_ESTABLISHED)
		w->bad = true;
	if (p->bfd > GH_BFD_UP && p->bfd != GH_BFD_NONE)
		w->bad = true;
}

static void path(struct wire *w, struct gh_path *p)
{
	NUMBER(w, p->neighbor);
	NUMBER(w, p->path_id);
	prefix(w, &p->prefix);
	addr(w, &p->next_hop);
	addr(w, &p->router_id);
	addr(w, &p->peer);
	NUMBER(w, p->local_pref);
	NUMBER(w, p->med);
	NUMBER(w, p->origin);
	flag(w, &p->stale);
	NUMBER(w, p->weight);
	NUMBER(w, p->kind);
	flag(w, &p->is_static);
	NUMBER(w, p->routing_weight);
	NUMBER(w, p->as_hops);
	count(w, &p->as_count, GH_AS_PATH_MAX);
	for (unsigned i = 0; i < p->as_count; i++)
		NUMBER(w, p->as_path[i]);
	if (p->origin > 2 || p->kind >= GH_KINDS || p->kind == 4)
		w->bad = true;
}

static void path_del(struct wire *w, struct gh_path_del *p)
{
	NUMBER(w, p->neighbor);
	NUMBER(w, p->path_id);
	prefix(w, &p->prefix);
}

static void request(struct wire *w, struct gh_request *r)
{
	NUMBER(w, r->id);
	NUMBER(w, r->flags);
	NUMBER(w, r->uid);
	string(w, r->user, sizeof(r->user));
	text(w, &r->text, &r->text_length);
}

static void reply(struct wire *w, struct gh_reply *r)
{
	NUMBER(w, r->id);
	NUMBER(w, r->status);
	flag(w, &r->more);
	text(w, &r->text, &r->text_length);
}

static void sa_name(struct wire *w, struct gh_sa_name *n)
{
	NUMBER(w, n->direction);
	NUMBER(w, n->spi);
	addr(w, &n->destination);
	if (n->direction != GH_IN && n->direction != GH_OUT)
		w->bad = true;
}

static void selectors(struct wire *w, uint16_t *n, struct gh_selector *s)
{
	count(w, n, GH_SELECTORS_MAX);
	for (unsigned i = 0; i < *n; i++) {
		NUMBER(w, s[i].protocol);
		NUMBER(w, s[i].port_from);
		NUMBER(w, s[i].port_to);
		addr(w, &s[i].from);
		addr(w, &s[i].to);
	}
}

static void key(struct wire *w, uint16_t *n, uint8_t *k)
{
	bytes(w, k, count(w, n, GH_KEY_MAX));
}

static void sa(struct wire *w, struct gh_sa *s)
{
	sa_name(w, &s->name);
	endpoint(w, &s->source);
	endpoint(w, &s->target);
	flag(w, &s->encap);
	flag(w, &s->tunnel);
	flag(w, &s->esn);
	flag(w, &s->initiator);
	NUMBER(w, s->leg);
	NUMBER(w, s->reqid);
	NUMBER(w, s->replay_window);
	NUMBER(w, s->encryption);
	NUMBER(w, s->integrity);
	key(w, &s->key_length, s->key);
	key(w, &s->integrity_key_length, s->integrity_key);
	NUMBER(w, s->hard_bytes);
	NUMBER(w, s->hard_packets);
	NUMBER(w, s->soft_bytes);
	NUMBER(w, s->soft_packets);
	selectors(w, &s->local_count, s->local);
	selectors(w, &s->remote_count, s->remote);
}

static void sa_move(struct wire *w, struct gh_sa_move *m)
{
	sa_name(w, &m->name);
	endpoint(w, &m->source);
	endpoint(w, &m->target);
	flag(w, &m->encap);
}

static void sa_use(struct wire *w, struct gh_sa_use *u)
{
	sa_name(w, &u->name);
	NUMBER(w, u->bytes);
	NUMBER(w, u->packets);
	NUMBER(w, u->last_use_s);
}

static void body(struct wire *w, struct gh_fact *f)
{
	switch (f->type) {
	case GH_HELLO:
		hello(w, &f->hello);
		return;
	case GH_END:
		return;
	case GH_SPEAKER:
		speaker(w, &f->speaker);
		return;
	case GH_NEIGHBOR:
		neighbor(w, &f->neighbor);
		return;
	case GH_NEIGHBOR_DEL:
	case GH_TRY:
	case GH_TRY_END:
		NUMBER(w, f->id.id);
		return;
	case GH_NETWORK:
	case GH_NETWORK_DEL:
		network(w, &f->network);
		return;
	case GH_CONFIG:
	case GH_EVENT:
		text(w, &f->config.text, &f->config.text_length);
		return;
	case GH_REPLY:
	case GH_VERDICT:
		reply(w, &f->reply);
		return;
	case GH_PEER:
		peer(w, &f->peer);
		return;
	case GH_PATH:
		path(w, &f->path);
		return;
	case GH_PATH_DEL:
		path_del(w, &f->path_del);
		return;
	case GH_EDIT:
	case GH_SHOW:
	case GH_DO:
		request(w, &f->request);
		return;
	case GH_SA:
		sa(w, &f->sa);
		return;
	case GH_SA_DEL:
		sa_name(w, &f->sa_name);
		return;
	case GH_SA_MOVE:
		sa_move(w, &f->sa_move);
		return;
	case GH_SA_USE:
		sa_use(w, &f->sa_use);
		return;
	case GH_SA_EXPIRE:
		sa_name(w, &f->sa_expire.name);
		flag(w, &f->sa_expire.hard);
		return;
	case GH_SA_MAPPING:
		sa_name(w, &f->sa_mapping.name);
		endpoint(w, &f->sa_mapping.remote);
		return;
	}
	w->bad = true;
}

void gh_fact_encode(const struct gh_fact *fact, struct gh_buf *out)
{
	/* The walk takes fields by pointer; when writing it only reads them. */
	struct gh_fact *f = (struct gh_fact *)fact;
	size_t start = gh_buf_length(out);
	uint32_t zero[2] = { 0 }, length;
	struct wire w = { .out = out };
	uint8_t *header;

	gh_buf_append(out, zero, GH_FACT_HEADER);
	body(&w, f);
	assert(!w.bad);
	length = (uint32_t)(gh_buf_length(out) - start - GH_FACT_HEADER);
	header = gh_buf_begin(out) + start;
	for (unsigned i = 0; i < 4; i++)
		header[i] = (uint8_t)(length >> (24 - 8 * i));
	header[4] = (uint8_t)(fact->type >> 8);
	header[5] = (uint8_t)fact->type;
}

int gh_fact_decode(uint16_t type, const uint8_t *bytes_in, size_t length, struct gh_fact *out)
{
	struct wire w = { .in = bytes_in, .end = bytes_in + length };

	memset(out, 0, sizeof(*out));
	out->type = type;
	body(&w, out);
	return w.bad || w.in != w.end ? -EBADMSG : 0;
}

const char *gh_fact_name(uint16_t type)
{
	switch (type) {
	case GH_HELLO: return "HELLO";
	case GH_END: return "END";
	case GH_SPEAKER: return "SPEAKER";
	case GH_NEIGHBOR: return "NEIGHBOR";
	case GH_NEIGHBOR_DEL: return "NEIGHBOR_DEL";
	case GH_NETWORK: return "NETWORK";
	case GH_NETWORK_DEL: return "NETWORK_DEL";
	case GH_CONFIG: return "CONFIG";
	case GH_REPLY: return "REPLY";
	case GH_EVENT: return "EVENT";
	case GH_TRY: return "TRY";
	case GH_TRY_END: return "TRY_END";
	case GH_PEER: return "PEER";
	case GH_PATH: return "PATH";
	case GH_PATH_DEL: return "PATH_DEL";
	case GH_EDIT: return "EDIT";
	case GH_SHOW: return "SHOW";
	case GH_DO: return "DO";
	case GH_VERDICT: return "VERDICT";
	case GH_SA: return "SA";
	case GH_SA_DEL: return "SA_DEL";
	case GH_SA_MOVE: return "SA_MOVE";
	case GH_SA_USE: return "SA_USE";
	case GH_SA_EXPIRE: return "SA_EXPIRE";
	case GH_SA_MAPPING: return "SA_MAPPING";
	default: return "?";
	}
}

const char *gh_bgp_state_name(uint8_t state)
{
	static const char *const names[] = {
		"?", "Idle", "Connect", "Active", "OpenSent", "OpenConfirm", "Established",
	};

	return state < sizeof(names) / sizeof(*names) ? names[state] : "?";
}

const char *gh_bfd_state_name(uint8_t state)
{
	static const char *const names[] = { "AdminDown", "Down", "Init", "Up" };

	return state < sizeof(names) / sizeof(*names) ? names[state] : "none";
}
