/* The NETCONF server from a client's side: sessions, operations, errors, events. */
#include "tests/unit/netconf_fixture.h"
#include "yang/netconf/filter.h"

static struct netconf_fixture f;
static struct client c;
static bool threaded;

static int setup(void **state)
{
	(void)state;
	netconf_fixture_init(&f, threaded);
	client_open(&c, &f);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	client_close(&c);
	netconf_fixture_fini(&f);
	return 0;
}

static const char *edit(const char *target, const char *extra, const char *config)
{
	static char text[8192];

	snprintf(text, sizeof(text), "<edit-config><target><%s/></target>%s"
		 "<config xmlns:nc=\"" NS_BASE "\" xmlns:yang=\"" NS_YANG "\">%s</config></edit-config>",
		 target, extra, config);
	return client_rpc(&c, text);
}

#define PARIS "<gateway xmlns=\"" GH "\"><asn>65010</asn><connection><name>paris</name>" \
	"<remote-address>198.51.100.7</remote-address><prefix>192.168.0.0/24</prefix></connection></gateway>"

/* ---- sessions ----------------------------------------------------------- */

static void test_hello(void **state)
{
	struct client old, bad;
	const char *hello;

	(void)state;
	client_connect(&old, &f, 0);
	hello = client_receive(&old);
	assert_has(hello, "urn:ietf:params:netconf:base:1.1");
	assert_has(hello, ":candidate:1.0");
	assert_has(hello, "basic-mode=explicit&amp;also-supported=");
	assert_has(hello, "yang-library:1.1?revision=2019-01-04&amp;content-id=");
	client_send(&old, "<?xml version=\"1.0\"?><nc:hello xmlns:nc=\"" NS_BASE "\"><nc:capabilities>"
		    "<nc:capability>\nurn:ietf:params:netconf:base:1.0\n</nc:capability>"
		    "</nc:capabilities></nc:hello>");
	assert_has(client_rpc(&old, "<close-session/>"), "<ok/>");
	assert_null(client_receive(&old));
	client_close(&old);

	client_connect(&bad, &f, 0);
	client_receive(&bad);
	client_send(&bad, "<hello xmlns=\"" NS_BASE "\"><capabilities/></hello>");
	assert_null(client_receive(&bad));
	client_close(&bad);
	assert_has(client_rpc(&c, "<get><filter><netconf-state xmlns=\"" NS_MONITORING "\"><statistics/>"
			      "</netconf-state></filter></get>"), "<in-bad-hellos>1</in-bad-hellos>");
}

/* The relay's line names the client. */
static void test_relay_line(void **state)
{
	struct client r;

	(void)state;
	client_connect(&r, &f, 0);
	assert_int_equal(send(r.fd, "from 192.0.2.7\n", 15, 0), 15);
	client_receive(&r);
	client_send(&r, HELLO_11);
	r.in.chunked = r.out.chunked = true;
	assert_has(client_rpc(&r, "<get><filter><netconf-state xmlns=\"" NS_MONITORING "\"><sessions/>"
			      "</netconf-state></filter></get>"),
		   "<source-host>192.0.2.7</source-host>");
	client_close(&r);
}

static void test_attributes_echoed(void **state)
{
	const char *reply;

	(void)state;
	client_send(&c, "<nc:rpc xmlns:nc=\"" NS_BASE "\" xmlns:ex=\"urn:ex\" message-id=\"a&lt;b\" ex:user=\"fred\">"
		    "<nc:discard-changes/></nc:rpc>");
	reply = client_receive(&c);
	assert_has(reply, "message-id=\"a&lt;b\"");
	assert_has(reply, "xmlns:ex=\"urn:ex\" ex:user=\"fred\"");
	assert_has(reply, "<ok/>");
}

