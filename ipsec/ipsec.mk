# IKE, as gatehoused sees it: the relay to charon, and charon's control.
noinst_LIBRARIES += libike.a
libike_a_SOURCES = \
	ipsec/ike_relay.c ipsec/ike_relay.h
