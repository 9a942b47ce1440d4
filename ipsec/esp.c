/*
 * ESP packets: see esp.h.
 */
#include "ipsec/esp.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "ipsec/wire.h"

int esp_init(struct esp *e, bool seal, uint32_t spi, bool esn, const uint8_t *key,
	     unsigned key_bytes)
{
	struct esp fresh = { .spi = spi, .esn = esn };
	int err;

	if (!esp_algorithm(key_bytes))
		return -EINVAL;
	err = crypto_new(seal, key, key_bytes - ESP_SALT, &fresh.crypto);
	if (err)
		return err;
	memcpy(fresh.salt, key + key_bytes - ESP_SALT, ESP_SALT);
	*e = fresh;
	return 0;
}

void esp_fini(struct esp *e)
{
	crypto_free(e->crypto);
	explicit_bzero(e, sizeof(*e));
}

const char *esp_algorithm(unsigned key_bytes)
{
	switch (key_bytes) {
	case 16 + ESP_SALT:
		return "aes-128-gcm-16";
	case 24 + ESP_SALT:
		return "aes-192-gcm-16";
	case 32 + ESP_SALT:
		return "aes-256-gcm-16";
	default:
		return NULL;
	}
}

/* RFC 4106 5: the AAD is SPI and sequence number, with ESN all 64 bits of it. */
static void fill_aad(const struct esp *e, uint64_t sequence, struct crypto_job *j)
{
	wire_put32(j->aad, e->spi);
	if (e->esn) {
		wire_put64(j->aad + 4, sequence);
		j->aad_length = 12;
	} else {
		wire_put32(j->aad + 4, (uint32_t)sequence);
		j->aad_length = 8;
	}
}

static void fill_job(const struct esp *e, const struct esp_packet *p, uint32_t sealed,
		     struct crypto_job *j)
{
	j->data = p->data + ESP_HEADER;
	j->length = sealed - ESP_HEADER - CRYPTO_ICV;
	j->tag = p->data + sealed - CRYPTO_ICV;
	memcpy(j->nonce, e->salt, ESP_SALT);
	memcpy(j->nonce + ESP_SALT, p->data + 8, 8);
	fill_aad(e, p->sequence, j);
}

/* RFC 4303 2.4: padding counts 1, 2, 3. */
static void write_frame(const struct esp *e, const struct esp_packet *p, uint32_t sealed)
{
	uint8_t *end = p->data + sealed - CRYPTO_ICV;
	uint8_t *pad = p->data + ESP_HEADER + p->length;
	uint8_t pad_length = (uint8_t)(end - pad - 2);

	wire_put32(p->data, e->spi);
	wire_put32(p->data + 4, (uint32_t)p->sequence);
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
		uint32_t sealed = esp_sealed_length(packets[k].length);

		write_frame(e, &packets[k], sealed);
		fill_job(e, &packets[k], sealed, &jobs[k]);
	}
	crypto_seal(e->crypto, jobs, count);
	for (unsigned k = 0; k < count; k++)
		packets[k].ok = jobs[k].ok;
}

/* Authentic bytes are still a peer's: the pad length may lie. */
static void read_trailer(struct esp_packet *p)
{
	const uint8_t *end = p->data + p->length - CRYPTO_ICV;
	uint32_t plain = p->length - ESP_HEADER - CRYPTO_ICV;
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
			read_trailer(&packets[k]);
	}
}
