# Unit tests: one program per source file, no root, no network.
if HAVE_CMOCKA
UNIT_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)

check_PROGRAMS += test_addr test_fact test_link
TESTS += test_addr test_fact test_link

test_addr_SOURCES = tests/unit/test_addr.c
test_addr_CFLAGS = $(UNIT_CFLAGS)
test_addr_LDADD = libbase.a $(CMOCKA_LIBS)

test_fact_SOURCES = tests/unit/test_fact.c
test_fact_CFLAGS = $(UNIT_CFLAGS)
test_fact_LDADD = libbase.a $(CMOCKA_LIBS)

test_link_SOURCES = tests/unit/test_link.c
test_link_CFLAGS = $(UNIT_CFLAGS)
test_link_LDADD = libbase.a $(CMOCKA_LIBS)
check_PROGRAMS += test_ipsec
TESTS += test_ipsec

IPSEC_TEST_LIBS = libipsec.a libbase.a $(OPENSSL_LIBS) $(CMOCKA_LIBS)

test_ipsec_SOURCES = tests/unit/test_ipsec.c
test_ipsec_CFLAGS = $(UNIT_CFLAGS)
test_ipsec_LDADD = $(IPSEC_TEST_LIBS)
endif

# The scenarios' traffic (tests/scenario/run needs root, and only what is built here).
noinst_PROGRAMS += tests/scenario/probe
tests_scenario_probe_SOURCES = tests/scenario/probe.c
EXTRA_DIST += tests/scenario
