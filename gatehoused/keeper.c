/*
 * The parent process: see keeper.h.
 *
 * The child is exec'd, not just forked, so that a restart picks up a new
 * binary: by its path, since /proc/self/exe stays with the file that was
 * replaced. The rejected alternative, handing descriptors to a service manager's
 * store, needs that manager; this works in a bare namespace as well.
 */
#include "gatehoused/keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "gatehoused/nat/box.h"
#include "gatehoused/desk.h"
#include "ipsec/port.h"
#include "ipsec/tun.h"

#define RESPAWN_FIRST_MS 50
#define RESPAWN_SLOWEST_MS 5000
/* A daemon that was ready starts again at once, so many times, regained one a second. */
#define RESPAWN_CREDIT 10
/* For an orderly end; after that it is killed. */
#define STOP_MS 5000

struct keeper {
	const struct options *options;
	char **argv;
	char program[PATH_MAX];         /* the path that we were started by; "" if unknown */
	struct passwd *user;
	int held[KEEPER_FD_END];        /* by enum keeper_fd, -1 where none */
	int line, desk, counter;        /* our ends of the child's KEEPER_LINE, _DESK and _SHELF */
	struct box_shelf *shelf;
	int signals;
	pid_t child;
	struct gh_time started;
	bool ready;                     /* the child said that it works */
	unsigned credit;                /* restarts at once that are left */
	struct gh_time credited;
	unsigned respawn_ms;            /* grows while the child does not get ready */
	bool stopping;
	struct gh_time stop_by;
};

/* ---- what is held ------------------------------------------------------ */

/* Every directory on the way is root's; only the last belongs to the daemon. */
static int directory_make(const char *path, mode_t mode, const struct passwd *owner)
{
	char part[OPTIONS_PATH_MAX];

	for (const char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		snprintf(part, sizeof(part), "%.*s", (int)(slash - path), path);
		if (mkdir(part, 0755) < 0 && errno != EEXIST)
			return -errno;
	}
	if (mkdir(path, mode) < 0 && errno != EEXIST)
		return -errno;
	if (chown(path, owner->pw_uid, owner->pw_gid) < 0 || chmod(path, mode) < 0)
		return -errno;
	return 0;
}

static int sa_map_open(const struct keeper *k)
{
	char path[OPTIONS_PATH_MAX + 8];
	struct stat st;
	int fd;

	snprintf(path, sizeof(path), "%s/sa.map", k->options->run_dir);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -errno;
	/* The folder is the user's: what is given to him must not be another's file. */
	errno = EPERM;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_nlink != 1 ||
	    fchown(fd, k->user->pw_uid, k->user->pw_gid) < 0) {
		int rc = -errno;

		close(fd);
		return rc;
	}
	return fd;
}

/*
 * NETCONF clients come by it, as the users that they are: it is open to those
 * who may use vtysh. It lives here so that they can wait for a daemon that
 * starts again.
 */
static int netconf_listen(const struct keeper *k)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	const struct group *group = getgrnam("frrvty");
	gid_t gid = group ? group->gr_gid : k->user->pw_gid;
	mode_t before;
	int fd, rc;

	if ((size_t)snprintf(sun.sun_path, sizeof(sun.sun_path), "%s/netconf.sock",
			     k->options->run_dir) >= sizeof(sun.sun_path))
		return -ENAMETOOLONG;
	unlink(sun.sun_path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	before = umask(0117);           /* never open to all, not even for a moment */
	rc = bind(fd, (struct sockaddr *)&sun, sizeof(sun)) < 0 ||
	     lchown(sun.sun_path, 0, gid) < 0 || listen(fd, 16) < 0 ? -errno : fd;
	umask(before);
	if (rc < 0)
		close(fd);
	return rc;
}

static int hold(struct keeper *k, enum keeper_fd which, int fd, const char *what)
{
	if (fd < 0) {
		gh_error("keeper: cannot open %s: %s%s", what, strerror(-fd),
			 fd == -EADDRINUSE ? "; another IKE daemon owns the port: stop it, or give charon the gatehouse plugin's socket" : "");
		return fd;
	}
	/* Out of the range that the child's descriptors are moved to. */
	k->held[which] = fcntl(fd, F_DUPFD_CLOEXEC, KEEPER_FD_END);
	close(fd);
	return k->held[which] < 0 ? -errno : 0;
}

