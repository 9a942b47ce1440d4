# One fuzz target per decoder of outside bytes. Two lines add one:
#
#   FUZZERS += tests/fuzz/fuzz_NAME
#   tests_fuzz_fuzz_NAME_LDADD = libPART.a libbase.a $(FUZZ_LIBS)
#
# As usual `make check` runs each over its seeds (tests/fuzz/seeds/fuzz_NAME/)
# and a fixed number of mutations of them. Configured with --enable-fuzzing,
# the same files become libFuzzer programs and `make fuzz` runs each for
# FUZZ_SECONDS.
FUZZ_SECONDS = 10
FUZZERS =

noinst_LIBRARIES += libreplay.a
libreplay_a_SOURCES = tests/fuzz/replay.c

FUZZERS += tests/fuzz/fuzz_fact
tests_fuzz_fuzz_fact_LDADD = libbase.a $(FUZZ_LIBS)

FUZZERS += tests/fuzz/fuzz_esp
tests_fuzz_fuzz_esp_LDADD = libipsec.a libbase.a $(OPENSSL_LIBS) $(FUZZ_LIBS)

FUZZERS += tests/fuzz/fuzz_inbound
tests_fuzz_fuzz_inbound_LDADD = libipsec.a libbase.a $(OPENSSL_LIBS) $(FUZZ_LIBS)

FUZZERS += tests/fuzz/fuzz_outbound
tests_fuzz_fuzz_outbound_LDADD = libipsec.a libbase.a $(OPENSSL_LIBS) $(FUZZ_LIBS)

FUZZERS += tests/fuzz/fuzz_cli
tests_fuzz_fuzz_cli_LDADD = $(GHYANG_LIBS) $(FUZZ_LIBS)
tests_fuzz_fuzz_cli_CFLAGS = $(AM_CFLAGS) $(LIBYANG_CFLAGS)

FUZZERS += tests/fuzz/fuzz_ike_frame
tests_fuzz_fuzz_ike_frame_LDADD = libbase.a $(FUZZ_LIBS)

FUZZERS += tests/fuzz/fuzz_community
tests_fuzz_fuzz_community_LDADD = libbase.a $(FUZZ_LIBS)

FUZZERS += tests/fuzz/fuzz_vici
tests_fuzz_fuzz_vici_LDADD = libike.a libbase.a $(FUZZ_LIBS)

FUZZERS += tests/fuzz/fuzz_framing
tests_fuzz_fuzz_framing_LDADD = libnetconf.a libbase.a $(FUZZ_LIBS)

FUZZERS += tests/fuzz/fuzz_edit_config
tests_fuzz_fuzz_edit_config_SOURCES = tests/fuzz/fuzz_edit_config.c tests/fuzz/netconf_tree.h
tests_fuzz_fuzz_edit_config_LDADD = $(NETCONF_LIBS) $(FUZZ_LIBS)
tests_fuzz_fuzz_edit_config_CFLAGS = $(AM_CFLAGS) $(LIBYANG_CFLAGS)

FUZZERS += tests/fuzz/fuzz_rpc
tests_fuzz_fuzz_rpc_LDADD = $(NETCONF_LIBS) $(FUZZ_LIBS)
tests_fuzz_fuzz_rpc_CFLAGS = $(AM_CFLAGS) $(LIBYANG_CFLAGS)

FUZZERS += tests/fuzz/fuzz_filter
tests_fuzz_fuzz_filter_SOURCES = tests/fuzz/fuzz_filter.c tests/fuzz/netconf_tree.h
tests_fuzz_fuzz_filter_LDADD = $(NETCONF_LIBS) $(FUZZ_LIBS)
tests_fuzz_fuzz_filter_CFLAGS = $(AM_CFLAGS) $(LIBYANG_CFLAGS)

FUZZERS += tests/fuzz/fuzz_ledger
tests_fuzz_fuzz_ledger_LDADD = libgatehoused.a $(GHYANG_LIBS) libbase.a $(FUZZ_LIBS)

FUZZERS += tests/fuzz/fuzz_exposition
tests_fuzz_fuzz_exposition_LDADD = $(METRICS_LIBS) $(FUZZ_LIBS)

FUZZERS += tests/fuzz/fuzz_access_path
tests_fuzz_fuzz_access_path_LDADD = $(GHYANG_LIBS) $(FUZZ_LIBS)
tests_fuzz_fuzz_access_path_CFLAGS = $(AM_CFLAGS) $(LIBYANG_CFLAGS)

FUZZERS += tests/fuzz/fuzz_certificate
tests_fuzz_fuzz_certificate_LDADD = $(GHYANG_LIBS) $(FUZZ_LIBS)

FUZZERS += tests/fuzz/fuzz_crl
tests_fuzz_fuzz_crl_LDADD = $(GHYANG_LIBS) $(FUZZ_LIBS)

check_PROGRAMS += $(FUZZERS)
EXTRA_DIST += tests/fuzz/seeds tests/fuzz/coverage tests/fuzz/planted tests/fuzz/run
if !FUZZING
TESTS += $(FUZZERS)
endif

fuzz: $(FUZZERS)
	$(srcdir)/tests/fuzz/run $(FUZZ_SECONDS) $(FUZZERS)

.PHONY: fuzz
clean-local:
	rm -rf fuzz-corpus