static void test_malformed(void **state)
{
	char deep[4096] = "";

	(void)state;
	client_send(&c, "<rpc xmlns=\"" NS_BASE "\"><get/></rpc>");
	assert_has(client_receive(&c), "<error-type>rpc</error-type><error-tag>missing-attribute</error-tag>");
	client_send(&c, "<rpc xmlns=\"" NS_BASE "\" message-id=\"1\"><get></rpc>");
	assert_has(client_receive(&c), "<error-tag>malformed-message</error-tag>");
	client_send(&c, "<!DOCTYPE a [<!ENTITY b \"c\">]><rpc xmlns=\"" NS_BASE "\" message-id=\"1\"/>");
	assert_has(client_receive(&c), "<error-tag>malformed-message</error-tag>");
	client_send(&c, "no xml at all");
	assert_has(client_receive(&c), "<error-tag>malformed-message</error-tag>");
	for (unsigned i = 0; i < 70; i++)
		strcat(deep, "<a>");
	client_send(&c, deep);
	assert_has(client_receive(&c), "<error-tag>too-big</error-tag>");
	assert_has(client_rpc(&c, "<frobnicate/>"), "<error-tag>operation-not-supported</error-tag>");
	assert_has(client_rpc(&c, "<frobnicate xmlns=\"urn:no\"/>"), "<bad-namespace>urn:no</bad-namespace>");
	assert_has(client_rpc(&c, "<get><depth/></get>"), "<bad-element>depth</bad-element>");
	assert_has(client_rpc(&c, "<get/>"), "<data>");
}

static void test_half_message(void **state)
{
	struct client half;

	(void)state;
	client_open(&half, &f);
	assert_int_equal(send(half.fd, "\n#100\n<rpc", 10, 0), 10);
	assert_has(client_rpc(&c, "<get-config><source><running/></source></get-config>"), "<data>");
	client_close(&half);
}

/* It is no longer read from, and others go on. */
static void test_never_reads(void **state)
{
	struct client deaf;
	struct gh_buf out = { 0 };
	const char *rpc = "<rpc xmlns=\"" NS_BASE "\" message-id=\"1\"><get-schema xmlns=\"" NS_MONITORING
			  "\"><identifier>gatehouse</identifier></get-schema></rpc>";
	size_t sent = 0;
	ssize_t n;

	(void)state;
	client_open(&deaf, &f);
	for (unsigned i = 0; i < 1000; i++)
		framing_put(&deaf.out, rpc, strlen(rpc), &out);
	for (unsigned i = 0; i < 1000; i++) {
		n = send(deaf.fd, gh_buf_begin(&out) + sent, gh_buf_length(&out) - sent, MSG_DONTWAIT);
		sent += n > 0 ? (size_t)n : 0;
		ev_run(f.loop, EVRUN_NOWAIT);
	}
	assert_has(client_rpc(&c, "<get-config><source><running/></source></get-config>"), "<data>");
	/* Then it reads after all. */
	for (unsigned i = 0; i < 50; i++)
		assert_has(client_receive(&deaf), "module gatehouse");
	gh_buf_fini(&out);
	client_close(&deaf);
}

static void test_kill(void **state)
{
	struct client victim;
	char kill[128];
	const char *hello;
	unsigned id;

	(void)state;
	client_connect(&victim, &f, 0);
	hello = client_receive(&victim);
	id = (unsigned)atoi(strstr(hello, "<session-id>") + 12);
	client_send(&victim, HELLO_11);
	victim.in.chunked = victim.out.chunked = true;
	assert_has(client_rpc(&victim, "<lock><target><running/></target></lock>"), "<ok/>");
	assert_has(client_rpc(&c, "<lock><target><running/></target></lock>"),
		   "<error-tag>lock-denied</error-tag>");
	snprintf(kill, sizeof(kill), "<session-id>%u</session-id></error-info>", id);
	assert_has(client_rpc(&c, "<lock><target><running/></target></lock>"), kill);
	snprintf(kill, sizeof(kill), "<kill-session><session-id>%u</session-id></kill-session>", id);
	assert_has(client_rpc(&c, kill), "<ok/>");
	assert_null(client_receive(&victim));
	client_close(&victim);
	assert_has(client_rpc(&c, kill), "<error-tag>invalid-value</error-tag>");
	assert_has(client_rpc(&c, "<lock><target><running/></target></lock>"), "<ok/>");
	assert_has(client_rpc(&c, "<unlock><target><running/></target></unlock>"), "<ok/>");
	assert_has(client_rpc(&c, "<kill-session><session-id>1</session-id></kill-session>"), "this session");
}

