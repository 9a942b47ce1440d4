/*
 * fuzz_esp - ESP packets under every suite, from strangers and from a peer that lies
 *
 * The first byte chooses the suite, the second ESN (1), IPv6 (2) and who
 * speaks: a stranger (4 not set) sends the rest as it is, after an IPv4 header
 * as the kernel gives it; an authentic peer sends the rest as payload and
 * trailer, truly encrypted and signed.
 */
#include <stdlib.h>
#include <string.h>

#include "ipsec/esp.h"
#include "ipsec/native.h"
#include "ipsec/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ESN 1u
#define IPV6 2u
#define AUTHENTIC 4u
#define PAYLOAD_MAX 2048u

static const struct {
	uint16_t encryption, key, integrity, integrity_key;
} suites[] = {
	{ 20, 20, 0, 0 }, { 20, 28, 0, 0 }, { 20, 36, 0, 0 }, { 28, 36, 0, 0 },
	{ 12, 16, 2, 20 }, { 12, 24, 12, 32 }, { 12, 32, 13, 48 }, { 12, 32, 14, 64 },
	{ 3, 24, 2, 20 }, { 2, 8, 1, 16 }, { 11, 0, 12, 32 },
};

#define SUITES (sizeof(suites) / sizeof(suites[0]))

/* Made once: a key schedule a run would be most of the time. */
static struct end {
	struct gh_suite suite;
	struct esp esp[2];              /* without and with ESN */
	struct crypto *crypto;          /* the peer's */
} ends[SUITES];

static const uint8_t key[64] = { 1, 2, 3, 4, 5, 6, 7, 8 };

static void set_up(void)
{
	for (unsigned k = 0; k < SUITES; k++) {
		struct esp_params params = { .spi = 256, .key = key, .integrity_key = key };
		const struct crypto_keys keys = { key, key };
		struct end *e = &ends[k];

		if (gh_suite_find(suites[k].encryption, suites[k].key, suites[k].integrity,
				  suites[k].integrity_key, &e->suite) ||
		    crypto_new(true, &e->suite, &keys, &e->crypto))
			abort();
		params.suite = e->suite;
		for (unsigned esn = 0; esn < 2; esn++) {
			params.esn = esn;
			if (esp_init(&e->esp[esn], &params))
				abort();
		}
	}
}

/* What opened holds together, whatever the peer wrote. */
static void check(const struct esp *e, const struct esp_packet *p)
{
	uint32_t plain = p->length - e->header - e->icv;

	if (p->inner_length + 2 > plain && p->inner_length)
		abort();
	if (!p->ok && (p->inner_length || p->next_header != ESP_NEXT_INVALID))
		abort();
}

static void strange(struct esp *e, bool ipv6, const uint8_t *data, size_t size)
{
	uint8_t *bytes = malloc(size + 1);
	struct udp_datagram d = {
		.bytes = bytes, .length = (uint32_t)size,
		.remote.addr.family = ipv6 ? AF_INET6 : AF_INET,
	};

	memcpy(bytes, data, size);
	if (native_strip(&d) && esp_length_valid(e, d.length)) {
		struct esp_packet p = { .data = d.bytes, .length = d.length };

		p.sequence = wire_get32(d.bytes + 4);
		esp_open(e, &p, 1);
		check(e, &p);
		if (p.ok)
			abort();        /* forged */
	}
	free(bytes);
}

/* RFC 4303 as the peer does it, with a payload and trailer of its own making. */
static void authentic(struct end *end, struct esp *e, const uint8_t *data, size_t size)
{
	uint32_t plain = (uint32_t)size / e->block * e->block;
	uint32_t length = e->header + plain + e->icv;
	struct crypto_job job = { .length = plain };
	struct esp_packet p = { .length = length, .sequence = 0x100000002 };

	if (!plain || plain > PAYLOAD_MAX)
		return;
	p.data = calloc(1, length);
	wire_put32(p.data, e->spi);
	wire_put32(p.data + 4, (uint32_t)p.sequence);
	job.data = p.data + e->header;
	job.tag = p.data + length - e->icv;
	job.front = e->header;
	memcpy(job.data, data, plain);
	if (e->aead) {
		memcpy(job.nonce, key + end->suite.cipher->key, 4);
		memcpy(job.nonce + 4, p.data + 8, 8);
		wire_put32(job.aad, e->spi);
		if (e->esn)
			wire_put64(job.aad + 4, p.sequence);
		else
			wire_put32(job.aad + 4, (uint32_t)p.sequence);
		job.aad_length = e->esn ? 12 : 8;
	} else if (e->esn) {
		wire_put32(job.aad, (uint32_t)(p.sequence >> 32));
		job.aad_length = 4;
	}
	crypto_seal(end->crypto, &job, 1);
	if (!esp_length_valid(e, length))
		abort();
	esp_open(e, &p, 1);
	check(e, &p);
	if (!p.ok || memcmp(p.data + e->header, data, plain))
		abort();
	free(p.data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct end *end;
	struct esp *e;

	if (!ends[0].crypto)
		set_up();
	if (size < 2)
		return 0;
	end = &ends[data[0] % SUITES];
	e = &end->esp[data[1] & ESN];
	if (data[1] & AUTHENTIC)
		authentic(end, e, data + 2, size - 2);
	else
		strange(e, data[1] & IPV6, data + 2, size - 2);
	return 0;
}
