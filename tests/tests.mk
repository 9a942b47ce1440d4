# Unit tests: one program per source file, no root, no network.
if HAVE_CMOCKA
UNIT_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)

check_PROGRAMS += test_addr test_buf test_clerk test_community test_fact test_link test_scribe test_suite test_weight
TESTS += test_addr test_buf test_clerk test_community test_fact test_link test_scribe test_suite test_weight

test_addr_SOURCES = tests/unit/test_addr.c
test_addr_CFLAGS = $(UNIT_CFLAGS)
test_addr_LDADD = libbase.a $(CMOCKA_LIBS)

test_buf_SOURCES = tests/unit/test_buf.c
test_buf_CFLAGS = $(UNIT_CFLAGS)
test_buf_LDADD = libbase.a $(CMOCKA_LIBS)

test_clerk_SOURCES = tests/unit/test_clerk.c
test_clerk_CFLAGS = $(UNIT_CFLAGS)
test_clerk_LDADD = libbase.a $(EV_LIBS) $(CMOCKA_LIBS)

test_community_SOURCES = tests/unit/test_community.c
test_community_CFLAGS = $(UNIT_CFLAGS)
test_community_LDADD = libbase.a $(CMOCKA_LIBS)

test_fact_SOURCES = tests/unit/test_fact.c
test_fact_CFLAGS = $(UNIT_CFLAGS)
test_fact_LDADD = libbase.a $(CMOCKA_LIBS)

test_link_SOURCES = tests/unit/test_link.c
test_link_CFLAGS = $(UNIT_CFLAGS)
test_link_LDADD = libbase.a $(CMOCKA_LIBS)

test_scribe_SOURCES = tests/unit/test_scribe.c
test_scribe_CFLAGS = $(UNIT_CFLAGS)
test_scribe_LDADD = libbase.a $(CMOCKA_LIBS)

test_weight_SOURCES = tests/unit/test_weight.c
test_weight_CFLAGS = $(UNIT_CFLAGS)
test_weight_LDADD = libbase.a $(CMOCKA_LIBS)

IPSEC_TESTS = test_crypto test_esp test_flows test_fwd test_gro test_gso test_hmac test_idmap test_inbound test_ipsec test_mss test_nat test_native test_packet test_replay test_seqmap
IPSEC_TEST_LIBS = libipsec.a libbase.a $(OPENSSL_LIBS) $(CMOCKA_LIBS)
check_PROGRAMS += $(IPSEC_TESTS)
TESTS += $(IPSEC_TESTS)
EXTRA_DIST += tests/unit/datapath.h tests/unit/hex.h tests/unit/inner.h \
	tests/vectors/cbc.h tests/vectors/chacha.h tests/vectors/gcm.h tests/vectors/hmac.h

test_suite_SOURCES = tests/unit/test_suite.c
test_suite_CFLAGS = $(UNIT_CFLAGS)
test_suite_LDADD = libbase.a $(CMOCKA_LIBS)

test_crypto_SOURCES = tests/unit/test_crypto.c
test_crypto_CFLAGS = $(UNIT_CFLAGS) $(OPENSSL_CFLAGS)
test_crypto_LDADD = $(IPSEC_TEST_LIBS)

test_hmac_SOURCES = tests/unit/test_hmac.c
test_hmac_CFLAGS = $(UNIT_CFLAGS) $(OPENSSL_CFLAGS)
test_hmac_LDADD = $(IPSEC_TEST_LIBS)

test_esp_SOURCES = tests/unit/test_esp.c
test_esp_CFLAGS = $(UNIT_CFLAGS) $(OPENSSL_CFLAGS)
test_esp_LDADD = $(IPSEC_TEST_LIBS)

test_flows_SOURCES = tests/unit/test_flows.c
test_flows_CFLAGS = $(UNIT_CFLAGS) $(OPENSSL_CFLAGS)
test_flows_LDADD = $(IPSEC_TEST_LIBS)

test_fwd_SOURCES = tests/unit/test_fwd.c
test_fwd_CFLAGS = $(UNIT_CFLAGS) $(OPENSSL_CFLAGS)
test_fwd_LDADD = $(IPSEC_TEST_LIBS)

test_gro_SOURCES = tests/unit/test_gro.c
test_gro_CFLAGS = $(UNIT_CFLAGS) $(OPENSSL_CFLAGS)
test_gro_LDADD = $(IPSEC_TEST_LIBS)