/* Killed while its request for a lock was being read: the lock is free afterwards. */
static void test_gone_while_busy(void **state)
{
	struct client gone;

	(void)state;
	client_open(&gone, &f);
	client_rpc(&gone, "<get/>");
	client_send(&gone, "<rpc xmlns=\"" NS_BASE "\" message-id=\"1\"><lock><target><running/></target></lock></rpc>");
	ev_run(f.loop, EVRUN_NOWAIT);
	assert_has(client_rpc(&c, "<kill-session><session-id>2</session-id></kill-session>"), "<ok/>");
	client_close(&gone);
	assert_has(client_rpc(&c, "<lock><target><running/></target></lock>"), "<ok/>");
	assert_has(client_rpc(&c, "<unlock><target><running/></target></unlock>"), "<ok/>");
}

/* ---- configuration ------------------------------------------------------- */

static void test_edit_and_get(void **state)
{
	const char *reply;

	(void)state;
	assert_has(edit("running", "", PARIS), "<ok/>");
	assert_has(store_text(f.store), "gateway connection paris\n remote-address 198.51.100.7\n");
	reply = client_rpc(&c, "<get-config><source><running/></source></get-config>");
	assert_has(reply, "<name>paris</name>");
	assert_has_not(reply, "<mtu>");
	assert_has(client_rpc(&c, "<get-config><source><running/></source><with-defaults xmlns=\""
			      NS_WITH_DEFAULTS "\">report-all</with-defaults></get-config>"), "<mtu>1400</mtu>");
	assert_has(client_rpc(&c, "<get-config><source><running/></source><with-defaults xmlns=\""
			      NS_WITH_DEFAULTS "\">report-all-tagged</with-defaults></get-config>"),
		   "default=\"true\">1400</mtu>");
	assert_has(edit("running", "", "<gateway xmlns=\"" GH "\"><mtu>1400</mtu></gateway>"), "<ok/>");
	assert_has(client_rpc(&c, "<get-config><source><running/></source></get-config>"), "<mtu>1400</mtu>");
	assert_has_not(client_rpc(&c, "<get-config><source><running/></source><with-defaults xmlns=\""
				  NS_WITH_DEFAULTS "\">trim</with-defaults></get-config>"), "<mtu>");
	assert_has(edit("running", "", "<gateway xmlns=\"" GH "\"><connection nc:operation=\"delete\">"
			"<name>paris</name></connection></gateway>"), "<ok/>");
	assert_has_not(store_text(f.store), "paris");
}

