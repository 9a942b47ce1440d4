/* fact: every message both ways, every truncation, and many mutations. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/fact.h"

static struct gh_addr addr(const char *text)
{
	struct gh_addr a;

	assert_int_equal(gh_addr_parse(text, &a), 0);
	return a;
}

static struct gh_prefix prefix(const char *text)
{
	struct gh_prefix p;

	assert_int_equal(gh_prefix_parse(text, &p), 0);
	return p;
}

static const uint16_t all_types[] = {
	GH_HELLO, GH_END, GH_SPEAKER, GH_NEIGHBOR, GH_NEIGHBOR_DEL, GH_NETWORK, GH_NETWORK_DEL,
	GH_CONFIG, GH_REPLY, GH_PEER, GH_PATH, GH_PATH_DEL, GH_EDIT, GH_SHOW, GH_SA, GH_SA_DEL,
	GH_SA_MOVE, GH_SA_USE, GH_SA_EXPIRE, GH_SA_MAPPING, GH_EVENT, GH_TRY, GH_TRY_END, GH_DO,
	GH_VERDICT,
};

static void fill_neighbor(struct gh_neighbor *n)
{
	n->id = gh_neighbor_id(9, AF_INET, 1);
	n->side = GH_SIDE_VPN;
	n->peer = addr("169.254.21.2");
	n->local = addr("169.254.21.1");
	strcpy(n->interface, "er0");
	n->remote_as = 4200000000u;
	n->families = GH_AF_IPV4 | GH_AF_IPV6;
	n->weight = 200;
	n->hops = 2;
	n->pass = GH_PASS(GH_SIDE_EDGE) | GH_PASS(GH_SIDE_VNET);
	n->prepend = 3;
	n->med = 50;
	n->graceful_restart = n->passive = n->add_path = n->split_horizon = true;
	strcpy(n->route_map_in, "FROM-SITE");
	strcpy(n->route_map_out, "TO-SITE");
	strcpy(n->prefix_list_in, "SITE");
	strcpy(n->prefix_list_out, "OURS");
	n->hold_s = 180;
	n->bfd_interval_ms = 50;
	n->bfd_multiplier = 3;
	strcpy(n->password, "md5");
	n->translation_count = 2;
	n->translations[0] = (struct gh_translation){ prefix("10.1.0.0/16"), prefix("100.64.0.0/16") };
	n->translations[1] = (struct gh_translation){ prefix("fd01::/64"), prefix("fd64::/64") };
}

static void fill_path(struct gh_path *p)
{
	p->neighbor = 5;
	p->path_id = 77;
	p->peer = addr("fd00::1");
	p->kind = GH_KIND_EXPRESSROUTE;
	p->is_static = true;
	p->routing_weight = 100;
	p->prefix = prefix("2001:db8:5::/48");
	p->next_hop = addr("fe80::1");
	p->local_pref = 100;
	p->med = 7;
	p->origin = 2;
	p->as_hops = 300;
	p->as_count = GH_AS_PATH_MAX;
	for (unsigned i = 0; i < GH_AS_PATH_MAX; i++)
		p->as_path[i] = 64600 + i;
}

static void fill_name(struct gh_sa_name *n)
{
	*n = (struct gh_sa_name){ .direction = GH_OUT, .spi = 0xc0ffee01 };
	n->destination = addr("198.51.100.7");
}

static void fill_sa(struct gh_sa *s)
{
	fill_name(&s->name);
	s->source = (struct gh_endpoint){ addr("203.0.113.1"), 4500 };
	s->target = (struct gh_endpoint){ addr("198.51.100.7"), 4500 };
	s->encap = s->tunnel = s->esn = true;
	s->leg = 3;
	s->encryption = 20;
	s->key_length = 36;
	memset(s->key, 0x5a, 36);
	s->hard_bytes = 1ull << 40;
	s->local_count = s->remote_count = 2;
	for (unsigned i = 0; i < 2; i++) {
		s->local[i].port_to = s->remote[i].port_to = 65535;
		s->local[i].from = s->remote[i].from = addr(i ? "::" : "0.0.0.0");
		s->local[i].to = s->remote[i].to = addr(i ? "ffff::" : "255.255.255.255");
	}
}

static void fill_text(const char **text, uint32_t *length)
{
	*text = "gateway\n asn 65515\n exit\n";
	*length = (uint32_t)strlen(*text);
}

static void fill_move(struct gh_sa_move *m)
{
	fill_name(&m->name);
	m->source = (struct gh_endpoint){ addr("::1"), 1 };
	m->target = (struct gh_endpoint){ addr("::2"), 65535 };
}

static struct gh_fact sample(uint16_t type)
{
	struct gh_fact f;

	memset(&f, 0, sizeof(f));
	f.type = type;
	switch (type) {
	case GH_HELLO:
		f.hello.version = GH_FACT_VERSION;
		f.hello.role = GH_ROLE_BGPD;
		strcpy(f.hello.software, "bgpd 8.4.4");
		break;
	case GH_SPEAKER:
		f.speaker.asn = 65515;
		f.speaker.router_id = addr("203.0.113.1");
		strcpy(f.speaker.view, "gateway");
		break;
	case GH_NEIGHBOR:
		fill_neighbor(&f.neighbor);
		break;
	case GH_NEIGHBOR_DEL:
	case GH_TRY:
	case GH_TRY_END:
		f.id.id = 9;
		break;
	case GH_NETWORK:
	case GH_NETWORK_DEL:
		f.network.prefix = prefix("10.1.0.0/16");
		f.network.side = GH_SIDE_VPN;
		f.network.leg = 4;
		f.network.weight = 32512;
		f.network.med = 7;
		f.network.to = GH_PASS(GH_SIDE_PARTNER) | GH_TO_TRANSLATED;
		break;
	case GH_CONFIG:
	case GH_EVENT:
		fill_text(&f.config.text, &f.config.text_length);
		break;
	case GH_REPLY:
	case GH_VERDICT:
		f.reply.id = 77;
		f.reply.status = EINVAL;
		f.reply.more = true;
		fill_text(&f.reply.text, &f.reply.text_length);
		break;
	case GH_PEER:
		f.peer.id = 9;
		f.peer.state = GH_BGP_ESTABLISHED;
		f.peer.bfd = GH_BFD_NONE;
		f.peer.eor = f.peer.restarting = true;
		strcpy(f.peer.last_error, "Cease/Administrative Reset");
		break;
	case GH_PATH:
		fill_path(&f.path);
		break;
	case GH_PATH_DEL:
		f.path_del.neighbor = 5;
		f.path_del.prefix = prefix("0.0.0.0/0");
		break;
	case GH_EDIT:
	case GH_SHOW:
	case GH_DO:
		f.request.id = 1;
		f.request.uid = 1000;
		strcpy(f.request.user, "admin");
		fill_text(&f.request.text, &f.request.text_length);
		break;
	case GH_SA:
		fill_sa(&f.sa);
		break;
	case GH_SA_DEL:
		fill_name(&f.sa_name);
		break;
	case GH_SA_MOVE:
		fill_move(&f.sa_move);
		break;
	case GH_SA_USE:
		fill_name(&f.sa_use.name);
		f.sa_use.bytes = ~0ull;
		break;
	case GH_SA_EXPIRE:
		fill_name(&f.sa_expire.name);
		f.sa_expire.hard = true;
		break;
	case GH_SA_MAPPING:
		fill_name(&f.sa_mapping.name);
		f.sa_mapping.remote = (struct gh_endpoint){ addr("198.51.100.7"), 1024 };
		break;
	}
	return f;
}

/* The one pointer in a fact is compared by what it points to. */
static void unborrow(struct gh_fact *f, const char *text, uint32_t length)
{
	const char **where = f->type == GH_CONFIG || f->type == GH_EVENT ? &f->config.text
			   : f->type == GH_REPLY || f->type == GH_VERDICT ? &f->reply.text
			   : f->type == GH_EDIT || f->type == GH_SHOW || f->type == GH_DO
			   ? &f->request.text : NULL;

	if (!where)
		return;
	assert_memory_equal(*where, text, length);
	*where = text;
}

