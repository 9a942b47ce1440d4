/*
 * ESP and its cipher: published vectors, an independent sealing, round trips
 * of every length, and what truncation and mutation must not get past.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/evp.h>

#include "ipsec/esp.h"
#include "ipsec/wire.h"
#include "tests/unit/hex.h"
#include "tests/vectors/chacha.h"
#include "tests/vectors/gcm.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* The suite of AES-GCM by the length of key and salt. */
static void gcm(struct gh_suite *suite, unsigned key_bytes)
{
	assert_int_equal(gh_suite_find(GH_ENCR_AES_GCM_16, key_bytes, 0, 0, suite), 0);
}

static void test_gcm_vectors(void **state)
{
	(void)state;
	for (size_t k = 0; k < LENGTH(gcm_vectors); k++) {
		const struct gcm_vector *v = &gcm_vectors[k];
		uint8_t key[32], data[64], sealed[64], plain[64], tag[16], wanted[16];
		struct crypto_job job = { .data = data, .length = 64, .tag = tag };
		const struct crypto_keys keys = { key, NULL };
		struct gh_suite suite;
		struct crypto *c;

		gcm(&suite, (unsigned)unhex(v->key, key) + 4);
		assert_int_equal(crypto_new(true, &suite, &keys, &c), 0);
		unhex(v->nonce, job.nonce);
		unhex(v->plain, plain);
		unhex(v->sealed, sealed);
		unhex(v->tag, wanted);
		memcpy(data, plain, sizeof(data));
		crypto_seal(c, &job, 1);
		assert_true(job.ok);
		assert_memory_equal(data, sealed, sizeof(data));
		assert_memory_equal(tag, wanted, sizeof(tag));
		crypto_free(c);
		assert_int_equal(crypto_new(false, &suite, &keys, &c), 0);
		crypto_open(c, &job, 1);
		assert_true(job.ok);
		assert_memory_equal(data, plain, sizeof(data));
		crypto_free(c);
	}
}

static void test_esp_vectors(void **state)
{
	(void)state;
	for (size_t k = 0; k < LENGTH(gcm_esp_vectors); k++) {
		const struct gcm_esp_vector *v = &gcm_esp_vectors[k];
		uint8_t key[36], packet[200], plain[100];
		struct esp_packet p = { .data = packet, .sequence = v->sequence };
		struct esp_params params = { .spi = v->spi, .esn = v->esn, .key = key };
		struct esp e;
		size_t inner;

		gcm(&params.suite, (unsigned)unhex(v->key, key));
		assert_int_equal(esp_init(&e, &params), 0);
		assert_int_equal(e.header, 16);
		wire_put32(packet, v->spi);
		wire_put32(packet + 4, (uint32_t)v->sequence);
		unhex(v->iv, packet + 8);
		p.length = (uint32_t)(16 + unhex(v->sealed, packet + 16));
		assert_true(esp_length_valid(&e, p.length));
		esp_open(&e, &p, 1);
		assert_true(p.ok);
		inner = unhex(v->plain, plain) - 2 - v->pad;
		assert_int_equal(p.inner_length, inner);
		assert_int_equal(p.next_header, 1);
		assert_memory_equal(packet + 16, plain, inner);
		esp_fini(&e);
	}
}

struct pair {
	struct esp out, in;
	uint8_t key[36], integrity_key[64];
};

static void pair_of(struct pair *p, const struct gh_suite *suite, bool esn)
{
	struct esp_params params = {
		.spi = 0x12345678, .esn = esn, .suite = *suite, .key = p->key,
		.integrity_key = p->integrity_key,
	};

	for (unsigned k = 0; k < sizeof(p->key); k++)
		p->key[k] = (uint8_t)(k * 7 + 1);
	for (unsigned k = 0; k < sizeof(p->integrity_key); k++)
		p->integrity_key[k] = (uint8_t)(k * 5 + 3);
	assert_int_equal(esp_init(&p->in, &params), 0);
	params.seal = true;
	assert_int_equal(esp_init(&p->out, &params), 0);
}

static void pair_init(struct pair *p, unsigned key_bytes, bool esn)
{
	struct gh_suite suite;

	gcm(&suite, key_bytes);
	pair_of(p, &suite, esn);
}

static void pair_fini(struct pair *p)
{
	esp_fini(&p->out);
	esp_fini(&p->in);
}

