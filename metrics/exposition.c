/*
 * State in, samples out: see exposition.h.
 *
 * All samples of a metric stand together, as the format wants it; so the table
 * is the outer loop, and what there is a sample for the inner one.
 */
#include "metrics/exposition.h"

#include <ctype.h>
#include <errno.h>
#include <json-c/json.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "metrics/metric.h"

#define DEPTH_MAX 16            /* of the JSON; the state has 7 */

/* ---- the state's values ------------------------------------------------- */

static struct json_object *find(struct json_object *o, const char *path)
{
	while (o && *path) {
		size_t n = strcspn(path, "/");
		char key[64];

		snprintf(key, sizeof(key), "%.*s", (int)n, path);
		if (!json_object_is_type(o, json_type_object) || !json_object_object_get_ex(o, key, &o))
			return NULL;
		path += n + (path[n] == '/');
	}
	return o;
}

static struct json_object *list(struct json_object *o, const char *path)
{
	struct json_object *l = find(o, path);

	return json_object_is_type(l, json_type_array) ? l : NULL;
}

static size_t length(struct json_object *l)
{
	return l ? json_object_array_length(l) : 0;
}

/* Numbers of 64 bits are strings (RFC 7951 6.1). */
static bool number(struct json_object *v, double *out)
{
	const char *text;
	char *end;
	double n;

	if (!json_object_is_type(v, json_type_int) && !json_object_is_type(v, json_type_string))
		return false;
	text = json_object_get_string(v);
	if (!isdigit((unsigned char)text[0]))
		return false;
	n = strtod(text, &end);
	if (*end || !isfinite(n))
		return false;
	*out = n;
	return true;
}

static bool moment(struct json_object *v, double *out)
{
	struct tm tm = { 0 };
	const char *end;

	if (!json_object_is_type(v, json_type_string))
		return false;
	end = strptime(json_object_get_string(v), "%Y-%m-%dT%H:%M:%S", &tm);
	if (!end)
		return false;
	*out = (double)timegm(&tm);
	if (*end == '.')
		*out += strtod(end, NULL);
	return true;
}

static bool value_of(const struct metric *m, struct json_object *o, double *out)
{
	struct json_object *v = find(o, m->path);

	switch (m->value) {
	case METRIC_NUMBER:
		if (!number(v, out))
			return false;
		*out *= m->scale != 0.0 ? m->scale : 1.0;
		return true;
	case METRIC_IS:
		*out = json_object_is_type(v, json_type_string) &&
		       !strcmp(json_object_get_string(v), m->equals);
		return v != NULL;
	case METRIC_FLAG:
		*out = json_object_get_boolean(v);
		return json_object_is_type(v, json_type_boolean);
	case METRIC_TIME:
		return moment(v, out);
	case METRIC_EXISTS:
		*out = v != NULL;
		return true;
	case METRIC_INFO:
		*out = 1;
		return v != NULL;
	}
	return false;
}

/* ---- samples ------------------------------------------------------------ */

static void put_label(struct gh_buf *out, const char *name, struct json_object *v, bool first)
{
	gh_buf_printf(out, "%s%s=\"", first ? "{" : ",", name);
	for (const char *s = v ? json_object_get_string(v) : ""; *s; s++) {
		if (*s == '\n')
			gh_buf_printf(out, "\\n");
		else
			gh_buf_printf(out, "%s%c", *s == '"' || *s == '\\' ? "\\" : "", *s);
	}
	gh_buf_printf(out, "\"");
}

/* What a sample is of: its object, and the names that its labels have. */
struct subject {
	struct json_object *object;
	const char *names[2];
	struct json_object *labels[2];
};

static void put_sample(const struct metric *m, const struct subject *s, struct gh_buf *out)
{
	bool first = true;
	double v;

	if (!value_of(m, s->object, &v))
		return;
	gh_buf_printf(out, "%s", m->name);
	for (unsigned i = 0; i < 2 && s->names[i]; i++, first = false)
		put_label(out, s->names[i], s->labels[i], first);
	if (m->label) {
		gh_buf_printf(out, "%s%s", first ? "{" : ",", m->label);
		first = false;
	}
	gh_buf_printf(out, "%s %.16g\n", first ? "" : "}", v);
}

static void put_list(const struct metric *m, struct json_object *l, const char *label,
		     const char *key, struct gh_buf *out)
{
	for (size_t i = 0; i < length(l); i++) {
		struct json_object *o = json_object_array_get_idx(l, i);
		const struct subject s = { o, { label }, { find(o, key) } };

		put_sample(m, &s, out);
	}
}

static void put_drops(const struct metric *m, struct json_object *drops, struct gh_buf *out)
{
	if (!json_object_is_type(drops, json_type_object))
		return;
	json_object_object_foreach(drops, reason, count) {
		struct json_object *name = json_object_new_string(reason);
		const struct subject s = { count, { "reason" }, { name } };

		put_sample(m, &s, out);
		json_object_put(name);
	}
}

static void put_edges(const struct metric *m, struct json_object *top, struct gh_buf *out)
{
	struct json_object *circuits = list(top, "expressroute");

	for (size_t i = 0; i < length(circuits); i++) {
		struct json_object *circuit = json_object_array_get_idx(circuits, i);
		struct json_object *edges = list(circuit, "edge");

		for (size_t k = 0; k < length(edges); k++) {
			struct json_object *edge = json_object_array_get_idx(edges, k);
			const struct subject s = {
				edge, { "circuit", "edge" },
				{ find(circuit, "name"), find(edge, "role") },
			};

			put_sample(m, &s, out);
		}
	}
}