static void test_both_ways(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(all_types) / sizeof(*all_types); i++) {
		struct gh_fact f = sample(all_types[i]), back;
		struct gh_buf b = { 0 };
		const char *text;
		uint32_t length;
		uint8_t *p;

		gh_fact_encode(&f, &b);
		p = gh_buf_begin(&b);
		assert_int_equal((p[4] << 8 | p[5]), all_types[i]);
		assert_int_equal(gh_fact_decode(all_types[i], p + GH_FACT_HEADER,
						gh_buf_length(&b) - GH_FACT_HEADER, &back), 0);
		fill_text(&text, &length);
		unborrow(&back, text, length);
		assert_memory_equal(&f, &back, sizeof(f));
		assert_string_not_equal(gh_fact_name(all_types[i]), "?");
		gh_buf_fini(&b);
	}
}

static void test_truncated_and_trailing(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(all_types) / sizeof(*all_types); i++) {
		struct gh_fact f = sample(all_types[i]), back;
		struct gh_buf b = { 0 };
		size_t n;

		gh_fact_encode(&f, &b);
		n = gh_buf_length(&b) - GH_FACT_HEADER;
		for (size_t cut = 0; cut < n; cut++) {
			/* An exact copy, so that ASan sees one byte too many. */
			uint8_t *exact = malloc(cut ? cut : 1);

			memcpy(exact, gh_buf_begin(&b) + GH_FACT_HEADER, cut);
			assert_int_equal(gh_fact_decode(all_types[i], exact, cut, &back), -EBADMSG);
			free(exact);
		}
		gh_buf_append(&b, "", 1);
		assert_int_equal(gh_fact_decode(all_types[i], gh_buf_begin(&b) + GH_FACT_HEADER,
						n + 1, &back), -EBADMSG);
		gh_buf_fini(&b);
	}
}

