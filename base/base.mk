noinst_LIBRARIES += libbase.a

# -fPIC: the guests' plugins link it too.
libbase_a_CFLAGS = $(AM_CFLAGS) -fPIC -fvisibility=hidden
libbase_a_SOURCES = \
	base/addr.c base/addr.h \
	base/buf.c base/buf.h \
	base/clerk.c base/clerk.h \
	base/clock.h \
	base/community.c base/community.h \
	base/fact.c base/fact.h \
	base/ike_frame.c base/ike_frame.h \
	base/link.c base/link.h \
	base/log.c base/log.h \
	base/scribe.c base/scribe.h \
	base/suite.c base/suite.h \
	base/weight.c base/weight.h