static int hold_all(struct keeper *k)
{
	int rc = hold(k, KEEPER_TUN, tun_open(k->options->tun), k->options->tun);

	if (!rc)
		rc = hold(k, KEEPER_IKE4, port_open(AF_INET, 500, false), "UDP port 500 (IPv4)");
	if (!rc)
		rc = hold(k, KEEPER_IKE6, port_open(AF_INET6, 500, false), "UDP port 500 (IPv6)");
	if (!rc)
		rc = hold(k, KEEPER_NATT4, port_open(AF_INET, 4500, true), "UDP port 4500 (IPv4)");
	if (!rc)
		rc = hold(k, KEEPER_NATT6, port_open(AF_INET6, 4500, true), "UDP port 4500 (IPv6)");
	if (!rc)
		rc = hold(k, KEEPER_ESP4, port_open_esp(AF_INET), "IP protocol 50 (IPv4)");
	if (!rc)
		rc = hold(k, KEEPER_ESP6, port_open_esp(AF_INET6), "IP protocol 50 (IPv6)");
	if (!rc)
		rc = hold(k, KEEPER_SA_MAP, sa_map_open(k), "sa.map");
	if (!rc)
		rc = hold(k, KEEPER_NETCONF, netconf_listen(k), "netconf.sock");
	return rc;
}

/* ---- the child --------------------------------------------------------- */

/* Keeps the two capabilities over the change of user and over exec. */
static int privileges_drop(const struct passwd *user)
{
	static const cap_value_t kept[] = { CAP_NET_ADMIN, CAP_NET_RAW };
	cap_t caps;
	int rc = 0;

	if (prctl(PR_SET_KEEPCAPS, 1) < 0 || initgroups(user->pw_name, user->pw_gid) < 0 ||
	    setresgid(user->pw_gid, user->pw_gid, user->pw_gid) < 0 ||
	    setresuid(user->pw_uid, user->pw_uid, user->pw_uid) < 0)
		return -errno;
	caps = cap_init();
	if (!caps)
		return -ENOMEM;
	if (cap_set_flag(caps, CAP_PERMITTED, 2, kept, CAP_SET) < 0 ||
	    cap_set_flag(caps, CAP_EFFECTIVE, 2, kept, CAP_SET) < 0 ||
	    cap_set_flag(caps, CAP_INHERITABLE, 2, kept, CAP_SET) < 0 ||
	    cap_set_proc(caps) < 0)
		rc = -errno;
	cap_free(caps);
	for (unsigned i = 0; !rc && i < 2; i++) {
		if (cap_set_ambient(kept[i], CAP_SET) < 0)
			rc = -errno;
	}
	return rc;
}

static void __attribute__((noreturn)) child_exec(struct keeper *k, const int theirs[3])
{
	unsigned argc = 0;
	char **argv;
	sigset_t none;
	int rc;

	/* `held` and `theirs` lie beyond the target range, so no order matters. */
	k->held[KEEPER_LINE] = theirs[0];
	k->held[KEEPER_DESK] = theirs[1];
	k->held[KEEPER_SHELF] = theirs[2];
	for (int fd = KEEPER_TUN; fd < KEEPER_FD_END; fd++) {
		if (dup2(k->held[fd], fd) < 0)
			_exit(126);
	}
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	rc = privileges_drop(k->user);
	if (rc < 0) {
		gh_error("keeper: cannot become %s: %s", k->user->pw_name, strerror(-rc));
		_exit(126);
	}
	while (k->argv[argc])
		argc++;
	argv = calloc(argc + 2, sizeof(*argv));
	if (!argv)
		_exit(126);
	memcpy(argv, k->argv, argc * sizeof(*argv));
	argv[argc] = (char *)"--child";
	execv(k->program, argv);
	/* In the middle of an upgrade, or where the user may not go: as we are. */
	execv("/proc/self/exe", argv);
	gh_error("keeper: cannot start the daemon: %s", strerror(errno));
	_exit(126);
}

