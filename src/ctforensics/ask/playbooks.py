"""Incident stories as ordered runs of questions: each step says what to look for and what silence would mean.

The stories follow public incident reports; a playbook is a list of names here and nothing more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ctforensics.ask import formats
from ctforensics.ask.answering import Reply, reply
from ctforensics.ask.catalog import Catalog
from ctforensics.ask.question import Question
from ctforensics.ask.room import Room
from ctforensics.errors import ParameterError, UnknownName

ROWS = 50

PLAYBOOKS: dict[str, tuple[str, tuple[str, ...]]] = {
    "leaked_access_key": (
        "A long-lived key is in the wrong hands",
        (
            "access_key_profile", "access_key_lifecycle", "authorization_failures", "caller_identity_checks", "iam_enumeration",
            "session_key_descendants", "role_assumption_chain", "iam_changes", "access_keys_created", "blast_radius",
            "bucket_opened_to_outsiders", "object_bytes_out", "trail_tampering", "event_coverage",
        ),
    ),
    "leaked_key_extortion": (
        "A leaked key, data taken, a ransom asked",
        (
            "offensive_tool_agents", "caller_identity_checks", "backdoor_user_chain", "iam_enumeration", "infrastructure_sweep",
            "quota_and_cost_recon", "database_takeover", "db_snapshot_sharing", "volume_mount_chain", "object_access",
        ),
    ),
    "sse_c_ransom": (
        "Objects encrypted with a key that only the intruder has",
        (
            "object_access", "object_bytes_out", "object_reencryption", "bucket_recovery_weakened", "objects_deleted",
            "ransom_note_objects",
        ),
    ),
    "environment_file_extortion": (
        "Credentials from environment files, roles made, buckets emptied",
        (
            "caller_identity_checks", "iam_enumeration", "bucket_posture_sweep", "iam_roles_created", "admin_policy_attachments",
            "passrole_lambda_function", "object_bytes_out", "objects_deleted", "ransom_note_objects",
        ),
    ),
    "workforce_takeover": (
        "A workforce identity taken over",
        (
            "identity_center_sign_ins", "mfa_device_changes", "cloudshell_use", "asset_search_services", "secrets_read", "instance_profile_changes",
            "instance_connect_keys", "guardduty_disabled", "trail_stopped_or_deleted", "batch_and_transfer_jobs",
        ),
    ),
    "console_persistence": (
        "Console access kept through federation and new front doors",
        (
            "federation_tokens_and_their_use", "identity_center_permission_changes", "backdoor_user_chain", "api_gateway_front_doors",
            "passrole_lambda_function", "console_federation_tokens",
        ),
    ),
    "model_theft": (
        "Models invoked on somebody else's account",
        (
            "access_key_profile", "llmjacking_score", "model_logging_and_guardrail_changes", "model_invocations",
            "backdoor_user_chain",
        ),
    ),
    "mining": (
        "Machines started to mine",
        (
            "dry_run_and_unsubscribed_probes", "compute_abuse_launches", "quota_and_cost_recon", "managed_compute_abuse",
            "launch_template_escalation", "delete_protection_changes", "function_access_grants",
        ),
    ),
    "mail_takeover": (
        "Mail sent in somebody else's name",
        (
            "caller_identity_checks", "mail_and_sms_quota_recon", "mail_sending_preparation", "support_cases", "mail_abuse_chain",
        ),
    ),
    "mail_and_mining_with_new_users": (
        "New users and roles, then machines, domains and mail",
        (
            "mail_and_sms_quota_recon", "backdoor_user_chain", "console_logins", "backdoor_role_chain", "defence_recon",
            "security_group_opened_to_world", "compute_abuse_launches", "domain_registration_changes", "mail_sending_preparation",
            "created_then_deleted",
        ),
    ),
    "administrator_in_minutes": (
        "From a file with credentials to an administrator in minutes",
        (
            "credential_files_read", "lambda_code_overwrites", "access_keys_created", "multi_account_role_spread", "llmjacking_score",
            "compute_abuse_launches",
        ),
    ),
    "application_breach": (
        "A web application broken into, then the cloud behind it",
        (
            "organisation_recon", "db_snapshot_sharing", "machine_image_changes", "ec2_key_pairs", "windows_password_reads",
            "instance_state_changes", "root_activity", "console_logins",
        ),
    ),
    "desktop_client_mining": (
        "Keys used by hand in desktop clients, machines started to mine",
        (
            "offensive_tool_agents", "login_profile_changes", "ec2_key_pairs", "compute_abuse_launches", "created_then_deleted",
        ),
    ),
    "server_side_request_forgery": (
        "Instance credentials taken through an application",
        ("imdsv1_session_use", "instance_credentials_off_host", "instance_role_recon", "bucket_posture_sweep", "object_bytes_out"),
    ),
    "destruction": (
        "Access, backups and data removed",
        ("access_removal", "backup_destruction", "mass_deletions", "database_and_storage_deletions", "kms_key_destruction"),
    ),
    "logging_attacked": (
        "Logs stopped, narrowed or removed",
        (
            "trail_stopped_or_deleted", "trail_configuration_changes", "trail_selector_changes", "log_store_tampering", "guardduty_disabled",
            "config_recorder_tampering", "flow_logs_removed", "log_groups_tampered", "logging_off_windows", "event_coverage", "log_gaps",
        ),
    ),
}  # fmt: skip


@dataclass(slots=True)
class Step:
    """One question of a playbook, what to look for in it, what its silence means, and the reply."""

    question: Question
    look: str
    silence: str
    reply: Reply

    def as_dict(self) -> dict[str, Any]:
        """The step for scripts."""
        return {
            "question": self.question.name,
            "title": self.question.title,
            "look": self.look,
            "silence": self.silence,
            "rows": list(formats.records(self.reply.rows)),
            "more": self.reply.rows.more,
            "timeless": list(formats.records(self.reply.timeless)) if self.reply.timeless else [],
            "cautions": self.reply.searched.cautions(),
        }


def names() -> list[str]:
    """The playbooks."""
    return sorted(PLAYBOOKS)


def questions(name: str, catalog: Catalog) -> list[Question]:
    """The questions of a playbook in order. Raises UnknownName for an unknown playbook."""
    plain = name.replace("-", "_")
    if plain not in PLAYBOOKS:
        raise UnknownName("playbook", name, PLAYBOOKS)
    return [catalog.get(question) for question in PLAYBOOKS[plain][1]]


def run(room: Room, catalog: Catalog, name: str, params: Mapping[str, Any] | None = None) -> Iterator[Step]:
    """Asks the questions of a playbook in order. A question whose needed parameter is not given is passed over.

    ``params`` may hold scope and any parameter of any of its questions; ``access_key_id`` also serves as ``access_key_ids``
    and ``start``. Raises ParameterError for a name that none of them knows.
    """
    given = dict(params or {})
    asked = questions(name, catalog)
    known = {p.name for question in asked for p in question.all_params} | {"access_key_id"}
    for param in given:
        if param not in known:
            raise ParameterError(
                f"No question of the playbook {name} has a parameter {param!r}.",
                hint=f"Known: {', '.join(sorted(known))}.",
            )
    for question in asked:
        fitting = _fitting(question, given)
        if all(p.name in fitting for p in question.params if p.required):
            yield Step(question, question.look, question.empty, reply(room, question, fitting, limit=ROWS))


def not_asked(name: str, catalog: Catalog, steps: Iterable[Step]) -> list[tuple[str, str]]:
    """The questions of a playbook that were passed over, each with the parameters that it needs."""
    asked = {step.question.name for step in steps}
    return [
        (question.name, ", ".join(p.name for p in question.params if p.required))
        for question in questions(name, catalog)
        if question.name not in asked
    ]


def _fitting(question: Question, given: Mapping[str, Any]) -> dict[str, Any]:
    takes = {p.name for p in question.all_params}
    fitting = {name: value for name, value in given.items() if name in takes}
    key = given.get("access_key_id")
    if key:
        fitting |= {name: value for name, value in (("access_key_ids", [key]), ("start", key)) if name in takes}
    return fitting