test_gso_SOURCES = tests/unit/test_gso.c
test_gso_CFLAGS = $(UNIT_CFLAGS) $(OPENSSL_CFLAGS)
test_gso_LDADD = $(IPSEC_TEST_LIBS)

test_idmap_SOURCES = tests/unit/test_idmap.c
test_idmap_CFLAGS = $(UNIT_CFLAGS) $(OPENSSL_CFLAGS)
test_idmap_LDADD = $(IPSEC_TEST_LIBS)

test_inbound_SOURCES = tests/unit/test_inbound.c
test_inbound_CFLAGS = $(UNIT_CFLAGS) $(OPENSSL_CFLAGS)
test_inbound_LDADD = $(IPSEC_TEST_LIBS)

test_ipsec_SOURCES = tests/unit/test_ipsec.c
test_ipsec_CFLAGS = $(UNIT_CFLAGS) $(OPENSSL_CFLAGS)
test_ipsec_LDADD = $(IPSEC_TEST_LIBS)

test_mss_SOURCES = tests/unit/test_mss.c
test_mss_CFLAGS = $(UNIT_CFLAGS) $(OPENSSL_CFLAGS)
test_mss_LDADD = $(IPSEC_TEST_LIBS)

test_nat_SOURCES = tests/unit/test_nat.c
test_nat_CFLAGS = $(UNIT_CFLAGS) $(OPENSSL_CFLAGS)
test_nat_LDADD = $(IPSEC_TEST_LIBS)

test_native_SOURCES = tests/unit/test_native.c
test_native_CFLAGS = $(UNIT_CFLAGS) $(OPENSSL_CFLAGS)
test_native_LDADD = $(IPSEC_TEST_LIBS)

test_packet_SOURCES = tests/unit/test_packet.c
test_packet_CFLAGS = $(UNIT_CFLAGS) $(OPENSSL_CFLAGS)
test_packet_LDADD = $(IPSEC_TEST_LIBS)

test_replay_SOURCES = tests/unit/test_replay.c
test_replay_CFLAGS = $(UNIT_CFLAGS) $(OPENSSL_CFLAGS)
test_replay_LDADD = $(IPSEC_TEST_LIBS)

test_seqmap_SOURCES = tests/unit/test_seqmap.c
test_seqmap_CFLAGS = $(UNIT_CFLAGS) $(OPENSSL_CFLAGS)
test_seqmap_LDADD = $(IPSEC_TEST_LIBS)

# yang/
YANG_TESTS = test_access test_access_path test_access_write test_certificate test_crl test_edit test_secret test_legs test_config test_snapshot test_datastore test_cli test_cli_schema test_cli_whole test_meaning test_meaning_topology test_plan test_transaction test_store test_store_commit test_store_request \
	test_finding test_text_diff test_history test_startup
check_PROGRAMS += $(YANG_TESTS)
TESTS += $(YANG_TESTS)
YANG_TEST_CFLAGS = $(UNIT_CFLAGS) $(LIBYANG_CFLAGS) $(OPENSSL_CFLAGS)
YANG_TEST_LIBS = $(GHYANG_LIBS) $(CMOCKA_LIBS)

test_access_SOURCES = tests/unit/test_access.c tests/unit/access_fixture.h tests/unit/yang_fixture.h
test_access_CFLAGS = $(YANG_TEST_CFLAGS)
test_access_LDADD = $(YANG_TEST_LIBS)

test_access_path_SOURCES = tests/unit/test_access_path.c tests/unit/access_fixture.h
test_access_path_CFLAGS = $(YANG_TEST_CFLAGS)
test_access_path_LDADD = $(YANG_TEST_LIBS)

test_access_write_SOURCES = tests/unit/test_access_write.c tests/unit/access_fixture.h
test_access_write_CFLAGS = $(YANG_TEST_CFLAGS)
test_access_write_LDADD = $(YANG_TEST_LIBS)

test_crl_SOURCES = tests/unit/test_crl.c
test_crl_CFLAGS = $(YANG_TEST_CFLAGS)
test_crl_LDADD = $(YANG_TEST_LIBS)

test_certificate_SOURCES = tests/unit/test_certificate.c
test_certificate_CFLAGS = $(YANG_TEST_CFLAGS)
test_certificate_LDADD = $(YANG_TEST_LIBS)

