/*
 * json - one line per member of a JSON object
 *
 * json-c's own adders take two calls a member; these take one and know our
 * types.
 *
 * Ownership  the object owns what is put into it.
 */
#ifndef GATEHOUSED_JSON_H
#define GATEHOUSED_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"

struct json_object;

void put_text(struct json_object *o, const char *key, const char *text);
void put_number(struct json_object *o, const char *key, uint64_t number);
void put_flag(struct json_object *o, const char *key, bool flag);
/* Nothing when the address is not set. */
void put_addr(struct json_object *o, const char *key, const struct gh_addr *a);
void put_prefix(struct json_object *o, const char *key, const struct gh_prefix *p);
/* An empty array under key, owned by o. */
struct json_object *put_list(struct json_object *o, const char *key);

#endif
