# The exporter of metrics for Prometheus: a process of its own.
sbin_PROGRAMS += metrics/gatehouse-exporter
dist_man_MANS += metrics/gatehouse-exporter.8

noinst_LIBRARIES += libmetrics.a
libmetrics_a_CPPFLAGS = $(AM_CPPFLAGS) $(JSONC_CFLAGS) $(MICROHTTPD_CFLAGS)
libmetrics_a_SOURCES = \
	metrics/asker.c metrics/asker.h \
	metrics/exposition.c metrics/exposition.h \
	metrics/metric.c metrics/metric.h \
	metrics/server.c metrics/server.h
METRICS_LIBS = libmetrics.a libbase.a $(JSONC_LIBS) $(MICROHTTPD_LIBS)

metrics_gatehouse_exporter_SOURCES = metrics/main.c
metrics_gatehouse_exporter_LDADD = $(METRICS_LIBS)

systemdsystemunit_DATA += metrics/gatehouse-exporter.service
EXTRA_DIST += metrics/gatehouse-exporter.service.in
metrics/gatehouse-exporter.service: $(srcdir)/metrics/gatehouse-exporter.service.in Makefile
	$(substitute) $(srcdir)/metrics/gatehouse-exporter.service.in >$@.tmp && mv $@.tmp $@
