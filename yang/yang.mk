# The configuration: YANG module, datastore, transaction, lines of text.
noinst_LIBRARIES += libghyang.a
EXTRA_DIST += yang/modules/gatehouse.yang

# The module's text becomes a C string, so that no file can be missing or of
# another version.
BUILT_SOURCES += yang/gatehouse_yang.h
CLEANFILES += yang/gatehouse_yang.h
yang/gatehouse_yang.h: $(srcdir)/yang/modules/gatehouse.yang
	$(AM_V_GEN)$(MKDIR_P) yang && { \
		echo 'static const char gatehouse_yang[] ='; \
		$(SED) -e 's/[\\"]/\\&/g' -e 's/.*/"&\\n"/' $(srcdir)/yang/modules/gatehouse.yang; \
		echo ';'; } >$@.new && mv $@.new $@

# BUILT_SOURCES serves only all, check and install.
yang/libghyang_a-datastore.$(OBJEXT): yang/gatehouse_yang.h

libghyang_a_CFLAGS = $(AM_CFLAGS) $(LIBYANG_CFLAGS) $(OPENSSL_CFLAGS)
libghyang_a_SOURCES = \
	yang/cli.h \
	yang/cli_grammar.c yang/cli_grammar.h \
	yang/cli_parse.c \
	yang/cli_render.c \
	yang/cli_step.c yang/cli_step.h \
	yang/cli_value.c yang/cli_value.h \
	yang/config.c yang/config.h \
	yang/datastore.c yang/datastore.h \
	yang/edit.c yang/edit.h \
	yang/legs.c yang/legs.h \
	yang/meaning.c yang/meaning.h \
	yang/meaning_address.c yang/meaning_report.h \
	yang/secret.c yang/secret.h \
	yang/snapshot.c yang/snapshot.h \
	yang/store.c yang/store.h \
	yang/transaction.c yang/transaction.h
GHYANG_LIBS = libghyang.a libbase.a $(LIBYANG_LIBS) $(OPENSSL_LIBS)