static void test_edit_errors(void **state)
{
	const char *reply;

	(void)state;
	assert_has(edit("running", "", PARIS), "<ok/>");
	reply = edit("running", "", "<gateway xmlns=\"" GH "\"><connection nc:operation=\"create\">"
		     "<name>paris</name></connection></gateway>");
	assert_has(reply, "<error-type>application</error-type><error-tag>data-exists</error-tag>");
	assert_has(reply, "<error-path xmlns:gh=\"" GH "\">/gh:gateway/gh:connection[gh:name='paris']</error-path>");
	assert_has(edit("running", "", "<gateway xmlns=\"" GH "\"><connection nc:operation=\"delete\">"
			"<name>rome</name></connection></gateway>"), "<error-tag>data-missing</error-tag>");
	assert_has(edit("running", "", "<gateway xmlns=\"" GH "\"><connection nc:operation=\"remove\">"
			"<name>rome</name></connection></gateway>"), "<ok/>");
	assert_has(edit("running", "", "<gateway xmlns=\"" GH "\"><nothing/></gateway>"),
		   "<error-tag>unknown-element</error-tag>");
	assert_has(edit("running", "", "<gateway xmlns=\"urn:none\"/>"),
		   "<error-tag>unknown-namespace</error-tag>");
	assert_has(edit("running", "", "<gateway xmlns=\"" GH "\"><mtu>12</mtu></gateway>"),
		   "<error-tag>invalid-value</error-tag>");
	reply = edit("running", "", "<gateway xmlns=\"" GH "\"><connection><weight>1</weight></connection></gateway>");
	assert_has(reply, "<error-tag>missing-element</error-tag>");
	assert_has(reply, "<bad-element>name</bad-element>");
	reply = edit("running", "", "<gateway xmlns=\"" GH "\" operation=\"delete\"/>");
	assert_has(reply, "<error-tag>unknown-attribute</error-tag>");
	assert_has(reply, "<bad-attribute>operation</bad-attribute><bad-element>gateway</bad-element>");
	assert_has(edit("running", "", "<gateway xmlns=\"" GH "\" nc:operation=\"zap\"/>"),
		   "<error-tag>bad-attribute</error-tag>");
	assert_has(edit("running", "<default-operation>none</default-operation>",
			"<gateway xmlns=\"" GH "\"><connection><name>rome</name></connection></gateway>"),
		   "<error-tag>data-missing</error-tag>");
	assert_has(edit("running", "<default-operation>none</default-operation>",
			"<gateway xmlns=\"" GH "\"><connection><name>paris</name><weight nc:operation=\"create\">"
			"3</weight></connection></gateway>"), "<ok/>");
	assert_has(store_text(f.store), " weight 3\n");
	assert_has(edit("running", "<default-operation>often</default-operation>", ""),
		   "<error-tag>invalid-value</error-tag>");
	assert_has(edit("running", "<test-option>test-only</test-option>",
			"<gateway xmlns=\"" GH "\"><mtu>1300</mtu></gateway>"), "<ok/>");
	assert_has_not(store_text(f.store), "mtu");
}

static void test_replace(void **state)
{
	(void)state;
	assert_has(edit("running", "", PARIS), "<ok/>");
	assert_has(edit("running", "", "<gateway xmlns=\"" GH "\"><connection nc:operation=\"replace\">"
			"<name>paris</name><weight>5</weight></connection></gateway>"), "<ok/>");
	assert_string_equal(store_text(f.store), "gateway\n asn 65010\n exit\n"
			    "gateway connection paris\n weight 5\n exit\n");
	assert_has(edit("running", "<default-operation>replace</default-operation>",
			"<gateway xmlns=\"" GH "\"><mtu>1300</mtu></gateway>"), "<ok/>");
	assert_string_equal(store_text(f.store), "gateway\n mtu 1300\n exit\n");
}

