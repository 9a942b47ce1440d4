/*
 * Published AES-GCM vectors, as hex.
 *
 * gcm: cases 3, 9 and 15 of McGrew and Viega, "The Galois/Counter Mode of
 * Operation" (the NIST submission), appendix B: 64 bytes, no AAD.
 * gcm_esp: draft-mcgrew-gcm-test-01, section 4: whole ESP packets, with an
 * IV of their own and next header 1.
 */
#ifndef VECTORS_GCM_H
#define VECTORS_GCM_H

#include <stdbool.h>
#include <stdint.h>

struct gcm_vector {
	const char *key, *nonce, *plain, *sealed, *tag;
};

static const struct gcm_vector gcm_vectors[] = {
	{
		"feffe9928665731c6d6a8f9467308308",
		"cafebabefacedbaddecaf888",
		"d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
		"1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255",
		"42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e"
		"21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091473f5985",
		"4d5c2af327cd64a62cf35abd2ba6fab4",
	},
	{
		"feffe9928665731c6d6a8f9467308308feffe9928665731c",
		"cafebabefacedbaddecaf888",
		"d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
		"1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255",
		"3980ca0b3c00e841eb06fac4872a2757859e1ceaa6efd984628593b40ca1e19c"
		"7d773d00c144c525ac619d18c84a3f4718e2448b2fe324d9ccda2710acade256",
		"9924a7c8587336bfb118024db8674a14",
	},
	{
		"feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
		"cafebabefacedbaddecaf888",
		"d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
		"1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255",
		"522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
		"8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad",
		"b094dac5d93471bdec1a502270e3cc6c",
	},
};

struct gcm_esp_vector {
	const char *key;                /* with the salt behind it */
	uint32_t spi;
	uint64_t sequence;
	bool esn;
	const char *iv;
	const char *plain;              /* with padding and trailer */
	const char *sealed;             /* with the ICV */
	unsigned pad;
};

static const struct gcm_esp_vector gcm_esp_vectors[] = {
	{
		"4c80cdefbb5d10da906ac73c3613a6342e443b68",
		0x00004321, 0x8765432100000000, true, "4956ed7e3b244cfe",
		"45000048699a000080114db7c0a80102c0a801010a9bf15638d3010000010000"
		"00000000045f736970045f756470037369700963796265726369747902646b00"
		"0021000101020201",
		"fecf537e729d5b07dc30df528dd22b768d1b98736696a6fd348509fa13ceac34"
		"cfa2436f14a3f3cf65925bf1f4a13c5d15b21e1884f5ff6247aeabb786b93bce"
		"61bc17d768fd9732459018148f6cbe722fd04796562dfdb4", 2,
	},
	{
		"feffe9928665731c6d6a8f9467308308feffe9928665731ccafebabe",
		0x0000a5f8, 0x0000000a, false, "facedbaddecaf888",
		"45000028a4ad4000400678800a01038f0a010612802306b8cb712602dd6bb03e"
		"501016d075680001",
		"a5b1f8066029aea40e598b8122de02420938b3ab33f828e687b8858b5bfbdbd0"
		"315b27452144cc7795457b9652037f5318027b5b4cd7a636", 0,
	},
	{
		"abbccddef00112233445566778899aababbccddef00112233445566778899aab11223344",
		0x4a2cbfe3, 0x00000002, false, "0102030405060708",
		"4500003069a6400080062690c0a801029389155e0a9e008b2dc57ee000000000"
		"7002400020bf0000020405b40101040201020201",
		"ff425c9b724599df7a3bcd510194e00d6a78107f1b0b1cbf06efae9d65a5d763"
		"748a637985771d347f0545659f14e99def842d8eb335f4eecfdbf831824b4c49"
		"15956c96", 2,
	},
};

#endif
