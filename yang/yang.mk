# The configuration: YANG module, datastore, transaction, lines of text.
noinst_LIBRARIES += libghyang.a
OUR_MODULES = \
	yang/modules/gatehouse.yang \
	yang/modules/gatehouse-access.yang \
	yang/modules/gatehouse-operations.yang \
	yang/modules/gatehouse-settings.yang \
	yang/modules/gatehouse-state.yang \
	yang/modules/gatehouse-types.yang \
	yang/modules/nc-notifications.yang \
	yang/modules/notifications.yang
EXTRA_DIST += yang/embed $(OUR_MODULES)
# Of the IETF, and so not of this tree: the host's package has them.
IETF_MODULES = \
	ietf-netconf@2011-06-01.yang \
	ietf-netconf-acm@2018-02-14.yang \
	ietf-netconf-monitoring@2010-10-04.yang \
	ietf-netconf-nmda@2019-01-07.yang \
	ietf-netconf-notifications@2012-02-06.yang \
	ietf-netconf-with-defaults@2011-06-01.yang \
	ietf-origin@2018-02-14.yang

# The modules' texts become C strings, so that no file can be missing or of
# another version.
CLEANFILES += yang/modules.c
yang/modules.c: $(srcdir)/yang/embed $(addprefix $(srcdir)/,$(OUR_MODULES))
	$(AM_V_GEN)$(MKDIR_P) yang && $(SHELL) $(srcdir)/yang/embed \
		$(addprefix $(srcdir)/,$(OUR_MODULES)) \
		$(addprefix $(IETF_MODULES_DIR)/,$(IETF_MODULES)) >$@.new && mv $@.new $@
nodist_libghyang_a_SOURCES = yang/modules.c

libghyang_a_CFLAGS = $(AM_CFLAGS) $(LIBYANG_CFLAGS) $(OPENSSL_CFLAGS)
libghyang_a_SOURCES = \
	yang/access.c yang/access.h yang/access_private.h \
	yang/access_path.c yang/access_path.h \
	yang/access_user.c \
	yang/access_walk.c \
	yang/certificate.c yang/certificate.h \
	yang/crl.c yang/crl.h \
	yang/cli.h \
	yang/cli_grammar.c yang/cli_grammar.h \
	yang/cli_line.c yang/cli_line.h \
	yang/cli_match.c yang/cli_match.h \
	yang/cli_parse.c \
	yang/cli_render.c \
	yang/cli_step.c yang/cli_step.h \
	yang/cli_value.c yang/cli_value.h \
	yang/config.c yang/config.h \
	yang/config_name.c \
	yang/context.c yang/context.h yang/context_modules.h \
	yang/datastore.c yang/datastore.h \
	yang/edit.c yang/edit.h \
	yang/finding.c yang/finding.h \
	yang/history.c yang/history.h \
	yang/legs.c yang/legs.h \
	yang/meaning.c yang/meaning.h \
	yang/meaning_address.c yang/meaning_report.h \
	yang/meaning_access.c \
	yang/meaning_host.c \
	yang/meaning_policy.c \
	yang/meaning_prefix.c \
	yang/meaning_reference.c \
	yang/meaning_topology.c \
	yang/plan.c yang/plan.h \
	yang/refusal.c yang/refusal.h \
	yang/secret.c yang/secret.h \
	yang/snapshot.c yang/snapshot.h yang/snapshot_read.h \
	yang/snapshot_connection.c \
	yang/snapshot_read.c \
	yang/startup.c yang/startup.h \
	yang/store.c yang/store.h yang/store_parts.h \
	yang/store_confirm.c \
	yang/store_file.c \
	yang/store_lock.c \
	yang/store_look.c \
	yang/store_plan.c \
	yang/store_request.c \
	yang/store_tree.c \
	yang/text_diff.c yang/text_diff.h \
	yang/transaction.c yang/transaction.h
# NETCONF, over all of the above.
noinst_LIBRARIES += libnetconf.a
libnetconf_a_CFLAGS = $(AM_CFLAGS) $(LIBYANG_CFLAGS)
libnetconf_a_SOURCES = \
	yang/netconf/capabilities.c \
	yang/netconf/edit_config.c yang/netconf/edit_config.h \
	yang/netconf/edit_walk.c yang/netconf/edit_walk.h \
	yang/netconf/filter.c yang/netconf/filter.h yang/netconf/filter_private.h \
	yang/netconf/filter_ask.c \
	yang/netconf/framing.c yang/netconf/framing.h \
	yang/netconf/host.h \
	yang/netconf/libyang_compat.h \
	yang/netconf/message.c yang/netconf/message.h \
	yang/netconf/monitoring.c yang/netconf/monitoring.h \
	yang/netconf/ops_action.c \
	yang/netconf/ops_edit.c \
	yang/netconf/ops_get.c \
	yang/netconf/ops_schema.c \
	yang/netconf/ops_session.c \
	yang/netconf/ops_stream.c \
	yang/netconf/path.c yang/netconf/path.h \
	yang/netconf/reply.c yang/netconf/reply.h \
	yang/netconf/rpc.c yang/netconf/rpc.h \
	yang/netconf/rpc_params.c \
	yang/netconf/server.c yang/netconf/server.h yang/netconf/server_private.h \
	yang/netconf/session.c yang/netconf/session.h \
	yang/netconf/stream.c yang/netconf/stream.h
NETCONF_LIBS = libnetconf.a $(GHYANG_LIBS)

# sshd's subsystem.
sbin_PROGRAMS += gatehouse-netconf
gatehouse_netconf_SOURCES = yang/netconf/relay.c
dist_man_MANS += yang/netconf/gatehouse-netconf.8

GHYANG_LIBS = libghyang.a libbase.a $(LIBYANG_LIBS) $(OPENSSL_LIBS) $(EV_LIBS)
