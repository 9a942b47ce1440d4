/*
 * charon's socket_t over ike.sock: see socket.h.
 *
 * The receiver's thread is the one that connects and closes, so that there is
 * no thread more; the lock keeps the sender off a descriptor being closed.
 */
#include "ipsec/charon/socket.h"

#include <daemon.h>
#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <threading/mutex.h>
#include <threading/thread.h>

#include "base/ike_frame.h"
#include "ipsec/charon/kernel.h"

#define RETRY_MS 200
#define BUFFER_BYTES (8 << 20)

struct gh_socket {
	socket_t public;
	struct sockaddr_un address;
	mutex_t *lock;                  /* fd, between sender and receiver */
	int fd;                         /* -1: gatehoused is away */
	bool told_away;                 /* the receiver's: logged that it is away */
	uint8_t message[GH_IKE_FRAME_MAX];      /* the receiver's */
};

static int connect_to(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int bytes = BUFFER_BYTES, rc;

	if (fd < 0)
		return -errno;
	if (connect(fd, (const struct sockaddr *)address, sizeof(*address)) < 0) {
		rc = -errno;
		close(fd);
		return rc;
	}
	/* FORCE goes past net.core.wmem_max, which is far too small; else what we get. */
	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof(bytes)) < 0)
		setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
	return fd;
}

static void set_fd(struct gh_socket *this, int fd)
{
	this->lock->lock(this->lock);
	if (this->fd >= 0)
		close(this->fd);
	this->fd = fd;
	this->lock->unlock(this->lock);
}

/* The only places where the receiver may be cancelled: it holds nothing there. */
static void wait_for(int fd, int timeout_ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	bool old = thread_cancelability(TRUE);

	poll(&p, fd < 0 ? 0 : 1, timeout_ms);
	thread_cancelability(old);
}

static void reconnect(struct gh_socket *this)
{
	int fd = connect_to(&this->address);

	if (fd >= 0) {
		DBG1(DBG_NET, "gatehouse: IKE is relayed by %s", this->address.sun_path);
		this->told_away = false;
		set_fd(this, fd);
		return;
	}
	if (!this->told_away)
		DBG1(DBG_NET, "gatehouse: no IKE while gatehoused is away (%s: %s)",
		     this->address.sun_path, strerror(-fd));
	this->told_away = true;
	wait_for(-1, RETRY_MS);
}

static host_t *host_of(const struct gh_endpoint *e)
{
	struct sockaddr_storage ss;

	gh_endpoint_to_sockaddr(e, &ss);
	return host_create_from_sockaddr((sockaddr_t *)&ss);
}

static packet_t *packet_of(const struct gh_ike_frame *f)
{
	chunk_t bytes = chunk_create((u_char *)f->bytes, f->length);

	return packet_create_from_data(host_of(&f->remote), host_of(&f->local),
				       chunk_clone(bytes));
}

METHOD(socket_t, receive, status_t,
	struct gh_socket *this, packet_t **packet)
{
	struct gh_ike_frame frame;
	ssize_t n;

	while (true) {
		if (this->fd < 0) {
			reconnect(this);
			continue;
		}
		wait_for(this->fd, -1);
		n = recv(this->fd, this->message, sizeof(this->message), MSG_DONTWAIT);
		if (n > 0 && !gh_ike_frame_decode(this->message, (size_t)n, &frame)) {
			*packet = packet_of(&frame);
			return SUCCESS;
		}
		if (!n || (n < 0 && errno != EAGAIN && errno != EINTR)) {
			DBG1(DBG_NET, "gatehouse: the IKE relay is gone");
			set_fd(this, -1);
			wait_for(-1, RETRY_MS);
		}
	}
}

static struct gh_endpoint endpoint_of(host_t *host)
{
	struct gh_endpoint e = { 0 };

	gh_endpoint_from_sockaddr((struct sockaddr *)host->get_sockaddr(host), &e);
	return e;
}

METHOD(socket_t, send_, status_t,
	struct gh_socket *this, packet_t *packet)
{
	chunk_t bytes = packet->get_data(packet);
	struct gh_ike_frame frame = {
		.local = endpoint_of(packet->get_source(packet)),
		.remote = endpoint_of(packet->get_destination(packet)),
		.bytes = bytes.ptr,
		.length = bytes.len,
	};
	uint8_t head[GH_IKE_FRAME_HEAD];
	struct iovec iov[] = { { head, sizeof(head) }, { bytes.ptr, bytes.len } };
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = 2 };
	ssize_t n = -1;

	if (frame.local.addr.family != frame.remote.addr.family || !bytes.len ||
	    bytes.len > GH_IKE_BYTES_MAX)
		return FAILED;
	gh_ike_frame_head(&frame, head);
	this->lock->lock(this->lock);
	if (this->fd >= 0)
		n = sendmsg(this->fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL);
	this->lock->unlock(this->lock);
	if (n >= 0)
		return SUCCESS;
	DBG2(DBG_NET, "gatehouse: IKE datagram dropped, gatehoused is away or behind");
	return FAILED;
}

METHOD(socket_t, get_port, uint16_t,
	struct gh_socket *this, bool nat_t)
{
	return nat_t ? GH_IKE_NATT_PORT : GH_IKE_PORT;
}

METHOD(socket_t, supported_families, socket_family_t,
	struct gh_socket *this)
{
	return SOCKET_FAMILY_BOTH;
}

METHOD(socket_t, destroy, void,
	struct gh_socket *this)
{
	set_fd(this, -1);
	this->lock->destroy(this->lock);
	free(this);
}

socket_t *gh_socket_create(void)
{
	struct gh_socket *this;
	int n;

	INIT(this,
		.public = {
			.receive = _receive,
			.send = _send_,
			.get_port = _get_port,
			.supported_families = _supported_families,
			.destroy = _destroy,
		},
		.address.sun_family = AF_UNIX,
		.lock = mutex_create(MUTEX_TYPE_DEFAULT),
		.fd = -1,
	);
	n = snprintf(this->address.sun_path, sizeof(this->address.sun_path), "%s/ike.sock",
		     gh_run_dir());
	if (n < 0 || (size_t)n >= sizeof(this->address.sun_path)) {
		DBG1(DBG_NET, "gatehouse: run_dir %s is too long", gh_run_dir());
		destroy(this);
		return NULL;
	}
	return &this->public;
}
