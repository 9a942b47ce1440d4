# What a host needs besides the programs: the service, the check, the guests'
# configuration.
sbin_SCRIPTS = tools/gatehouse-check
dist_man_MANS += tools/gatehouse-check.8

systemdsystemunit_DATA = gatehoused/gatehouse.service
dist_networkdconf_DATA = tools/gatehouse-networkd.conf
dist_charonconf_DATA = ipsec/charon/gatehouse.conf

EXTRA_DIST += tools/headers tools/gatehouse-check.in gatehoused/gatehouse.service.in
CLEANFILES += $(sbin_SCRIPTS) $(systemdsystemunit_DATA)

substitute = $(AM_V_GEN)$(MKDIR_P) $(@D) && $(SED) \
	-e 's,@sbindir\@,$(sbindir),g' \
	-e 's,@frrmoduledir\@,$(frrmoduledir),g' \
	-e 's,@charonplugindir\@,$(charonplugindir),g' \
	-e 's,@FRR_VERSION\@,$(FRR_VERSION),g' \
	-e 's,@STRONGSWAN_VERSION\@,$(STRONGSWAN_VERSION),g'

tools/gatehouse-check: $(srcdir)/tools/gatehouse-check.in Makefile
	$(substitute) $(srcdir)/tools/gatehouse-check.in >$@.tmp && chmod 755 $@.tmp && mv $@.tmp $@

gatehoused/gatehouse.service: $(srcdir)/gatehoused/gatehouse.service.in Makefile
	$(substitute) $(srcdir)/gatehoused/gatehouse.service.in >$@.tmp && mv $@.tmp $@

# The user that the daemon runs as; a package makes it in its own way.
install-data-hook:
	@if test -z "$(DESTDIR)" && test "$$(id -u)" = 0 && test "$(systemdsystemunitdir)" = /lib/systemd/system && \
		! getent passwd gatehouse >/dev/null; then \
		useradd --system --user-group --no-create-home --home-dir /nonexistent \
			--shell /usr/sbin/nologin gatehouse; \
	fi