static void test_filters(void **state)
{
	const char *reply;

	(void)state;
	assert_has(edit("running", "", PARIS), "<ok/>");
	assert_has(edit("running", "", "<gateway xmlns=\"" GH "\"><connection><name>rome</name>"
			"<remote-address>2001:db8::9</remote-address></connection></gateway>"), "<ok/>");
	reply = client_rpc(&c, "<get-config><source><running/></source><filter type=\"subtree\">"
			   "<gateway xmlns=\"" GH "\"><connection><name>rome</name></connection></gateway></filter></get-config>");
	assert_has(reply, "<name>rome</name><remote-address>");
	assert_has_not(reply, "paris");
	reply = client_rpc(&c, "<get-config><source><running/></source><filter>"
			   "<gateway xmlns=\"" GH "\"><connection><remote-address>2001:DB8:0::9</remote-address><name/>"
			   "</connection></gateway></filter></get-config>");
	assert_has(reply, "<connection><name>rome</name><remote-address>2001:db8::9</remote-address></connection>");
	assert_has_not(reply, "paris");
	/* A leaf of a string type without content selects. */
	reply = client_rpc(&c, "<get-config><source><running/></source><filter>"
			   "<gateway xmlns=\"" GH "\"><connection><name/></connection></gateway></filter></get-config>");
	assert_has(reply, "<connection><name>paris</name></connection><connection><name>rome</name></connection>");
	reply = client_rpc(&c, "<get-config><source><running/></source><filter type=\"xpath\" xmlns:g=\"" GH
			   "\" select=\"/g:gateway/g:connection[g:name='paris']/g:remote-address\"/></get-config>");
	assert_has(reply, "<connection><name>paris</name><remote-address>198.51.100.7</remote-address></connection>");
	assert_has(client_rpc(&c, "<get-config><source><running/></source><filter/></get-config>"),
		   "<data></data>");
	assert_has(client_rpc(&c, "<get-config><source><running/></source><filter type=\"xpath\" "
			      "select=\"/z:gateway\"/></get-config>"), "<error-tag>bad-attribute</error-tag>");
	assert_has(client_rpc(&c, "<get-config><source><running/></source><filter type=\"xpath\"/></get-config>"),
		   "<error-tag>missing-attribute</error-tag>");
	assert_has(client_rpc(&c, "<get-config><source><running/></source><filter type=\"xpath\" "
			      "select=\"/gateway[\"/></get-config>"), "<error-tag>invalid-value</error-tag>");
}

/* What would make the clerk look at all of the tree for each node of it. */
static void test_costly_filters(void **state)
{
	static const struct {
		const char *xpath;
		bool ok;
	} rows[] = {
		{ "/g:gateway/g:connection[g:name='a//b[c]']/g:weight", true },
		{ "//g:connection[g:weight>5]/g:bgp", true },
		{ "//g:name | /g:gateway/*", true },
		{ "/g:gateway/g:connection[../g:mtu=1300][g:bgp/g:remote-as=1]", true },
		{ "//*[count(//*)>1]", false },
		{ "//*//*", false },
		{ "/g:gateway/*[count(descendant::*)>1]", false },
		{ "//*[count(/g:gateway/*)>1]", false },
		{ "//*[count(../../*)>1]", false },
		{ "/g:gateway/g:connection[../g:connection[../g:mtu]]", false },
	};
	struct gh_buf many = { 0 };

	(void)state;
	assert_has(edit("running", "", PARIS), "<ok/>");
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char text[512];

		snprintf(text, sizeof(text), "<get-config><source><running/></source><filter type=\"xpath\" "
			 "xmlns:g=\"" GH "\" select=\"%s\"/></get-config>", rows[i].xpath);
		assert_has(client_rpc(&c, text), rows[i].ok ? "<data>" : "<error-tag>resource-denied</error-tag>");
	}
	gh_buf_printf(&many, "<get-config><source><running/></source><filter>");
	for (unsigned i = 0; i <= FILTER_ELEMENTS_MAX; i++)
		gh_buf_printf(&many, "<gateway xmlns=\"\"/>");
	gh_buf_printf(&many, "</filter></get-config>");
	assert_has(client_rpc(&c, gh_buf_text(&many)), "<error-tag>too-big</error-tag>");
	gh_buf_fini(&many);
}

