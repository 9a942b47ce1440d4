# IKE, as gatehoused sees it: the relay to charon, and charon's control.
noinst_LIBRARIES += libike.a
libike_a_SOURCES = \
	ipsec/ike.c ipsec/ike.h \
	ipsec/ike_authority.c \
	ipsec/ike_certificates.c ipsec/ike_certificates.h \
	ipsec/ike_charon.c \
	ipsec/ike_differ.c \
	ipsec/ike_event.c \
	ipsec/ike_gate.c ipsec/ike_gate.h \
	ipsec/ike_host.c \
	ipsec/ike_key.c \
	ipsec/ike_log.c ipsec/ike_log.h \
	ipsec/ike_listing.c ipsec/ike_listing.h ipsec/ike_load.c \
	ipsec/ike_message.c ipsec/ike_message.h \
	ipsec/ike_policy.c ipsec/ike_policy.h \
	ipsec/ike_private.h \
	ipsec/ike_relay.c ipsec/ike_relay.h \
	ipsec/ike_renew.c \
	ipsec/ike_secret.c \
	ipsec/ike_state.c \
	ipsec/ike_try.c \
	ipsec/resolve.c ipsec/resolve.h \
	ipsec/vici.c ipsec/vici.h \
	ipsec/vici_message.c

noinst_LIBRARIES += libipsec.a

libipsec_a_CFLAGS = $(AM_CFLAGS) $(OPENSSL_CFLAGS)
libipsec_a_SOURCES = \
	ipsec/checksum.c ipsec/checksum.h \
	ipsec/crypto.h ipsec/crypto_private.h \
	ipsec/crypto_aead.c ipsec/crypto_cbc.c ipsec/crypto_cipher.c ipsec/crypto_openssl.c \
	ipsec/early.c ipsec/early.h \
	ipsec/esp.c ipsec/esp.h \
	ipsec/event.c ipsec/event.h \
	ipsec/flows.c ipsec/flows.h \
	ipsec/fwd.c ipsec/fwd.h \
	ipsec/gro.c ipsec/gro.h \
	ipsec/gso.c ipsec/gso.h \
	ipsec/hmac.c ipsec/hmac.h \
	ipsec/icmp.c ipsec/icmp.h \
	ipsec/idmap.c ipsec/idmap.h \
	ipsec/inbound.c ipsec/inbound.h \
	ipsec/ipsec.c ipsec/ipsec.h ipsec/ipsec_private.h \
	ipsec/ipsec_nat.c \
	ipsec/ipsec_state.c \
	ipsec/legset.c ipsec/legset.h \
	ipsec/mss.c ipsec/mss.h \
	ipsec/nat.c ipsec/nat.h \
	ipsec/native.c ipsec/native.h \
	ipsec/outbound.c ipsec/outbound.h \
	ipsec/packet.c ipsec/packet.h \
	ipsec/port.c ipsec/port.h \
	ipsec/reclaim.c ipsec/reclaim.h \
	ipsec/replay.c ipsec/replay.h \
	ipsec/sa.c ipsec/sa.h \
	ipsec/sadb.c ipsec/sadb.h \
	ipsec/selector.c ipsec/selector.h \
	ipsec/seqmap.c ipsec/seqmap.h \
	ipsec/tables.h \
	ipsec/tun.c ipsec/tun.h \
	ipsec/udp.c ipsec/udp.h \
	ipsec/vnet.h \
	ipsec/wire.h \
	ipsec/worker.c ipsec/worker.h
