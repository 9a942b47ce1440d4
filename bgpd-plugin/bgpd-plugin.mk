# The bgpd module and the vtysh shim. The text routines know nothing of FRR and
# are tested without it.
shimdir = $(libdir)/gatehouse
shim_PROGRAMS =
bin_SCRIPTS =
dist_sbin_SCRIPTS =

if HAVE_FRR_HEADERS
frrmodule_PROGRAMS += bgpd-plugin/gatehouse.so
shim_PROGRAMS += bgpd-plugin/vtysh/gatehouse-vtysh.so
bin_SCRIPTS += bgpd-plugin/vtysh/gatehouse-vtysh
dist_sbin_SCRIPTS += bgpd-plugin/vtysh/gatehouse-vtysh-divert
dist_man_MANS += bgpd-plugin/vtysh/gatehouse-vtysh.1
endif

bgpd_plugin_gatehouse_so_CPPFLAGS = $(AM_CPPFLAGS) $(FRR_CPPFLAGS) $(LIBYANG_CFLAGS) $(JSONC_CFLAGS)
bgpd_plugin_gatehouse_so_CFLAGS = $(AM_CFLAGS) $(PLUGIN_CFLAGS)
bgpd_plugin_gatehouse_so_LDFLAGS = $(PLUGIN_LDFLAGS)
bgpd_plugin_gatehouse_so_LDADD = libbase.a
bgpd_plugin_gatehouse_so_SOURCES = \
	bgpd-plugin/gh_ask.c bgpd-plugin/gh_ask.h \
	bgpd-plugin/gh_compat.h \
	bgpd-plugin/gh_config.c bgpd-plugin/gh_config.h \
	bgpd-plugin/gh_convert.h \
	bgpd-plugin/gh_daemon.c bgpd-plugin/gh_daemon.h \
	bgpd-plugin/gh_export.c bgpd-plugin/gh_export.h \
	bgpd-plugin/gh_load.c bgpd-plugin/gh_load.h \
	bgpd-plugin/gh_module.c bgpd-plugin/gh_module.h \
	bgpd-plugin/gh_neighbor.c bgpd-plugin/gh_neighbor.h \
	bgpd-plugin/gh_node.c bgpd-plugin/gh_node.h bgpd-plugin/gh_nodes.h \
	bgpd-plugin/gh_partner.c bgpd-plugin/gh_partner.h \
	bgpd-plugin/gh_place.c bgpd-plugin/gh_place.h \
	bgpd-plugin/gh_policy.c bgpd-plugin/gh_policy.h \
	bgpd-plugin/gh_setting.c bgpd-plugin/gh_setting.h \
	bgpd-plugin/gh_speaker.c bgpd-plugin/gh_speaker.h \
	bgpd-plugin/gh_status.c bgpd-plugin/gh_status.h \
	bgpd-plugin/gh_suspend.c bgpd-plugin/gh_suspend.h \
	bgpd-plugin/gh_text.c bgpd-plugin/gh_text.h \
	bgpd-plugin/gh_trial.c bgpd-plugin/gh_trial.h \
	bgpd-plugin/gh_try.c bgpd-plugin/gh_try.h \
	bgpd-plugin/gh_vty.c bgpd-plugin/gh_vty.h \
	bgpd-plugin/gh_vty_operate.c bgpd-plugin/gh_vty_show.c \
	$(LINE_FILES)

# The lines of each node, which gh_vty.c includes.
LINE_FILES = \
	bgpd-plugin/line/access.h bgpd-plugin/line/access_list.h \
	bgpd-plugin/line/bgp.h bgpd-plugin/line/certificate.h \
	bgpd-plugin/line/connection.h bgpd-plugin/line/expressroute.h \
	bgpd-plugin/line/gateway.h bgpd-plugin/line/nat_rule.h \
	bgpd-plugin/line/neighbor.h bgpd-plugin/line/partner.h \
	bgpd-plugin/line/profile.h bgpd-plugin/line/vnet_router.h

# No -z now: the shim must start in a vtysh that lacks a symbol, and stand aside.
bgpd_plugin_vtysh_gatehouse_vtysh_so_CPPFLAGS = $(bgpd_plugin_gatehouse_so_CPPFLAGS)
bgpd_plugin_vtysh_gatehouse_vtysh_so_CFLAGS = $(bgpd_plugin_gatehouse_so_CFLAGS)
bgpd_plugin_vtysh_gatehouse_vtysh_so_LDFLAGS = -shared -Wl,-z,relro -Wl,-z,lazy
bgpd_plugin_vtysh_gatehouse_vtysh_so_SOURCES = \
	bgpd-plugin/gh_node.c bgpd-plugin/gh_nodes.h \
	bgpd-plugin/gh_redact.c bgpd-plugin/gh_redact.h \
	bgpd-plugin/vtysh/gh_shim.c bgpd-plugin/vtysh/gh_shim.h \
	bgpd-plugin/vtysh/gh_shim_file.c bgpd-plugin/vtysh/gh_shim_hint.c \
	bgpd-plugin/vtysh/gh_shim_support.c
nodist_bgpd_plugin_vtysh_gatehouse_vtysh_so_SOURCES = bgpd-plugin/vtysh/gh_shim_commands.c

# FRR's own extractor reads our command files. It tells a command's daemon by the
# folder of the file and runs the compiler in FRR's tree, hence the copies and CPATH.
COMMAND_FILES = gh_vty.c gh_vty_operate.c gh_vty_show.c
bgpd-plugin/vtysh/gh_shim_commands.c: bgpd-plugin/gh_vty.c bgpd-plugin/gh_vty_operate.c \
		bgpd-plugin/gh_vty_show.c bgpd-plugin/gh_node.h $(LINE_FILES)
	$(AM_V_GEN)mkdir -p bgpd-plugin/vtysh/bgpd && \
	src=`cd $(srcdir) && pwd` && out=`pwd`/bgpd-plugin/vtysh && \
	files= && for file in $(COMMAND_FILES); do \
		cp $$src/bgpd-plugin/$$file $$out/bgpd/$$file && files="$$files $$out/bgpd/$$file"; \
	done && \
	(cd $(FRR_BUILD) && CPATH=$$src $(PERL) $(FRR_EXTRACT) $$files) > $@.tmp && \
	{ echo '#include "bgpd-plugin/vtysh/gh_shim.h"'; \
	$(SED) -e 's/^void vtysh_init_cmd/void gh_shim_commands/' -e 's/,  /, /g' \
		-e '/#include "vtysh\/vtysh.h"/a #include "bgpd-plugin/gh_node.h"\n#pragma GCC diagnostic ignored "-Wenum-conversion"' \
		$@.tmp; } > $@ && rm $@.tmp && \
	for last in show_gateway candidate_commit al_no_comment; do \
		grep -q $${last}_cmd_vtysh $@ || exit 1; \
	done

bgpd-plugin/vtysh/gatehouse-vtysh: bgpd-plugin/vtysh/gatehouse-vtysh.in Makefile
	$(AM_V_GEN)mkdir -p bgpd-plugin/vtysh && \
	$(SED) 's|@shimdir[@]|$(shimdir)|' $(srcdir)/bgpd-plugin/vtysh/gatehouse-vtysh.in > $@ && chmod +x $@

EXTRA_DIST += bgpd-plugin/vtysh/gatehouse-vtysh.in
CLEANFILES += bgpd-plugin/vtysh/gh_shim_commands.c bgpd-plugin/vtysh/bgpd/*.c bgpd-plugin/vtysh/gatehouse-vtysh