static void test_candidate(void **state)
{
	(void)state;
	assert_has(edit("candidate", "", PARIS), "<ok/>");
	assert_string_equal(store_text(f.store), "");
	assert_has(client_rpc(&c, "<get-config><source><candidate/></source></get-config>"), "paris");
	assert_has(client_rpc(&c, "<validate><source><candidate/></source></validate>"), "<ok/>");
	assert_has(client_rpc(&c, "<commit/>"), "<ok/>");
	assert_has(store_text(f.store), "paris");
	assert_has(edit("candidate", "", "<gateway xmlns=\"" GH "\"><mtu>1300</mtu></gateway>"), "<ok/>");
	assert_has(client_rpc(&c, "<discard-changes/>"), "<ok/>");
	assert_has_not(client_rpc(&c, "<get-config><source><candidate/></source></get-config>"), "<mtu>");
	assert_has(client_rpc(&c, "<commit><confirm-timeout>0</confirm-timeout></commit>"), "invalid-value");
	assert_has(client_rpc(&c, "<validate><source><config>" PARIS "</config></source></validate>"), "<ok/>");
}

/* ---- state, operations --------------------------------------------------- */

static void test_state(void **state)
{
	const char *reply;

	(void)state;
	f.state_json = "{\"gatehouse:gateway\":{\"state\":{\"instance\":\"main\"}}}";
	assert_has(edit("running", "", PARIS), "<ok/>");
	reply = client_rpc(&c, "<get><filter><gateway xmlns=\"" GH "\"/></filter></get>");
	assert_has(reply, "<instance>main</instance>");
	assert_has(reply, "<name>paris</name>");
	assert_has(client_rpc(&c, "<get/>"), "<yang-library");
	reply = client_rpc(&c, "<get-data xmlns=\"" NS_NMDA "\" xmlns:ds=\"urn:ietf:params:xml:ns:yang:ietf-datastores\">"
			   "<datastore>ds:operational</datastore><subtree-filter><gateway xmlns=\"" GH "\"/>"
			   "</subtree-filter><config-filter>false</config-filter></get-data>");
	assert_has(reply, "<instance>main</instance>");
	assert_has_not(reply, "<asn>");
	reply = client_rpc(&c, "<get-data xmlns=\"" NS_NMDA "\" xmlns:ds=\"urn:ietf:params:xml:ns:yang:ietf-datastores\">"
			   "<datastore>ds:running</datastore><xpath-filter xmlns:g=\"" GH "\">/g:gateway</xpath-filter>"
			   "<max-depth>2</max-depth></get-data>");
	assert_has(reply, "<asn>65010</asn>");
	assert_has_not(reply, "<remote-address>");
	/* Only what can be wanted is asked for. */
	client_rpc(&c, "<get><filter><gateway xmlns=\"" GH "\"><connection><name>paris</name></connection></gateway></filter></get>");
	assert_string_equal(f.words, "/gatehouse:gateway/connection[name='paris']");
	client_rpc(&c, "<get><filter><gateway xmlns=\"" GH "\"><bgp/></gateway></filter></get>");
	assert_string_equal(f.words, "/gatehouse:gateway/bgp");
	client_rpc(&c, "<get><filter><gateway xmlns=\"" GH "\"><bgp/><mtu/></gateway></filter></get>");
	assert_string_equal(f.words, "/gatehouse:gateway");
	client_rpc(&c, "<get><filter type=\"xpath\" xmlns:g=\"" GH "\" select=\"/g:gateway/g:connection[g:name='rome']/g:state\"/></get>");
	assert_string_equal(f.words, "/gatehouse:gateway/connection[name='rome']");
	client_rpc(&c, "<get><filter type=\"xpath\" xmlns:g=\"" GH "\" select=\"/g:gateway/g:connection[../g:mtu]/g:state\"/></get>");
	assert_string_equal(f.words, "/gatehouse:gateway");
	client_rpc(&c, "<get><filter type=\"xpath\" xmlns:g=\"" GH "\" select=\"//g:state\"/></get>");
	assert_string_equal(f.words, "/gatehouse:gateway");
	f.state_json = "{\"gatehouse:gateway\":{\"state\":{\"nonsense\":1}}}";
	assert_has(client_rpc(&c, "<get/>"), "does not fit the model");
}