/* A new pair for a new child: ours replaces *ours, theirs is returned, beyond the child's range. */
static int pair_make(int *ours)
{
	int pair[2], theirs;

	if (*ours >= 0)
		close(*ours);
	*ours = -1;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -1;
	theirs = fcntl(pair[1], F_DUPFD_CLOEXEC, KEEPER_FD_END);
	close(pair[1]);
	*ours = fcntl(pair[0], F_DUPFD_CLOEXEC, KEEPER_FD_END);
	close(pair[0]);
	return theirs;
}

static int child_start(struct keeper *k)
{
	int *const ours[] = { &k->line, &k->desk, &k->counter };
	bool paired = true;
	int theirs[3], error;
	pid_t child;

	k->started = gh_now();
	for (unsigned i = 0; i < 3; i++) {
		theirs[i] = pair_make(ours[i]);
		paired &= theirs[i] >= 0 && *ours[i] >= 0;
	}
	k->ready = false;
	box_shelf_rewind(k->shelf);
	child = paired ? fork() : -1;
	if (!child)
		child_exec(k, theirs);
	error = errno;
	for (unsigned i = 0; i < 3; i++) {
		if (theirs[i] >= 0)
			close(theirs[i]);
	}
	if (child < 0)
		return -error;
	k->child = child;
	gh_info("keeper: daemon started, pid %d", (int)k->child);
	return 0;
}

/* A fast restart is what sessions live on, a daemon that crashes in a loop is not. */
static unsigned respawn_pause(struct keeper *k)
{
	struct gh_time now = gh_now();
	uint64_t gained = gh_time_ms_between(k->credited, now) / 1000;
	unsigned ms;

	if (gained) {
		k->credit = gained + k->credit > RESPAWN_CREDIT ? RESPAWN_CREDIT
								: (unsigned)gained + k->credit;
		k->credited = now;
	}
	if (k->ready && k->credit) {
		k->credit--;
		return 0;
	}
	ms = k->respawn_ms ? k->respawn_ms * 2 : RESPAWN_FIRST_MS;
	return ms < RESPAWN_SLOWEST_MS ? ms : RESPAWN_SLOWEST_MS;
}

static void child_reap(struct keeper *k)
{
	int status;

	if (k->child <= 0 || waitpid(k->child, &status, WNOHANG) != k->child)
		return;
	k->child = 0;
	if (k->stopping)
		return;
	k->respawn_ms = respawn_pause(k);
	k->started = gh_now();
	gh_warning("keeper: daemon ended by %s %d, next start in %u ms; the circuit's traffic goes on",
		   WIFSIGNALED(status) ? "signal" : "exit status",
		   WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status), k->respawn_ms);
}

/* ---- requests of the child --------------------------------------------- */

static int vici_connect(const char *path)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(path) >= sizeof(sun.sun_path))
		return -ENAMETOOLONG;
	strcpy(sun.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (connect(fd, (struct sockaddr *)&sun, sizeof(sun)) < 0) {
		int rc = -errno;

		close(fd);
		return rc;
	}
	return fd;
}