test_edit_SOURCES = tests/unit/test_edit.c tests/unit/yang_fixture.h
test_edit_CFLAGS = $(YANG_TEST_CFLAGS)
test_edit_LDADD = $(YANG_TEST_LIBS)

test_secret_SOURCES = tests/unit/test_secret.c tests/unit/yang_fixture.h
test_secret_CFLAGS = $(YANG_TEST_CFLAGS)
test_secret_LDADD = $(YANG_TEST_LIBS)

test_legs_SOURCES = tests/unit/test_legs.c tests/unit/yang_fixture.h
test_legs_CFLAGS = $(YANG_TEST_CFLAGS)
test_legs_LDADD = $(YANG_TEST_LIBS)

test_config_SOURCES = tests/unit/test_config.c tests/unit/yang_fixture.h
test_config_CFLAGS = $(YANG_TEST_CFLAGS)
test_config_LDADD = $(YANG_TEST_LIBS)

test_snapshot_SOURCES = tests/unit/test_snapshot.c tests/unit/yang_fixture.h
test_snapshot_CFLAGS = $(YANG_TEST_CFLAGS)
test_snapshot_LDADD = $(YANG_TEST_LIBS)

test_datastore_SOURCES = tests/unit/test_datastore.c tests/unit/yang_fixture.h
test_datastore_CFLAGS = $(YANG_TEST_CFLAGS)
test_datastore_LDADD = $(YANG_TEST_LIBS)

test_cli_SOURCES = tests/unit/test_cli.c tests/unit/yang_fixture.h
test_cli_CFLAGS = $(YANG_TEST_CFLAGS)
test_cli_LDADD = $(YANG_TEST_LIBS)

check_PROGRAMS += test_cli_line
TESTS += test_cli_line
test_cli_line_SOURCES = tests/unit/test_cli_line.c
test_cli_line_CFLAGS = $(YANG_TEST_CFLAGS)
test_cli_line_LDADD = $(YANG_TEST_LIBS)

test_cli_schema_SOURCES = tests/unit/test_cli_schema.c
test_cli_schema_CFLAGS = $(YANG_TEST_CFLAGS)
test_cli_schema_LDADD = $(YANG_TEST_LIBS)

test_meaning_topology_SOURCES = tests/unit/test_meaning_topology.c tests/unit/yang_fixture.h
test_meaning_topology_CFLAGS = $(YANG_TEST_CFLAGS)
test_meaning_topology_LDADD = $(YANG_TEST_LIBS)

test_cli_whole_SOURCES = tests/unit/test_cli_whole.c tests/unit/yang_fixture.h
test_cli_whole_CFLAGS = $(YANG_TEST_CFLAGS)
test_cli_whole_LDADD = $(YANG_TEST_LIBS)

test_meaning_SOURCES = tests/unit/test_meaning.c tests/unit/yang_fixture.h
test_meaning_CFLAGS = $(YANG_TEST_CFLAGS)
test_meaning_LDADD = $(YANG_TEST_LIBS)

test_plan_SOURCES = tests/unit/test_plan.c tests/unit/yang_fixture.h
test_plan_CFLAGS = $(YANG_TEST_CFLAGS)
test_plan_LDADD = $(YANG_TEST_LIBS)

test_transaction_SOURCES = tests/unit/test_transaction.c
test_transaction_CFLAGS = $(YANG_TEST_CFLAGS)
test_transaction_LDADD = $(YANG_TEST_LIBS)

test_store_SOURCES = tests/unit/test_store.c tests/unit/yang_fixture.h
test_store_CFLAGS = $(YANG_TEST_CFLAGS)
test_store_LDADD = $(YANG_TEST_LIBS)

test_store_commit_SOURCES = tests/unit/test_store_commit.c tests/unit/store_fixture.h
test_store_commit_CFLAGS = $(YANG_TEST_CFLAGS)
test_store_commit_LDADD = $(YANG_TEST_LIBS)

test_store_request_SOURCES = tests/unit/test_store_request.c tests/unit/store_fixture.h
test_store_request_CFLAGS = $(YANG_TEST_CFLAGS)
test_store_request_LDADD = $(YANG_TEST_LIBS)

