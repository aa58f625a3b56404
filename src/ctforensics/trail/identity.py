"""Who acted: columns concluded from ``userIdentity`` alone, one branch for each identity type.

Source: AWS CloudTrail user guide, "CloudTrail userIdentity element". Everything here is testimony of the record, read without
believing more than it says: session names and user names are chosen by callers.
"""

from __future__ import annotations

import base64
import binascii
import re
from datetime import UTC, datetime
from typing import Any, NamedTuple

_ARN_ACCOUNT = re.compile(r"^arn:[^:]*:[^:]*:[^:]*:(\d{12}):")
_KEY = re.compile(r"^A[A-Z]{3}[A-Z2-7]{12,}$")
_BASIC_TIME = re.compile(
    r"(\d{4})-?(\d\d)-?(\d\d)[T ]\s*(\d\d):?\s*(\d\d):?\s*(\d\d)(\.\d+)?\s*([Zz]|[+-]\d\d:?\d\d)?$"
)


class Identity(NamedTuple):
    """What ``userIdentity`` tells; every field may be None. ``mfa`` is the session's flag alone."""

    actor: str | None = None
    principal_arn: str | None = None
    principal_id: str | None = None
    user_identity_type: str | None = None
    user_name: str | None = None
    actor_account_id: str | None = None
    access_key_id: str | None = None
    session_issuer_arn: str | None = None
    role_session_name: str | None = None
    session_created_at: datetime | None = None
    mfa: bool | None = None
    source_identity: str | None = None
    invoked_by: str | None = None


NOBODY = Identity()
# What sign-ins write instead of a name that no user has (often a password typed in its place): nobody's name.
HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"


def member(mapping: Any, name: str) -> Any:
    """A member by its name, exactly or else in another spelling of the same letters (``arn`` for ``ARN``)."""
    if not isinstance(mapping, dict):
        return None
    if name in mapping:
        return mapping[name]
    folded = name.casefold()
    return next((mapping[key] for key in sorted(mapping) if key.casefold() == folded), None)


def text(value: Any) -> str | None:
    """A value as text where it says something: None for null, the empty string, objects and lists."""
    if isinstance(value, str):
        return value or None
    if isinstance(value, bool) or value is None or isinstance(value, dict | list):
        return None
    return str(value)


