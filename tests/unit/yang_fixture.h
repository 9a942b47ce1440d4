/* What the tests of yang/ share: a private directory, a host key, a datastore. */
#ifndef GH_TESTS_YANG_FIXTURE_H
#define GH_TESTS_YANG_FIXTURE_H

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "yang/datastore.h"
#include "yang/secret.h"
#include "yang/finding.h"
#include "yang/plan.h"

struct fixture {
	char dir[64];
	struct secret_key *key;
	struct datastore *ds;
	struct gh_buf message;
	bool changed;
};

static inline void fixture_remove(const struct fixture *f, const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", f->dir, name);
	unlink(path);
}

static inline int remove_one(const char *path, const struct stat *st, int kind, struct FTW *where)
{
	(void)st, (void)kind, (void)where;
	return remove(path);
}

/* The directory with all that is in it. */
static inline int directory_remove(const char *dir)
{
	return nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static inline void fixture_init(struct fixture *f)
{
	char path[128];

	memset(f, 0, sizeof(*f));
	snprintf(f->dir, sizeof(f->dir), "/tmp/gh-test.XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	snprintf(path, sizeof(path), "%s/host.key", f->dir);
	assert_int_equal(secret_key_open(path, &f->key, &f->message), 0);
	assert_int_equal(datastore_new(&f->ds, &f->message), 0);
}

static inline void fixture_fini(struct fixture *f)
{
	datastore_free(f->ds);
	secret_key_free(f->key);
	gh_buf_fini(&f->message);
	fixture_remove(f, "host.key");
	rmdir(f->dir);
}

/*
 * One change of running, without backends; the words are in f->message
 * afterwards. how: what of a plan is not the usual; NULL for nothing.
 */
static inline int fixture_run(struct fixture *f, const struct plan *how, const char *text,
			      bool replace)
{
	struct plan plan = how ? *how : (struct plan){ 0 };
	struct datastore_state state = { 0 };
	struct findings findings = { 0 };
	struct edits edits = { 0 };
	int ret;

	plan.datastore = f->ds;
	plan.key = f->key;
	plan.target = datastore_running(f->ds)->tree;
	plan.base = replace ? NULL : plan.target;
	plan.text = text;
	plan.length = strlen(text);
	plan.edits = &edits;
	plan.lenient = replace;
	ret = plan_make(&plan, &state, &findings);
	f->changed = !ret && plan_differs(&plan, &state);
	if (f->changed)
		datastore_swap(f->ds, &state);
	gh_buf_fini(&f->message);
	findings_print(&findings, &f->message);
	datastore_state_fini(&state);
	findings_fini(&findings);
	edits_fini(&edits);
	return ret;
}

static inline const char *fixture_text(const struct fixture *f)
{
	return datastore_running(f->ds)->text;
}

static inline const struct gw_config *fixture_config(const struct fixture *f)
{
	return datastore_running(f->ds)->config;
}

/* Every line of the grammar in canonical form; @ stands for an encrypted key. */
#define FULL_GATEWAY \
	"gateway\n" \
	" asn 65010\n" \
	" router-id 203.0.113.9\n" \
	" address-space 10.1.0.0/16\n" \
	" address-space 10.3.0.0/16\n" \
	" address-space fd00:1::/48\n" \
	" vnet interface vnet0\n" \
	" public-address 203.0.113.1\n" \
	" public-address 2001:db8::1\n" \
	" mtu 1420\n" \
	" tcp-mss 1360\n" \
	" exit\n"
#define FULL_PROFILE \
	"gateway profile gold\n" \
	" local-id gold.example\n" \
	" ike encryption aes256 integrity sha256 dh-group group14\n" \
	" ike lifetime 10800\n" \
	" ipsec encryption gcmaes256\n" \
	" ipsec integrity gcmaes256\n" \
	" ipsec pfs-group none\n" \
	" ipsec lifetime 5400\n" \
	" dpd-timeout 20\n" \
	" replay-window 4096\n" \
	" weight 40\n" \
	" prefix-limit 500\n" \
	" exit\n"
#define FULL_CERTIFICATE \
	"gateway certificate ca\n" \
	" file /etc/ssl/certs/ca.pem\n" \
	" exit\n" \
	"gateway certificate own\n" \
	" file own.pem\n" \
	" key-file private/own.key\n" \
	" exit\n"
#define FULL_CIRCUIT \
	"gateway expressroute dc1\n" \
	" edge primary interface er0 peer 172.16.0.1 remote-as 12076\n" \
	" edge primary peer-ipv6 fd00:2::1\n" \
	" edge secondary interface er1 peer 172.16.0.5 remote-as 12076\n" \
	" edge secondary peer-ipv6 fd00:2::5\n" \
	" bfd interval 50 multiplier 4\n" \
	" wait-to-restore 5\n" \
	" weight 10\n" \
	" prefix-limit 4000\n" \
	" exit\n"
#define FULL_CONNECTION_BEFORE_KEY \
	"gateway connection paris\n" \
	" remote-address 198.51.100.7\n"
#define FULL_CONNECTION_AFTER_KEY \
	" local-id gw.example\n" \
	" remote-id paris@example\n" \
	" bgp remote-as 64520 peer-address 169.254.21.2 local-address 169.254.21.1\n" \
	" prefix 192.168.0.0/24\n" \
	" prefix 2001:db8:7::/48\n" \
	" ike encryption gcmaes256 integrity sha384 dh-group ecp384\n" \
	" ike lifetime 7200\n" \
	" ipsec encryption gcmaes256\n" \
	" ipsec integrity gcmaes256\n" \
	" ipsec pfs-group curve25519\n" \
	" ipsec lifetime 3600\n" \
	" dpd-timeout 30\n" \
	" replay-window 2048\n" \
	" weight 20\n" \
	" prefix-limit 1000\n" \
	" shutdown\n" \
	" exit\n"
/* It needs FULL_PROFILE and FULL_CERTIFICATE. */
#define FULL_CONNECTION_BY_CERTIFICATE \
	"gateway connection rome\n" \
	" profile gold\n" \
	" remote-address 198.51.100.8\n" \
	" certificate own\n" \
	" authority ca\n" \
	" exit\n"
#define FULL_ACCESS \
	"gateway access\n" \
	" no enforcement\n" \
	" read-default deny\n" \
	" write-default permit\n" \
	" exec-default deny\n" \
	" no external-groups\n" \
	" group empty\n" \
	" group ops user ann\n" \
	" group ops user bob\n" \
	" exit\n" \
	"gateway access-list zulu\n" \
	" group ops\n" \
	" group watch\n" \
	" rule z-first action permit\n" \
	" rule z-first module gatehouse\n" \
	" rule z-first operations create read update\n" \
	" rule z-first path /gatehouse:gateway/connection[name='paris']\n" \
	" rule z-first comment only  paris, \"and\" what is below\n" \
	" rule a-second action deny\n" \
	" rule a-second operations exec\n" \
	" rule a-second rpc kill-session\n" \
	" rule m-third action deny\n" \
	" rule m-third notification *\n" \
	" exit\n" \
	"gateway access-list alpha\n" \
	" group *\n" \
	" exit\n"

#endif
