/*
 * The certificates that connections name: see credentials.h.
 *
 * Files are compared by what stat says of them, as reading a thousand now and
 * then would hold the loop; inotify would have to follow symbolic links and
 * renames of their folders.
 */
#include "gatehoused/credentials.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"
#include "yang/certificate.h"

#define FILES 3         /* certificate, key, authority */

struct stamp {
	struct timespec changed;
	ino_t inode;
	off_t size;
};

struct entry {
	struct entry *next;
	char paths[FILES][GW_FILE_MAX + 1];
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
		if (stat(e->paths[i], &st))
			continue;
		out[i].changed = st.st_mtim;
		out[i].inode = st.st_ino;
		out[i].size = st.st_size;
	}
}

static void borrow(struct ike_der *to, const struct certificate *from)
{
	for (size_t i = 0; i < from->chain_count; i++)
		to[i] = (struct ike_der){ from->chain[i].bytes, from->chain[i].length };
}

static struct ike_certificates *read_files(const struct entry *e, struct gh_buf *why)
{
	struct certificate ours = { 0 }, authority = { 0 };
	struct ike_certificates template = { 0 }, *out = NULL;

	_Static_assert(IKE_CHAIN_MAX >= CERTIFICATE_CHAIN_MAX, "a chain that is read fits");
	if (!certificate_read(e->paths[0], e->paths[1], &ours, why) &&
	    !certificate_read(e->paths[2], "", &authority, why)) {
		borrow(template.chain, &ours);
		borrow(template.authorities, &authority);
		template.chain_count = ours.chain_count;
		template.authority_count = authority.chain_count;
		template.key = (struct ike_der){ ours.key.bytes, ours.key.length };
		template.ecdsa = ours.key_type == CERTIFICATE_ECDSA;
		out = ike_certificates_new(&template);
	}
	certificate_fini(&ours);
	certificate_fini(&authority);
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

static bool is_of(const struct entry *e, const struct gw_connection *c)
{
	return !strcmp(e->paths[0], c->certificate_file) && !strcmp(e->paths[1], c->key_file) &&
	       !strcmp(e->paths[2], c->authority_count ? c->authorities[0].file : "");
}

struct ike_certificates *credentials_get(struct credentials *c,
					 const struct gw_connection *connection,
					 struct gh_buf *why)
{
	struct entry *e = c->entries;

	while (e && !is_of(e, connection))
		e = e->next;
	if (!e) {
		e = calloc(1, sizeof(*e));
		if (!e)
			abort();
		memcpy(e->paths[0], connection->certificate_file, sizeof(e->paths[0]));
		memcpy(e->paths[1], connection->key_file, sizeof(e->paths[1]));
		if (connection->authority_count)
			memcpy(e->paths[2], connection->authorities[0].file, sizeof(e->paths[2]));
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
