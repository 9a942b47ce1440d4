/*
 * Encryption at rest: see secret.h.
 *
 * The name of the connection is not bound into the ciphertext, so that an
 * operator may copy a line from one connection to another.
 */
#include "yang/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define VERSION 1
#define KEY_BYTES 32
#define ID_BYTES 4
#define NONCE_BYTES 12
#define TAG_BYTES 16
#define HEAD_BYTES (1 + ID_BYTES + NONCE_BYTES)
#define PAD 32
#define PLAIN_MAX ((1 + GW_SECRET_MAX + PAD - 1) / PAD * PAD)
#define SEALED_MAX (HEAD_BYTES + PLAIN_MAX + TAG_BYTES)

_Static_assert((SEALED_MAX * 4 + 2) / 3 <= GW_ENCRYPTED_MAX, "the text of the longest secret fits");

struct secret_key {
	uint8_t key[KEY_BYTES];
	uint8_t id[ID_BYTES];
};

static void sync_directory_of(const char *path)
{
	char *directory = strdup(path), *slash;
	int fd;

	if (!directory)
		abort();
	slash = strrchr(directory, '/');
	if (slash)
		*slash = '\0';
	fd = open(slash ? directory : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(directory);
	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
}

static int key_write(const char *path, const uint8_t key[KEY_BYTES])
{
	int fd, ret = 0;

	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -errno;
	errno = 0;
	if (fchmod(fd, 0600) < 0 || write(fd, key, KEY_BYTES) != KEY_BYTES || fsync(fd) < 0)
		ret = errno ? -errno : -EIO;
	close(fd);
	return ret;
}

/*
 * Written beside and linked into place: a crash leaves no half a key, and
 * link, unlike rename, never replaces a key that another start has just made.
 */
static int key_create(const char *path, uint8_t key[KEY_BYTES])
{
	char *beside;
	int ret;

	if (RAND_bytes(key, KEY_BYTES) != 1)
		return -EIO;
	if (asprintf(&beside, "%s.%d", path, (int)getpid()) < 0)
		abort();
	unlink(beside);
	ret = key_write(beside, key);
	if (!ret && link(beside, path) < 0)
		ret = -errno;
	unlink(beside);
	free(beside);
	if (!ret)
		sync_directory_of(path);
	return ret;
}

static int key_read(int fd, const char *path, uint8_t key[KEY_BYTES], struct gh_buf *why)
{
	uint8_t bytes[KEY_BYTES + 1];
	struct stat st;
	ssize_t n;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode) || (st.st_mode & 077)) {
		gh_buf_printf(why, "%s: %s; make it a plain file of mode 0600 that belongs to the"
			      " daemon's user", path,
			      S_ISREG(st.st_mode) ? "others may read the host key"
						  : "not a plain file");
		return -EPERM;
	}
	n = read(fd, bytes, sizeof(bytes));
	if (n < 0)
		return -errno;
	if (n == KEY_BYTES)
		memcpy(key, bytes, KEY_BYTES);
	explicit_bzero(bytes, sizeof(bytes));
	if (n != KEY_BYTES) {
		gh_buf_printf(why, "%s: not a host key (%u bytes are expected); restore it from a"
			      " backup, or remove it and enter every shared-key again",
			      path, KEY_BYTES);
		return -EBADMSG;
	}
	return 0;
}

int secret_key_open(const char *path, struct secret_key **out, struct gh_buf *why)
{
	struct secret_key *k;
	uint8_t hash[EVP_MAX_MD_SIZE];
	int fd, ret;

	k = calloc(1, sizeof(*k));
	if (!k)
		abort();
	errno = 0;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd >= 0) {
		ret = key_read(fd, path, k->key, why);
		close(fd);
	} else {
		ret = errno == ENOENT ? key_create(path, k->key) : -errno;
	}
	if (!ret && !EVP_Digest(k->key, KEY_BYTES, hash, NULL, EVP_sha256(), NULL))
		ret = -EIO;
	if (ret < 0) {
		if (!gh_buf_length(why))
			gh_buf_printf(why, "%s: cannot open or create the host key: %s", path,
				      strerror(-ret));
		secret_key_free(k);
		return ret;
	}
	memcpy(k->id, hash, ID_BYTES);
	*out = k;
	return 0;
}

void secret_key_free(struct secret_key *key)
{
	if (!key)
		return;
	explicit_bzero(key, sizeof(*key));
	free(key);
}

bool secret_valid(const char *clear, size_t length)
{
	size_t i;

	for (i = 0; i < length; i++)
		if (clear[i] < 0x20 || clear[i] > 0x7e)
			return false;
	return length >= 1 && length <= GW_SECRET_MAX;
}

/* ---- base64url without padding (RFC 4648 section 5) ---- */

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static void base64_encode(const uint8_t *in, size_t n, char *out)
{
	uint32_t bits = 0;
	unsigned held = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		bits = bits << 8 | in[i];
		for (held += 8; held >= 6; held -= 6)
			*out++ = alphabet[bits >> (held - 6) & 63];
	}
	if (held)
		*out++ = alphabet[bits << (6 - held) & 63];
	*out = '\0';
}

