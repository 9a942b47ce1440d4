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
	gatehoused/apply_nat.c \
	gatehoused/box.c gatehoused/box.h \
	gatehoused/box_shelf.c \
	gatehoused/apply_partner.c gatehoused/apply_partner.h \
	gatehoused/credentials.c gatehoused/credentials.h \
	gatehoused/desk.c gatehoused/desk.h \
	gatehoused/device.c gatehoused/device.h \
	gatehoused/device_cisco.c \
	gatehoused/device_fortigate.c \
	gatehoused/device_junos.c \
	gatehoused/device_state.c \
	gatehoused/device_strongswan.c \
	gatehoused/device_vyos.c \
	gatehoused/diagnose.c \
	gatehoused/expiry.c gatehoused/expiry.h \
	gatehoused/failover_test.c gatehoused/failover_test.h \
	gatehoused/gateway.c gatehoused/gateway.h \
	gatehoused/grid.c gatehoused/grid.h \
	gatehoused/guests.c gatehoused/guests.h \
	gatehoused/hear.c \
	gatehoused/hear_peer.c \
	gatehoused/hear_request.c \
	gatehoused/host.c gatehoused/host.h \
	gatehoused/keeper.c gatehoused/keeper.h \
	gatehoused/keeper_child.c \
	gatehoused/ledger.c gatehoused/ledger.h \
	gatehoused/ledger_file.c gatehoused/ledger_file.h \
	gatehoused/meter.c gatehoused/meter.h \
	gatehoused/partner.c gatehoused/partner.h \
	gatehoused/nat.c gatehoused/nat.h \
	gatehoused/nat_routes.c gatehoused/nat_routes.h \
	gatehoused/netconf_host.c gatehoused/netconf_host.h \
	gatehoused/notify.c gatehoused/notify.h \
	gatehoused/operate.c gatehoused/operate.h \
	gatehoused/operate_gateway.c \
	gatehoused/options.c gatehoused/options.h \
	gatehoused/show.c gatehoused/show.h \
	gatehoused/show_config.c gatehoused/show_config.h \
	gatehoused/show_partner.c \
	gatehoused/show_view.c \
	gatehoused/speaker.c gatehoused/speaker.h \
	gatehoused/speaker_partner.c \
	gatehoused/support.c gatehoused/support.h \
	gatehoused/state.c gatehoused/state.h gatehoused/state_part.h \
	gatehoused/state_connection.c \
	gatehoused/state_gateway.c \
	gatehoused/state_leg.c \
	gatehoused/state_meter.c \
	gatehoused/state_nat.c \
	gatehoused/state_partner.c \
	gatehoused/state_route.c \
	gatehoused/timeline.c gatehoused/timeline.h \
	gatehoused/translate.c gatehoused/translate.h \
	gatehoused/wish.c gatehoused/wish.h \
	gatehoused/wish_nat.c \
	gatehoused/writer.c gatehoused/writer.h

gatehoused_gatehoused_SOURCES = gatehoused/main.c
gatehoused_gatehoused_LDADD = libgatehoused.a libnetconf.a libghyang.a librib.a libike.a libipsec.a libbase.a \
	$(LIBYANG_LIBS) $(OPENSSL_LIBS) $(JSONC_LIBS) $(LIBCAP_LIBS) $(EV_LIBS)
