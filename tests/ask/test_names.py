"""The names that the library promises: whoever asks by one of them gets an answer, in a file of that name or under an alias."""

from __future__ import annotations

import pytest

from ctforensics.ask.catalog import Catalog

NAMES = {
    "pivots": """
        activity_by_access_key access_key_profile access_key_lifecycle session_key_descendants session_key_origin
        activity_by_principal activity_by_role_session activity_by_unique_id activity_by_source_identity
        activity_by_identity_center_user activity_by_source_ip source_ip_fanout principal_footprint
        activity_by_user_agent tls_and_endpoint_use activity_by_resource resource_change_history tag_history
        search_anywhere activity_by_instance activity_by_code_scope cross_account_access_in cross_account_access_out
        event_by_id activity_by_vpc_endpoint console_actions service_forwarded_actions timeline_around_event
        watched_assets_touched
    """,
    "sign-in and sessions": """
        console_logins console_login_failures console_bruteforce console_password_spray console_success_after_failures
        console_login_without_mfa mfa_challenge_failures mfa_device_changes root_activity root_credential_changes
        password_recovery_and_changes assumeroot_sessions role_assumptions role_assumption_chain role_self_assumption
        role_assumption_failures external_account_role_use provider_support_access role_caller_type_change
        saml_federation_sessions saml_session_anomalies web_identity_sessions identity_center_sign_ins
        identity_center_role_access identity_center_session_linkage identity_center_device_code_tokens
        console_role_switches console_federation_tokens federation_tokens_and_their_use session_tokens_and_their_use
        concurrent_source_ips oauth_cli_sign_ins password_policy_changes
    """,
    "IAM change and escalation": """
        iam_changes_timeline iam_users_created iam_roles_created principals_created_outside_automation
        access_keys_created login_profile_changes managed_policy_attachments admin_policy_attachments
        inline_policy_writes wildcard_permission_grants policy_version_changes policy_document_history
        trust_policy_changes trust_policy_outsiders group_membership_and_group_changes permissions_boundary_changes
        guardrail_policy_removals containment_reversed self_privilege_change escalate_then_assume passed_roles
        instance_profile_changes service_specific_credentials resource_policy_grants passrole_ec2_launch
        launch_template_escalation user_data_rewrites passrole_lambda_function lambda_code_overwrites
        lambda_config_changes passrole_cloudformation passrole_codebuild passrole_glue passrole_ecs_task
        passrole_sagemaker passrole_other_services agent_code_interpreters identity_center_permission_changes
    """,
    "persistence": """
        backdoor_user_chain backdoor_role_chain identity_provider_changes roles_anywhere_changes roles_anywhere_sessions
        sessions_surviving_revocation new_credential_first_use function_access_grants event_trigger_changes
        api_gateway_front_doors build_runner_backdoors ec2_key_pairs hybrid_activations_and_associations cloudshell_use
        cognito_pool_changes appsync_changes machine_image_changes
    """,
    "tampering": """
        tampering_summary trail_stopped_or_deleted trail_configuration_changes trail_selector_changes
        lake_and_channel_changes log_store_tampering guardduty_disabled guardduty_suppression config_recorder_tampering
        posture_service_tampering flow_logs_removed dns_logging_removed log_groups_tampered alerting_disabled
        waf_protection_removed service_log_delivery_disabled region_opt_in_changes metadata_service_downgrades
        sharing_guardrails_off oversized_request_evasion created_then_deleted cost_alerting_disabled
    """,
    "discovery": """
        denied_calls denied_call_burst denied_then_allowed enumeration_burst recon_score caller_identity_checks
        iam_enumeration principal_guessing bucket_posture_sweep infrastructure_sweep mail_and_sms_quota_recon
        quota_and_cost_recon organisation_recon defence_recon asset_search_services user_data_and_console_output_reads
        public_image_and_snapshot_search offensive_tool_agents instance_role_recon dry_run_and_unsubscribed_probes
    """,
    "credential access": """
        secrets_read secrets_bulk_read secret_changes parameters_read kms_decrypt_activity windows_password_reads
        instance_credentials_off_host imdsv1_session_use workload_credentials_off_platform config_secret_harvest
        credential_files_read temporary_db_credentials certificates_issued_or_exported
        unauthenticated_identity_credentials key_quarantine_signals
    """,
    "lateral movement": """
        ssm_sessions ssm_commands remote_access_fan_out instance_connect_keys volume_mount_chain database_takeover
        container_exec_sessions multi_account_role_spread
    """,
    "S3": """
        bucket_policy_changes bucket_opened_to_outsiders bucket_acl_changes public_access_block_changes
        bucket_replication_changes bucket_recovery_weakened bucket_encryption_changes bucket_exposure_features
        buckets_created_and_deleted object_access object_bytes_out outsider_object_access objects_deleted
        read_then_delete_exfil object_reencryption ransom_note_objects copies_to_outside_buckets bucket_guessing
        batch_and_transfer_jobs site_content_tampering
    """,
    "sharing": """
        snapshot_sharing_changes shared_snapshots_used image_sharing_changes copies_and_exports_of_disks
        ebs_direct_reads db_snapshot_sharing db_restores_and_exposure instances_launched instance_state_changes
    """,
    "network": """
        security_group_history security_group_opened_to_world nacl_changes routing_changes network_bridges
        traffic_mirroring load_balancer_changes vpc_lifecycle
    """,
    "functions, KMS keys, organizations, shares": """
        lambda_changes lambda_invocations kms_key_policy_and_grant_changes kms_key_destruction org_changes
        resource_shares
    """,
    "mail and messages": """
        mail_sending_preparation mail_abuse_chain text_message_abuse topic_and_queue_exposure
    """,
    "models": """
        model_invocations llmjacking_score model_logging_and_guardrail_changes bedrock_api_key_activity
        ai_resource_tampering
    """,
    "containers, stacks, DNS and data services": """
        ecs_changes suspicious_task_commands image_registry_activity cluster_access_grants stack_changes
        dns_record_changes domain_registration_changes cdn_changes data_warehouse_queries_and_exports
    """,
    "impact": """
        mass_deletions database_and_storage_deletions backup_destruction delete_protection_changes access_removal
        compute_abuse_launches managed_compute_abuse quota_and_purchase_actions support_cases
    """,
    "statistics": """
        first_seen_actions first_seen_sources first_seen_regions first_seen_agents first_seen_resource_access
        rare_events volume_spikes activity_heatmap impossible_travel off_hours_activity dormant_identity_wakes
        session_agent_or_network_change automation_turned_interactive compare_periods tactic_breadth insight_events
    """,
    "coverage": """
        coverage_matrix log_gaps logging_off_windows trail_inventory data_event_coverage expected_but_missing
        orphan_sessions resources_without_birth unknown_accounts duplicate_events digest_chain_check records_incomplete
        schema_profile
    """,
}
CATALOG = Catalog.of_case()


@pytest.mark.parametrize("topic", NAMES)
def test_every_promised_question_is_in_the_library(topic):
    assert [name for name in NAMES[topic].split() if name not in CATALOG] == []


def test_an_alias_never_hides_a_question_of_its_own():
    for question in CATALOG:
        assert not set(question.aliases) & set(CATALOG.names()), question.name
