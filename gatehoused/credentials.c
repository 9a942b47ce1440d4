/*
 * The certificates that connections name: see credentials.h.
 *
 * Files are compared by what stat says of them, as reading a thousand now and
 * then would hold the loop; inotify would have to follow symbolic links and
 * renames of their folders.
 */
#include "gatehoused/credentials.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"
#include "yang/crl.h"

/* Certificate and key, then of each authority its certificate and its list. */
enum {
	OURS,
	KEY,
	AUTHORITY,
};
#define AUTHORITIES_MAX IKE_CHAIN_MAX
#define FILES (AUTHORITY + 2 * AUTHORITIES_MAX)

struct stamp {
	struct timespec changed;
	ino_t inode;
	off_t size;
};

struct entry {
	struct entry *next;
	char paths[FILES][GW_FILE_MAX + 1];     /* "" for none */
	struct ike_status_uris uris[AUTHORITIES_MAX];
	unsigned authority_count;
	struct stamp stamps[FILES];
	struct ike_certificates *certificates;
};

struct credentials {
	struct entry *entries;
};

struct credentials *credentials_new(void)
{
	struct credentials *c = calloc(1, sizeof(*c));

	if (!c)
		abort();
	return c;
}

void credentials_free(struct credentials *c)
{
	while (c && c->entries) {
		struct entry *e = c->entries;

		c->entries = e->next;
		ike_certificates_put(e->certificates);
		free(e);
	}
	free(c);
}

static void take_stamps(const struct entry *e, struct stamp out[FILES])
{
	struct stat st;

	memset(out, 0, FILES * sizeof(*out));
	for (unsigned i = 0; i < FILES; i++) {
		if (!e->paths[i][0] || stat(e->paths[i], &st))
			continue;
		out[i].changed = st.st_mtim;
		out[i].inode = st.st_ino;
		out[i].size = st.st_size;
	}
}

/* Everything that was read for one template, which borrows it. */
struct reading {
	struct certificate ours, authorities[AUTHORITIES_MAX];
	struct crl crls[AUTHORITIES_MAX];
	struct gh_buf revoked;          /* of all of them */
	struct ike_certificates template;
};

static void reading_fini(struct reading *r)
{
	certificate_fini(&r->ours);
	for (unsigned i = 0; i < AUTHORITIES_MAX; i++) {
		certificate_fini(&r->authorities[i]);
		crl_fini(&r->crls[i]);
	}
	gh_buf_fini(&r->revoked);
}

static struct ike_der der_of(const struct certificate_der *from)
{
	return (struct ike_der){ from->bytes, from->length };
}

static int read_ours(const struct entry *e, struct reading *r, struct gh_buf *why)
{
	struct ike_certificates *t = &r->template;
	int rc = certificate_read(e->paths[OURS], e->paths[KEY], &r->ours, why);

	_Static_assert(IKE_CHAIN_MAX >= CERTIFICATE_CHAIN_MAX, "a chain that is read fits");
	if (rc)
		return rc;
	for (; t->chain_count < r->ours.chain_count; t->chain_count++)
		t->chain[t->chain_count] = der_of(&r->ours.chain[t->chain_count]);
	t->key = der_of(&r->ours.key);
	t->ecdsa = r->ours.key_type == CERTIFICATE_ECDSA;
	return 0;
}

static int read_list(const char *file, unsigned i, struct reading *r, struct gh_buf *why)
{
	struct crl *list = &r->crls[i];
	int rc = crl_read(file, &r->authorities[i], list, why);

	if (rc)
		return rc;
	r->template.crls[r->template.crl_count++] = der_of(&list->der);
	gh_buf_append(&r->revoked, list->revoked, list->revoked_count * sizeof(*list->revoked));
	return 0;
}

static int read_authority(const struct entry *e, unsigned i, struct reading *r, struct gh_buf *why)
{
	const char *file = e->paths[AUTHORITY + 2 * i], *list = e->paths[AUTHORITY + 2 * i + 1];
	struct certificate *a = &r->authorities[i];
	struct ike_certificates *t = &r->template;
	int rc = certificate_read(file, "", a, why);

	for (size_t k = 0; !rc && k < a->chain_count; k++) {
		if (t->authority_count == IKE_CHAIN_MAX) {
			gh_buf_printf(why, "%s: with the other authorities it is more than %u certificates; name fewer",
				      file, IKE_CHAIN_MAX);
			return -E2BIG;
		}
		if (!k)
			t->uris[t->authority_count] = e->uris[i];
		t->authorities[t->authority_count++] = der_of(&a->chain[k]);
	}
	return rc || !list[0] ? rc : read_list(list, i, r, why);
}

