noinst_LIBRARIES += librib.a

librib_a_CFLAGS = $(AM_CFLAGS)
librib_a_SOURCES = \
	rib/announce.c rib/announce.h \
	rib/box_rules.c rib/box_rules.h \
	rib/decide.c rib/decide.h \
	rib/entry.c rib/entry.h \
	rib/explain.c rib/explain.h \
	rib/fib.h \
	rib/fib_esp.c rib/fib_esp.h \
	rib/fib_kernel.c rib/fib_kernel.h \
	rib/forwarding.c rib/forwarding.h \
	rib/ground.c rib/ground.h \
	rib/group.c rib/group.h \
	rib/kernel_ask.c \
	rib/kernel_group.c rib/kernel_group.h \
	rib/kernel_outer.c rib/kernel_outer.h \
	rib/leg.c rib/leg.h \
	rib/mark.c rib/mark.h \
	rib/monitor.c rib/monitor.h \
	rib/moving.c rib/moving.h \
	rib/nexthop.c rib/nexthop.h \
	rib/nft.c rib/nft.h \
	rib/nl.c rib/nl.h \
	rib/path.c rib/path.h \
	rib/paths.c \
	rib/rib.c rib/rib.h \
	rib/route.c \
	rib/rtnl.c rib/rtnl.h \
	rib/rules.c rib/rules.h \
	rib/sinks.c \
	rib/sysctl.c rib/sysctl.h \
	rib/table.c rib/table.h \
	rib/tunnel_peers.c rib/tunnel_peers.h \
	rib/underlay.c rib/underlay.h \
	rib/upper.c rib/upper.h
