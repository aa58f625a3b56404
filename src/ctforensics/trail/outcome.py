"""How a call ended, by the record alone: success, denied, failed, dry_run_ok, requested.

Success is the absence of an error; services that sign people in put their result elsewhere. The lists are short and meant
to be read and edited.
"""

from __future__ import annotations

import re
from typing import Any

_DENIED = re.compile(
    r"accessdenied|unauthorized|notauthorized|authfailure|forbidden|notpermitted|authorizationerror|allaccessdisabled"
    r"|invalidaccessexception",
    re.IGNORECASE,
)
_SIDE = re.compile(r"^(?:Client|Server)\.")
_SIGN_IN_RESULTS = (
    "ConsoleLogin",
    "SwitchRole",
    "ExitRole",
    "RenewRole",
    "CheckMfa",
    "GetSigninToken",
    "PasswordUpdated",
    "PasswordRecoveryRequested",
    "PasswordRecoveryCompleted",
    "ExternalIdPDirectoryLogin",
)
_SERVICE_RESULTS = ("CredentialChallenge", "CredentialVerification", "UserAuthentication")
# Calls whose success only says that the work was accepted.
REQUESTED = frozenset(
    {
        ("kms.amazonaws.com", "ScheduleKeyDeletion"),
        ("sso.amazonaws.com", "CreateAccountAssignment"),
        ("sso.amazonaws.com", "DeleteAccountAssignment"),
        ("sso.amazonaws.com", "ProvisionPermissionSet"),
        ("rds.amazonaws.com", "ModifyDBInstance"),
        ("rds.amazonaws.com", "ModifyDBCluster"),
        ("organizations.amazonaws.com", "CreateAccount"),
        ("organizations.amazonaws.com", "CloseAccount"),
        ("organizations.amazonaws.com", "InviteAccountToOrganization"),
        ("account.amazonaws.com", "EnableRegion"),
        ("account.amazonaws.com", "DisableRegion"),
        ("rds.amazonaws.com", "StartExportTask"),
        ("ec2.amazonaws.com", "CreateStoreImageTask"),
        ("ec2.amazonaws.com", "CreateInstanceExportTask"),
    }
)


def denied(error_code: str | None) -> bool:
    """Whether an error code is one of the many spellings of a refusal."""
    return bool(error_code and _DENIED.search(error_code))


def error_class(error_code: str | None) -> str | None:
    """The error code without ``Client.`` or ``Server.``."""
    return _SIDE.sub("", error_code) if error_code else None


def sign_in_result(response: Any, details: Any) -> str | None:
    """``Success`` or ``Failure`` where a sign-in event says it in its response or its service event details."""
    for holder, names in ((response, _SIGN_IN_RESULTS), (details, _SERVICE_RESULTS)):
        if isinstance(holder, dict):
            for name in names:
                if holder.get(name) in ("Success", "Failure"):
                    return str(holder[name])
    return None


def outcome(
    event_source: str | None,
    event_name: str | None,
    error_code: str | None,
    error_message: str | None,
    response: Any,
    details: Any,
) -> tuple[str, str | None]:
    """Outcome and error class of one record."""
    said = error_class(error_code)
    if said == "DryRunOperation":
        return "dry_run_ok", said
    if said:
        return ("denied" if denied(said) else "failed"), said
    result = sign_in_result(response, details)
    if result == "Failure":
        return "failed", "SignInFailure"
    if error_message and result is None:
        return "failed", "ErrorMessageOnly"
    return ("requested" if (event_source, event_name) in REQUESTED else "success"), None


_DENIAL = re.compile(
    r"^User: (?P<principal>\S+) is not authorized to perform: (?P<action>\S+)"
    r"(?: on resource: (?P<resource>[^\s]+(?: \S+@\S+)?))?(?: (?:because|with) (?P<reason>.*))?",
    re.DOTALL,
)


def denial(error_message: str | None) -> dict[str, str | None]:
    """Principal, action, resource and reason that the text of a denial names; empty where it has another form."""
    match = _DENIAL.match(error_message) if error_message else None
    return match.groupdict() if match else {}
