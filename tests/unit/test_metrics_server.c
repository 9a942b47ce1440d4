/* server: what it answers to whom, over real HTTP on the loopback. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>

#include "metrics/server.h"
#include "tests/unit/answering.h"

static char reply[65536];

/* The whole answer to these bytes. */
static const char *http(uint16_t port, const char *request)
{
	struct sockaddr_in sin = { .sin_family = AF_INET, .sin_port = htons(port) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	size_t n = 0;
	ssize_t got;

	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(connect(fd, (struct sockaddr *)&sin, sizeof(sin)), 0);
	assert_int_equal(send(fd, request, strlen(request), MSG_NOSIGNAL), strlen(request));
	while ((got = recv(fd, reply + n, sizeof(reply) - 1 - n, 0)) > 0)
		n += (size_t)got;
	close(fd);
	reply[n] = '\0';
	return reply;
}

static struct server *start(const char *socket_path)
{
	struct server_config config = { .socket_path = socket_path, .timeout_ms = 2000 };
	struct gh_buf why = { 0 };
	struct server *s;

	assert_int_equal(server_address("127.0.0.1:0", &config.listen, &why), 0);
	s = server_start(&config, &why);
	assert_non_null(s);
	assert_true(server_port(s));
	return s;
}

#define GET "GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"

static void test_scrape(void **state)
{
	struct answering a = { .text = "{\"gatehouse:gateway\":{\"state\":{\"legs\":3}}}" };
	struct server *s;

	(void)state;
	answering_open(&a);
	s = start(a.path);
	http(server_port(s), GET);
	assert_non_null(strstr(reply, "HTTP/1.1 200 "));
	assert_non_null(strstr(reply, "Content-Type: text/plain; version=0.0.4"));
	assert_non_null(strstr(reply, "\ngatehouse_legs 3\n"));
	server_stop(s);
	answering_close(&a);
}

static void test_no_state(void **state)
{
	struct answering a = { .text = "nonsense" };
	struct server *s;

	(void)state;
	answering_open(&a);
	s = start(a.path);
	http(server_port(s), GET);
	assert_non_null(strstr(reply, "HTTP/1.1 503 "));
	assert_non_null(strstr(reply, "not its state"));
	server_stop(s);
	answering_close(&a);
}

static void test_refusals(void **state)
{
	struct server *s = start("/nonexistent/facts.sock");
	uint16_t port = server_port(s);
	char large[12000];

	(void)state;
	http(port, GET);
	assert_non_null(strstr(reply, "HTTP/1.1 503 "));
	assert_non_null(strstr(reply, "gatehoused is away"));
	http(port, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
	assert_non_null(strstr(reply, "HTTP/1.1 404 "));
	http(port, "POST /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
	assert_non_null(strstr(reply, "HTTP/1.1 405 "));
	assert_non_null(strstr(reply, "Allow: GET"));
	/* A body is not taken, a head is no longer than it may be. */
	http(port, "PUT /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello");
	assert_null(strstr(reply, " 200 "));
	memset(large, 'a', sizeof(large));
	memcpy(large, "GET /", 5);
	strcpy(large + sizeof(large) - 40, " HTTP/1.1\r\nHost: x\r\n\r\n");
	http(port, large);
	assert_null(strstr(reply, " 200 "));
	http(port, "nonsense\r\n\r\n");
	assert_null(strstr(reply, " 200 "));
	server_stop(s);
	server_stop(NULL);
}

static void test_addresses(void **state)
{
	static const char *const bad[] = {
		"", ":9474", "127.0.0.1", "0.0.0.0:9474", "192.0.2.1:80", "[::]:80", "[2001:db8::1]:80",
		"127.0.0.1:65536", "127.0.0.1:x", "127.0.0.1:80x", "localhost:80", "[::1:80", "::ffff:0:1:80",
		"127.0.0.1:",
	};
	struct sockaddr_storage ss;
	struct gh_buf why = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_int_equal(server_address(bad[i], &ss, &why), -EINVAL);
		assert_true(gh_buf_length(&why));
		gh_buf_fini(&why);
	}
	assert_int_equal(server_address("[::1]:9474", &ss, &why), 0);
	assert_int_equal(ss.ss_family, AF_INET6);
	assert_int_equal(server_address("127.0.0.53:1", &ss, &why), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scrape),
		cmocka_unit_test(test_no_state),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
