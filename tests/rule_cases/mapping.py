"""For each rule of a public rule set the question of ours that asks the same, and why single cases differ.

The cases stand in ``shared/data/panther-rule-tests`` and are read from there; here are only the names of the rules, the numbers of
their cases, and our own words. ``where`` narrows our wider answer to what the rule is about, in terms of the answer's columns.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Asked:
    """The question that asks what a rule asks. Where there is none, ``why`` says so for all cases of the rule.

    ``params`` hold scope as well; ``differ`` gives the reason for each case (counted from 1) in which the answer is another.
    """

    question: str = ""
    params: dict[str, Any] = field(default_factory=dict)
    where: str = "TRUE"
    differ: dict[int, str] = field(default_factory=dict)
    why: str = ""


DONE = {"outcome": "succeeded"}
THRESHOLD = (
    "the rule counts up to a threshold over time and calls one event of it positive; ours asks for the whole burst"
)
BY_ROLE = "the rule trusts roles that are not of Identity Center as pipelines; ours trusts no role"
NO_ACCOUNT = "what it is shared with is neither a group nor an account that exists; ours calls everything that is not ours outside"
OWN_NAME = "the session is named like the user whose password it set; anybody can name a session so, and ours lists it"
ALLOW_LIST = "the rule holds a list of allowed accounts and users; ours has none and lists the call"
BACKUP = "the rule leaves out automatic backups by the name of the snapshot, which anybody can choose; ours lists them"


def names(*events: str) -> str:
    """Rows about these events."""
    return f"event_name IN ({', '.join(repr(event) for event in events)})"


RULES: dict[str, Asked] = {
    "aws_add_malicious_lambda_extension": Asked("lambda_config_changes", DONE, "len(layers) > 0", {2: BY_ROLE}),
    "aws_ami_modified_for_public_access": Asked(
        "image_sharing_changes", DONE, "made_public OR len(outside_accounts) > 0", {2: NO_ACCOUNT, 4: NO_ACCOUNT}
    ),
    "aws_backdoor_lambda_function": Asked("function_access_grants", DONE, "event_name LIKE 'AddPermission%'"),
    "aws_bedrock_deletemodelinvocationloggingconfiguration": Asked(
        "model_logging_and_guardrail_changes", DONE, "what = 'removed' AND event_name LIKE '%Logging%'"
    ),
    "aws_bedrock_guardrail_update_delete": Asked(
        "model_logging_and_guardrail_changes", DONE, "event_name LIKE '%Guardrail%'"
    ),
    "aws_cloudtrail_account_discovery": Asked("organisation_recon"),
    "aws_cloudtrail_attempt_to_leave_org": Asked("org_changes", {}, names("LeaveOrganization")),
    "aws_cloudtrail_created": Asked("trail_configuration_changes", DONE, names("CreateTrail", "UpdateTrail")),
    "aws_cloudtrail_event_selectors_disabled": Asked("trail_selector_changes", DONE, "len(narrowing_selectors) > 0"),
    "aws_cloudtrail_loginprofilecreatedormodified": Asked(
        "login_profile_changes", {"by_other_only": True, **DONE}, differ={1: OWN_NAME}
    ),
    "aws_cloudtrail_password_policy_discovery": Asked("iam_enumeration"),
    "aws_cloudtrail_password_spraying": Asked("console_login_failures"),
    "aws_cloudtrail_region_enabled": Asked(
        "region_opt_in_changes",
        {},
        names("EnableRegion"),
        {
            1: "the record names cloudtrail.amazonaws.com; AWS logs this call under account.amazonaws.com, and ours asks for that"
        },
    ),
    "aws_cloudtrail_ses_check_identity_verifications": Asked("mail_and_sms_quota_recon"),
    "aws_cloudtrail_ses_check_send_quota": Asked(
        "mail_and_sms_quota_recon", {}, "user_agent NOT LIKE '%.amazonaws.com'"
    ),
    "aws_cloudtrail_ses_check_ses_sending_enabled": Asked("mail_and_sms_quota_recon"),
    "aws_cloudtrail_ses_list_identities": Asked("mail_and_sms_quota_recon"),
    "aws_cloudtrail_short_lifecycle": Asked(
        "log_store_tampering", {"stores": ["sample-cloudtrail-bucket-name"]}, "expires_after_days < 7"
    ),
    "aws_cloudtrail_stopped": Asked("trail_stopped_or_deleted", DONE, names("StopLogging", "DeleteTrail")),
    "aws_cloudtrail_unsuccessful_mfa_attempt": Asked("console_login_failures", {}, "mfa_used = 'yes'"),
    "aws_cloudtrail_useraccesskeyauth": Asked(
        why="every call with a key of a user: that is what actions_by_principal lists"
    ),
    "aws_codebuild_made_public": Asked("build_runner_backdoors", DONE, "made_public"),
    "aws_config_service_created": Asked(
        "config_recorder_tampering", DONE, names("PutDeliveryChannel", "PutConfigurationRecorder")
    ),
    "aws_config_service_disabled_deleted": Asked(
        "config_recorder_tampering", DONE, "event_name LIKE 'Delete%' OR event_name LIKE 'Stop%'"
    ),
    "aws_console_getsignintoken": Asked("console_federation_tokens"),
    "aws_console_login_without_mfa": Asked(
        "console_login_without_mfa",
        differ={
            8: "the rule excuses users younger than some hours, which it learns from its own memory; ours lists the sign-in"
        },
    ),
    "aws_console_login_without_saml": Asked("console_logins", {}, "saml_provider IS NULL"),
    "aws_console_root_login": Asked("root_activity", DONE, names("ConsoleLogin")),
    "aws_console_root_login_failed": Asked("root_activity", {"outcome": "failed"}, names("ConsoleLogin")),
    "aws_console_signin": Asked("identity_center_sign_ins"),
    "aws_dns_logs_deleted": Asked("dns_logging_removed"),
    "aws_ec2_download_instance_user_data": Asked(
        "user_data_and_console_output_reads",
        differ={
            3: "the rule excuses the scanner of its maker by its role name; ours lists the read with the service that made it"
        },
    ),
    "aws_ec2_ebs_encryption_disabled": Asked("sharing_guardrails_off"),
    "aws_ec2_gateway_modified": Asked("routing_changes", DONE),
    "aws_ec2_launch_unusual_ec2_instances": Asked("compute_abuse_launches"),
    "aws_ec2_manual_security_group_changes": Asked(
        "security_group_and_vpc_changes", DONE, "event_name LIKE 'Authorize%' AND user_agent NOT LIKE '%Terraform%'"
    ),
    "aws_ec2_many_passwors_read_attempts": Asked("windows_password_reads"),
    "aws_ec2_monitoring": Asked("machine_image_changes"),
    "aws_ec2_multi_instance_connect": Asked("instance_connect_keys", DONE),
    "aws_ec2_network_acl_modified": Asked("nacl_changes", DONE),
    "aws_ec2_route_table_modified": Asked("routing_changes", DONE),
    "aws_ec2_security_group_modified": Asked("security_group_and_vpc_changes", DONE),
    "aws_ec2_startup_script_change": Asked("instance_state_changes", {}, "user_data_replaced"),
    "aws_ec2_stopinstances": Asked("instance_state_changes", DONE, names("StopInstances")),
    "aws_ec2_traffic_mirroring": Asked("traffic_mirroring"),
    "aws_ec2_vpc_modified": Asked("vpc_lifecycle", DONE),
    "aws_ec2_vulnerable_xz_image_launched": Asked(
        "instances_launched",
        differ={3: "the rule holds a list of image ids of one week of 2024; ours shows the image of every launch"},
    ),
    "aws_ecr_crud": Asked("image_registry_activity", differ={2: ALLOW_LIST}),
    "aws_ecr_events": Asked("image_registry_activity", differ={3: ALLOW_LIST}),
    "aws_iam_anything_changed": Asked("iam_changes", DONE),
    "aws_iam_assume_role_blocklist_ignored": Asked(
        "role_assumptions",
        DONE,
        differ={
            2: "the rule holds a list of roles that nobody shall take; ours lists every role taken (parameter role)"
        },
    ),
    "aws_iam_attach_admin_role_policy": Asked("admin_policy_attachments", DONE, names("AttachRolePolicy")),
    "aws_iam_attach_admin_user_policy": Asked("admin_policy_attachments", DONE, names("AttachUserPolicy")),
    "aws_iam_backdoor_role": Asked("trust_policy_outsiders"),
    "aws_iam_compromised_key_quarantine": Asked("key_quarantine_signals"),
    "aws_iam_create_role": Asked("iam_roles_created"),
    "aws_iam_create_user": Asked("iam_users_created"),
    "aws_iam_entity_created_without_cloudformation": Asked("principals_created_outside_automation", DONE),
    "aws_iam_group_read_only_events": Asked(
        "iam_enumeration",
        differ=dict.fromkeys(
            range(1, 6),
            "the call came through CloudFormation (invokedBy): ours leaves out what a service reads for somebody, service_forwarded_actions lists it",
        ),
    ),
    "aws_iam_policy_modified": Asked("iam_changes", DONE),
    "aws_iam_user_key_created": Asked("access_keys_created", {"by_other_only": True, **DONE}),
    "aws_iam_user_recon_denied": Asked(
        "authorization_failures",
        {"service": "iam"},
        "user_agent NOT LIKE '%.amazonaws.com' AND (denied_action IS NULL OR event_name NOT LIKE 'Create%')",
        {4: "the rule leaves out the console; ours does not, because the console is where stolen passwords are used"},
    ),
    "aws_imds_credential_exfiltration": Asked(
        "instance_credentials_off_host",
        differ={
            7: "the rule trusts calls of the Systems Manager agent; ours names the address, which nothing ties to the instance"
        },
    ),
    "aws_ipset_modified": Asked("guardduty_suppression"),
    "aws_key_compromised": Asked("key_quarantine_signals"),
    "aws_kms_cmk_loss": Asked("kms_key_destruction", DONE, names("DisableKey", "ScheduleKeyDeletion")),
    "aws_lambda_crud": Asked("lambda_changes", differ={3: ALLOW_LIST}),
    "aws_macie_evasion": Asked("posture_service_tampering"),
    "aws_modify_cloud_compute_infrastructure": Asked(
        "ec2_instance_activity", {}, "outcome = 'success' AND coalesce(user_agent, '') NOT LIKE '%.amazonaws.com'"
    ),
    "aws_network_acl_permissive_entry": Asked("nacl_changes", DONE, "wide_open"),
    "aws_overwrite_lambda_code": Asked("lambda_code_overwrites", differ={2: BY_ROLE, 5: BY_ROLE}),
    "aws_rds_activity_stream_stopped": Asked("service_log_delivery_disabled", DONE),
    "aws_rds_automated_backup_deleted": Asked("backup_destruction", DONE),
    "aws_rds_cluster_failover": Asked(why="a failover is not among the questions: search_anywhere finds it"),
    "aws_rds_deletion_protection_disabled": Asked("delete_protection_changes", DONE, "protection = 'removed'"),
    "aws_rds_iam_role_added": Asked("passed_roles", DONE, names("AddRoleToDBInstance", "AddRoleToDBCluster")),
    "aws_rds_instance_deletion": Asked("database_and_storage_deletions", DONE),
    "aws_rds_instance_made_public": Asked("db_restores_and_exposure", DONE, "publicly_accessible = 'true'"),
    "aws_rds_instance_rebooted": Asked(
        why="a reboot of a database is not among the questions: search_anywhere finds it"
    ),
    "aws_rds_log_file_downloaded": Asked("db_restores_and_exposure", DONE, "log_file IS NOT NULL"),
    "aws_rds_manual_snapshot_created": Asked("db_snapshot_sharing", differ={3: BACKUP, 4: BACKUP}),
    "aws_rds_master_pass_updated": Asked("database_takeover", DONE),
    "aws_rds_publicrestore": Asked(
        "db_restores_and_exposure", DONE, "event_name LIKE 'Restore%' AND publicly_accessible = 'true'"
    ),
    "aws_rds_security_group_ingress_authorized": Asked("db_restores_and_exposure", DONE),
    "aws_rds_snapshot_copied_cross_region": Asked(
        "db_snapshot_sharing", DONE, "event_name LIKE 'Copy%' AND source_region <> aws_region"
    ),
    "aws_rds_snapshot_deleted": Asked("backup_destruction", DONE),
    "aws_rds_snapshot_enumeration": Asked("public_image_and_snapshot_search", DONE),
    "aws_rds_snapshot_export": Asked("db_snapshot_sharing", DONE, names("StartExportTask")),
    "aws_rds_snapshot_shared": Asked("db_snapshot_sharing", DONE, "len(shared_with) > 0"),
    "aws_resource_made_public": Asked("resource_policy_grants", DONE),
    "aws_root_access_key_created": Asked("root_credential_changes"),
    "aws_root_activity": Asked(
        "root_activity",
        DONE,
        differ={
            1: "the rule leaves out service-linked roles; ours lists everything that root did",
            6: "the rule leaves out reads; ours lists everything that root did",
        },
    ),
    "aws_root_password_changed": Asked("root_credential_changes", DONE),
    "aws_s3_bucket_deleted": Asked("buckets_created_and_deleted", DONE, names("DeleteBucket")),
    "aws_s3_bucket_policy_modified": Asked("bucket_acl_changes", DONE),
    "aws_s3_copy_object_cross_account_kms": Asked("object_reencryption"),
    "aws_s3_copy_object_to_external_account_bucket": Asked("copies_to_outside_buckets"),
    "aws_s3_copy_object_with_client_side_encryption": Asked("object_reencryption"),
    "aws_s3_delete_bucket_encryption": Asked("bucket_encryption_changes", DONE, names("DeleteBucketEncryption")),
    "aws_s3_delete_bucket_replication": Asked("bucket_replication_changes", DONE, names("DeleteBucketReplication")),
    "aws_s3_delete_object": Asked("objects_deleted"),
    "aws_s3_delete_objects": Asked("objects_deleted"),
    "aws_s3_delete_public_access_block": Asked("public_access_block_changes", DONE, "event_name LIKE 'Delete%'"),
    "aws_s3_disable_bucket_logging": Asked(
        "service_log_delivery_disabled",
        DONE,
        "switched_off",
        {
            4: "a request to set logging that names no target switches logging off; the rule waits for one spelling of it"
        },
    ),
    "aws_s3_disable_mfa_delete": Asked("bucket_recovery_weakened", DONE, "mfa_delete = 'Disabled'"),
    "aws_s3_ransomware_note_upload": Asked("ransom_note_objects"),
    "aws_s3_security_control_disabling": Asked(
        "bucket_recovery_weakened",
        DONE,
        "versioning <> 'Enabled' OR mfa_delete = 'Disabled'",
        {1: "logging is another question of ours: service_log_delivery_disabled, which finds it"},
    ),
    "aws_s3_suspend_versioning": Asked("bucket_recovery_weakened", DONE, "versioning <> 'Enabled'"),
    "aws_saml_activity": Asked(
        "identity_provider_changes",
        differ={
            5: "the rule excuses the role of Identity Center itself; ours lists the provider that it made, with the service as agent"
        },
    ),
    "aws_secretsmanager_retrieve_secrets": Asked("secrets_read"),
    "aws_secretsmanager_retrieve_secrets_batch": Asked("secrets_read", {}, names("BatchGetSecretValue")),
    "aws_secretsmanager_retrieve_secrets_catchall": Asked(
        "secrets_read",
        {},
        names("BatchGetSecretValue"),
        {2: "the rule waits for filters that match everything; ours lists every batch with its filters"},
    ),
    "aws_secretsmanager_retrieve_secrets_multiregion": Asked("secrets_read", {}, names("BatchGetSecretValue")),
    "aws_security_configuration_change": Asked("trail_tampering", DONE),
    "aws_securityhub_finding_evasion": Asked("posture_service_tampering"),
    "aws_snapshot_made_public": Asked(
        "snapshot_sharing_changes", DONE, "made_public OR len(outside_accounts) > 0", {2: NO_ACCOUNT}
    ),
    "aws_software_discovery": Asked("infrastructure_sweep", differ={1: THRESHOLD}),
    "aws_ssm_decrypt_ssm_params": Asked("parameters_read", {"decrypted_only": True}),
    "aws_ssm_distributed_command": Asked(
        "ssm_commands",
        {},
        names("SendCommand"),
        {
            3: "the rule counts instances in its own memory; ours lists each command (remote_access_fan_out counts instances)"
        },
    ),
    "aws_sts_getcalleridentity_trufflehog": Asked("offensive_tool_agents", {}, names("GetCallerIdentity")),
    "aws_sts_getsessiontoken_misuse": Asked(
        "session_tokens_and_their_use", DONE, "event_name = 'GetSessionToken' AND actor LIKE '%:user/%'"
    ),
    "aws_unauthorized_api_call": Asked("authorization_failures", {}, "source_ip_address NOT LIKE '%.amazonaws.com'"),
    "aws_unused_region": Asked(
        "first_seen_regions",
        differ={
            2: "the rule leaves out reads in regions that are not allowed; ours names the first event of a region, whatever it is"
        },
    ),
    "aws_update_credentials": Asked("password_recovery_and_changes", DONE),
    "aws_user_login_profile_modified": Asked(
        "login_profile_changes",
        {"by_other_only": True, **DONE},
        differ={1: OWN_NAME, 3: "the rule excuses passwords that must be changed at the next sign-in; ours lists them"},
    ),
    "aws_vpc_flow_logs_deleted": Asked("flow_logs_removed"),
    "aws_vpce_access_denied": Asked(
        "activity_by_vpc_endpoint", {"vpc_endpoint_id": "vpce-EXAMPLE08c1b6b9b7"}, "error_class = 'VpceAccessDenied'"
    ),
    "aws_vpce_external_principal": Asked(
        "activity_by_vpc_endpoint",
        {"vpc_endpoint_id": "vpce-EXAMPLE08c1b6b9b7"},
        "actor NOT LIKE '%' || recipient_account_id || '%'",
    ),
    "aws_vpce_s3_external_ip": Asked(
        "activity_by_vpc_endpoint",
        {"vpc_endpoint_id": "vpce-EXAMPLE08c1b6b9b7"},
        "NOT starts_with(source_ip_address, '10.')",
    ),
    "aws_vpce_sensitive_api_calls": Asked(
        "activity_by_vpc_endpoint", {"vpc_endpoint_id": "vpce-1234abcd"}, "event_source <> 's3.amazonaws.com'"
    ),
    "aws_waf_disassociation": Asked("waf_protection_removed"),
    "retrieve_sso_access_token": Asked("identity_center_device_code_tokens"),
    "role_assumed_by_aws_service": Asked("role_assumptions"),
    "role_assumed_by_user": Asked("role_assumptions", {}, "user_identity_type <> 'AWSService'"),
    "signin_with_aws_cli_prompt": Asked("organisation_recon", {}, names("ListApplications")),
    "brute_force_by_ip": Asked("console_login_failures"),
    "brute_force_by_user": Asked("console_login_failures"),
    "greynoise_malicious_ip": Asked(why="the rule reads what another product adds to the record"),
    "impossible_travel_login": Asked(
        why="needs the log of many sign-ins and places: impossible_travel, tested by itself"
    ),
    "otx_malicious_indicator": Asked(why="the rule reads what another product adds to the record"),
    "sign_in_from_rogue_state": Asked(why="the rule reads what another product adds to the record"),
}
