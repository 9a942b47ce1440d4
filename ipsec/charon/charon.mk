# The charon plugin. Its SA table and host check know nothing of strongSwan
# and are tested without it.
if HAVE_STRONGSWAN_HEADERS
charonplugin_PROGRAMS += ipsec/charon/libstrongswan-gatehouse.so
endif

ipsec_charon_libstrongswan_gatehouse_so_CPPFLAGS = $(AM_CPPFLAGS) $(STRONGSWAN_CPPFLAGS) \
	-DGH_STRONGSWAN_VERSION=\"$(STRONGSWAN_VERSION)\"
# METHOD signatures are strongSwan's: not every method needs all its parameters.
ipsec_charon_libstrongswan_gatehouse_so_CFLAGS = $(AM_CFLAGS) $(PLUGIN_CFLAGS) -Wno-unused-parameter
ipsec_charon_libstrongswan_gatehouse_so_LDFLAGS = $(PLUGIN_LDFLAGS)
ipsec_charon_libstrongswan_gatehouse_so_LDADD = libbase.a
ipsec_charon_libstrongswan_gatehouse_so_SOURCES = \
	ipsec/charon/daemon.c ipsec/charon/daemon.h \
	ipsec/charon/host.c ipsec/charon/host.h \
	ipsec/charon/kernel.c ipsec/charon/kernel.h \
	ipsec/charon/keys.c ipsec/charon/keys.h \
	ipsec/charon/plugin.c \
	ipsec/charon/socket.c ipsec/charon/socket.h \
	ipsec/charon/successor.c ipsec/charon/successor.h \
	ipsec/charon/table.c ipsec/charon/table.h
