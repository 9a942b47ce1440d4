/*
 * bench datapath - what one core seals, opens and looks up, in process
 *
 * The cipher alone first, called as plainly as EVP allows; then the same
 * packets through our ESP, and through the whole outbound and inbound paths
 * without the system calls; then each of ESP's other algorithms. Ratios say
 * what we add; absolute numbers belong to the machine. Prints `figure NAME VALUE UNIT`.
 */
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "ipsec/esp.h"
#include "ipsec/inbound.h"
#include "ipsec/outbound.h"
#include "tests/unit/datapath.h"
#include "tests/unit/inner.h"

#define SLICE_MS 40
#define SLICES 20               /* the best counts: others share the machine */
#define BATCH ESP_BATCH_MAX
#define STRIDE 2048
#define KEY_BYTES 36

static uint8_t packets[BATCH][STRIDE], pristine[BATCH][STRIDE];
static const uint8_t key[KEY_BYTES] = { 1, 2, 3, 4, 5, 6, 7, 8 };

struct bench {
	const char *name;
	unsigned bytes;                 /* of an inner packet */
	unsigned (*round)(struct bench *b);     /* returns packets done */
	uint8_t *packet;                /* outbound: what the TUN gave; inbound: a run */
	size_t length;
	struct virtio_net_hdr vnet;
	EVP_CIPHER_CTX *evp;
	struct esp seal, open;
	uint64_t sequence;
};

static void figure(const char *name, unsigned bytes, double value, const char *unit)
{
	printf("figure %s_%u %.3g %s\n", name, bytes, value, unit);
	fflush(stdout);
}

/* Packets a second, over one slice of time. */
static double measure_slice(struct bench *b)
{
	struct gh_time begin = gh_now(), end = gh_time_add_ms(begin, SLICE_MS), now;
	unsigned long done = 0;

	do {
		done += b->round(b);
		now = gh_now();
	} while (now.ns < end.ns);
	return (double)done * 1e9 / (double)(now.ns - begin.ns);
}

static void report(const struct bench *b, double rate)
{
	figure(b->name, b->bytes, rate * b->bytes * 8 / 1e9, "Gbit/s");
}

/* Measures several in turn, slice by slice, so that a disturbance meets all alike. */
static void measure(struct bench *benches, unsigned count, double *best)
{
	memset(best, 0, count * sizeof(*best));
	for (unsigned slice = 0; slice < SLICES; slice++) {
		for (unsigned k = 0; k < count; k++) {
			double rate = measure_slice(&benches[k]);

			best[k] = rate > best[k] ? rate : best[k];
		}
	}
	for (unsigned k = 0; k < count; k++)
		report(&benches[k], best[k]);
}

/* As few calls as EVP needs for one packet. */
static unsigned round_evp(struct bench *b)
{
	uint8_t nonce[12] = { 0 }, tag[16];
	int n;

	for (unsigned k = 0; k < BATCH; k++) {
		wire_put64(nonce + 4, ++b->sequence);
		EVP_EncryptInit_ex(b->evp, NULL, NULL, NULL, nonce);
		EVP_EncryptUpdate(b->evp, NULL, &n, nonce, 8);
		EVP_EncryptUpdate(b->evp, packets[k], &n, packets[k], (int)b->bytes);
		EVP_EncryptFinal_ex(b->evp, packets[k] + b->bytes, &n);
		EVP_CIPHER_CTX_ctrl(b->evp, EVP_CTRL_AEAD_GET_TAG, 16, tag);
	}
	return BATCH;
}

static unsigned round_seal(struct bench *b)
{
	struct esp_packet p[BATCH];

	for (unsigned k = 0; k < BATCH; k++)
		p[k] = (struct esp_packet){
			.data = packets[k], .length = b->bytes, .sequence = ++b->sequence,
			.next_header = ESP_NEXT_IPV4,
		};
	esp_seal(&b->seal, p, BATCH);
	return BATCH;
}

/* Opening destroys what was sealed: the copy back is part of the cost. */
static unsigned round_open(struct bench *b)
{
	struct esp_packet p[BATCH];

	for (unsigned k = 0; k < BATCH; k++) {
		uint32_t length = esp_sealed_length(&b->open, b->bytes);

		memcpy(packets[k], pristine[k], length);
		p[k] = (struct esp_packet){
			.data = packets[k], .length = length, .sequence = k + 1,
		};
	}
	esp_open(&b->open, p, BATCH);
	for (unsigned k = 0; k < BATCH; k++)
		if (!p[k].ok)
			abort();
	return BATCH;
}

static struct datapath path;
static struct outbound out;
static struct inbound in;

#define RUN 44                  /* packets of a 64 kB run at 1,400 bytes */

/* Look-up, group, SA, segmentation with checksums, sealing; sending fails at once. */
static unsigned round_outbound(struct bench *b)
{
	unsigned count = b->vnet.gso_size ? 1 : RUN;

	for (unsigned k = 0; k < count; k++)
		outbound_packet(&out, &b->vnet, b->packet, b->length);
	outbound_flush(&out);
	return RUN;
}

