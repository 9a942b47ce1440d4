# Benchmarks, built and run only by `make bench`. tests/bench/run (root) has those that
# need network namespaces.
EXTRA_PROGRAMS = tests/bench/datapath tests/bench/tunnel

tests_bench_datapath_SOURCES = tests/bench/datapath.c
tests_bench_datapath_CFLAGS = $(AM_CFLAGS) $(OPENSSL_CFLAGS)
tests_bench_datapath_LDADD = libipsec.a libbase.a $(OPENSSL_LIBS)

tests_bench_tunnel_SOURCES = tests/bench/tunnel.c
tests_bench_tunnel_LDADD = libipsec.a libbase.a $(OPENSSL_LIBS)

EXTRA_DIST += tests/bench/run tests/bench/run-tunnel tests/bench/commit
CLEANFILES += $(EXTRA_PROGRAMS)

bench: $(EXTRA_PROGRAMS)
	./tests/bench/datapath
	@test "$$(id -u)" != 0 || $(srcdir)/tests/bench/run tunnel .

.PHONY: bench