static void test_mutated(void **state)
{
	(void)state;
	srandom(1);
	for (unsigned round = 0; round < 20000; round++) {
		uint16_t type = all_types[(size_t)random() % (sizeof(all_types) / sizeof(*all_types))];
		struct gh_fact f = sample(type), back;
		struct gh_buf b = { 0 }, again = { 0 };
		size_t n;

		gh_fact_encode(&f, &b);
		n = gh_buf_length(&b) - GH_FACT_HEADER;
		for (unsigned k = 0; n && k < 3; k++)
			gh_buf_begin(&b)[GH_FACT_HEADER + (size_t)random() % n] = (uint8_t)random();
		/* What is accepted must be what would be sent. */
		if (!gh_fact_decode(type, gh_buf_begin(&b) + GH_FACT_HEADER, n, &back)) {
			gh_fact_encode(&back, &again);
			assert_int_equal(gh_buf_length(&again), gh_buf_length(&b));
			assert_memory_equal(gh_buf_begin(&again), gh_buf_begin(&b), n + GH_FACT_HEADER);
		}
		gh_buf_fini(&b);
		gh_buf_fini(&again);
	}
}

static void test_neighbor_numbers(void **state)
{
	(void)state;
	for (uint32_t leg = 1; leg < 4; leg++)
		for (unsigned session = 0; session < GH_SESSIONS; session++) {
			uint32_t four = gh_neighbor_id(leg, AF_INET, session);
			uint32_t six = gh_neighbor_id(leg, AF_INET6, session);

			assert_int_equal(gh_neighbor_leg(four), leg);
			assert_int_equal(gh_neighbor_leg(six), leg);
			assert_int_equal(gh_neighbor_session(four), session);
			assert_int_equal(gh_neighbor_session(six), GH_SESSIONS + session);
			assert_false(gh_neighbor_is_ipv6(four));
			assert_true(gh_neighbor_is_ipv6(six));
		}
}

/* A value that no receiver could act on is refused, however well it is framed. */
static void test_unknown_values(void **state)
{
	struct gh_fact f = sample(GH_NEIGHBOR), back;
	struct gh_buf b = { 0 };
	uint8_t *side;

	(void)state;
	gh_fact_encode(&f, &b);
	side = gh_buf_begin(&b) + GH_FACT_HEADER + 4;
	assert_int_equal(*side, GH_SIDE_VPN);
	for (unsigned value = 0; value < 256; value++) {
		bool fine = value > GH_SIDE_OWN && value < GH_SIDES;

		*side = (uint8_t)value;
		assert_int_equal(gh_fact_decode(GH_NEIGHBOR, gh_buf_begin(&b) + GH_FACT_HEADER,
						gh_buf_length(&b) - GH_FACT_HEADER, &back),
				 fine ? 0 : -EBADMSG);
	}
	gh_buf_fini(&b);
}

static void test_unknown_type(void **state)
{
	struct gh_fact f;

	(void)state;
	assert_int_equal(gh_fact_decode(0, NULL, 0, &f), -EBADMSG);
	assert_int_equal(gh_fact_decode(9999, NULL, 0, &f), -EBADMSG);
	assert_string_equal(gh_fact_name(9999), "?");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_ways),
		cmocka_unit_test(test_truncated_and_trailing),
		cmocka_unit_test(test_mutated),
		cmocka_unit_test(test_neighbor_numbers),
		cmocka_unit_test(test_unknown_values),
		cmocka_unit_test(test_unknown_type),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