def flag(value: Any) -> bool | None:
    """``true`` and ``"true"`` in any case, or their opposites; None for anything else."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return {"true": True, "false": False, "yes": True, "no": False}.get(value.strip().lower())
    return None


def instant(value: Any) -> datetime | None:
    """A time as CloudTrail and its copies write it (extended or basic ISO, with or without zone), as naive UTC."""
    if not isinstance(value, str):
        return None
    match = _BASIC_TIME.match(value.strip())
    if not match:
        return None
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    micro = int((fraction or ".0")[1:7].ljust(6, "0"))
    try:
        found = datetime(int(year), int(month), int(day), int(hour), int(minute), int(second), micro)
        if zone and zone not in "Zz":
            sign = -1 if zone[0] == "-" else 1
            shift = sign * (int(zone[1:3]) * 60 + int(zone[-2:]))
            found = datetime.fromtimestamp((found - datetime(1970, 1, 1)).total_seconds() - shift * 60, UTC).replace(
                tzinfo=None
            )
    except (ValueError, OverflowError):
        return None
    return found


def account_of_arn(arn: str | None) -> str | None:
    """The account that an ARN names."""
    match = _ARN_ACCOUNT.match(arn) if arn else None
    return match[1] if match else None


def account_of_key(key: str | None) -> str | None:
    """The account that newer access key ids and unique ids encode (base 32 from the fifth character); None for older ones."""
    if not key or len(key) < 16 or not _KEY.match(key) or key[4] in "IJ":
        return None
    try:
        decoded = base64.b32decode(key[4:12] + key[12:16].ljust(8, "A"))
    except binascii.Error:
        return None
    number = (int.from_bytes(decoded[:6], "big") & 0x7FFFFFFFFF80) >> 7
    return f"{number:012d}" if number < 10**12 else None


def identify(identity: Any) -> Identity:
    """All columns that depend on ``userIdentity`` alone. ``actor`` is None where only the address is left to name it by."""
    if not isinstance(identity, dict):
        return NOBODY
    kind, arn = text(member(identity, "type")), text(member(identity, "arn"))
    principal, key = text(member(identity, "principalId")), text(member(identity, "accessKeyId"))
    context = member(identity, "sessionContext")
    issuer, attributes = member(context, "sessionIssuer"), member(context, "attributes")
    account = text(member(identity, "accountId")) or account_of_arn(arn)
    invoked_by = text(member(identity, "invokedBy"))
    if account is None and kind != "AWSService":
        account = account_of_key(key)
    return Identity(
        actor=_actor(identity, kind, arn, principal, account, issuer, invoked_by),
        principal_arn=arn,
        principal_id=principal.split(":", 1)[0] if principal and _is_unique_id(principal) else principal,
        user_identity_type=kind,
        user_name=text(member(identity, "userName")) or text(member(issuer, "userName")),
        actor_account_id=account,
        access_key_id=key,
        session_issuer_arn=text(member(issuer, "arn")),
        role_session_name=_session_name(kind, arn, principal),
        session_created_at=instant(member(attributes, "creationDate")),
        mfa=flag(member(attributes, "mfaAuthenticated")),
        source_identity=text(member(context, "sourceIdentity")),
        invoked_by=invoked_by,
    )


def _is_unique_id(principal: str) -> bool:
    # A SAML or OIDC principal holds colons of its own; only ids like AROA...:session are id and name.
    return principal.split(":", 1)[0].isalnum()


def _actor(
    identity: dict[str, Any],
    kind: str | None,
    arn: str | None,
    principal: str | None,
    account: str | None,
    issuer: Any,
    invoked_by: str | None,
) -> str | None:
    user = text(member(identity, "userName"))
    user = None if user == HIDDEN else user
    if kind == "AssumedRole":
        return text(member(issuer, "arn")) or _role_of_session(arn) or principal
    if kind in ("IAMUser", "FederatedUser", "Role"):
        return arn or (f"arn:aws:iam::{account}:user/{user}" if account and user else user or principal)
    if kind == "Root":
        return f"arn:aws:iam::{account}:root" if account else arn or "root"
    if kind == "AWSAccount":
        if "anonymous" in f"{account}{principal}".lower():
            return "anonymous"
        return f"{account}/{principal}" if account and principal else arn or account or principal
    if kind == "AWSService" or (kind is None and invoked_by and not arn):
        return invoked_by or text(member(identity, "principalId")) or "AWS service"
    if kind in ("SAMLUser", "WebIdentityUser"):
        provider, subject = text(member(identity, "identityProvider")), user or principal
        return f"{provider}/{subject}" if provider and subject else subject or provider
    person = text(member(member(identity, "onBehalfOf"), "userId"))
    if kind == "IdentityCenterUser" or person:
        return person or user or principal or arn
    return arn or user or principal


def _role_of_session(arn: str | None) -> str | None:
    """The role's ARN from a session's (its path is lost there)."""
    if not arn or ":assumed-role/" not in arn:
        return arn
    head, tail = arn.split(":assumed-role/", 1)
    return f"{head.replace(':sts:', ':iam:')}:role/{tail.split('/', 1)[0]}"


def _session_name(kind: str | None, arn: str | None, principal: str | None) -> str | None:
    if arn and ":assumed-role/" in arn:
        rest = arn.split(":assumed-role/", 1)[1].split("/", 1)
        return rest[1] if len(rest) > 1 else None
    if arn and ":federated-user/" in arn:
        return arn.split(":federated-user/", 1)[1]
    if principal and ":" in principal and kind in ("AssumedRole", "AWSAccount", None) and principal.startswith("AROA"):
        return principal.split(":", 1)[1] or None
    return None
