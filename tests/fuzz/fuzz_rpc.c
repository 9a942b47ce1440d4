/*
 * fuzz_rpc - whole messages to a whole NETCONF server
 *
 * A session of a user who may read but not write, so that one input leaves
 * nothing behind for the next. Every message gets a reply or ends the session.
 */
#include <ev.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "yang/netconf/framing.h"
#include "yang/netconf/message.h"
#include "yang/netconf/server.h"

#define NOBODY 65534

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct ev_loop *loop;
static struct server *server;
static int client = -1;

static void host_state(void *context, struct netconf_ask *ask)
{
	(void)context;
	gh_buf_printf(&ask->json, "{\"gatehouse:gateway\":{\"state\":{\"instance\":\"main\"}}}");
	ask->done(ask);
}

static void host_operate(void *context, struct netconf_ask *ask)
{
	(void)context;
	gh_buf_printf(&ask->json, "{\"gatehouse:healthy\":true}");
	ask->done(ask);
}

static void start(void)
{
	static const char config[] = "gateway connection paris\n remote-address 198.51.100.7\n weight 5\n";
	const struct netconf_host host = { .state = host_state, .operate = host_operate };
	char dir[] = "/tmp/gh-fuzz.XXXXXX", startup[64], command[80];
	struct gh_buf why = { 0 };
	struct store_options options = { .startup = startup };
	struct store *store;

	if (!mkdtemp(dir))
		abort();
	snprintf(startup, sizeof(startup), "%s/frr.conf", dir);
	options.state_dir = options.run_dir = dir;
	if (store_new(&options, &store, &why))
		abort();
	store_submit(store, &(struct store_request){
		.verb = STORE_EDIT, .text = config, .length = sizeof(config) - 1,
		.user = { .from = "fuzz" } });
	loop = ev_loop_new(0);
	server = server_new(&(struct server_options){ .loop = loop, .store = store, .host = &host,
						      .listener = -1 });
	if (!server)
		abort();
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	if (system(command))
		abort();
}

/* What the server says; false: it has closed. */
static bool take(void)
{
	static uint8_t bytes[1 << 16];
	ssize_t n;

	for (unsigned turn = 0; turn < 4; turn++) {
		ev_run(loop, EVRUN_NOWAIT);
		while ((n = recv(client, bytes, sizeof(bytes), MSG_DONTWAIT)) > 0)
			turn = 0;
		if (!n)
			return false;
	}
	return true;
}

static void put(const struct framing *framing, const void *message, size_t length)
{
	struct gh_buf out = { 0 };

	framing_put(framing, message, length, &out);
	if (send(client, gh_buf_begin(&out), gh_buf_length(&out), MSG_NOSIGNAL) < 0 && errno != EPIPE)
		abort();
	gh_buf_fini(&out);
}

static void open_session(void)
{
	static const char hello[] = "<hello xmlns=\"" NS_BASE "\"><capabilities><capability>"
		"urn:ietf:params:netconf:base:1.1</capability></capabilities></hello>";
	struct framing framing = { 0 };
	int pair[2], room = 1 << 20;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair))
		abort();
	setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
	client = pair[0];
	if (!server_accept(server, pair[1], NOBODY))
		abort();
	put(&framing, hello, sizeof(hello) - 1);
	if (!take())
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct framing framing = { .chunked = true };

	if (!size || size > 65536)
		return 0;
	if (!server)
		start();
	if (client < 0)
		open_session();
	put(&framing, data, size);
	if (!take()) {
		close(client);
		client = -1;
	}
	return 0;
}
