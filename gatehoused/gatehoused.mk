sbin_PROGRAMS += gatehoused/gatehoused

gatehoused_gatehoused_CPPFLAGS = $(AM_CPPFLAGS) $(JSONC_CFLAGS) $(LIBCAP_CFLAGS)
gatehoused_gatehoused_SOURCES = \
	gatehoused/apply.c \
	gatehoused/diagnose.c \
	gatehoused/gateway.c gatehoused/gateway.h \
	gatehoused/grid.c gatehoused/grid.h \
	gatehoused/guests.c gatehoused/guests.h \
	gatehoused/hear.c \
	gatehoused/keeper.c gatehoused/keeper.h \
	gatehoused/main.c \
	gatehoused/options.c gatehoused/options.h \
	gatehoused/show.c gatehoused/show.h \
	gatehoused/show_routes.c \
	gatehoused/speaker.c gatehoused/speaker.h \
	gatehoused/timeline.c gatehoused/timeline.h
gatehoused_gatehoused_LDADD = libipsec.a libghyang.a librib.a libipsec.a libbase.a \
	$(LIBYANG_LIBS) $(OPENSSL_LIBS) $(JSONC_LIBS) $(LIBCAP_LIBS) $(EV_LIBS)
