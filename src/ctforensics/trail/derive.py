"""All columns that we conclude from one parsed record: the reference for every faster way to the same values."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any

from ctforensics.trail import names, origin
from ctforensics.trail.identity import Identity, flag, identify, instant, member, text
from ctforensics.trail.outcome import outcome
from ctforensics.trail.target import target

source_kind = lru_cache(maxsize=65536)(origin.source_kind)
agent_family = lru_cache(maxsize=65536)(origin.agent_family)
EPOCH = datetime(1970, 1, 1)


def event_time(record: dict[str, Any], delivered: datetime | None = None) -> tuple[datetime, str]:
    """When, and by what: eventTime, else @timestamp, else the delivery time, else 1970-01-01 with the basis ``none``."""
    for name in ("eventTime", "@timestamp"):
        found = instant(record.get(name))
        if found:
            return found, name
    found = instant(member(record, "eventTime"))
    if found:
        return found, "eventTime"
    return (delivered, "delivery") if delivered else (EPOCH, "none")


def derive(record: dict[str, Any]) -> dict[str, Any]:
    """Every derived column of ``trail.columns`` but keys, flags and verification, from one record."""
    return conclude(record, identify(record.get("userIdentity", member(record, "userIdentity"))))


def conclude(record: dict[str, Any], who: Identity) -> dict[str, Any]:
    """The derived columns, with those of the identity already known (it repeats, and is worth keeping)."""
    said = record.get
    source, name, address = text(said("eventSource")), text(said("eventName")), text(said("sourceIPAddress"))
    parameters, response, details = said("requestParameters"), said("responseElements"), said("serviceEventDetails")
    message = text(said("errorMessage"))
    ended, error = outcome(source, name, text(said("errorCode")), message, response, details)
    about, bucket, key, role, issued = target(source, parameters, response, said("resources"), details, message)
    recipient = text(said("recipientAccountId"))
    base, kind = event_class_of(
        source,
        name,
        text(said("eventType")),
        text(said("eventCategory")),
        flag(said("managementEvent")),
        flag(said("readOnly")),
        "insightDetails" in record,
    )
    return {
        **who._asdict(),
        "actor": who.actor or (f"unknown@{address}" if address else "unknown"),
        "mfa": mfa_of(said("additionalEventData"), who),
        "outcome": ended,
        "error_class": error,
        "source_kind": source_kind(address),
        "agent_family": agent_family(text(said("userAgent"))),
        "event_base_name": base,
        "event_class": kind,
        "target": about,
        "bucket_name": bucket,
        "object_key": key,
        "requested_role_arn": role,
        "issued_access_key_id": issued,
        "is_cross_account": who.actor_account_id != recipient if who.actor_account_id and recipient else None,
    }


def event_class_of(
    source: str | None,
    name: str | None,
    event_type: str | None,
    category: str | None,
    management: bool | None,
    read_only: bool | None,
    has_insight: bool,
) -> tuple[str | None, str]:
    """Base name and class of a call: both depend on nothing else."""
    kind = names.event_class(source, name, event_type, category, management, read_only, has_insight)
    return names.event_base_name(name), kind


def mfa_of(additional: Any, who: Identity) -> bool | None:
    """Whether a second factor was used: what the sign-in says, else what the session says."""
    used = flag(additional.get("MFAUsed")) if isinstance(additional, dict) else None
    return used if used is not None else who.mfa
