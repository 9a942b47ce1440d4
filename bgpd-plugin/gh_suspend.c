/*
 * Suspended vtys: see suspend.h.
 *
 * libfrr has the result CMD_SUSPEND for watchfrr: it then sends no result, and
 * goes on reading. That it reads is one thing too many, for a vtysh that goes
 * away would take the vty with it. So reading is stopped as well, by an event
 * that comes before the next poll, and begun again with the same function.
 */
#include "bgpd-plugin/gh_suspend.h"

#include "bgpd-plugin/gh_compat.h"

struct gh_suspended {
	struct vty *vty;
	void (*read)(struct thread *);
	struct thread *t_hold, *t_flush;
};

bool gh_suspend_can(const struct vty *vty)
{
	return vty->type == VTY_SHELL_SERV && !vty->filter;
}

static void hold(struct thread *t)
{
	struct gh_suspended *s = THREAD_ARG(t);

	if (!s->vty->t_read)
		return;
	s->read = s->vty->t_read->func;
	gh_thread_off(s->vty->t_read);
}

struct gh_suspended *gh_suspend(struct vty *vty)
{
	struct gh_suspended *s = calloc(1, sizeof(*s));

	if (!s)
		abort();
	s->vty = vty;
	/*
	 * For libfrr a line that did not succeed is one to be offered to the nodes
	 * above, and it stops at this one; it puts the node back by itself.
	 */
	if (vty->node > CONFIG_NODE)
		vty->node = CONFIG_NODE;
	gh_thread_event_with(hold, s, &s->t_hold);
	return s;
}

bool gh_suspend_flush(struct gh_suspended *s)
{
	return buffer_flush_available(s->vty->obuf, s->vty->wfd) != BUFFER_ERROR;
}

/* Now and, where vtysh is slow to read, again when it has read. */
static void flush(struct gh_suspended *s);

static void flush_event(struct thread *t)
{
	flush(THREAD_ARG(t));
}

static void flush(struct gh_suspended *s)
{
	struct vty *vty = s->vty;

	if (buffer_flush_available(vty->obuf, vty->wfd) == BUFFER_PENDING) {
		gh_thread_write_with(flush_event, s, vty->wfd, &s->t_flush);
		return;
	}
	/* An error too: the read will find it, and end the session. */
	if (s->read && !vty->t_read)
		gh_thread_read_with(s->read, vty, vty->fd, &vty->t_read);
	free(s);
}

void gh_resume(struct gh_suspended *s, int result)
{
	const uint8_t trailer[4] = { 0, 0, 0, (uint8_t)result };

	/* Resumed before it was held: libfrr still reads, and shall. */
	gh_thread_off(s->t_hold);
	buffer_put(s->vty->obuf, trailer, sizeof(trailer));
	flush(s);
}
