/* NETCONF and configuration: users, secrets, order, startup, confirmed commits, NMDA, damage. */
#include "tests/unit/netconf_fixture.h"

#define DS "xmlns:ds=\"urn:ietf:params:xml:ns:yang:ietf-datastores\""
#define NOBODY 65534
#define OPEN "<gateway xmlns=\"" GH "\">"
#define PARIS OPEN "<connection><name>paris</name><shared-key>0 s3cret</shared-key></connection></gateway>"

static struct netconf_fixture f;
static struct client c;

static int setup(void **state)
{
	(void)state;
	netconf_fixture_init(&f, false);
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

static const char *edit_as(struct client *client, const char *target, const char *extra,
			   const char *config)
{
	static char text[8192];

	snprintf(text, sizeof(text), "<edit-config><target><%s/></target>%s"
		 "<config xmlns:nc=\"" NS_BASE "\" xmlns:yang=\"" NS_YANG "\">%s</config></edit-config>",
		 target, extra, config);
	return client_rpc(client, text);
}

static const char *edit(const char *config)
{
	return edit_as(&c, "running", "", config);
}

/* ---- users ----------------------------------------------------------------- */

static void open_as(struct client *client, uint32_t uid)
{
	client_connect(client, &f, uid);
	client_receive(client);
	client_send(client, HELLO_11);
	client->in.chunked = client->out.chunked = true;
}

static void test_other_user(void **state)
{
	struct client n;
	const char *reply;

	(void)state;
	assert_has(edit(PARIS), "<ok/>");
	open_as(&n, NOBODY);
	reply = client_rpc(&n, "<get-config><source><running/></source></get-config>");
	assert_has(reply, "<name>paris</name>");
	assert_has_not(reply, "shared-key");
	/* Not by guessing, either. */
	reply = client_rpc(&n, "<get-config><source><running/></source><filter type=\"xpath\" xmlns:g=\"" GH "\" "
			   "select=\"/g:gateway/g:connection[g:shared-key]\"/></get-config>");
	assert_has_not(reply, "paris");
	reply = edit_as(&n, "running", "", OPEN "<mtu>1300</mtu></gateway>");
	assert_has(reply, "<error-tag>access-denied</error-tag>");
	assert_has(reply, "/gh:gateway/gh:mtu</error-path>");
	assert_has(client_rpc(&n, "<kill-session><session-id>1</session-id></kill-session>"), "access-denied");
	assert_has(client_rpc(&n, "<action xmlns=\"" NS_YANG "\">" OPEN "<connection><name>paris</name><reset/>"
			      "</connection></gateway></action>"), "access-denied");
	assert_has(client_rpc(&n, "<close-session/>"), "<ok/>");
	client_close(&n);
	assert_has(client_rpc(&c, "<get><filter><nacm xmlns=\"urn:ietf:params:xml:ns:yang:ietf-netconf-acm\"/>"
			      "</filter></get>"), "<denied-data-writes>1</denied-data-writes>");
}

static void test_too_many(void **state)
{
	struct client many[SERVER_USER_SESSIONS_MAX];
	int pair[2];

	(void)state;
	for (unsigned i = 0; i < SERVER_USER_SESSIONS_MAX; i++)
		client_connect(&many[i], &f, NOBODY);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
	assert_false(server_accept(f.server, pair[1], NOBODY));
	close(pair[0]);
	client_close(&many[0]);
	client_connect(&many[0], &f, NOBODY);
	for (unsigned i = 0; i < SERVER_USER_SESSIONS_MAX; i++)
		client_close(&many[i]);
}

/* ---- edits ----------------------------------------------------------------- */

static void test_secret(void **state)
{
	struct gh_buf key = { 0 };

	(void)state;
	assert_has(edit(PARIS), "<ok/>");
	assert_int_equal(store_key(f.store, "paris", &key), 0);
	assert_string_equal(gh_buf_text(&key), "s3cret");
	gh_buf_fini(&key);
	assert_has_not(client_rpc(&c, "<get-config><source><running/></source></get-config>"), "s3cret");
	assert_has(edit(OPEN "<connection><name>paris</name><shared-key>in clear</shared-key></connection></gateway>"),
		   "invalid-value");
	assert_has(edit(OPEN "<connection><name>paris</name><shared-key>0 </shared-key></connection></gateway>"),
		   "invalid-value");
}

#define NACM(inner) "<nacm xmlns=\"urn:ietf:params:xml:ns:yang:ietf-netconf-acm\" " \
	"xmlns:a=\"urn:ietf:params:xml:ns:yang:ietf-netconf-acm\">" inner "</nacm>"

/* The names of the rule lists, in order. */
static const char *order(void)
{
	static char names[256];
	const char *reply = client_rpc(&c, "<get-config><source><running/></source><filter>"
				       NACM("<rule-list><name/></rule-list>") "</filter></get-config>");

	names[0] = '\0';
	for (const char *p = reply; (p = strstr(p, "<name>")); p++)
		strncat(names, p + 6, 1);
	return names;
}

static void test_order(void **state)
{
	const char *reply;

	(void)state;
	assert_has(edit(NACM("<rule-list><name>b</name></rule-list><rule-list><name>d</name></rule-list>")), "<ok/>");
	assert_has(edit(NACM("<rule-list yang:insert=\"first\"><name>a</name></rule-list>")), "<ok/>");
	assert_has(edit(NACM("<rule-list yang:insert=\"before\" yang:key=\"[a:name='d']\"><name>c</name></rule-list>")), "<ok/>");
	assert_has(edit(NACM("<rule-list yang:insert=\"after\" yang:key=\"[a:name='d']\"><name>e</name></rule-list>")), "<ok/>");
	assert_string_equal(order(), "abcde");
	assert_has(edit(NACM("<rule-list yang:insert=\"last\"><name>a</name></rule-list>")), "<ok/>");
	assert_string_equal(order(), "bcdea");
	reply = edit(NACM("<rule-list yang:insert=\"before\"><name>f</name></rule-list>"));
	assert_has(reply, "<error-tag>missing-attribute</error-tag>");
	assert_has(reply, "<bad-attribute>key</bad-attribute><bad-element>rule-list</bad-element>");
	assert_has(edit(NACM("<rule-list yang:insert=\"before\" yang:key=\"[a:name='z']\"><name>f</name></rule-list>")),
		   "<error-tag>bad-attribute</error-tag>");
	assert_has(edit(NACM("<rule-list yang:insert=\"aside\"><name>f</name></rule-list>")),
		   "<error-tag>bad-attribute</error-tag>");
	assert_has(edit(OPEN "<mtu yang:insert=\"first\">1300</mtu></gateway>"),
		   "<error-tag>unknown-attribute</error-tag>");
	assert_string_equal(order(), "bcdea");
}

/* A path inside a value has the prefixes of the message, and then those of modules. */
static void test_prefixes(void **state)
{
	(void)state;
	assert_has(edit(NACM("<rule-list><name>x</name><group>staff</group><rule><name>r</name><path xmlns:q=\"" GH "\">/q:gateway/q:mtu"
			     "</path><action>permit</action></rule></rule-list>")), "<ok/>");
	assert_has(store_text(f.store), "/gatehouse:gateway/mtu");
	assert_has(edit(NACM("<rule-list><name>x</name><rule><name>r</name><path>/q:gateway</path></rule></rule-list>")),
		   "<error-tag>invalid-value</error-tag>");
}

static void test_errors_of_meaning(void **state)
{
	const char *reply = edit(OPEN "<connection><name>paris</name><bgp><session><remote-as>65515</remote-as>"
				 "<peer-address>169.254.21.2</peer-address><local-address>169.254.21.1</local-address></session></bgp>"
				 "</connection></gateway>");

	(void)state;
	assert_has(reply, "<error-type>application</error-type><error-tag>operation-failed</error-tag>");
	assert_has(reply, "<error-app-tag>");
	assert_has(reply, "/gh:gateway/gh:connection[gh:name='paris']/gh:bgp/gh:session[gh:peer-address='169.254.21.2']/gh:remote-as</error-path>");
	assert_string_equal(store_text(f.store), "");
}

static void test_options(void **state)
{
	(void)state;
	assert_has(edit_as(&c, "running", "<error-option>continue-on-error</error-option>",
			   OPEN "<connection nc:operation=\"delete\"><name>rome</name></connection><mtu>1300</mtu></gateway>"),
		   "data-missing");
	assert_has(store_text(f.store), "mtu 1300");
	assert_has(edit_as(&c, "running", "<error-option>rollback-on-error</error-option>",
			   OPEN "<mtu>1310</mtu><connection nc:operation=\"delete\"><name>rome</name></connection></gateway>"),
		   "data-missing");
	assert_has(store_text(f.store), "mtu 1300");
	assert_has(edit_as(&c, "startup", "", OPEN "<mtu>1310</mtu></gateway>"), "operation-not-supported");
	assert_has(client_rpc(&c, "<edit-config><target><running/></target></edit-config>"),
		   "<bad-element>config</bad-element>");
	assert_has(client_rpc(&c, "<edit-config><config/></edit-config>"), "<bad-element>target</bad-element>");
	assert_has(client_rpc(&c, "<edit-config><target><url>x</url></target><config/></edit-config>"),
		   "operation-not-supported");
}

/* ---- datastores ------------------------------------------------------------- */

static void test_startup(void **state)
{
	(void)state;
	assert_has(edit(OPEN "<mtu>1300</mtu></gateway>"), "<ok/>");
	assert_has_not(client_rpc(&c, "<get-config><source><startup/></source></get-config>"), "<mtu>");
	assert_has(client_rpc(&c, "<copy-config><target><startup/></target><source><running/></source></copy-config>"),
		   "<ok/>");
	assert_has(client_rpc(&c, "<get-config><source><startup/></source></get-config>"), "<mtu>1300</mtu>");
	assert_has(client_rpc(&c, "<copy-config><target><running/></target><source><config>" OPEN
			      "<mtu>1310</mtu></gateway></config></source></copy-config>"), "<ok/>");
	assert_string_equal(store_text(f.store), "gateway\n mtu 1310\n exit\n");
	assert_has(client_rpc(&c, "<copy-config><target><running/></target><source><startup/></source></copy-config>"),
		   "<ok/>");
	assert_has(store_text(f.store), "1300");
	assert_has(client_rpc(&c, "<copy-config><target><running/></target><source><running/></source></copy-config>"),
		   "invalid-value");
	assert_has(client_rpc(&c, "<delete-config><target><startup/></target></delete-config>"), "<ok/>");
	assert_has_not(client_rpc(&c, "<get-config><source><startup/></source></get-config>"), "<mtu>");
	assert_has(client_rpc(&c, "<delete-config><target><candidate/></target></delete-config>"),
		   "operation-not-supported");
}

static void test_confirmed(void **state)
{
	struct client other;

	(void)state;
	assert_has(edit_as(&c, "candidate", "", OPEN "<mtu>1300</mtu></gateway>"), "<ok/>");
	assert_has(client_rpc(&c, "<commit><confirmed/><confirm-timeout>100</confirm-timeout><persist>id</persist></commit>"),
		   "<ok/>");
	assert_has(store_text(f.store), "1300");
	client_open(&other, &f);
	assert_has(client_rpc(&other, "<cancel-commit><persist-id>wrong</persist-id></cancel-commit>"), "invalid-value");
	assert_has(client_rpc(&other, "<cancel-commit><persist-id>id</persist-id></cancel-commit>"), "<ok/>");
	assert_string_equal(store_text(f.store), "");
	client_close(&other);
	assert_has(client_rpc(&c, "<commit><persist>id</persist></commit>"), "bad-element");
	/* Of a session that ends, a confirmed commit ends too. */
	client_open(&other, &f);
	assert_has(edit_as(&other, "candidate", "", OPEN "<mtu>1301</mtu></gateway>"), "<ok/>");
	assert_has(client_rpc(&other, "<commit><confirmed/></commit>"), "<ok/>");
	assert_has(store_text(f.store), "1301");
	client_close(&other);
	assert_string_equal(store_text(f.store), "");
}

static void test_nmda(void **state)
{
	(void)state;
	assert_has(client_rpc(&c, "<edit-data xmlns=\"" NS_NMDA "\" " DS "><datastore>ds:running</datastore><config>" OPEN
			      "<mtu>1300</mtu></gateway></config></edit-data>"), "<ok/>");
	assert_has(store_text(f.store), "1300");
	assert_has(client_rpc(&c, "<edit-data xmlns=\"" NS_NMDA "\" " DS "><datastore>ds:operational</datastore><config/>"
			      "</edit-data>"), "invalid-value");
	assert_has(client_rpc(&c, "<get-data xmlns=\"" NS_NMDA "\" " DS "><datastore>ds:intended</datastore></get-data>"),
		   "invalid-value");
	assert_has(client_rpc(&c, "<get-data xmlns=\"" NS_NMDA "\" " DS "><datastore>ds:running</datastore>"
			      "<config-filter>maybe</config-filter></get-data>"), "invalid-value");
	assert_has(client_rpc(&c, "<get-data xmlns=\"" NS_NMDA "\" " DS "><datastore>ds:running</datastore>"
			      "<max-depth>0</max-depth></get-data>"), "invalid-value");
	assert_has(client_rpc(&c, "<get-data xmlns=\"" NS_NMDA "\" " DS "><datastore>ds:running</datastore>"
			      "<with-defaults>report-all</with-defaults></get-data>"), "<asn>65515</asn>");
	assert_has(client_rpc(&c, "<get-data xmlns=\"" NS_NMDA "\" " DS "><datastore>ds:running</datastore>"
			      "<with-origin/></get-data>"), "<bad-element>with-origin</bad-element>");
	assert_has(client_rpc(&c, "<lock><target><datastore xmlns=\"" NS_NMDA "\" " DS ">ds:running</datastore></target></lock>"), "<ok/>");
}

/* ---- damage ------------------------------------------------------------------ */

/* Whatever is cut or changed, there is a reply or the end, and never a crash. */
static void test_damaged(void **state)
{
	static const char whole[] = "<rpc xmlns=\"" NS_BASE "\" message-id=\"1\"><edit-config><target><candidate/>"
		"</target><config>" OPEN "<connection><name>p</name><weight>1</weight></connection></gateway></config>"
		"</edit-config></rpc>";
	char text[sizeof(whole)];

	(void)state;
	for (size_t cut = 1; cut < sizeof(whole) - 1; cut += 3) {
		memcpy(text, whole, cut);
		text[cut] = '\0';
		client_send(&c, text);
		assert_has(client_receive(&c), "<rpc-error>");
	}
	for (size_t at = 0; at < sizeof(whole) - 1; at += 2) {
		memcpy(text, whole, sizeof(whole));
		text[at] ^= 5;
		client_send(&c, text);
		assert_has(client_receive(&c), "<rpc-reply");
	}
	assert_has(client_rpc(&c, "<discard-changes/>"), "<ok/>");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_other_user, setup, teardown),
		cmocka_unit_test_setup_teardown(test_too_many, setup, teardown),
		cmocka_unit_test_setup_teardown(test_secret, setup, teardown),
		cmocka_unit_test_setup_teardown(test_order, setup, teardown),
		cmocka_unit_test_setup_teardown(test_prefixes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_errors_of_meaning, setup, teardown),
		cmocka_unit_test_setup_teardown(test_options, setup, teardown),
		cmocka_unit_test_setup_teardown(test_startup, setup, teardown),
		cmocka_unit_test_setup_teardown(test_confirmed, setup, teardown),
		cmocka_unit_test_setup_teardown(test_nmda, setup, teardown),
		cmocka_unit_test_setup_teardown(test_damaged, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
