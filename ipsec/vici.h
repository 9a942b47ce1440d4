/*
 * vici - a client of charon's control socket
 *
 * The Versatile IKE Control Interface: packets of a u32 length, over a Unix
 * stream socket; commands with one answer each, one at a time; events at any
 * time. strongSwan documents it in src/libcharon/plugins/vici/README.md.
 *
 * A message is a tree of sections, key/values and lists. It is built with the
 * vici_put_ functions into a gh_buf, and read with struct vici_message, which
 * is a slice: a sub-section is a slice of the same bytes, nothing is copied.
 *
 * Like base/link it has no loop of its own: the host watches vici_fd, calls
 * vici_receive when it is readable and vici_flush when it is writable and
 * vici_pending.
 *
 * Ownership  the client owns its socket and buffers. Messages handed to
 *            callbacks are borrowed until the callback returns. Requests are
 *            wiped once sent: they may hold secrets.
 * Threads    one at a time; the host serialises.
 * Errors     0 or -errno; after one the client is only good for vici_close.
 *            -EBADMSG: charon sent garbage. vici_close calls back every
 *            request still queued with a NULL message, and ignores new ones.
 */
#ifndef GH_IPSEC_VICI_H
#define GH_IPSEC_VICI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define VICI_PACKET_MAX (512u << 10)    /* the protocol's own limit */
#define VICI_NAME_MAX 255
#define VICI_DEPTH_MAX 16               /* sections in sections that we accept */

/* ---- messages, written ---- */

void vici_put_section(struct gh_buf *b, const char *name);
void vici_put_section_end(struct gh_buf *b);
void vici_put(struct gh_buf *b, const char *name, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void vici_put_bytes(struct gh_buf *b, const char *name, const void *bytes, size_t length);
void vici_put_list(struct gh_buf *b, const char *name);
void vici_put_item(struct gh_buf *b, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void vici_put_item_bytes(struct gh_buf *b, const void *bytes, size_t length);
void vici_put_list_end(struct gh_buf *b);

/* ---- messages, read ---- */

/* Whole and well-formed by construction: only vici_message_check makes one. */
struct vici_message {
	const uint8_t *bytes;
	size_t length;
};

/* -EBADMSG unless sections and lists are balanced and every length fits. */
int vici_message_check(const uint8_t *bytes, size_t length, struct vici_message *out);

/* Copies the value of a key of this section as text; false if absent. Too long is cut. */
bool vici_get(const struct vici_message *m, const char *key, char *out, size_t size);
bool vici_get_is(const struct vici_message *m, const char *key, const char *value);
/* The value as a number of the base, or otherwise when absent or not a number. */
uint64_t vici_get_number(const struct vici_message *m, const char *key, int base,
			 uint64_t otherwise);
/* The items of a list, joined by ", "; false if absent. */
bool vici_get_list(const struct vici_message *m, const char *key, char *out, size_t size);
/* Walks the items of a list: begin with *at = 0; false at the end, or if it is absent. */
bool vici_next_item(const struct vici_message *m, const char *list, size_t *at, char *out,
		    size_t size);
bool vici_get_section(const struct vici_message *m, const char *name, struct vici_message *out);

/* Walks the sections directly in m: begin with *at = 0; false at the end. */
bool vici_next_section(const struct vici_message *m, size_t *at, char name[VICI_NAME_MAX + 1],
		       struct vici_message *out);

/* ---- the client ---- */

struct vici;

/* message is NULL when there will be no answer: unknown command, or the link is gone. */
typedef void vici_answer(void *user, const struct vici_message *message);
typedef void vici_event(void *user, const char *name, const struct vici_message *message);

/* Takes over a connected stream socket; every registered event comes to event(user, ...). */
struct vici *vici_open(int fd, vici_event *event, void *user);
void vici_close(struct vici *v);

int vici_fd(const struct vici *v);
size_t vici_pending(const struct vici *v);
/* Reads and calls back. Callbacks may queue requests, but not close. */
int vici_receive(struct vici *v);
int vici_flush(struct vici *v);

/* Queues a command; answer may be NULL. message may be NULL for an empty one. */
void vici_request(struct vici *v, const char *command, const struct gh_buf *message,
		  vici_answer *answer, void *user);
/* Queues a registration; an event that charon does not know never comes. */
void vici_listen(struct vici *v, const char *event);

#endif
