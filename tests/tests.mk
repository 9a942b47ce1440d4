# Unit tests: one program per source file, no root, no network.
UNIT_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