/* One packet: an int that is 0 or -errno, and with 0 a descriptor (unix(7)). */
static void answer(int line, int fd)
{
	int rc = fd < 0 ? fd : 0;
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct iovec iov = { .iov_base = &rc, .iov_len = sizeof(rc) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (fd >= 0) {
		struct cmsghdr *c;

		msg.msg_control = control.room;
		msg.msg_controllen = sizeof(control.room);
		c = CMSG_FIRSTHDR(&msg);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	}
	(void)!sendmsg(line, &msg, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (fd >= 0)
		close(fd);
}

static void line_serve(struct keeper *k)
{
	char request;
	ssize_t n = recv(k->line, &request, 1, MSG_DONTWAIT);

	if (n == 1 && request == 'v')
		answer(k->line, vici_connect(k->options->vici));
	else if (n == 1 && request == 'r')
		k->ready = true;
	else if (n == 0 || (n < 0 && errno != EAGAIN)) {
		close(k->line);
		k->line = -1;
	}
}

/* ---- the loop ---------------------------------------------------------- */

static void signals_serve(struct keeper *k)
{
	struct signalfd_siginfo s;

	while (read(k->signals, &s, sizeof(s)) == sizeof(s)) {
		if ((s.ssi_signo == SIGTERM || s.ssi_signo == SIGINT) && !k->stopping) {
			k->stopping = true;
			k->stop_by = gh_time_add_ms(gh_now(), STOP_MS);
		}
		if (s.ssi_signo != SIGCHLD && k->child > 0)
			kill(k->child, SIGTERM);
	}
	child_reap(k);
}

static int wait_ms(const struct keeper *k)
{
	uint64_t passed;

	if (k->stopping)
		return (int)gh_time_ms_between(gh_now(), k->stop_by) + 1;
	if (k->child > 0)
		return -1;
	passed = gh_time_ms_between(k->started, gh_now());
	return passed >= k->respawn_ms ? 0 : (int)(k->respawn_ms - passed);
}

static void serve(struct keeper *k)
{
	struct pollfd fds[] = {
		{ .fd = k->signals, .events = POLLIN },
		{ .fd = k->line, .events = POLLIN },
		{ .fd = k->desk, .events = POLLIN },
		{ .fd = k->counter, .events = POLLIN },
	};
	int rc;

	if (poll(fds, 4, wait_ms(k)) < 0)
		return;
	if (k->stopping && k->child > 0 && gh_now().ns > k->stop_by.ns) {
		gh_warning("keeper: the daemon does not end, killed");
		kill(k->child, SIGKILL);
		k->stop_by = gh_time_add_ms(gh_now(), STOP_MS);
	}
	if (fds[0].revents)
		signals_serve(k);
	if (fds[1].revents && k->line >= 0)
		line_serve(k);
	if (fds[2].revents && k->desk >= 0 && !desk_serve(k->desk, k->options->startup)) {
		close(k->desk);
		k->desk = -1;
	}
	if (fds[3].revents && k->counter >= 0 && !box_shelf_serve(k->shelf, k->counter)) {
		close(k->counter);
		k->counter = -1;
	}
	if (k->child || k->stopping || wait_ms(k))
		return;
	rc = child_start(k);
	if (rc < 0) {
		k->respawn_ms = RESPAWN_SLOWEST_MS;
		gh_error("keeper: cannot start the daemon: %s, next try in %u ms", strerror(-rc),
			 k->respawn_ms);
	}
}

static int prepare(struct keeper *k)
{
	sigset_t set;
	int rc;

	k->user = getpwnam(k->options->user);
	if (!k->user) {
		gh_error("keeper: no user %s on this host: adduser --system --group %s",
			 k->options->user, k->options->user);
		return -ENOENT;
	}
	rc = directory_make(k->options->run_dir, 0755, k->user);
	if (!rc)
		rc = directory_make(k->options->state_dir, 0700, k->user);
	if (rc < 0) {
		gh_error("keeper: cannot make %s or %s: %s", k->options->run_dir,
			 k->options->state_dir, strerror(-rc));
		return rc;
	}
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	k->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return k->signals < 0 ? -errno : hold_all(k);
}

int keeper_run(const struct options *o, char **argv)
{
	struct keeper k = {
		.options = o, .argv = argv, .line = -1, .desk = -1, .counter = -1, .signals = -1,
		.shelf = box_shelf_new(),
		.credit = RESPAWN_CREDIT, .credited = gh_now(),
	};

	for (int i = 0; i < KEEPER_FD_END; i++)
		k.held[i] = -1;
	/* The last byte stays NUL. */
	if (readlink("/proc/self/exe", k.program, sizeof(k.program) - 1) < 0)
		k.program[0] = '\0';
	if (geteuid()) {
		gh_error("keeper: must be started as root; the daemon itself runs as %s", o->user);
		return 1;
	}
	if (!k.shelf || prepare(&k) < 0 || child_start(&k) < 0)
		return 1;
	while (!k.stopping || k.child > 0)
		serve(&k);
	gh_info("keeper: stopped");
	return 0;
}
