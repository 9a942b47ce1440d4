/*
 * gatehouse-netconf - sshd's subsystem: carries bytes between SSH and the daemon
 *
 * Standard input and output are sshd's; the other side is the daemon's socket,
 * which learns from the kernel who we are. The first line tells it where the
 * client is, for its log. Each direction has one bounded buffer and is not
 * read while that is full, so a peer that does not read stops the other.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define ROOM 65536

struct pipe {
	int from, to;
	size_t head, tail;
	int ended;                      /* nothing more comes */
	char bytes[ROOM];
};

static int connect_to(const char *path)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(path) >= sizeof(sun.sun_path)) {
		fprintf(stderr, "gatehouse-netconf: the path %s is too long\n", path);
		return -1;
	}
	strcpy(sun.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && !connect(fd, (struct sockaddr *)&sun, sizeof(sun)))
		return fd;
	fprintf(stderr, "gatehouse-netconf: cannot reach the gateway at %s: %s%s\n", path,
		strerror(errno), errno == EACCES ? "; this user must be in the socket's group" :
		errno == ENOENT || errno == ECONNREFUSED ? "; is gatehoused running?" : "");
	return -1;
}

/* SSH_CONNECTION is "client port server port" (sshd(8)). */
static void tell_client(struct pipe *to_daemon)
{
	const char *connection = getenv("SSH_CONNECTION");
	size_t n = connection ? strcspn(connection, " %") : 0;
	int put;

	if (!n || n > 45)
		return;
	put = snprintf(to_daemon->bytes, ROOM, "from %.*s\n", (int)n, connection);
	to_daemon->tail = (size_t)put;
}

static void take(struct pipe *p)
{
	ssize_t n = read(p->from, p->bytes + p->tail, ROOM - p->tail);
	if (n > 0)
		p->tail += (size_t)n;
	else if (n == 0 || (errno != EAGAIN && errno != EINTR))
		p->ended = 1;
}

static int give(struct pipe *p)
{
	ssize_t n = write(p->to, p->bytes + p->head, p->tail - p->head);

	if (n > 0) {
		p->head += (size_t)n;
		if (p->head == p->tail)
			p->head = p->tail = 0;  /* here, or a full buffer would never be read into again */
	} else if (n < 0 && errno != EAGAIN && errno != EINTR) {
		return -1;
	}
	return 0;
}

static short wanted(const struct pipe *p)
{
	return !p->ended && p->tail < ROOM ? POLLIN : 0;
}

/* Ends when the daemon does, or when the client has gone and all of it is sent. */
static int carry(struct pipe *up, struct pipe *down)
{
	for (;;) {
		struct pollfd fds[4] = {
			{ .fd = wanted(up) ? up->from : -1, .events = POLLIN },
			{ .fd = up->tail > up->head ? up->to : -1, .events = POLLOUT },
			{ .fd = wanted(down) ? down->from : -1, .events = POLLIN },
			{ .fd = down->tail > down->head ? down->to : -1, .events = POLLOUT },
		};

		if (up->ended == 1 && up->head == up->tail) {
			shutdown(up->to, SHUT_WR);
			up->ended = 2;
		}
		if (down->ended && down->head == down->tail)
			return 0;
		if (poll(fds, 4, -1) < 0 && errno != EINTR)
			return 1;
		if (fds[0].revents)
			take(up);
		/* The daemon hears no more, but may have said why. */
		if (fds[1].revents && give(up) < 0) {
			up->ended = 2;
			up->head = up->tail = 0;
		}
		if (fds[2].revents)
			take(down);
		if (fds[3].revents && give(down) < 0)
			return 0;
	}
}

int main(int argc, char **argv)
{
	static struct pipe up, down;
	char path[128] = "/run/gatehouse/gateway/netconf.sock";
	int c;

	while ((c = getopt(argc, argv, "i:s:")) != -1) {
		if (c == 'i' && strlen(optarg) < 64)
			snprintf(path, sizeof(path), "/run/gatehouse/%s/netconf.sock", optarg);
		else if (c == 's' && strlen(optarg) < sizeof(path))
			snprintf(path, sizeof(path), "%s", optarg);
		else
			return fprintf(stderr, "usage: gatehouse-netconf [-i INSTANCE | -s SOCKET]\n"), 2;
	}
	up = (struct pipe){ .from = STDIN_FILENO, .to = connect_to(path) };
	if (up.to < 0)
		return 1;
	down = (struct pipe){ .from = up.to, .to = STDOUT_FILENO };
	tell_client(&up);
	signal(SIGPIPE, SIG_IGN);
	for (int fd = 0; fd < 2; fd++)
		fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	fcntl(up.to, F_SETFL, O_NONBLOCK);
	return carry(&up, &down);
}
