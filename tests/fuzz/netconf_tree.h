/* What the targets of NETCONF's XML share: a configuration, and a context for messages. */
#ifndef GH_TESTS_FUZZ_NETCONF_TREE_H
#define GH_TESTS_FUZZ_NETCONF_TREE_H

#include <stdlib.h>
#include <string.h>

#include "yang/datastore.h"
#include "yang/netconf/message.h"

static struct datastore *datastore;
static struct ly_ctx *messages;
static struct lyd_node *base;

static void tree_set(const char *path, const char *value)
{
	struct edit edit = { .verb = EDIT_SET, .path = (char *)path, .value = (char *)value };
	struct gh_buf why = { 0 };

	if (datastore_apply(datastore, &base, &edit, &why))
		abort();
	gh_buf_fini(&why);
}

/* Once for all inputs. */
static void tree_start(void)
{
	struct gh_buf why = { 0 };

	if (datastore_new(&datastore, &why))
		abort();
	messages = message_context_new();
	if (!messages)
		abort();
	tree_set("/gatehouse:gateway/asn", "65010");
	tree_set("/gatehouse:gateway/address-space[.='10.1.0.0/16']", NULL);
	tree_set("/gatehouse:gateway/connection[name='paris']/remote-address", "198.51.100.7");
	tree_set("/gatehouse:gateway/connection[name='paris']/prefix[.='192.168.0.0/24']", NULL);
	tree_set("/gatehouse:gateway/connection[name='rome']/weight", "5");
	tree_set("/ietf-netconf-acm:nacm/rule-list[name='a']/group[.='staff']", NULL);
	tree_set("/ietf-netconf-acm:nacm/rule-list[name='b']/group[.='guests']", NULL);
}

/* The message of an input, or NULL. */
static struct lyd_node *tree_message(const uint8_t *data, size_t size)
{
	struct gh_buf text = { 0 }, why = { 0 };
	struct lyd_node *root = NULL;

	gh_buf_append(&text, data, size);
	gh_buf_text(&text);
	if (message_parse(messages, gh_buf_text(&text), size, &root, &why)) {
		if (!gh_buf_length(&why))
			abort();
		root = NULL;
	}
	gh_buf_fini(&text);
	gh_buf_fini(&why);
	return root;
}

#endif