/* Returns the bytes written, or -EBADMSG; refuses anything but the one encoding. */
static int base64_decode(const char *in, uint8_t *out, size_t size)
{
	uint32_t bits = 0;
	unsigned held = 0;
	size_t n = 0;

	for (; *in; in++) {
		const char *c = strchr(alphabet, *in);

		if (!c)
			return -EBADMSG;
		bits = bits << 6 | (uint32_t)(c - alphabet);
		held += 6;
		if (held >= 8) {
			if (n == size)
				return -EBADMSG;
			held -= 8;
			out[n++] = (uint8_t)(bits >> held);
		}
	}
	if (held >= 6 || (bits & ((1u << held) - 1)))
		return -EBADMSG;
	return (int)n;
}

/* ---- seal and open ---- */

/* sealed is the head, then the text; seal encrypts it in place and adds the tag. */
static int seal(const struct secret_key *key, uint8_t *sealed, size_t plain)
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	uint8_t *text = sealed + HEAD_BYTES;
	int n, ok;

	ok = c && EVP_EncryptInit_ex(c, EVP_aes_256_gcm(), NULL, key->key,
				     sealed + 1 + ID_BYTES) &&
	     EVP_EncryptUpdate(c, NULL, &n, sealed, 1 + ID_BYTES) &&
	     EVP_EncryptUpdate(c, text, &n, text, (int)plain) &&
	     EVP_EncryptFinal_ex(c, text + n, &n) &&
	     EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_GET_TAG, TAG_BYTES, text + plain);
	EVP_CIPHER_CTX_free(c);
	return ok ? 0 : -EIO;
}

static int unseal(const struct secret_key *key, uint8_t *sealed, size_t plain)
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	uint8_t *text = sealed + HEAD_BYTES;
	int n, ok;

	ok = c && EVP_DecryptInit_ex(c, EVP_aes_256_gcm(), NULL, key->key,
				     sealed + 1 + ID_BYTES) &&
	     EVP_DecryptUpdate(c, NULL, &n, sealed, 1 + ID_BYTES) &&
	     EVP_DecryptUpdate(c, text, &n, text, (int)plain) &&
	     EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_SET_TAG, TAG_BYTES, text + plain) &&
	     EVP_DecryptFinal_ex(c, text + n, &n) > 0;
	EVP_CIPHER_CTX_free(c);
	return ok ? 0 : -EBADMSG;
}

int secret_encrypt(const struct secret_key *key, const char *clear, size_t length,
		   char text[GW_ENCRYPTED_MAX + 1])
{
	uint8_t sealed[SEALED_MAX] = { VERSION };
	size_t plain = (1 + length + PAD - 1) / PAD * PAD;
	int ret;

	if (!secret_valid(clear, length))
		return -EINVAL;
	memcpy(sealed + 1, key->id, ID_BYTES);
	if (RAND_bytes(sealed + 1 + ID_BYTES, NONCE_BYTES) != 1)
		return -EIO;
	sealed[HEAD_BYTES] = (uint8_t)length;
	memcpy(sealed + HEAD_BYTES + 1, clear, length);
	ret = seal(key, sealed, plain);
	if (!ret)
		base64_encode(sealed, HEAD_BYTES + plain + TAG_BYTES, text);
	explicit_bzero(sealed, sizeof(sealed));
	return ret;
}

int secret_decrypt(const struct secret_key *key, const char *text, struct gh_buf *clear)
{
	uint8_t sealed[SEALED_MAX];
	int n = base64_decode(text, sealed, sizeof(sealed)), ret;
	size_t plain, length;

	if (n < HEAD_BYTES + PAD + TAG_BYTES || sealed[0] != VERSION ||
	    (n - HEAD_BYTES - TAG_BYTES) % PAD)
		return -EBADMSG;
	if (memcmp(sealed + 1, key->id, ID_BYTES))
		return -EKEYREJECTED;
	plain = (size_t)n - HEAD_BYTES - TAG_BYTES;
	ret = unseal(key, sealed, plain);
	length = sealed[HEAD_BYTES];
	if (!ret && (length >= plain ||
		     !secret_valid((const char *)sealed + HEAD_BYTES + 1, length)))
		ret = -EBADMSG;
	if (!ret)
		gh_buf_append(clear, sealed + HEAD_BYTES + 1, length);
	explicit_bzero(sealed, sizeof(sealed));
	return ret;
}

bool secret_same(const struct secret_key *key, const char *a, const char *b)
{
	struct gh_buf x = { 0 }, y = { 0 };
	bool same;

	same = !secret_decrypt(key, a, &x) && !secret_decrypt(key, b, &y) &&
	       gh_buf_length(&x) == gh_buf_length(&y) &&
	       !memcmp(gh_buf_begin(&x), gh_buf_begin(&y), gh_buf_length(&x));
	gh_buf_fini(&x);
	gh_buf_fini(&y);
	return same;
}

const char *secret_error(int error)
{
	switch (error) {
	case -EKEYREJECTED:
		return "this key was encrypted on another host; enter it in clear with"
		       " shared-key 0, or bring that host's host.key";
	case -EBADMSG:
		return "this is not an encrypted key, or it was damaged; enter the key in clear"
		       " with shared-key 0";
	default:
		return "the cipher failed; look at the host's OpenSSL";
	}
}
