"""What a value is: a key, an address, an account, a bucket ... by its form and by where the evidence holds it."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field

from ctforensics.ask.room import Room

# Where a value can stand, and what it is then; the first kind with a hit wins where the form does not decide.
_PLACES = {
    "access_key": ("access_key_id", "issued_access_key_id"),
    "address": ("source_ip_address",),
    "event": ("event_id", "shared_event_id", "request_id"),
    "bucket": ("bucket_name",),
    "principal": ("actor", "principal_arn", "user_name", "principal_id", "session_issuer_arn"),
    "session": ("role_session_name",),
    "account": ("recipient_account_id", "actor_account_id"),
    "agent": ("user_agent",),
    "action": ("event_name", "event_base_name"),
    "resource": ("target", "requested_role_arn", "object_key", "vpc_endpoint_id"),
}
_KEY = re.compile(r"A[A-Z]IA[A-Z0-9]{12,}")
_ACCOUNT = re.compile(r"\d{12}")
_UNIQUE = re.compile(r"A(IDA|ROA|GPA|IPA|NPA)[A-Z0-9]{8,}")
_EVENT = re.compile(r"[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_BUCKET_ARN = re.compile(r"arn:aws[a-z-]*:s3:::([^/]+)$")
_IDENTITY_ARN = re.compile(r"arn:aws[a-z-]*:(iam|sts)::\d*:(user|role|assumed-role|federated-user|root)")


@dataclass(slots=True)
class Seen:
    """What a value is, and how many events hold it in which column."""

    value: str
    kind: str
    columns: dict[str, int] = field(default_factory=dict)

    @property
    def events(self) -> int:
        """Events that hold it in the column where most do."""
        return max(self.columns.values(), default=0)


def kind_by_form(value: str) -> str | None:
    """What a value is by its form alone; None where only the evidence can say."""
    if _UNIQUE.fullmatch(value):
        return "principal"
    if _KEY.fullmatch(value):
        return "access_key"
    if _ACCOUNT.fullmatch(value):
        return "account"
    if _EVENT.fullmatch(value):
        return "event"
    if _BUCKET_ARN.match(value):
        return "bucket"
    if _IDENTITY_ARN.match(value):
        return "principal"
    if _is_network(value):
        return "address"
    return None


def _is_network(value: str) -> bool:
    try:
        ipaddress.ip_network(value, strict=False)
    except ValueError:
        return False
    return True


def holds(column: str) -> str:
    """The condition that a column holds ``$value``; names of principals whatever their case, as in the questions."""
    return f"same_name({column}, $value)" if column in _PLACES["principal"] else f"{column} = $value"


def see(room: Room, value: str) -> Seen:
    """Finds a value in the typed columns of all events."""
    columns = [column for place in _PLACES.values() for column in place]
    counts = ", ".join(f"count(*) FILTER ({holds(column)})" for column in columns)
    with room.asking() as cursor:
        found = cursor.execute(f"SELECT {counts} FROM events", {"value": value}).fetchone() or ()
    held = {column: number for column, number in zip(columns, found, strict=True) if number}
    kind = kind_by_form(value) or next(
        (name for name, place in _PLACES.items() if any(column in held for column in place)), "resource"
    )
    return Seen(value, kind, held)