test_finding_SOURCES = tests/unit/test_finding.c tests/unit/yang_fixture.h
test_finding_CFLAGS = $(YANG_TEST_CFLAGS)
test_finding_LDADD = $(YANG_TEST_LIBS)

test_text_diff_SOURCES = tests/unit/test_text_diff.c tests/unit/yang_fixture.h
test_text_diff_CFLAGS = $(YANG_TEST_CFLAGS)
test_text_diff_LDADD = $(YANG_TEST_LIBS)

test_history_SOURCES = tests/unit/test_history.c tests/unit/yang_fixture.h
test_history_CFLAGS = $(YANG_TEST_CFLAGS)
test_history_LDADD = $(YANG_TEST_LIBS)

test_startup_SOURCES = tests/unit/test_startup.c tests/unit/yang_fixture.h
test_startup_CFLAGS = $(YANG_TEST_CFLAGS)
test_startup_LDADD = $(YANG_TEST_LIBS)

test_credentials_SOURCES = tests/unit/test_credentials.c
test_credentials_CFLAGS = $(UNIT_CFLAGS) $(OPENSSL_CFLAGS)
test_credentials_LDADD = libgatehoused.a $(GHYANG_LIBS) libike.a libbase.a $(EV_LIBS) $(CMOCKA_LIBS)
GATEHOUSED_TESTS = test_device test_partner test_operate_gateway test_expiry test_failover_test test_ledger test_meter test_notify test_state test_grid test_guests test_keeper_child test_options test_speaker test_wish test_timeline test_writer test_credentials
check_PROGRAMS += $(GATEHOUSED_TESTS)
TESTS += $(GATEHOUSED_TESTS)

test_grid_SOURCES = tests/unit/test_grid.c
test_grid_CPPFLAGS = $(AM_CPPFLAGS) $(JSONC_CFLAGS)
test_grid_CFLAGS = $(UNIT_CFLAGS)
test_grid_LDADD = libgatehoused.a libbase.a $(JSONC_LIBS) $(CMOCKA_LIBS)