static uint32_t seal_one(struct pair *pair, uint8_t *packet, uint32_t inner, uint64_t sequence)
{
	struct esp_packet p = {
		.data = packet, .length = inner, .sequence = sequence,
		.next_header = ESP_NEXT_IPV4,
	};

	for (uint32_t k = 0; k < inner; k++)
		packet[pair->out.header + k] = (uint8_t)(k ^ sequence);
	esp_seal(&pair->out, &p, 1);
	assert_true(p.ok);
	return esp_sealed_length(&pair->out, inner);
}

static bool open_one(struct pair *pair, uint8_t *packet, uint32_t length, uint64_t sequence,
		     struct esp_packet *p)
{
	*p = (struct esp_packet){ .data = packet, .length = length, .sequence = sequence };
	esp_open(&pair->in, p, 1);
	return p->ok;
}

static void test_round_trips(void **state)
{
	static const unsigned keys[] = { 20, 28, 36 };
	uint8_t packet[2000];

	(void)state;
	for (unsigned k = 0; k < LENGTH(keys); k++) {
		for (unsigned esn = 0; esn < 2; esn++) {
			uint64_t sequence = esn ? 0x1ffffffffull : 77;
			struct pair pair;

			pair_init(&pair, keys[k], esn);
			for (uint32_t inner = 0; inner <= 1500; inner++) {
				uint32_t length = seal_one(&pair, packet, inner, sequence);
				struct esp_packet p;

				assert_int_equal(length % 4, 0);
				assert_int_equal(wire_get32(packet), 0x12345678);
				assert_true(open_one(&pair, packet, length, sequence, &p));
				assert_int_equal(p.inner_length, inner);
				assert_int_equal(p.next_header, ESP_NEXT_IPV4);
				for (uint32_t b = 0; b < inner; b += 97)
					assert_int_equal(packet[16 + b],
							 (uint8_t)(b ^ sequence));
			}
			pair_fini(&pair);
		}
	}
}

/* The same packet, sealed here step by step from RFC 4106's own words. */
static void test_against_one_shot(void **state)
{
	uint8_t packet[200], plain[200], expected[200], aad[12], nonce[12], tag[16];
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	const uint64_t sequence = 0x0123456789abcdef;
	struct pair pair;
	uint32_t length;
	int n;

	(void)state;
	pair_init(&pair, 36, true);
	length = seal_one(&pair, packet, 101, sequence);
	assert_int_equal(length, 16 + 104 + 16);
	for (unsigned k = 0; k < 101; k++)
		plain[k] = (uint8_t)(k ^ sequence);
	plain[101] = 1;
	plain[102] = 1;         /* pad length */
	plain[103] = ESP_NEXT_IPV4;
	memcpy(nonce, pair.key + 32, 4);
	wire_put64(nonce + 4, sequence);
	wire_put32(aad, 0x12345678);
	wire_put64(aad + 4, sequence);
	assert_true(EVP_EncryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, pair.key, nonce));
	assert_true(EVP_EncryptUpdate(ctx, NULL, &n, aad, 12));
	assert_true(EVP_EncryptUpdate(ctx, expected, &n, plain, 104));
	assert_true(EVP_EncryptFinal_ex(ctx, expected + 104, &n));
	assert_true(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, 16, tag));
	assert_memory_equal(packet + 8, nonce + 4, 8);
	assert_memory_equal(packet + 16, expected, 104);
	assert_memory_equal(packet + 120, tag, 16);
	EVP_CIPHER_CTX_free(ctx);
	pair_fini(&pair);
}

static void test_batch_equals_single(void **state)
{
	static uint8_t many[ESP_BATCH_MAX][256], one[256];
	struct esp_packet p[ESP_BATCH_MAX];
	struct pair pair;

	(void)state;
	pair_init(&pair, 20, false);
	for (unsigned k = 0; k < ESP_BATCH_MAX; k++) {
		memset(many[k] + 16, (int)k, 100 + k);
		p[k] = (struct esp_packet){
			.data = many[k], .length = 100 + k, .sequence = k + 1,
			.next_header = ESP_NEXT_IPV6,
		};
	}
	esp_seal(&pair.out, p, ESP_BATCH_MAX);
	for (unsigned k = 0; k < ESP_BATCH_MAX; k++) {
		struct esp_packet single = p[k];

		single.data = one;
		memset(one + 16, (int)k, 100 + k);
		esp_seal(&pair.out, &single, 1);
		assert_memory_equal(one, many[k], esp_sealed_length(&pair.out, 100 + k));
		p[k].length = esp_sealed_length(&pair.out, 100 + k);
	}
	many[5][40] ^= 1;       /* one bad packet spoils no other */
	esp_open(&pair.in, p, ESP_BATCH_MAX);
	for (unsigned k = 0; k < ESP_BATCH_MAX; k++)
		assert_true(p[k].ok == (k != 5));
	pair_fini(&pair);
}

