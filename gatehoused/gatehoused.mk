sbin_PROGRAMS += gatehoused/gatehoused
dist_man_MANS += gatehoused/gatehoused.8

# Everything but main, so that unit tests can link it.
noinst_LIBRARIES += libgatehoused.a
libgatehoused_a_CPPFLAGS = $(AM_CPPFLAGS) $(JSONC_CFLAGS) $(LIBCAP_CFLAGS)
libgatehoused_a_SOURCES = \
	gatehoused/apply.c gatehoused/apply.h \
	gatehoused/apply_bgpd.c \
	gatehoused/apply_charon.c \
	gatehoused/apply_kernel.c \
	gatehoused/credentials.c gatehoused/credentials.h \
	gatehoused/diagnose.c \
	gatehoused/gateway.c gatehoused/gateway.h \
	gatehoused/grid.c gatehoused/grid.h \
	gatehoused/guests.c gatehoused/guests.h \
	gatehoused/hear.c \
	gatehoused/host.c gatehoused/host.h \
	gatehoused/json.c gatehoused/json.h \
	gatehoused/keeper.c gatehoused/keeper.h \
	gatehoused/keeper_child.c \
	gatehoused/operate.c gatehoused/operate.h \
	gatehoused/options.c gatehoused/options.h \
	gatehoused/show.c gatehoused/show.h \
	gatehoused/show_config.c gatehoused/show_config.h \
	gatehoused/show_routes.c \
	gatehoused/speaker.c gatehoused/speaker.h \
	gatehoused/timeline.c gatehoused/timeline.h

gatehoused_gatehoused_SOURCES = gatehoused/main.c
gatehoused_gatehoused_LDADD = libgatehoused.a libghyang.a librib.a libike.a libipsec.a libbase.a \
	$(LIBYANG_LIBS) $(OPENSSL_LIBS) $(JSONC_LIBS) $(LIBCAP_LIBS) $(EV_LIBS)