test_guests_SOURCES = tests/unit/test_guests.c
test_guests_CFLAGS = $(UNIT_CFLAGS)
test_guests_LDADD = libgatehoused.a libbase.a $(EV_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += test_host
TESTS += test_host
test_host_SOURCES = tests/unit/test_host.c
test_host_CFLAGS = $(UNIT_CFLAGS) $(LIBYANG_CFLAGS)
test_host_LDADD = libgatehoused.a $(GHYANG_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += test_desk
TESTS += test_desk
test_desk_SOURCES = tests/unit/test_desk.c
test_desk_CFLAGS = $(UNIT_CFLAGS)
test_desk_LDADD = libgatehoused.a $(GHYANG_LIBS) $(CMOCKA_LIBS)

NAT_TESTS = test_box test_nat_routes test_translate test_wish_nat
check_PROGRAMS += $(NAT_TESTS)
TESTS += $(NAT_TESTS)
test_box_SOURCES = tests/unit/test_box.c
test_box_CFLAGS = $(UNIT_CFLAGS)
test_box_LDADD = libgatehoused.a librib.a libipsec.a libbase.a $(OPENSSL_LIBS) $(CMOCKA_LIBS)

test_nat_routes_SOURCES = tests/unit/test_nat_routes.c
test_nat_routes_CFLAGS = $(UNIT_CFLAGS)
test_nat_routes_LDADD = libgatehoused.a libbase.a $(CMOCKA_LIBS)

test_wish_nat_SOURCES = tests/unit/test_wish_nat.c
test_wish_nat_CFLAGS = $(UNIT_CFLAGS)
test_wish_nat_LDADD = libgatehoused.a libghyang.a libbase.a $(CMOCKA_LIBS)

test_translate_SOURCES = tests/unit/test_translate.c
test_translate_CFLAGS = $(UNIT_CFLAGS)
test_translate_LDADD = libgatehoused.a libbase.a $(CMOCKA_LIBS)

test_keeper_child_SOURCES = tests/unit/test_keeper_child.c
test_keeper_child_CFLAGS = $(UNIT_CFLAGS)
test_keeper_child_LDADD = libgatehoused.a libbase.a $(CMOCKA_LIBS)

test_options_SOURCES = tests/unit/test_options.c
test_options_CFLAGS = $(UNIT_CFLAGS)
test_options_LDADD = libgatehoused.a $(CMOCKA_LIBS)

test_speaker_SOURCES = tests/unit/test_speaker.c
test_speaker_CFLAGS = $(UNIT_CFLAGS)
test_speaker_LDADD = libgatehoused.a $(GHYANG_LIBS) $(CMOCKA_LIBS)

test_wish_SOURCES = tests/unit/test_wish.c
test_wish_CFLAGS = $(UNIT_CFLAGS)
test_wish_LDADD = libgatehoused.a $(GHYANG_LIBS) $(CMOCKA_LIBS)

METRICS_TESTS = test_asker test_exposition test_metrics_server
check_PROGRAMS += $(METRICS_TESTS)
TESTS += $(METRICS_TESTS)
METRICS_TEST_CFLAGS = $(UNIT_CFLAGS) -DSRCDIR='"$(abs_srcdir)"'
EXTRA_DIST += tests/unit/answering.h

test_asker_SOURCES = tests/unit/test_asker.c
test_asker_CFLAGS = $(METRICS_TEST_CFLAGS)
test_asker_LDADD = $(METRICS_LIBS) $(CMOCKA_LIBS)

test_exposition_SOURCES = tests/unit/test_exposition.c
test_exposition_CFLAGS = $(METRICS_TEST_CFLAGS)
test_exposition_LDADD = $(METRICS_LIBS) $(CMOCKA_LIBS)

test_metrics_server_SOURCES = tests/unit/test_metrics_server.c
test_metrics_server_CFLAGS = $(METRICS_TEST_CFLAGS)
test_metrics_server_LDADD = $(METRICS_LIBS) $(CMOCKA_LIBS)

test_device_SOURCES = tests/unit/test_device.c
test_device_CFLAGS = $(UNIT_CFLAGS)
test_device_LDADD = libgatehoused.a $(GHYANG_LIBS) $(CMOCKA_LIBS)

test_expiry_SOURCES = tests/unit/test_expiry.c
test_expiry_CFLAGS = $(UNIT_CFLAGS) $(OPENSSL_CFLAGS)
test_expiry_LDADD = libgatehoused.a $(GHYANG_LIBS) $(CMOCKA_LIBS)

test_operate_gateway_SOURCES = tests/unit/test_operate_gateway.c tests/unit/gateway_fixture.h
test_operate_gateway_CPPFLAGS = $(AM_CPPFLAGS) $(LIBYANG_CFLAGS)
test_operate_gateway_CFLAGS = $(UNIT_CFLAGS)
test_operate_gateway_LDADD = $(gatehoused_gatehoused_LDADD) $(CMOCKA_LIBS)

test_notify_SOURCES = tests/unit/test_notify.c tests/unit/gateway_fixture.h
test_notify_CPPFLAGS = $(AM_CPPFLAGS) $(LIBYANG_CFLAGS)
test_notify_CFLAGS = $(UNIT_CFLAGS)
test_notify_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=netconf_host_event
test_notify_LDADD = $(gatehoused_gatehoused_LDADD) $(CMOCKA_LIBS)

check_PROGRAMS += test_apply_kernel test_apply_partner
TESTS += test_apply_kernel test_apply_partner
test_apply_kernel_SOURCES = tests/unit/test_apply_kernel.c tests/unit/kernel_fixture.h
test_apply_kernel_CPPFLAGS = $(AM_CPPFLAGS) $(LIBYANG_CFLAGS)
test_apply_kernel_CFLAGS = $(UNIT_CFLAGS)
test_apply_kernel_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=nl_talk,--wrap=nl_batch
test_apply_kernel_LDADD = $(gatehoused_gatehoused_LDADD) $(CMOCKA_LIBS)

test_apply_partner_SOURCES = tests/unit/test_apply_partner.c
test_apply_partner_CPPFLAGS = $(AM_CPPFLAGS) $(LIBYANG_CFLAGS)
test_apply_partner_CFLAGS = $(UNIT_CFLAGS)
test_apply_partner_LDADD = $(gatehoused_gatehoused_LDADD) $(CMOCKA_LIBS)

test_failover_test_SOURCES = tests/unit/test_failover_test.c
test_failover_test_CFLAGS = $(UNIT_CFLAGS)
test_failover_test_LDADD = libgatehoused.a libbase.a $(EV_LIBS) $(CMOCKA_LIBS)

test_ledger_SOURCES = tests/unit/test_ledger.c
test_ledger_CFLAGS = $(UNIT_CFLAGS)
test_ledger_LDADD = libgatehoused.a libghyang.a libbase.a $(CMOCKA_LIBS)

test_meter_SOURCES = tests/unit/test_meter.c
test_meter_CFLAGS = $(UNIT_CFLAGS)
test_meter_LDADD = libgatehoused.a $(CMOCKA_LIBS)
test_partner_SOURCES = tests/unit/test_partner.c
test_partner_CFLAGS = $(UNIT_CFLAGS)
test_partner_LDADD = libgatehoused.a $(CMOCKA_LIBS)

# All of the daemon but its main.
test_state_SOURCES = tests/unit/test_state.c tests/unit/gateway_fixture.h
test_state_CPPFLAGS = $(AM_CPPFLAGS) $(JSONC_CFLAGS) $(LIBYANG_CFLAGS)
test_state_CFLAGS = $(UNIT_CFLAGS)
test_state_LDADD = $(gatehoused_gatehoused_LDADD) $(CMOCKA_LIBS)

test_writer_SOURCES = tests/unit/test_writer.c
test_writer_CPPFLAGS = $(AM_CPPFLAGS) $(JSONC_CFLAGS)
test_writer_CFLAGS = $(UNIT_CFLAGS)
test_writer_LDADD = libgatehoused.a libbase.a $(JSONC_LIBS) $(CMOCKA_LIBS)

test_timeline_SOURCES = tests/unit/test_timeline.c
test_timeline_CFLAGS = $(UNIT_CFLAGS)
test_timeline_LDADD = libgatehoused.a libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += test_announce test_decide test_group test_kernel_outer test_leg test_monitor test_moving test_nexthop test_path test_rib test_rib_partner test_table test_tunnel_peers test_underlay
TESTS += test_announce test_decide test_group test_kernel_outer test_leg test_monitor test_moving test_nexthop test_path test_rib test_rib_partner test_table test_tunnel_peers test_underlay

RIB_TEST_LIBS = librib.a libbase.a $(EV_LIBS) $(CMOCKA_LIBS)

test_announce_SOURCES = tests/unit/test_announce.c
test_announce_CFLAGS = $(UNIT_CFLAGS)
test_announce_LDADD = $(RIB_TEST_LIBS)
test_decide_SOURCES = tests/unit/test_decide.c
test_decide_CFLAGS = $(UNIT_CFLAGS)
test_decide_LDADD = $(RIB_TEST_LIBS)

test_group_SOURCES = tests/unit/test_group.c
test_group_CFLAGS = $(UNIT_CFLAGS)
test_group_LDADD = $(RIB_TEST_LIBS)

test_kernel_outer_SOURCES = tests/unit/test_kernel_outer.c tests/unit/kernel_fixture.h
test_kernel_outer_CFLAGS = $(UNIT_CFLAGS)
test_kernel_outer_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=nl_talk,--wrap=nl_batch
test_kernel_outer_LDADD = $(RIB_TEST_LIBS)

test_moving_SOURCES = tests/unit/test_moving.c tests/unit/kernel_fixture.h
test_moving_CFLAGS = $(UNIT_CFLAGS)
test_moving_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=nl_talk,--wrap=nl_batch
test_moving_LDADD = $(RIB_TEST_LIBS)

test_leg_SOURCES = tests/unit/test_leg.c
test_leg_CFLAGS = $(UNIT_CFLAGS)
test_leg_LDADD = $(RIB_TEST_LIBS)

test_monitor_SOURCES = tests/unit/test_monitor.c
test_monitor_CFLAGS = $(UNIT_CFLAGS)
test_monitor_LDADD = $(RIB_TEST_LIBS)

test_nexthop_SOURCES = tests/unit/test_nexthop.c
test_nexthop_CFLAGS = $(UNIT_CFLAGS)
test_nexthop_LDADD = $(RIB_TEST_LIBS)

test_tunnel_peers_SOURCES = tests/unit/test_tunnel_peers.c
test_tunnel_peers_CFLAGS = $(UNIT_CFLAGS)
test_tunnel_peers_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=nl_batch
test_tunnel_peers_LDADD = $(RIB_TEST_LIBS)

test_underlay_SOURCES = tests/unit/test_underlay.c tests/unit/kernel_fixture.h
test_underlay_CFLAGS = $(UNIT_CFLAGS)
test_underlay_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=nl_talk,--wrap=nl_batch
test_underlay_LDADD = $(RIB_TEST_LIBS)

test_path_SOURCES = tests/unit/test_path.c
test_path_CFLAGS = $(UNIT_CFLAGS)
test_path_LDADD = $(RIB_TEST_LIBS)

test_rib_partner_SOURCES = tests/unit/test_rib_partner.c
test_rib_partner_CFLAGS = $(UNIT_CFLAGS)
test_rib_partner_LDADD = $(RIB_TEST_LIBS)
test_rib_SOURCES = tests/unit/test_rib.c tests/unit/rib_recorder.h
test_rib_CFLAGS = $(UNIT_CFLAGS)
test_rib_LDADD = $(RIB_TEST_LIBS)

test_table_SOURCES = tests/unit/test_table.c
test_table_CFLAGS = $(UNIT_CFLAGS)
test_table_LDADD = $(RIB_TEST_LIBS)
check_PROGRAMS += test_gh_redact test_gh_text test_gh_trial
TESTS += test_gh_redact test_gh_text test_gh_trial

test_gh_redact_SOURCES = tests/unit/test_gh_redact.c bgpd-plugin/gh_redact.c bgpd-plugin/gh_redact.h
test_gh_redact_CFLAGS = $(UNIT_CFLAGS)
test_gh_redact_LDADD = $(CMOCKA_LIBS)

test_gh_text_SOURCES = tests/unit/test_gh_text.c bgpd-plugin/gh_text.c bgpd-plugin/gh_text.h
test_gh_text_CFLAGS = $(UNIT_CFLAGS)
test_gh_text_LDADD = libbase.a $(CMOCKA_LIBS)

test_gh_trial_SOURCES = tests/unit/test_gh_trial.c bgpd-plugin/gh_trial.c bgpd-plugin/gh_trial.h
test_gh_trial_CFLAGS = $(UNIT_CFLAGS)
test_gh_trial_LDADD = libbase.a $(CMOCKA_LIBS)
# NETCONF
NETCONF_TESTS = test_framing test_netconf test_netconf_config test_netconf_message test_netconf_relay
check_PROGRAMS += $(NETCONF_TESTS)
TESTS += $(NETCONF_TESTS)
NETCONF_TEST_LIBS = $(NETCONF_LIBS) $(CMOCKA_LIBS)

test_framing_SOURCES = tests/unit/test_framing.c
test_framing_CFLAGS = $(UNIT_CFLAGS)
test_framing_LDADD = $(NETCONF_TEST_LIBS)

test_netconf_SOURCES = tests/unit/test_netconf.c tests/unit/netconf_fixture.h
test_netconf_CFLAGS = $(YANG_TEST_CFLAGS)
test_netconf_LDADD = $(NETCONF_TEST_LIBS)

test_netconf_config_SOURCES = tests/unit/test_netconf_config.c tests/unit/netconf_fixture.h
test_netconf_config_CFLAGS = $(YANG_TEST_CFLAGS)
test_netconf_config_LDADD = $(NETCONF_TEST_LIBS)

test_netconf_message_SOURCES = tests/unit/test_netconf_message.c
test_netconf_message_CFLAGS = $(YANG_TEST_CFLAGS)
test_netconf_message_LDADD = $(NETCONF_TEST_LIBS)

test_netconf_relay_SOURCES = tests/unit/test_netconf_relay.c
test_netconf_relay_CFLAGS = $(UNIT_CFLAGS)
test_netconf_relay_LDADD = $(CMOCKA_LIBS)
EXTRA_test_netconf_relay_DEPENDENCIES = gatehouse-netconf

# IKE: the relay, charon's control, and what of the plugin needs no strongSwan.
check_PROGRAMS += test_charon_host test_charon_table test_ike_differ test_ike_event test_ike_frame \
	test_ike_gate test_ike_log test_ike_message test_ike_policy test_ike_relay test_ike_renew test_ike_try \
	test_resolve test_vici
TESTS += test_charon_host test_charon_table test_ike_differ test_ike_event test_ike_frame \
	test_ike_gate test_ike_log test_ike_message test_ike_policy test_ike_relay test_ike_renew test_ike_try \
	test_resolve test_vici

IKE_TEST_LIBS = libike.a libbase.a $(CMOCKA_LIBS)

test_charon_host_SOURCES = tests/unit/test_charon_host.c ipsec/charon/host.c
test_charon_host_CFLAGS = $(UNIT_CFLAGS)
test_charon_host_LDADD = $(CMOCKA_LIBS)

test_charon_table_SOURCES = tests/unit/test_charon_table.c \
	ipsec/charon/keys.c ipsec/charon/table.c
test_charon_table_CFLAGS = $(UNIT_CFLAGS)
test_charon_table_LDADD = libbase.a $(CMOCKA_LIBS)

test_ike_differ_SOURCES = tests/unit/test_ike_differ.c
test_ike_differ_CFLAGS = $(UNIT_CFLAGS)
test_ike_differ_LDADD = libike.a libbase.a $(EV_LIBS) $(CMOCKA_LIBS)

test_ike_event_SOURCES = tests/unit/test_ike_event.c
test_ike_event_CFLAGS = $(UNIT_CFLAGS)
test_ike_event_LDADD = libike.a libbase.a $(EV_LIBS) $(CMOCKA_LIBS)

test_ike_gate_SOURCES = tests/unit/test_ike_gate.c
test_ike_gate_CFLAGS = $(UNIT_CFLAGS)
test_ike_gate_LDADD = $(IKE_TEST_LIBS)

test_resolve_SOURCES = tests/unit/test_resolve.c
test_resolve_CFLAGS = $(UNIT_CFLAGS)
test_resolve_LDADD = libike.a libbase.a $(EV_LIBS) $(CMOCKA_LIBS)

test_ike_frame_SOURCES = tests/unit/test_ike_frame.c
test_ike_frame_CFLAGS = $(UNIT_CFLAGS)
test_ike_frame_LDADD = libbase.a $(CMOCKA_LIBS)

test_ike_log_SOURCES = tests/unit/test_ike_log.c
test_ike_log_CFLAGS = $(UNIT_CFLAGS)
test_ike_log_LDADD = $(IKE_TEST_LIBS)

test_ike_message_SOURCES = tests/unit/test_ike_message.c
test_ike_message_CFLAGS = $(UNIT_CFLAGS)
test_ike_message_LDADD = $(IKE_TEST_LIBS)

test_ike_policy_SOURCES = tests/unit/test_ike_policy.c
test_ike_policy_CFLAGS = $(UNIT_CFLAGS)
test_ike_policy_LDADD = $(IKE_TEST_LIBS)

test_ike_renew_SOURCES = tests/unit/test_ike_renew.c
test_ike_renew_CFLAGS = $(UNIT_CFLAGS)
test_ike_renew_LDADD = libike.a libbase.a $(EV_LIBS) $(CMOCKA_LIBS)

test_ike_try_SOURCES = tests/unit/test_ike_try.c
test_ike_try_CFLAGS = $(UNIT_CFLAGS)
test_ike_try_LDADD = libike.a libbase.a $(EV_LIBS) $(CMOCKA_LIBS)

test_ike_relay_SOURCES = tests/unit/test_ike_relay.c
test_ike_relay_CFLAGS = $(UNIT_CFLAGS)
test_ike_relay_LDADD = $(IKE_TEST_LIBS)

test_vici_SOURCES = tests/unit/test_vici.c
test_vici_CFLAGS = $(UNIT_CFLAGS)
test_vici_LDADD = $(IKE_TEST_LIBS)
endif

# The modules, by the field's checkers.
TESTS += tests/yang-lint
EXTRA_DIST += tests/yang-lint
AM_TESTS_ENVIRONMENT = IETF_MODULES_DIR='$(IETF_MODULES_DIR)'; export IETF_MODULES_DIR;

# The scenarios' traffic (tests/scenario/run needs root, and only what is built here).
noinst_PROGRAMS += tests/scenario/probe
tests_scenario_probe_SOURCES = tests/scenario/probe.c
EXTRA_DIST += tests/scenario

# The kernel's side of a failover, measured (root).
noinst_PROGRAMS += tests/bench/flip
tests_bench_flip_SOURCES = tests/bench/flip.c
tests_bench_flip_LDADD = librib.a libbase.a $(EV_LIBS)