/* Every bit of the packet, and the high half of the sequence number, is covered. */
static void test_mutations(void **state)
{
	uint8_t packet[200], copy[200];
	struct esp_packet p;
	struct pair pair;
	uint32_t length;

	(void)state;
	pair_init(&pair, 36, true);
	length = seal_one(&pair, packet, 60, 9);
	/* SPI and sequence come from the SA and the window, not from these bytes. */
	for (unsigned bit = 8 * 8; bit < length * 8; bit++) {
		memcpy(copy, packet, length);
		copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_false(open_one(&pair, copy, length, 9, &p));
	}
	memcpy(copy, packet, length);
	assert_false(open_one(&pair, copy, length, 10, &p));
	memcpy(copy, packet, length);
	assert_false(open_one(&pair, copy, length, 9 | 1ull << 32, &p));
	memcpy(copy, packet, length);
	assert_true(open_one(&pair, copy, length, 9, &p));
	pair_fini(&pair);
}

static void test_truncations(void **state)
{
	uint8_t packet[200], copy[200];
	struct esp_packet p;
	struct pair pair;
	uint32_t length;

	(void)state;
	pair_init(&pair, 36, false);
	length = seal_one(&pair, packet, 60, 9);
	assert_false(esp_length_valid(&pair.in, 0));
	assert_false(esp_length_valid(&pair.in, 16 + 16));
	for (uint32_t cut = 0; cut < length; cut++) {
		if (!esp_length_valid(&pair.in, cut))
			continue;
		memcpy(copy, packet, cut);
		assert_false(open_one(&pair, copy, cut, 9, &p));
	}
	pair_fini(&pair);
}

/* Authentic, but its pad length points before the packet. */
static void test_lying_padding(void **state)
{
	uint8_t packet[200], key[36];
	struct crypto_job job = { .length = 8, .aad_length = 8 };
	const struct crypto_keys keys = { key, NULL };
	struct gh_suite suite;
	struct crypto *c;
	struct esp_packet p;
	struct pair pair;

	(void)state;
	pair_init(&pair, 36, false);
	memcpy(key, pair.key, sizeof(key));
	gcm(&suite, 36);
	assert_int_equal(crypto_new(true, &suite, &keys, &c), 0);
	memset(packet, 0, sizeof(packet));
	wire_put32(packet, 0x12345678);
	wire_put32(packet + 4, 3);
	packet[16 + 6] = 7;     /* of 8 bytes, 6 are left for padding */
	packet[16 + 7] = ESP_NEXT_IPV4;
	job.data = packet + 16;
	job.tag = packet + 24;
	memcpy(job.nonce, key + 32, 4);
	memcpy(job.aad, packet, 8);
	crypto_seal(c, &job, 1);
	assert_true(open_one(&pair, packet, 40, 3, &p));
	assert_int_equal(p.next_header, ESP_NEXT_INVALID);
	assert_int_equal(p.inner_length, 0);
	crypto_free(c);
	pair_fini(&pair);
}

/* Every suite there is, and whether it carries each length, with and without ESN. */
static unsigned each_suite(void (*visit)(const struct gh_suite *suite, bool esn))
{
	static const struct {
		uint16_t transform, key;
	} ciphers[] = {
		{ 20, 20 }, { 20, 28 }, { 20, 36 }, { 28, 36 }, { 12, 16 }, { 12, 24 }, { 12, 32 },
		{ 3, 24 }, { 2, 8 }, { 11, 0 },
	}, macs[] = { { 0, 0 }, { 1, 16 }, { 2, 20 }, { 12, 32 }, { 13, 48 }, { 14, 64 } };
	struct gh_suite suite;
	unsigned count = 0;

	for (unsigned k = 0; k < LENGTH(ciphers); k++) {
		for (unsigned m = 0; m < LENGTH(macs); m++) {
			if (gh_suite_find(ciphers[k].transform, ciphers[k].key, macs[m].transform,
					  macs[m].key, &suite))
				continue;
			visit(&suite, false);
			visit(&suite, true);
			count++;
		}
	}
	return count;
}

