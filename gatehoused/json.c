/* Adders to JSON objects: see json.h. */
#include "gatehoused/json.h"

#include <json-c/json.h>

void put_text(struct json_object *o, const char *key, const char *text)
{
	json_object_object_add(o, key, json_object_new_string(text));
}

void put_number(struct json_object *o, const char *key, uint64_t number)
{
	json_object_object_add(o, key, json_object_new_uint64(number));
}

void put_flag(struct json_object *o, const char *key, bool flag)
{
	json_object_object_add(o, key, json_object_new_boolean(flag));
}

void put_addr(struct json_object *o, const char *key, const struct gh_addr *a)
{
	char text[GH_ADDR_TEXT];

	if (gh_addr_is_set(a))
		put_text(o, key, gh_addr_print(a, text));
}

void put_prefix(struct json_object *o, const char *key, const struct gh_prefix *p)
{
	char text[GH_PREFIX_TEXT];

	put_text(o, key, gh_prefix_print(p, text));
}

struct json_object *put_list(struct json_object *o, const char *key)
{
	struct json_object *list = json_object_new_array();

	json_object_object_add(o, key, list);
	return list;
}