/* SPI, window, opening, selectors, joining; the TUN is /dev/null. */
static unsigned round_inbound(struct bench *b)
{
	static uint8_t run[RUN * STRIDE];
	struct udp_datagram d = {
		.bytes = run, .length = (uint32_t)b->length,
		.segment = esp_sealed_length(&path.out->esp, b->bytes),
	};

	memcpy(run, b->packet, b->length);
	/* The same numbers again: a window that was never used. */
	memset(&path.in->slot->replay, 0, sizeof(path.in->slot->replay));
	inbound_datagram(&in, &d);
	inbound_flush(&in);
	return RUN;
}

static struct inner segment(unsigned bytes)
{
	return (struct inner){
		.family = AF_INET, .protocol = PACKET_TCP, .flags = PACKET_TCP_ACK, .host = 1,
		.payload = bytes - 40,
	};
}

static void init_outbound(struct bench *b, bool tso)
{
	struct inner i = segment(b->bytes);

	b->name = tso ? "outbound_tso" : "outbound";
	b->round = round_outbound;
	b->packet = malloc(UDP_RUN_BYTES);
	if (tso) {
		b->vnet.gso_type = VIRTIO_NET_HDR_GSO_TCPV4;
		b->vnet.gso_size = (uint16_t)i.payload;
		i.payload *= RUN;
	}
	b->length = inner_make(&i, b->packet);
}

static void init_inbound(struct bench *b)
{
	struct inner i = segment(b->bytes);
	uint32_t sealed = esp_sealed_length(&path.out->esp, b->bytes);

	b->name = "inbound";
	b->round = round_inbound;
	b->length = RUN * sealed;
	b->packet = malloc(b->length);
	for (unsigned k = 0; k < RUN; k++) {
		struct esp_packet p = {
			.data = b->packet + k * sealed, .length = b->bytes, .sequence = k + 1,
			.next_header = ESP_NEXT_IPV4,
		};

		inner_make(&i, p.data + path.out->esp.header);
		i.sequence += i.payload;
		i.id++;
		esp_seal(&path.out->esp, &p, 1);
	}
}

static void init_ciphers(struct bench *evp, struct bench *seal, struct bench *open)
{
	struct esp_params params = { .spi = 300, .key = key };

	evp->name = "evp_seal";
	evp->round = round_evp;
	evp->evp = EVP_CIPHER_CTX_new();
	EVP_EncryptInit_ex(evp->evp, EVP_aes_256_gcm(), NULL, key, NULL);
	seal->name = "esp_seal";
	seal->round = round_seal;
	open->name = "esp_open";
	open->round = round_open;
	if (gh_suite_find(GH_ENCR_AES_GCM_16, KEY_BYTES, 0, 0, &params.suite) ||
	    esp_init(&open->open, &params))
		abort();
	params.seal = true;
	if (esp_init(&seal->seal, &params))
		abort();
	round_seal(seal);               /* numbers 1 to BATCH, for opening */
	memcpy(pristine, packets, sizeof(packets));
}

static void init_paths(void)
{
	datapath_init(&path);
	outbound_init(&out);
	out.tables = in.tables = &path.tables;
	out.counters = in.counters = &path.counters;
	out.flows = in.flows = &path.flows;
	out.events = in.events = &path.events;
	out.tun_fd = in.tun_fd = path.null_fd;
	out.natt_fd[0] = out.natt_fd[1] = path.null_fd;
	out.mtu = in.mtu = 1400;
	gro_init(&in.gro, true, true);
}

static void bench_packets(unsigned bytes)
{
	enum { EVP, SEAL, OPEN, OUT, IN, OUT_TSO, COUNT };
	unsigned count = bytes > 100 ? COUNT : OUT_TSO;
	struct bench b[COUNT];
	double best[COUNT];
	char name[64];

	memset(b, 0, sizeof(b));
	for (unsigned k = 0; k < COUNT; k++)
		b[k].bytes = bytes;
	init_ciphers(&b[EVP], &b[SEAL], &b[OPEN]);
	init_outbound(&b[OUT], false);
	init_inbound(&b[IN]);
	init_outbound(&b[OUT_TSO], true);
	measure(b, count, best);
	for (unsigned k = SEAL; k < count; k++) {
		snprintf(name, sizeof(name), "%s_to_evp", b[k].name);
		figure(name, bytes, best[k] / best[EVP], "ratio");
	}
	EVP_CIPHER_CTX_free(b[EVP].evp);
	esp_fini(&b[SEAL].seal);
	esp_fini(&b[OPEN].open);
	for (unsigned k = OUT; k < COUNT; k++)
		free(b[k].packet);
}