static void round_trip(const struct gh_suite *suite, bool esn)
{
	uint64_t sequence = esn ? 0x1ffffffffull : 77;
	uint8_t packet[1700];
	struct esp_packet p;
	struct pair pair;

	pair_of(&pair, suite, esn);
	for (uint32_t inner = 0; inner <= 1500; inner += inner < 70 ? 1 : 43) {
		uint32_t length = seal_one(&pair, packet, inner, sequence);

		assert_int_equal((length - pair.in.header - pair.in.icv) % suite->cipher->block,
				 0);
		assert_true(esp_length_valid(&pair.in, length));
		assert_true(length < sizeof(packet));
		assert_true(open_one(&pair, packet, length, sequence, &p));
		assert_int_equal(p.inner_length, inner);
		assert_int_equal(p.next_header, ESP_NEXT_IPV4);
		for (uint32_t b = 0; b < inner; b++)
			assert_int_equal(packet[pair.in.header + b], (uint8_t)(b ^ sequence));
	}
	pair_fini(&pair);
}

static void mutate(const struct gh_suite *suite, bool esn)
{
	uint8_t packet[200], copy[200];
	uint64_t sequence = 9;
	struct esp_packet p;
	struct pair pair;
	uint32_t length;

	pair_of(&pair, suite, esn);
	length = seal_one(&pair, packet, 60, sequence);
	/* An AEAD takes SPI and sequence number from the SA and the window, not from here. */
	for (unsigned bit = suite->mac ? 0 : 64; bit < length * 8; bit++) {
		memcpy(copy, packet, length);
		copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_false(open_one(&pair, copy, length, sequence, &p));
		assert_int_equal(p.inner_length, 0);
	}
	for (uint32_t cut = 0; cut < length; cut++) {
		if (!esp_length_valid(&pair.in, cut))
			continue;
		memcpy(copy, packet, cut);
		assert_false(open_one(&pair, copy, cut, sequence, &p));
	}
	/* With ESN the number's high half is authenticated, without it is not there. */
	memcpy(copy, packet, length);
	assert_true(open_one(&pair, copy, length, sequence | 1ull << 32, &p) == !esn);
	memcpy(copy, packet, length);
	assert_true(open_one(&pair, copy, length, sequence, &p));
	pair_fini(&pair);
}

static void test_every_suite(void **state)
{
	(void)state;
	assert_int_equal(each_suite(round_trip), 4 + 6 * 5);
	each_suite(mutate);
}

/* IVs of CBC are unlike each other, and not the number itself. */
static void test_cbc_iv(void **state)
{
	uint8_t one[200], two[200], number[16] = { 0 };
	struct gh_suite suite;
	struct pair pair;

	(void)state;
	assert_int_equal(gh_suite_find(12, 32, 12, 32, &suite), 0);
	pair_of(&pair, &suite, false);
	seal_one(&pair, one, 60, 1);
	seal_one(&pair, two, 60, 2);
	wire_put64(number, 1);
	assert_memory_not_equal(one + 8, two + 8, 16);
	assert_memory_not_equal(one + 8, number, 16);
	pair_fini(&pair);
}

static void test_chacha_vector(void **state)
{
	uint8_t key[36], packet[200], plain[100];
	struct esp_params params = { .spi = 0x01020304, .key = key };
	struct esp_packet p = { .data = packet, .sequence = 5 };
	struct esp e;

	(void)state;
	assert_int_equal(gh_suite_find(GH_ENCR_CHACHA20_POLY1305,
				       (unsigned)unhex(chacha_esp_vector.key, key), 0, 0,
				       &params.suite), 0);
	assert_int_equal(esp_init(&e, &params), 0);
	wire_put32(packet, 0x01020304);
	wire_put32(packet + 4, 5);
	unhex(chacha_esp_vector.iv, packet + 8);
	p.length = 16 + (uint32_t)unhex(chacha_esp_vector.sealed, packet + 16);
	esp_open(&e, &p, 1);
	assert_true(p.ok);
	assert_int_equal(p.next_header, ESP_NEXT_IPV4);
	unhex(chacha_esp_vector.plain, plain);
	assert_int_equal(p.inner_length, 84);
	assert_memory_equal(packet + 16, plain, 84);
	esp_fini(&e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_gcm_vectors),
		cmocka_unit_test(test_esp_vectors),
		cmocka_unit_test(test_round_trips),
		cmocka_unit_test(test_against_one_shot),
		cmocka_unit_test(test_batch_equals_single),
		cmocka_unit_test(test_mutations),
		cmocka_unit_test(test_truncations),
		cmocka_unit_test(test_lying_padding),
		cmocka_unit_test(test_every_suite),
		cmocka_unit_test(test_cbc_iv),
		cmocka_unit_test(test_chacha_vector),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
