"""Which columns hold which kind of thing, so that any answer can continue into a question about it."""

from __future__ import annotations

# Column of an answer -> entity that a question's parameter declares.
OF_COLUMN = {
    "access_key_id": "access_key",
    "issued_access_key_id": "access_key",
    "new_access_key_id": "access_key",
    "actor": "principal",
    "principal_arn": "session",
    "session_issuer_arn": "principal",
    "user_name": "principal",
    "role_session_name": "session",
    "source_ip_address": "address",
    "user_agent": "agent",
    "actor_account_id": "account",
    "recipient_account_id": "account",
    "bucket_name": "bucket",
    "target": "resource",
    "event_id": "event",
    "event_key": "event",
}
# Entity -> table of its values in the case, for suggestions.
VALUES_IN = {
    "access_key": "dim_access_key",
    "principal": "dim_actor",
    "session": "dim_session",
    "address": "dim_address",
    "agent": "dim_agent",
    "account": "dim_account",
    "resource": "dim_target",
    "bucket": "dim_target",
}


def of_columns(columns: list[str]) -> dict[str, str]:
    """The columns that hold an entity, with it."""
    return {name: OF_COLUMN[name] for name in columns if name in OF_COLUMN}
