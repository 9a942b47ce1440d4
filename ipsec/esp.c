/*
 * ESP packets: see esp.h.
 */
#include "ipsec/esp.h"

#include <assert.h>
#include <string.h>

#include "ipsec/wire.h"

int esp_init(struct esp *e, const struct esp_params *params)
{
	const struct gh_cipher *cipher = params->suite.cipher;
	const struct crypto_keys keys = { params->key, params->integrity_key };
	struct esp fresh = {
		.spi = params->spi,
		.header = (uint8_t)(8 + cipher->iv),
		.block = cipher->block,
		.icv = (uint8_t)gh_suite_icv(&params->suite),
		.aead = !params->suite.mac,
		.esn = params->esn,
	};
	int err = crypto_new(params->seal, &params->suite, &keys, &fresh.crypto);

	if (err)
		return err;
	assert(cipher->salt <= sizeof(fresh.salt));
	memcpy(fresh.salt, params->key + cipher->key, cipher->salt);
	*e = fresh;
	return 0;
}

void esp_fini(struct esp *e)
{
	crypto_free(e->crypto);
	explicit_bzero(e, sizeof(*e));
}

/* RFC 4106 5: the AAD is SPI and sequence number, with ESN all 64 bits of it. */
static void fill_aead(const struct esp *e, const struct esp_packet *p, struct crypto_job *j)
{
	memcpy(j->nonce, e->salt, ESP_SALT_MAX);
	memcpy(j->nonce + ESP_SALT_MAX, p->data + 8, 8);
	wire_put32(j->aad, e->spi);
	if (e->esn) {
		wire_put64(j->aad + 4, p->sequence);
		j->aad_length = 12;
	} else {
		wire_put32(j->aad + 4, (uint32_t)p->sequence);
		j->aad_length = 8;
	}
}

/*
 * RFC 4303 2.8: the MAC covers the packet as it stands and, with ESN, the high
 * half of the number behind it. The nonce is the number, as wide as a block.
 */
static void fill_mac(const struct esp *e, const struct esp_packet *p, struct crypto_job *j)
{
	memset(j->nonce, 0, sizeof(j->nonce));
	wire_put64(j->nonce, p->sequence);
	j->front = e->header;
	j->aad_length = e->esn ? 4 : 0;
	wire_put32(j->aad, (uint32_t)(p->sequence >> 32));
}

static void fill_job(const struct esp *e, const struct esp_packet *p, uint32_t sealed,
		     struct crypto_job *j)
{
	j->data = p->data + e->header;
	j->length = sealed - e->header - e->icv;
	j->tag = p->data + sealed - e->icv;
	if (e->aead)
		fill_aead(e, p, j);
	else
		fill_mac(e, p, j);
}

/* RFC 4303 2.4: padding counts 1, 2, 3. */
static void write_frame(const struct esp *e, const struct esp_packet *p, uint32_t sealed)
{
	uint8_t *end = p->data + sealed - e->icv;
	uint8_t *pad = p->data + e->header + p->length;
	uint8_t pad_length = (uint8_t)(end - pad - 2);

	wire_put32(p->data, e->spi);
	wire_put32(p->data + 4, (uint32_t)p->sequence);
	if (e->aead)
		wire_put64(p->data + 8, p->sequence);
	for (uint8_t n = 1; n <= pad_length; n++)
		*pad++ = n;
	pad[0] = pad_length;
	pad[1] = p->next_header;
}

void esp_seal(struct esp *e, struct esp_packet *packets, unsigned count)
{
	struct crypto_job jobs[ESP_BATCH_MAX];

	assert(count <= ESP_BATCH_MAX);
	for (unsigned k = 0; k < count; k++) {
		uint32_t sealed = esp_sealed_length(e, packets[k].length);

		write_frame(e, &packets[k], sealed);
		fill_job(e, &packets[k], sealed, &jobs[k]);
	}
	crypto_seal(e->crypto, jobs, count);
	for (unsigned k = 0; k < count; k++)
		packets[k].ok = jobs[k].ok;
}

/* Authentic bytes are still a peer's: the pad length may lie. */
static void read_trailer(const struct esp *e, struct esp_packet *p)
{
	const uint8_t *end = p->data + p->length - e->icv;
	uint32_t plain = p->length - e->header - e->icv;
	uint8_t pad_length = end[-2];

	if (pad_length + 2u > plain)
		return;
	p->next_header = end[-1];
	p->inner_length = plain - 2 - pad_length;
}

void esp_open(struct esp *e, struct esp_packet *packets, unsigned count)
{
	struct crypto_job jobs[ESP_BATCH_MAX];

	assert(count <= ESP_BATCH_MAX);
	for (unsigned k = 0; k < count; k++)
		fill_job(e, &packets[k], packets[k].length, &jobs[k]);
	crypto_open(e->crypto, jobs, count);
	for (unsigned k = 0; k < count; k++) {
		packets[k].ok = jobs[k].ok;
		packets[k].inner_length = 0;
		packets[k].next_header = ESP_NEXT_INVALID;
		if (jobs[k].ok)
			read_trailer(e, &packets[k]);
	}
}
