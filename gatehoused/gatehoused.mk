sbin_PROGRAMS += gatehoused/gatehoused
dist_man_MANS += gatehoused/gatehoused.8

# Everything but main, so that unit tests can link it.
noinst_LIBRARIES += libgatehoused.a
libgatehoused_a_CPPFLAGS = $(AM_CPPFLAGS) $(JSONC_CFLAGS) $(LIBCAP_CFLAGS)
libgatehoused_a_SOURCES = \
	gatehoused/apply/apply.c gatehoused/apply/apply.h \
	gatehoused/apply/apply_bgpd.c \
	gatehoused/apply/apply_charon.c \
	gatehoused/apply/apply_kernel.c \
	gatehoused/apply/apply_nat.c \
	gatehoused/nat/box.c gatehoused/nat/box.h \
	gatehoused/nat/box_shelf.c \
	gatehoused/apply/apply_partner.c gatehoused/apply/apply_partner.h \
	gatehoused/credentials.c gatehoused/credentials.h \
	gatehoused/desk.c gatehoused/desk.h \
	gatehoused/device/device.c gatehoused/device/device.h \
	gatehoused/device/device_cisco.c \
	gatehoused/device/device_fortigate.c \
	gatehoused/device/device_junos.c \
	gatehoused/device/device_state.c \
	gatehoused/device/device_strongswan.c \
	gatehoused/device/device_vyos.c \
	gatehoused/show/diagnose.c \
	gatehoused/expiry.c gatehoused/expiry.h \
	gatehoused/failover_test.c gatehoused/failover_test.h \
	gatehoused/gateway.c gatehoused/gateway.h gatehoused/gateway_loop.c \
	gatehoused/show/grid.c gatehoused/show/grid.h \
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
	gatehoused/nat/nat.c gatehoused/nat/nat.h \
	gatehoused/nat/nat_routes.c gatehoused/nat/nat_routes.h \
	gatehoused/netconf_host.c gatehoused/netconf_host.h \
	gatehoused/notify.c gatehoused/notify.h \
	gatehoused/operate.c gatehoused/operate.h \
	gatehoused/operate_gateway.c \
	gatehoused/options.c gatehoused/options.h \
	gatehoused/show/show.c gatehoused/show/show.h \
	gatehoused/show/show_config.c gatehoused/show/show_config.h \
	gatehoused/show/show_partner.c \
	gatehoused/show/show_view.c \
	gatehoused/speaker.c gatehoused/speaker.h \
	gatehoused/speaker_legs.c \
	gatehoused/speaker_partner.c \
	gatehoused/show/support.c gatehoused/show/support.h \
	gatehoused/state/state.c gatehoused/state/state.h gatehoused/state/state_part.h \
	gatehoused/state/state_connection.c \
	gatehoused/state/state_gateway.c \
	gatehoused/state/state_leg.c \
	gatehoused/state/state_meter.c \
	gatehoused/state/state_nat.c \
	gatehoused/state/state_partner.c \
	gatehoused/state/state_route.c \
	gatehoused/timeline.c gatehoused/timeline.h \
	gatehoused/apply/translate.c gatehoused/apply/translate.h \
	gatehoused/wish.c gatehoused/wish.h \
	gatehoused/wish_nat.c \
	gatehoused/state/writer.c gatehoused/state/writer.h

gatehoused_gatehoused_SOURCES = gatehoused/main.c
gatehoused_gatehoused_LDADD = libgatehoused.a libnetconf.a libghyang.a librib.a libike.a libipsec.a libbase.a \
	$(LIBYANG_LIBS) $(OPENSSL_LIBS) $(JSONC_LIBS) $(LIBCAP_LIBS) $(EV_LIBS)
