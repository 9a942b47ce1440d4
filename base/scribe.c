/*
 * The log's ring and its reader: see scribe.h.
 *
 * Many put, one takes. A place is claimed by moving `tail`, filled, and then
 * given its turn's number, which is what the scribe waits for. A mutex around a
 * buffer was simpler; but a clerk of less priority that loses its core inside it
 * would hold the loop for as long.
 */
#include "base/scribe.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"

#define PLACES 1024u                    /* a power of two: positions wrap */
#define RESERVED 64u
#define LINE_BYTES 520u                 /* "<6>", gh_log's 511, newline */
#define PATIENCE_MS 1000

struct place {
	atomic_uint turn;               /* its position + 1 once the line is whole */
	unsigned length;
	char text[LINE_BYTES];
};

static const int crashes[] = { SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL };
#define CRASHES (sizeof(crashes) / sizeof(crashes[0]))

static struct place places[PLACES];
static atomic_uint tail;                /* next position to claim */
static atomic_uint head;                /* next to take; moved by the scribe alone */
static atomic_uint written;             /* all before it are out */
static atomic_uint lost, lost_at;       /* lines, and the position of the first of them */
static sem_t more;                      /* counts lines put; may count too many */
static atomic_bool ending;
static bool started;
static int out_fd;
static pthread_t thread;
static struct sigaction before[CRASHES];

/* ---- putting ----------------------------------------------------------- */

static bool claim(enum gh_log_level level, unsigned *position)
{
	unsigned limit = level <= GH_LOG_ERROR ? PLACES : PLACES - RESERVED;
	unsigned at;

	do {
		/* In this order: an old head makes the ring look fuller, never emptier. */
		unsigned taken = atomic_load(&head);

		at = atomic_load(&tail);
		if (at - taken >= limit) {
			if (!atomic_fetch_add(&lost, 1))
				atomic_store(&lost_at, at);
			return false;
		}
	} while (!atomic_compare_exchange_weak(&tail, &at, at + 1));
	*position = at;
	return true;
}

static void put(enum gh_log_level level, const char *line)
{
	struct place *p;
	unsigned at;
	int n;

	if (!claim(level, &at))
		return;
	p = &places[at % PLACES];
	n = snprintf(p->text, LINE_BYTES, "<%d>%s", level, line);
	p->length = n < (int)LINE_BYTES - 1 ? (unsigned)n : LINE_BYTES - 1;
	p->text[p->length++] = '\n';
	atomic_store(&p->turn, at + 1);
	sem_post(&more);
}

/* ---- writing ----------------------------------------------------------- */

static void write_all(const char *bytes, size_t length)
{
	while (length) {
		ssize_t n = write(out_fd, bytes, length);

		if (n >= 0) {
			bytes += n;
			length -= (size_t)n;
		} else if (errno == EAGAIN) {
			poll(&(struct pollfd){ .fd = out_fd, .events = POLLOUT }, 1, -1);
		} else if (errno != EINTR) {
			return;         /* nobody reads */
		}
	}
}

/* As many whole lines as fit; their places are free again. */
static size_t take(char *bytes, size_t size)
{
	unsigned at = atomic_load(&head);
	size_t n = 0;

	for (;;) {
		const struct place *p = &places[at % PLACES];

		if (atomic_load(&p->turn) != at + 1 || n + p->length > size)
			return n;
		memcpy(bytes + n, p->text, p->length);
		n += p->length;
		atomic_store(&head, ++at);
	}
}

static void tell_lost(void)
{
	char line[96];
	int n;

	if (!atomic_load(&lost) || (int)(atomic_load(&head) - atomic_load(&lost_at)) < 0)
		return;
	n = snprintf(line, sizeof(line), "<%d>log: %u lines were lost: more came than could be written\n",
		     GH_LOG_WARNING, atomic_exchange(&lost, 0));
	write_all(line, (size_t)n);
}

static void drain(void)
{
	char chunk[PIPE_BUF];
	size_t n;

	while ((n = take(chunk, sizeof(chunk)))) {
		unsigned at = atomic_load(&head);

		write_all(chunk, n);
		atomic_store(&written, at);
		tell_lost();
	}
}

static void *work(void *arg)
{
	(void)arg;
	while (!atomic_load(&ending)) {
		sem_wait(&more);
		drain();
	}
	drain();
	return NULL;
}

/* ---- the end ----------------------------------------------------------- */

/* Only what signal-safety(7) allows. */
static void on_crash(int number, siginfo_t *info, void *context)
{
	unsigned until = atomic_load(&tail);
	int error = errno;

	(void)context;
	sem_post(&more);
	if (pthread_equal(pthread_self(), thread))
		drain();
	for (int ms = 0; ms < PATIENCE_MS && (int)(until - atomic_load(&written)) > 0; ms++)
		poll(NULL, 0, 1);
	for (size_t i = 0; i < CRASHES; i++)
		if (crashes[i] == number)
			sigaction(number, &before[i], NULL);
	errno = error;
	/* A fault comes again by itself, and with its place. */
	if (info->si_code <= 0)
		raise(number);
}

int scribe_start(int fd)
{
	struct sigaction crash = { .sa_sigaction = on_crash, .sa_flags = SA_SIGINFO };
	static bool at_exit;
	sigset_t all, mask;
	int error;

	out_fd = fd;
	atomic_store(&ending, false);
	if (sem_init(&more, 0, 0) < 0)
		return -errno;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &mask);
	error = pthread_create(&thread, NULL, work, NULL);
	pthread_sigmask(SIG_SETMASK, &mask, NULL);
	if (error) {
		sem_destroy(&more);
		return -error;
	}
	pthread_setname_np(thread, "scribe");
	for (size_t i = 0; i < CRASHES; i++)
		sigaction(crashes[i], &crash, &before[i]);
	if (!at_exit)
		atexit(scribe_stop);
	at_exit = started = true;
	gh_log_set_sink(put);
	return 0;
}

void scribe_stop(void)
{
	if (!started)
		return;
	started = false;
	gh_log_set_sink(NULL);
	atomic_store(&ending, true);
	sem_post(&more);
	pthread_join(thread, NULL);
	for (size_t i = 0; i < CRASHES; i++)
		sigaction(crashes[i], &before[i], NULL);
	sem_destroy(&more);
}