static void test_monitoring(void **state)
{
	const char *reply;

	(void)state;
	client_rpc(&c, "<lock><target><candidate/></target></lock>");
	reply = client_rpc(&c, "<get><filter><netconf-state xmlns=\"" NS_MONITORING "\"/></filter></get>");
	assert_has(reply, "<identifier>gatehouse</identifier>");
	assert_has(reply, "<name>candidate</name><locks><global-lock><locked-by-session>1</locked-by-session>");
	assert_has(reply, "netconf-ssh</transport>");
	assert_has(client_rpc(&c, "<get-schema xmlns=\"" NS_MONITORING "\"><identifier>gatehouse</identifier></get-schema>"),
		   "module gatehouse {");
	assert_has(client_rpc(&c, "<get-schema xmlns=\"" NS_MONITORING "\"><identifier>ietf-inet-types</identifier></get-schema>"),
		   "module ietf-inet-types");
	assert_has(client_rpc(&c, "<get-schema xmlns=\"" NS_MONITORING "\"><identifier>nothing</identifier></get-schema>"),
		   "<error-tag>invalid-value</error-tag>");
}

static void test_actions(void **state)
{
	const char *reply;

	(void)state;
	assert_has(edit("running", "", PARIS), "<ok/>");
	assert_has(client_rpc(&c, "<action xmlns=\"" NS_YANG "\"><gateway xmlns=\"" GH "\"><connection><name>paris</name>"
			      "<reset/></connection></gateway></action>"), "<ok/>");
	assert_string_equal(f.words, "reset connection paris");
	assert_has(client_rpc(&c, "<action xmlns=\"" NS_YANG "\"><gateway xmlns=\"" GH "\"><connection><name>rome</name>"
			      "<reset/></connection></gateway></action>"), "<error-tag>data-missing</error-tag>");
	assert_has(client_rpc(&c, "<action xmlns=\"" NS_YANG "\"><gateway xmlns=\"" GH "\"><connection><name>paris</name>"
			      "<rekey><sa>none</sa></rekey></connection></gateway></action>"),
		   "<error-tag>invalid-value</error-tag>");
	assert_has(client_rpc(&c, "<action xmlns=\"" NS_YANG "\"><gateway xmlns=\"" GH "\"><connection><name>paris</name>"
			      "<x xmlns=\"\"/><x xmlns=\"\"/><reset/></connection></gateway></action>"), "<rpc-error>");
	assert_has(client_rpc(&c, "<action xmlns=\"" NS_YANG "\"/>"), "<rpc-error>");
	assert_has(client_rpc(&c, "<get><filter><x xmlns=\"\"/><x xmlns=\"\"/></filter></get>"), "<data></data>");
	f.output_json = "{\"gatehouse:connection\":\"paris\",\"gatehouse:healthy\":true}";
	reply = client_rpc(&c, "<action xmlns=\"" NS_YANG "\"><gateway xmlns=\"" GH "\"><connection><name>paris</name>"
			   "<diagnose/></connection></gateway></action>");
	assert_has(reply, "message-id=\"7\"><connection xmlns=\"" GH "\">paris</connection>");
	assert_has_not(reply, "<gateway");
	f.output_json = "{\"gatehouse:route\":[{\"prefix\":\"10.0.0.0/8\"}]}";
	assert_has(client_rpc(&c, "<get-routes xmlns=\"" GH "\"><limit>10</limit></get-routes>"),
		   "<route xmlns=\"" GH "\"><prefix>10.0.0.0/8</prefix></route>");
	assert_string_equal(f.words, "get-routes");
}

/* ---- events --------------------------------------------------------------- */