static void put_leg(const struct metric *m, struct json_object *o, const char *name,
		    const char *source, struct gh_buf *out)
{
	struct json_object *labels[2] = {
		json_object_new_string(name), json_object_new_string(source),
	};
	const struct subject s = { o, { "leg", "source" }, { labels[0], labels[1] } };

	put_sample(m, &s, out);
	json_object_put(labels[0]);
	json_object_put(labels[1]);
}

static const char *text(struct json_object *o, const char *path)
{
	struct json_object *v = find(o, path);

	return json_object_is_type(v, json_type_string) ? json_object_get_string(v) : "";
}

/* Edges are named as everywhere: "dc1 primary". */
static void put_legs(const struct metric *m, struct json_object *top, struct gh_buf *out)
{
	struct json_object *circuits = list(top, "expressroute"), *tunnels = list(top, "connection");
	char name[256];

	for (size_t i = 0; i < length(circuits); i++) {
		struct json_object *circuit = json_object_array_get_idx(circuits, i);
		struct json_object *edges = list(circuit, "edge");

		for (size_t k = 0; k < length(edges); k++) {
			struct json_object *edge = json_object_array_get_idx(edges, k);

			snprintf(name, sizeof(name), "%.120s %.120s", text(circuit, "name"),
				 text(edge, "role"));
			put_leg(m, edge, name, "ExpressRoute", out);
		}
	}
	for (size_t i = 0; i < length(tunnels); i++) {
		struct json_object *tunnel = json_object_array_get_idx(tunnels, i);

		put_leg(m, tunnel, text(tunnel, "name"), "VPN", out);
	}
}

static void put_neighbors(const struct metric *m, struct json_object *top, struct gh_buf *out)
{
	struct json_object *l = list(top, "bgp/neighbor");

	for (size_t i = 0; i < length(l); i++) {
		struct json_object *o = json_object_array_get_idx(l, i);
		const struct subject s = {
			o, { "neighbor", "leg" }, { find(o, "address"), find(o, "leg") },
		};

		put_sample(m, &s, out);
	}
}

static void put_meter(const struct metric *m, struct json_object *top, struct gh_buf *out)
{
	struct json_object *l = list(top, "meter/entry");

	for (size_t i = 0; i < length(l); i++) {
		struct json_object *o = json_object_array_get_idx(l, i);
		const struct subject s = {
			o, { "connection", "destination_class" },
			{ find(o, "connection"), find(o, "destination-class") },
		};

		put_sample(m, &s, out);
	}
}

static void put_samples(const struct metric *m, struct json_object *top, struct gh_buf *out)
{
	const struct subject gateway = { .object = top };
	const struct subject info = {
		top, { "instance", "version" },
		{ find(top, "state/instance"), find(top, "state/version") },
	};

	switch (m->scope) {
	case METRIC_GATEWAY:
		put_sample(m, m->value == METRIC_INFO ? &info : &gateway, out);
		break;
	case METRIC_GUEST:
		put_list(m, list(top, "state/guest"), "guest", "name", out);
		break;
	case METRIC_DROP:
		put_drops(m, find(top, "state/esp/drops"), out);
		break;
	case METRIC_EDGE:
		put_edges(m, top, out);
		break;
	case METRIC_CIRCUIT:
		put_list(m, list(top, "expressroute"), "circuit", "name", out);
		break;
	case METRIC_CONNECTION:
		put_list(m, list(top, "connection"), "connection", "name", out);
		break;
	case METRIC_LEG:
		put_legs(m, top, out);
		break;
	case METRIC_NEIGHBOR:
		put_neighbors(m, top, out);
		break;
	case METRIC_METER:
		put_meter(m, top, out);
		break;
	case METRIC_SIZE:
		put_list(m, list(top, "meter/size"), "size", "name", out);
		break;
	case METRIC_CERTIFICATE:
		put_list(m, list(top, "certificate"), "certificate", "name", out);
		break;
	}
}

/* ---- all --------------------------------------------------------------- */

static struct json_object *parse(const char *json, size_t size)
{
	struct json_tokener *t = json_tokener_new_ex(DEPTH_MAX);
	struct json_object *o = NULL;

	if (!t || size > EXPOSITION_STATE_MAX)
		goto out;
	json_tokener_set_flags(t, JSON_TOKENER_STRICT | JSON_TOKENER_ALLOW_TRAILING_CHARS);
	o = json_tokener_parse_ex(t, json, (int)size);
out:
	json_tokener_free(t);
	return o;
}

int exposition_print(const char *json, size_t size, struct gh_buf *out)
{
	struct json_object *o = parse(json, size), *top = find(o, "gatehouse:gateway");

	if (!json_object_is_type(top, json_type_object)) {
		json_object_put(o);
		return -EBADMSG;
	}
	for (size_t i = 0; i < metric_count; i++) {
		const struct metric *m = &metrics[i];

		if (!i || strcmp(m->name, metrics[i - 1].name))
			gh_buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", m->name, m->help, m->name,
				      m->type == METRIC_COUNTER ? "counter" : "gauge");
		put_samples(m, top, out);
	}
	json_object_put(o);
	return 0;
}

const char *exposition_name(size_t index)
{
	return index < metric_count ? metrics[index].name : NULL;
}