static struct ike_certificates *read_files(const struct entry *e, struct gh_buf *why)
{
	struct reading r = { 0 };
	struct ike_certificates *out = NULL;
	int rc = read_ours(e, &r, why);

	for (unsigned i = 0; !rc && i < e->authority_count; i++)
		rc = read_authority(e, i, &r, why);
	r.template.revoked = (const uint64_t *)(const void *)gh_buf_begin(&r.revoked);
	r.template.revoked_count = gh_buf_length(&r.revoked) / sizeof(uint64_t);
	if (!rc)
		out = ike_certificates_new(&r.template);
	reading_fini(&r);
	return out;
}

/* Reads it (again); what was there stays when that fails, or when it is the same. */
static bool load(struct entry *e, struct gh_buf *why)
{
	struct ike_certificates *fresh;

	take_stamps(e, e->stamps);
	fresh = read_files(e, why);
	if (!fresh)
		return false;
	if (ike_certificates_equal(fresh, e->certificates)) {
		ike_certificates_put(fresh);
		return true;
	}
	ike_certificates_put(e->certificates);
	e->certificates = fresh;
	return true;
}

/* Whoever holds a reference is a connection; without one a private key need not be here. */
static void drop_unused(struct credentials *c)
{
	for (struct entry **p = &c->entries; *p;) {
		struct entry *e = *p;

		if (!e->certificates || e->certificates->references > 1) {
			p = &e->next;
			continue;
		}
		*p = e->next;
		ike_certificates_put(e->certificates);
		free(e);
	}
}

/* What it is looked up by: all that the connection says of certificates. */
static void name(struct entry *e, const struct gw_connection *c)
{
	snprintf(e->paths[OURS], sizeof(e->paths[0]), "%s", c->certificate_file);
	snprintf(e->paths[KEY], sizeof(e->paths[0]), "%s", c->key_file);
	for (size_t i = 0; i < c->authority_count && i < AUTHORITIES_MAX; i++) {
		const struct gw_certificate *a = &c->authorities[i];

		snprintf(e->paths[AUTHORITY + 2 * i], sizeof(e->paths[0]), "%s", a->file);
		snprintf(e->paths[AUTHORITY + 2 * i + 1], sizeof(e->paths[0]), "%s", a->crl_file);
		snprintf(e->uris[i].crl, sizeof(e->uris[i].crl), "%s", a->crl_uri);
		snprintf(e->uris[i].ocsp, sizeof(e->uris[i].ocsp), "%s", a->ocsp_uri);
		e->authority_count++;
	}
}

static bool same_name(const struct entry *a, const struct entry *b)
{
	return !memcmp(a->paths, b->paths, sizeof(a->paths)) &&
	       !memcmp(a->uris, b->uris, sizeof(a->uris));
}

struct ike_certificates *credentials_get(struct credentials *c,
					 const struct gw_connection *connection,
					 struct gh_buf *why)
{
	struct entry *wanted = calloc(1, sizeof(*wanted)), *e = c->entries;

	if (!wanted)
		abort();
	name(wanted, connection);
	while (e && !same_name(e, wanted))
		e = e->next;
	if (e) {
		free(wanted);
	} else {
		e = wanted;
		e->next = c->entries;
		c->entries = e;
	}
	if (!e->certificates)
		load(e, why);
	return ike_certificates_get(e->certificates);
}

bool credentials_renewed(struct credentials *c)
{
	bool renewed = false;

	drop_unused(c);
	for (struct entry *e = c->entries; e; e = e->next) {
		struct stamp now[FILES];
		struct gh_buf why = { 0 };

		take_stamps(e, now);
		if (!memcmp(now, e->stamps, sizeof(now)))
			continue;
		if (load(e, &why)) {
			gh_info("certificate %s: read anew", e->paths[0]);
			renewed = true;
		} else {
			gh_warning("certificate %s changed, and cannot be used: %s; %s", e->paths[0],
				   gh_buf_text(&why), e->certificates ?
				   "the one read before stays in use" : "its connections stay down");
		}
		gh_buf_fini(&why);
	}
	return renewed;
}