static void test_notifications(void **state)
{
	struct client n;

	(void)state;
	server_event(f.server, "{\"gatehouse:leg-change\":{\"leg\":\"before\"}}");
	client_open(&n, &f);
	assert_has(client_rpc(&n, "<create-subscription xmlns=\"" NS_NOTIFICATION "\"><filter><leg-change xmlns=\"" GH
			      "\"/></filter><startTime>2020-01-01T00:00:00Z</startTime></create-subscription>"), "<ok/>");
	assert_has(client_receive(&n), "<leg>before</leg></leg-change></notification>");
	assert_has(client_receive(&n), "<replayComplete xmlns=\"urn:ietf:params:xml:ns:netmod:notification\"/>");
	assert_has(edit("running", "", PARIS), "<ok/>");        /* filtered out */
	server_event(f.server, "{\"gatehouse:leg-change\":{\"leg\":\"paris\"}}");
	assert_has(client_receive(&n), "<leg>paris</leg>");
	/* :interleave */
	assert_has(client_rpc(&n, "<create-subscription xmlns=\"" NS_NOTIFICATION "\"/>"), "operation-failed");
	client_close(&n);

	client_open(&n, &f);
	assert_has(client_rpc(&n, "<create-subscription xmlns=\"" NS_NOTIFICATION "\"/>"), "<ok/>");
	assert_has(edit("running", "", "<gateway xmlns=\"" GH "\"><mtu>1300</mtu></gateway>"), "<ok/>");
	assert_has(client_receive(&n), "<netconf-config-change");
	client_close(&n);

	client_open(&n, &f);
	assert_has(client_rpc(&n, "<create-subscription xmlns=\"" NS_NOTIFICATION "\"><startTime>2020-01-01T00:00:00Z"
			      "</startTime><stopTime>2020-01-02T00:00:00Z</stopTime></create-subscription>"), "<ok/>");
	assert_has(client_receive(&n), "replayComplete");
	assert_has(client_receive(&n), "notificationComplete");
	client_close(&n);
	assert_has(client_rpc(&c, "<create-subscription xmlns=\"" NS_NOTIFICATION "\"><stopTime>2020-01-01T00:00:00Z"
			      "</stopTime></create-subscription>"), "<bad-element>startTime</bad-element>");
	assert_has(client_rpc(&c, "<create-subscription xmlns=\"" NS_NOTIFICATION "\"><startTime>then"
			      "</startTime></create-subscription>"), "invalid-value");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_hello, setup, teardown),
		cmocka_unit_test_setup_teardown(test_relay_line, setup, teardown),
		cmocka_unit_test_setup_teardown(test_attributes_echoed, setup, teardown),
		cmocka_unit_test_setup_teardown(test_malformed, setup, teardown),
		cmocka_unit_test_setup_teardown(test_half_message, setup, teardown),
		cmocka_unit_test_setup_teardown(test_never_reads, setup, teardown),
		cmocka_unit_test_setup_teardown(test_kill, setup, teardown),
		cmocka_unit_test_setup_teardown(test_gone_while_busy, setup, teardown),
		cmocka_unit_test_setup_teardown(test_edit_and_get, setup, teardown),
		cmocka_unit_test_setup_teardown(test_edit_errors, setup, teardown),
		cmocka_unit_test_setup_teardown(test_replace, setup, teardown),
		cmocka_unit_test_setup_teardown(test_filters, setup, teardown),
		cmocka_unit_test_setup_teardown(test_costly_filters, setup, teardown),
		cmocka_unit_test_setup_teardown(test_candidate, setup, teardown),
		cmocka_unit_test_setup_teardown(test_state, setup, teardown),
		cmocka_unit_test_setup_teardown(test_monitoring, setup, teardown),
		cmocka_unit_test_setup_teardown(test_actions, setup, teardown),
		cmocka_unit_test_setup_teardown(test_notifications, setup, teardown),
	};

	int failed = cmocka_run_group_tests_name("in one thread", tests, NULL, NULL);

	threaded = true;
	return failed + cmocka_run_group_tests_name("with the clerk's thread", tests, NULL, NULL);
}