/* What the other algorithms cost, with 1,400 bytes. */
static void bench_suite(uint16_t encryption, unsigned key_bytes, uint16_t integrity,
			unsigned integrity_bytes)
{
	static const uint8_t integrity_key[64] = { 9, 8, 7 };
	struct esp_params params = { .spi = 300, .key = key, .integrity_key = integrity_key };
	struct bench b[2] = {
		{ .bytes = 1400, .round = round_seal }, { .bytes = 1400, .round = round_open },
	};
	char suite[GH_SUITE_NAME], name[2][64];
	double best[2];

	if (gh_suite_find(encryption, key_bytes, integrity, integrity_bytes, &params.suite) ||
	    esp_init(&b[1].open, &params))
		abort();
	params.seal = true;
	if (esp_init(&b[0].seal, &params))
		abort();
	gh_suite_name(&params.suite, suite);
	for (char *c = suite; *c; c++)
		*c = *c == '/' || *c == '-' ? '_' : *c;
	for (unsigned k = 0; k < 2; k++) {
		snprintf(name[k], sizeof(name[k]), "%s_%s", k ? "open" : "seal", suite);
		b[k].name = name[k];
	}
	round_seal(&b[0]);              /* numbers 1 to BATCH, for opening */
	memcpy(pristine, packets, sizeof(packets));
	measure(b, 2, best);
	esp_fini(&b[0].seal);
	esp_fini(&b[1].open);
}

static void bench_suites(void)
{
	bench_suite(GH_ENCR_AES_GCM_16, 20, 0, 0);
	bench_suite(GH_ENCR_AES_GCM_16, 36, 0, 0);
	bench_suite(GH_ENCR_CHACHA20_POLY1305, 36, 0, 0);
	bench_suite(GH_ENCR_AES_CBC, 16, GH_AUTH_HMAC_SHA1_96, 20);
	bench_suite(GH_ENCR_AES_CBC, 32, GH_AUTH_HMAC_SHA1_96, 20);
	bench_suite(GH_ENCR_AES_CBC, 32, GH_AUTH_HMAC_SHA2_256_128, 32);
	bench_suite(GH_ENCR_AES_CBC, 32, GH_AUTH_HMAC_SHA2_384_192, 48);
	bench_suite(GH_ENCR_AES_CBC, 32, GH_AUTH_HMAC_SHA2_512_256, 64);
	bench_suite(GH_ENCR_3DES, 24, GH_AUTH_HMAC_SHA1_96, 20);
	bench_suite(GH_ENCR_DES, 8, GH_AUTH_HMAC_SHA1_96, 20);
	bench_suite(GH_ENCR_NULL, 0, GH_AUTH_HMAC_SHA1_96, 20);
}

#define PREFIXES 1000000u
#define LOOKUPS 4000000u

static struct gh_addr random_addr(uint8_t family)
{
	struct gh_addr a = { .family = family };

	for (unsigned k = 0; k < (family == AF_INET ? 4u : 8u); k++)
		a.b[k] = (uint8_t)(rand() >> 8);
	if (family == AF_INET6)
		a.b[0] = 0x20, a.b[1] &= 0x1f;
	return a;
}

/* Lengths roughly as the Internet has them: mostly /24 and /48. */
static uint8_t random_length(uint8_t family)
{
	int r = rand() % 100;

	if (family == AF_INET)
		return (uint8_t)(r < 60 ? 24 : r < 90 ? 16 + rand() % 8 : 8 + rand() % 25);
	return (uint8_t)(r < 50 ? 48 : r < 90 ? 29 + rand() % 20 : 19 + rand() % 46);
}

static void bench_fwd(uint8_t family, unsigned count)
{
	const char *name = family == AF_INET ? "fwd_ipv4" : "fwd_ipv6";
	struct gh_addr *asked = calloc(1 << 16, sizeof(*asked));
	struct reclaim reclaim;
	struct gh_time begin;
	uint64_t sum = 0;
	char label[64];
	struct fwd f;

	reclaim_init(&reclaim);
	fwd_init(&f, &reclaim);
	begin = gh_now();
	for (unsigned k = 0; k < count; k++) {
		struct gh_prefix p = { random_addr(family), random_length(family) };

		if (k < 1 << 16)
			asked[k] = p.addr;
		gh_prefix_mask(&p);
		fwd_set(&f, &p, k % 100);
	}
	snprintf(label, sizeof(label), "%s_load", name);
	figure(label, count, (double)gh_time_ms_between(begin, gh_now()), "ms");
	begin = gh_now();
	for (unsigned k = 0; k < LOOKUPS; k++)
		sum += fwd_find(&f, family, asked[k & 0xffff].b);
	snprintf(label, sizeof(label), "%s_lookup", name);
	figure(label, count, (double)(gh_now().ns - begin.ns) / LOOKUPS, "ns");
	if (sum == 1)
		abort();        /* keeps the loop */
	fwd_fini(&f);
	reclaim_fini(&reclaim);
	free(asked);
}

int main(void)
{
	init_paths();
	bench_packets(1400);
	bench_packets(64);
	bench_suites();
	bench_fwd(AF_INET, PREFIXES);
	bench_fwd(AF_INET6, PREFIXES / 5);
	return 0;
}
