/*
 * metric - the table of metrics: which value of the state is which
 *
 * Names follow Prometheus' rules: base units (seconds, bytes), counters end in
 * _total, labels for what differs. docs/metrics.md explains each.
 */
#ifndef METRICS_METRIC_H
#define METRICS_METRIC_H

#include <stddef.h>

/* What there is a sample for; its labels. */
enum metric_scope {
	METRIC_GATEWAY,                 /* the gateway: none */
	METRIC_GUEST,                   /* guest */
	METRIC_DROP,                    /* reason */
	METRIC_EDGE,                    /* circuit, edge */
	METRIC_CIRCUIT,                 /* circuit */
	METRIC_CONNECTION,              /* connection */
	METRIC_LEG,                     /* leg, source: edges and connections */
	METRIC_NEIGHBOR,                /* neighbor, leg */
	METRIC_CERTIFICATE,             /* certificate */
	METRIC_METER,                   /* connection, destination_class */
	METRIC_SIZE,                    /* size */
};

enum metric_value {
	METRIC_NUMBER,                  /* as it is, times scale */
	METRIC_IS,                      /* 1 when it is `equals`, else 0 */
	METRIC_FLAG,                    /* true is 1 */
	METRIC_TIME,                    /* date-and-time as seconds since 1970 */
	METRIC_EXISTS,                  /* 1 when it is there, else 0 */
	METRIC_INFO,                    /* 1, with instance and version for labels */
};

struct metric {
	const char *name, *help;
	enum { METRIC_GAUGE, METRIC_COUNTER } type;
	enum metric_scope scope;
	enum metric_value value;
	const char *path;               /* within the scope, "state/traffic/in-octets" */
	const char *equals;
	double scale;                   /* 0: 1 */
	const char *label;              /* one more, `direction="in"`; NULL: none */
};

/* Rows of one name stand together. */
extern const struct metric metrics[];
extern const size_t metric_count;

#endif
